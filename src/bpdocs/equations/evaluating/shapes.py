r"""Shapes of a tree on one network, and over which axes its index letters run.

Everything that does not fit is found here, so that `values` only computes.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bpdocs.equations import tree as t
from bpdocs.equations.errors import (
    MismatchError,
    NoEntryError,
    NoLayerError,
    SizesError,
    UnreadableError,
)
from bpdocs.equations.evaluating.letters import (
    MAX_LENGTH,
    Layers,
    is_numbered,
    key_of,
    layer_values,
    whole_number,
)
from bpdocs.equations.networks.graph import Axis, Graph, is_one

NUMBER = "a number"
Shape = tuple[int, ...]  # () or (rows, columns); 1 or an Axis each
Visit = tuple[int, tuple[tuple[str, int], ...]]


def visit_of(node: t.Node, layers: Layers) -> Visit:
    """Return the key of a node with a choice of the layers."""
    return id(node), tuple(sorted(layers.items()))


@dataclass
class Shapes:
    """Finds shapes on one network, for one choice of the layers.

    Attributes
    ----------
    axes : dict of str to set of int
        By letter, the lengths of the axes on which it stands.
    pairs : list of (str, str)
        Letters that are compared: n of a Kronecker delta of n and m runs as far as m does.
    ranges : dict
        By sum and choice of layers, the first and last value of each of its letters.
    numbers : set
        Matrix products, with the choice of layers, that are numbers: a row times a column.
    """

    graph: Graph
    layer_names: frozenset[str]
    axes: dict[str, set[int]] = field(default_factory=dict)
    pairs: list[tuple[str, str]] = field(default_factory=list)
    ranges: dict[Visit, dict[str, tuple[int, int]]] = field(default_factory=dict)
    numbers: set[Visit] = field(default_factory=set)

    def of(self, node: t.Node, layers: Layers) -> Shape:
        """Return a tree's shape."""
        return getattr(self, f"_{type(node).__name__.lower()}")(node, layers)

    def _number(self, *_: object) -> Shape:
        return ()

    def _constant(self, *_: object) -> Shape:
        return ()

    def _letter(self, node: t.Letter, _: Layers) -> Shape:
        raise UnreadableError(
            f"{node.name} is an index and has no value as a number", node.place[0]
        )

    def _size(self, node: t.Size, layers: Layers) -> Shape:
        whole_number(node, self.graph, layers)
        return ()

    def _ones(self, node: t.Ones, layers: Layers) -> Shape:
        return (self._length(node.length, layers), 1)

    def _identity(self, node: t.Identity, layers: Layers) -> Shape:
        length = self._length(node.length, layers)
        return (length, length)

    def axis(self, node: t.Node, layers: Layers) -> Axis:
        """Return the length that an index expression gives."""
        apart = self.graph.apart or self.graph
        return Axis(whole_number(node, self.graph, layers), whole_number(node, apart, layers))

    def _length(self, node: t.Node, layers: Layers) -> Axis:
        length = self.axis(node, layers)
        if not 1 <= length <= MAX_LENGTH:
            raise UnreadableError(
                f"the length {length} is not between 1 and {MAX_LENGTH}", node.place[0]
            )
        return length

    def _quantity(self, node: t.Quantity, layers: Layers) -> Shape:
        return self.graph.axes(key_of(node, self.graph, layers))

    def _kronecker(self, node: t.Kronecker, _: Layers) -> Shape:
        self._index(node.first, None)
        self._index(node.second, None)
        self.pair([node.first, node.second])
        return ()

    def pair(self, sides: Sequence[t.Node]) -> None:
        """Note which letters are compared."""
        letters = [side.name for side in sides if isinstance(side, t.Letter)]
        for pair in itertools.pairwise(letters):
            self.pairs += [pair, pair[::-1]]

    def lengths(self, letter: str) -> set[int]:
        """Return the lengths of the axes of a letter, or else of those it is compared with."""
        own = self.axes.get(letter)
        near = [self.axes.get(other, set()) for first, other in self.pairs if first == letter]
        return own or set().union(*near)

    def _index(self, index: t.Node, length: int | None) -> None:
        for inner in index.walk():
            if not isinstance(inner, t.Letter):
                continue
            if inner.name in self.layer_names:
                raise UnreadableError(
                    f"{inner.name} counts layers and elements at once", inner.place[0]
                )
            lengths = self.axes.setdefault(inner.name, set())
            if length is not None and inner is index:
                lengths.add(length)

    def _element(self, node: t.Element, layers: Layers) -> Shape:
        shape = self.of(node.base, layers)
        indices = node.indices
        if len(indices) == 1 and any(map(is_one, shape)):
            at = 0 if is_one(shape[1]) else 1
            self._index(indices[0], shape[at])
            if not isinstance(indices[0], t.Whole):
                return ()
        if len(shape) != 2 or len(indices) != 2:
            raise UnreadableError(
                f"{len(indices)} {'index stands' if len(indices) == 1 else 'indices stand'} on "
                f"{'a number' if not shape else 'an array of two axes'}",
                node.place[0],
            )
        kept = []
        for index, length in zip(indices, shape, strict=True):
            self._index(index, length)
            kept.append(length if isinstance(index, t.Whole) else 1)
        return tuple(kept) if any(isinstance(i, t.Whole) for i in indices) else ()

    def _transpose(self, node: t.Transpose, layers: Layers) -> Shape:
        shape = self.of(node.base, layers)
        if not shape:
            raise UnreadableError("a number has no transpose", node.place[0])
        return shape[::-1]

    def _power(self, node: t.Power, layers: Layers) -> Shape:
        shape = self.of(node.base, layers)
        if shape and not node.is_elementwise:
            raise UnreadableError(
                r"a power of an array is not read; for entries write ^{\odot 2}", node.place[0]
            )
        self._require_number(node.exponent, layers, "an exponent is a number")
        return shape

    def _require_number(self, node: t.Node, layers: Layers, sentence: str) -> None:
        if self.of(node, layers):
            raise UnreadableError(sentence, node.place[0])

    def _addition(self, node: t.Addition, layers: Layers) -> Shape:
        shapes = [self.of(term, layers) for _, term in node.terms]
        for shape in shapes[1:]:
            if shape != shapes[0]:
                raise MismatchError(
                    f"a sum of {self.describe(shapes[0], layers)} and "
                    f"{self.describe(shape, layers)} does not fit"
                )
        return shapes[0]

    def _product(self, node: t.Product, layers: Layers) -> Shape:
        left, right = self.of(node.left, layers), self.of(node.right, layers)
        both = f"{self.describe(left, layers)} and {self.describe(right, layers)}"
        if node.operator in {"odot", "oslash"}:
            if left != right:
                raise MismatchError(f"an entry-by-entry product of {both} does not fit")
            return left
        if not left or not right:
            return left or right
        if node.operator:
            raise UnreadableError(
                rf"\{node.operator} between two arrays can mean several things; "
                r"write them side by side, or \odot",
                node.place[0],
            )
        if left[1] != right[0]:
            raise MismatchError(f"a product of {both} does not fit")
        if is_one(left[0]) and is_one(right[1]):
            self.numbers.add(visit_of(node, layers))
            return ()
        return (left[0], right[1])

    def _fraction(self, node: t.Fraction, layers: Layers) -> Shape:
        self._require_number(
            node.below, layers, r"division by an array is not read; for entries write \oslash"
        )
        return self.of(node.above, layers)

    def _root(self, node: t.Root, layers: Layers) -> Shape:
        return self.of(node.base, layers)

    def _norm(self, node: t.Norm, layers: Layers) -> Shape:
        shape = self.of(node.base, layers)
        if node.name == "abs" and shape:
            raise UnreadableError(
                r"bars around an array can mean several things; write \lVert and \rVert_F",
                node.place[0],
            )
        if node.name == "2" and shape and not any(map(is_one, shape)):
            raise UnreadableError("the norm 2 of a matrix is not read; F is", node.place[0])
        return ()

    def _inner(self, node: t.Inner, layers: Layers) -> Shape:
        left, right = self.of(node.left, layers), self.of(node.right, layers)
        if left != right:
            raise MismatchError(
                f"an inner product of {self.describe(left, layers)} and "
                f"{self.describe(right, layers)} does not fit"
            )
        return ()

    def _apply(self, node: t.Apply, layers: Layers) -> Shape:
        name = node.function.name
        shapes = [self.of(argument, layers) for argument in node.arguments]
        first = shapes[0]
        if name in {"max", "min"} and any(isinstance(a, t.Number) for a in node.arguments):
            return max(shapes, key=len)
        if name in {"Loss", "max", "min"} and len(set(shapes)) > 1:
            raise MismatchError(
                f"{name} of {' and '.join(self.describe(s, layers) for s in shapes)} does not fit"
            )
        if name == r"\sigma":
            self._sigma(node, first, layers)
        elif name == "softmax" and not first:
            raise UnreadableError("softmax acts on whole columns", node.place[0])
        elif name == "tr":
            if not first or first[0] != first[1]:
                raise MismatchError(f"the trace of {self.describe(first, layers)} does not exist")
            return ()
        elif name == "diag":
            return self._diag(first, node, layers)
        return () if name == "Loss" else first

    def _sigma(self, node: t.Apply, shape: Shape, layers: Layers) -> None:
        if node.function.layer is None:
            return
        layer = whole_number(node.function.layer, self.graph, layers)
        if layer not in self.graph.activations:
            raise NoLayerError(r"\sigma", layer, is_inside=False)
        if layer in self.graph.coupled and not shape:
            raise UnreadableError("softmax acts on whole columns, not on an entry", node.place[0])

    def _diag(self, shape: Shape, node: t.Node, layers: Layers) -> Shape:
        if not shape:
            raise UnreadableError("diag takes an array", node.place[0])
        if any(map(is_one, shape)):
            length = shape[0] if is_one(shape[1]) else shape[1]
            return (length, length)
        if shape[0] != shape[1]:
            raise MismatchError(f"the diagonal of {self.describe(shape, layers)} does not exist")
        return (shape[0], 1)

    def _derivative(self, node: t.Derivative, layers: Layers) -> Shape:
        self._require_first_order(node.above)
        key = key_of(node.below, self.graph, layers)
        shape = self.graph.axes(key)
        if self.graph.is_derived(key) or not shape:
            raise UnreadableError(
                "a derivative is taken by an array of the forward pass", node.below.place[0]
            )
        if self.of(node.above, layers):
            raise UnreadableError(
                "the derivative of an array by an array can be laid out in several ways; "
                "write it for an element of each",
                node.place[0],
            )
        return shape

    def _require_first_order(self, node: t.Node) -> None:
        for inner in node.walk():
            derived = isinstance(inner, t.Quantity) and (
                inner.name == "Delta" or inner.name.endswith("_new")
            )
            if derived or isinstance(inner, t.Derivative | t.Differential):
                raise UnreadableError("a derivative of a derivative is not read", inner.place[0])

    def _differential(self, node: t.Differential, layers: Layers) -> Shape:
        self._require_first_order(node.base)
        return self.of(node.base, layers)

    def _reduction(self, node: t.Reduction, layers: Layers) -> Shape:
        letters = {bound.letter for bound in node.bounds}
        if counting := letters & self.layer_names:
            return self._layer_sum(node, layers, counting)
        outside = {letter: self.axes.pop(letter) for letter in letters if letter in self.axes}
        pairs, self.pairs = self.pairs, []
        shape = self.of(node.body, layers)
        for condition in node.conditions:
            self.pair(condition.sides)
            for side in condition.sides:
                self._index(side, None)
        ranges: dict[str, tuple[int, int]] = {}
        for bound in node.bounds:
            place = node.place[0]
            ranges[bound.letter] = self._range(bound, self.lengths(bound.letter), layers, place)
        self._release(ranges, pairs)
        self.axes.update(outside)
        if node.function != "sum" and any(high < low for low, high in ranges.values()):
            raise SizesError("a maximum of nothing has no value", node.place[0], is_large=False)
        if node.function != "sum" and shape:
            raise UnreadableError("a maximum is taken over numbers", node.place[0])
        self.ranges[visit_of(node, layers)] = ranges
        return shape

    def _release(self, ranges: Mapping[str, tuple[int, int]], pairs: list[tuple[str, str]]) -> None:
        """End a sum: what is known of its letters stays with those that they are compared with."""
        for letter, other in self.pairs:
            if letter not in ranges and other in ranges and not self.axes.get(letter):
                self.axes[letter] = self.axes.get(other) or {ranges[other][1]}
        for letter in ranges:
            self.axes.pop(letter, None)
        self.pairs = pairs + [pair for pair in self.pairs if not set(ranges) & set(pair)]

    def _range(
        self, bound: t.Bound, lengths: set[int], layers: Layers, place: int
    ) -> tuple[int, int]:
        length = self.only_length(bound.letter, lengths, layers)
        lower = whole_number(bound.lower, self.graph, layers) if bound.lower else 1
        upper = self.axis(bound.upper, layers) if bound.upper else length
        if upper is None:
            raise UnreadableError(f"no axis tells the range of {bound.letter}", place)
        if length is not None and upper > length:
            is_numbered_bound = bound.upper is not None and is_numbered([bound.upper])
            kind = NoEntryError if is_numbered_bound else MismatchError
            raise kind(
                f"{bound.letter} runs to {self.name(upper, layers)} on an axis of "
                f"{self.name(length, layers)}"
            )
        if upper - lower > MAX_LENGTH:
            raise UnreadableError(
                f"{bound.letter} runs over more than {MAX_LENGTH} values", bound.place[0]
            )
        if lower < 1 and length is not None:
            raise MismatchError(f"{bound.letter} begins at {lower}; elements count from 1")
        return lower, max(upper, lower - 1)

    def only_length(self, letter: str, lengths: set[int], layers: Layers) -> int | None:
        """Return the length of the one axis on which a letter stands, or None."""
        if len(lengths) > 1:
            found = ", ".join(self.name(length, layers) for length in sorted(lengths))
            raise MismatchError(f"{letter} stands on axes of different length: {found}")
        return next(iter(lengths), None)

    def _layer_sum(self, node: t.Reduction, layers: Layers, counting: set[str]) -> Shape:
        if len(node.bounds) != 1 or node.bounds[0].lower is None or node.bounds[0].upper is None:
            raise UnreadableError(
                f"a sum over the layers {', '.join(counting)} needs both limits", node.place[0]
            )
        shapes = {self.of(node.body, inner) for inner in layer_values(node, self.graph, layers)}
        if len(shapes) > 1:
            raise MismatchError("a sum over layers of arrays with different shapes does not fit")
        if not shapes:
            raise SizesError("the sum over layers is empty", node.place[0], is_large=False)
        return shapes.pop()

    # Names of shapes

    def names(self, length: int, layers: Layers) -> list[str]:
        """Return what a length may be called, best first; sizes differ, so the number tells."""
        graph, known = self.graph, int(length)
        if isinstance(length, Axis) and graph.apart:
            graph, known = graph.apart, length.apart
        sizes = graph.sizes
        found = ["1"] if known == 1 else []
        for letter, layer in layers.items():
            for offset, sign in ((0, ""), (-1, "-1"), (1, "+1")):
                if 0 <= layer + offset < len(sizes) and sizes[layer + offset] == known:
                    found.append(f"N_{{{letter}{sign}}}" if sign else f"N_{letter}")
        found += ["M"] * (known == graph.n_samples)
        found += ["N_L"] * (known == sizes[-1])
        found += [f"N_{layer}" for layer, size in enumerate(sizes) if size == known]
        return [*found, str(length)]

    def name(self, length: int, layers: Layers) -> str:
        """Return a length in letters."""
        return self.names(length, layers)[0]

    def describe(self, shape: Shape, layers: Layers) -> str:
        """Return a shape in letters, N_l × M."""
        if not shape:
            return NUMBER
        return " × ".join(self.name(length, layers) for length in shape)
