r"""A tree with the shape of every node, on one network and for one choice of the layers.

Everything that does not fit is found here, and written on the tree, so that `values` only computes.
"""

from dataclasses import dataclass

from bpdocs.equations import tree as t
from bpdocs.equations.budget import spend
from bpdocs.equations.errors import MismatchError, NoLayerError, UnreadableError
from bpdocs.equations.evaluating.axes import Axes
from bpdocs.equations.evaluating.counting import Layers, key_of, layers_of_sum, whole_number
from bpdocs.equations.evaluating.fits import (
    broadcast_cure,
    indices_on,
    require_first_order,
    require_norm,
    shape_of_application,
)
from bpdocs.equations.evaluating.lengths import Shape, require_length, shape_name
from bpdocs.equations.evaluating.shaped import Shaped
from bpdocs.equations.networks.graph import Graph, is_one


@dataclass
class Shapes:
    """Finds shapes on one network; `axes` collects what it learns of index letters."""

    graph: Graph
    axes: Axes

    @classmethod
    def on(cls, graph: Graph, layer_letters: frozenset[str]) -> "Shapes":
        """Return the finder for a network, with the letters that count layers."""
        return cls(graph, Axes(graph, layer_letters))

    def of(self, node: t.Node, layers: Layers) -> Shaped:
        """Return a tree with its shapes."""
        spend(1, node.place[0])
        match node:
            case t.Number() | t.Constant():
                return Shaped(node, (), layers)
            case t.Size():
                whole_number(node, self.graph, layers)
                return Shaped(node, (), layers)
            case t.Ones() | t.Zeros():
                return Shaped(node, (require_length(node.length, self.graph, layers), 1), layers)
            case t.Identity():
                length = require_length(node.length, self.graph, layers)
                return Shaped(node, (length, length), layers)
            case t.Free():
                return Shaped(node, self._free(node, layers), layers)
            case t.Quantity():
                key = key_of(node, self.graph, layers)
                return Shaped(node, self.graph.axes(key), layers, key=key)
            case t.Kronecker():
                self.axes.stand(node.first, None)
                self.axes.stand(node.second, None)
                self.axes.pair([node.first, node.second])
                return Shaped(node, (), layers)
            case t.Letter():
                raise UnreadableError(
                    f"{node.name} is an index and has no value as a number", node.place[0]
                )
        return self._of_parts(node, layers)

    def _of_parts(self, node: t.Node, layers: Layers) -> Shaped:
        match node:
            case t.Element():
                return self._element(node, layers)
            case t.Transpose():
                base = self._array(node.base, layers, "a number has no transpose", node)
                return Shaped(node, base.shape[::-1], layers, (base,))
            case t.Power():
                return self._power(node, layers)
            case t.Addition():
                return self._addition(node, layers)
            case t.Product():
                return self._product(node, layers)
            case t.Fraction():
                above = self.of(node.above, layers)
                sentence = r"division by an array is not read; for entries write \oslash"
                below = self._number(node.below, layers, sentence)
                return Shaped(node, above.shape, layers, (above, below))
            case t.Root():
                base = self.of(node.base, layers)
                return Shaped(node, base.shape, layers, (base,))
            case t.Norm():
                return self._norm(node, layers)
            case t.Inner():
                return self._inner(node, layers)
            case t.Apply():
                return self._apply(node, layers)
            case t.Derivative():
                return self._derivative(node, layers)
            case t.Differential():
                require_first_order(node.base)
                base = self.of(node.base, layers)
                return Shaped(node, base.shape, layers, (base,))
            case t.Reduction():
                return self._reduction(node, layers)
        raise UnreadableError(f"{type(node).__name__} is no value", node.place[0])

    def name(self, shape: Shape, layers: Layers) -> str:
        """Return a shape in letters."""
        return shape_name(shape, layers, self.graph)

    def _free(self, node: t.Free, layers: Layers) -> Shape:
        layer = 0 if node.layer is None else whole_number(node.layer, self.graph, layers)
        if not 0 <= layer <= self.graph.n_layers:
            raise NoLayerError(node.name, layer, is_inside=False)
        lengths = [require_length(n, self.graph, layers) for n in node.dimensions]
        return tuple(lengths) if len(lengths) != 1 else (lengths[0], 1)

    def _array(self, node: t.Node, layers: Layers, sentence: str, at: t.Node) -> Shaped:
        shaped = self.of(node, layers)
        if not shaped.shape:
            raise UnreadableError(sentence, at.place[0])
        return shaped

    def _number(self, node: t.Node, layers: Layers, sentence: str) -> Shaped:
        shaped = self.of(node, layers)
        if shaped.shape:
            raise UnreadableError(sentence, node.place[0])
        return shaped

    def _element(self, node: t.Element, layers: Layers) -> Shaped:
        base = self.of(node.base, layers)
        indices = indices_on(node, base.shape)
        for index, length in zip(indices, base.shape, strict=True):
            self.axes.stand(index, length)
        wholes = [isinstance(index, t.Whole) for index in indices]
        kept = tuple(n if is_all else 1 for n, is_all in zip(base.shape, wholes, strict=True))
        shape = kept if any(wholes) else ()
        return Shaped(t.Element(node.base, indices, place=node.place), shape, layers, (base,))

    def _power(self, node: t.Power, layers: Layers) -> Shaped:
        base = self.of(node.base, layers)
        if base.shape and not node.is_elementwise:
            raise UnreadableError(
                r"a power of an array is not read; for entries write ^{\odot 2}", node.place[0]
            )
        exponent = self._number(node.exponent, layers, "an exponent is a number")
        return Shaped(node, base.shape, layers, (base, exponent))

    def _addition(self, node: t.Addition, layers: Layers) -> Shaped:
        parts = tuple(self.of(term, layers) for _, term in node.terms)
        first = parts[0].shape
        for part in parts[1:]:
            if part.shape != first:
                names = f"{self.name(first, layers)} and {self.name(part.shape, layers)}"
                cure = broadcast_cure(first, part.shape)
                raise MismatchError(f"a sum of {names} does not fit{cure}")
        return Shaped(node, first, layers, parts)

    def _product(self, node: t.Product, layers: Layers) -> Shaped:
        parts = (self.of(node.left, layers), self.of(node.right, layers))
        left, right = (part.shape for part in parts)
        both = f"{self.name(left, layers)} and {self.name(right, layers)}"
        if node.operator in {"odot", "oslash"}:
            if left != right:
                raise MismatchError(f"an entry-by-entry product of {both} does not fit")
            return Shaped(node, left, layers, parts)
        if not left or not right:
            return Shaped(node, left or right, layers, parts)
        if node.operator:
            raise UnreadableError(
                rf"\{node.operator} between two arrays can mean several things; "
                r"write them side by side, or \odot",
                node.place[0],
            )
        if left[1] != right[0]:
            raise MismatchError(f"a product of {both} does not fit")
        if is_one(left[0]) and is_one(right[1]):
            return Shaped(node, (), layers, parts, is_number=True)
        return Shaped(node, (left[0], right[1]), layers, parts)

    def _norm(self, node: t.Norm, layers: Layers) -> Shaped:
        base = self.of(node.base, layers)
        require_norm(node, base.shape)
        return Shaped(node, (), layers, (base,))

    def _inner(self, node: t.Inner, layers: Layers) -> Shaped:
        left, right = self.of(node.left, layers), self.of(node.right, layers)
        if left.shape != right.shape:
            both = f"{self.name(left.shape, layers)} and {self.name(right.shape, layers)}"
            raise MismatchError(f"an inner product of {both} does not fit")
        return Shaped(node, (), layers, (left, right))

    def _apply(self, node: t.Apply, layers: Layers) -> Shaped:
        parts = tuple(self.of(argument, layers) for argument in node.arguments)
        shape = shape_of_application(node, [p.shape for p in parts], self.graph, layers)
        return Shaped(node, shape, layers, parts)

    def _derivative(self, node: t.Derivative, layers: Layers) -> Shaped:
        require_first_order(node.above)
        key = key_of(node.below, self.graph, layers)
        shape = self.graph.axes(key)
        if self.graph.is_derived(key) or not shape:
            raise UnreadableError(
                "a derivative is taken by an array of the forward pass", node.below.place[0]
            )
        above = self._number(
            node.above,
            layers,
            "the derivative of an array by an array can be laid out in several ways; "
            "write it for an element of each",
        )
        return Shaped(node, shape, layers, (above,), key=key)

    def _reduction(self, node: t.Reduction, layers: Layers) -> Shaped:
        letters = {bound.letter for bound in node.bounds}
        if letters & self.axes.layer_letters:
            choices = layers_of_sum(node, self.graph, layers)
            parts = tuple(self.of(node.body, choice) for choice in choices)
            if len({part.shape for part in parts}) > 1:
                raise MismatchError(
                    "a sum over layers of arrays with different shapes does not fit"
                )
            return Shaped(node, parts[0].shape, layers, parts)
        outside, pairs = self.axes.begin_sum(letters)
        body = self.of(node.body, layers)
        ranges = self.axes.ranges_of_sum(node, layers)
        self.axes.end_sum(ranges, node.bounds, outside, pairs)
        if node.function != "sum" and body.shape:
            raise UnreadableError("a maximum is taken over numbers", node.place[0])
        return Shaped(node, body.shape, layers, (body,), ranges=ranges)
