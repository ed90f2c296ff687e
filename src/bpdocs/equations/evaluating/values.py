r"""Values of a shaped tree on one network, for all elements at once.

`shapes` has found that all fits. A derivative moves each entry of a quantity by $ih$ and reads off
the imaginary part; nothing of back propagation is used.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial, reduce

import numpy as np

from bpdocs.equations import tree as t
from bpdocs.equations.budget import ENTRIES_PER_UNIT, MULTIPLICATIONS_PER_UNIT, spend
from bpdocs.equations.errors import MismatchError, NoEntryError, UnreadableError
from bpdocs.equations.evaluating import functions
from bpdocs.equations.evaluating.branches import Branches, squared_in
from bpdocs.equations.evaluating.counting import whole_number
from bpdocs.equations.evaluating.entries import pick_entries, whole_axis
from bpdocs.equations.evaluating.index_values import IndexValues
from bpdocs.equations.evaluating.lengths import length_name
from bpdocs.equations.evaluating.shaped import Shaped
from bpdocs.equations.evaluating.sums import plain_sum, reduce_letters, sum_entries
from bpdocs.equations.evaluating.value import (
    MAX_ENTRIES,
    Value,
    add,
    align,
    divide,
    matrix_product,
    multiply,
    power,
    scale,
    settled,
    too_many_entries,
)
from bpdocs.equations.networks.graph import STEP, Graph, Key
from bpdocs.equations.networks.smooth_functions import draw_free

_MOVED = ("moved row", "moved column")  # no letter is called so


@dataclass
class Values:
    """Computes values on one network.

    Attributes
    ----------
    graph : Graph
        The network.
    indices : IndexValues
        The index letters and their values.
    directions : dict of Key to ndarray
        What the quantities vary by of which differentials are taken.
    moved : mapping of Key to ndarray
        Values that an entry, or a direction, has moved.
    moved_axes : tuple of str
        The axes that `moved` has in front: which entry moved.
    branches : Branches
        Notes which branches are taken.
    """

    graph: Graph
    indices: IndexValues
    directions: Mapping[Key, np.ndarray] = field(default_factory=dict)
    moved: Mapping[Key, np.ndarray] = field(default_factory=dict)
    moved_axes: tuple[str, ...] = ()
    branches: Branches = field(default_factory=Branches)

    def of(self, shaped: Shaped) -> Value:
        """Return a tree's value.

        Raises
        ------
        UnreadableError
            If it has none, or rounding hides it.
        """
        try:
            value = self._of(shaped)
        except UnreadableError as error:
            if error.place == 0:  # raised where no node is known
                error.place = shaped.node.place[0]
            raise
        if value.data.size > MAX_ENTRIES:
            raise too_many_entries(shaped.node.place[0])
        spend(1 + value.data.size / ENTRIES_PER_UNIT, shaped.node.place[0])
        return settled(value)

    def _of(self, shaped: Shaped) -> Value:
        node = shaped.node
        match node:
            case t.Number():
                return Value(np.array(float(node.value)))
            case t.Constant() | t.Size():
                return Value(np.array(float(whole_number(node, self.graph, shaped.layers))))
            case t.Ones():
                return Value(np.ones(shaped.shape))
            case t.Zeros():
                return Value(np.zeros(shaped.shape))
            case t.Identity():
                return Value(np.eye(shaped.shape[0]))
            case t.Free():
                layer = whole_number(node.layer, self.graph, shaped.layers) if node.layer else 0
                return Value(draw_free(node.name, layer, shaped.shape, self.graph.number))
            case t.Quantity():
                return self._quantity(shaped)
            case t.Kronecker():
                first = self.indices.of(node.first, shaped.layers)
                letters, (a, b) = align(first, self.indices.of(node.second, shaped.layers))
                return Value((a == b).astype(float), letters)
            case t.Derivative():
                return self._derivative(shaped)
            case t.Differential():
                return self._differential(shaped)
            case t.Reduction():
                return self._reduction(shaped, node)
        return self._of_parts(shaped, [self.of(part) for part in shaped.parts])

    def _of_parts(self, shaped: Shaped, parts: list[Value]) -> Value:
        node = shaped.node
        match node:
            case t.Element():
                return self._element(node, shaped, parts[0])
            case t.Transpose():
                return parts[0].change(lambda x: np.swapaxes(x, -1, -2))
            case t.Power():
                if not isinstance(node.exponent, t.Number):
                    self._note_square(shaped.parts[0])
                return power(*parts)
            case t.Addition():
                terms = [scale(p, sign) for p, (sign, _) in zip(parts, node.terms, strict=True)]
                total = terms[0]
                for term in terms[1:]:
                    total = add(total, term)
                return total
            case t.Product():
                return self._product(node, shaped, *parts)
            case t.Fraction():
                return divide(*parts)
            case t.Root():
                self._note_square(shaped.parts[0])
                return functions.square_root(parts[0])
            case t.Norm():
                if not parts[0].is_matrix:
                    self.branches.note(node, parts[0])
                return functions.norm(parts[0])
            case t.Inner():
                product = multiply(*parts)
                return sum_entries(product) if product.is_matrix else product
            case t.Apply():
                return self._apply(node, shaped, parts)
        raise UnreadableError(f"{type(node).__name__} is no value", node.place[0])

    def _quantity(self, shaped: Shaped) -> Value:
        key = shaped.key
        assert key is not None  # noqa: S101 - `shapes` has set it
        plain = self.graph.value(key)
        # An array counts as one: its rounding errors are those of its largest entry.
        size = np.broadcast_to(np.abs(plain).max(initial=0), plain.shape)
        if key not in self.moved:
            return Value(plain, (), size)
        moved = self.moved[key]
        own = tuple(range(len(self.moved_axes), moved.ndim))
        change = np.abs(moved.imag).max(axis=own, keepdims=True) if own else np.abs(moved.imag)
        return Value(moved, self.moved_axes, np.broadcast_to(size + 1j * change, moved.shape))

    def _element(self, node: t.Element, shaped: Shaped, base: Value) -> Value:
        picks = [
            whole_axis(position, length)
            if isinstance(index, t.Whole)
            else self._pick(index, length, shaped)
            for position, (index, length) in enumerate(
                zip(node.indices, base.data.shape[-2:], strict=True)
            )
        ]
        return pick_entries(base, picks, keeps_matrix=bool(shaped.shape))

    def _pick(self, index: t.Node, length: int, shaped: Shaped) -> Value:
        value = self.indices.of(index, shaped.layers)
        if value.data.size and (value.data.min() < 1 or value.data.max() > length):
            kind = MismatchError if value.letters else NoEntryError
            axis = next(axis for axis in shaped.parts[0].shape if axis == length)
            name = length_name(axis, shaped.layers, self.graph)
            raise kind(f"an index runs outside its axis of {name}")
        return Value(value.data - 1, value.letters)

    def _product(self, node: t.Product, shaped: Shaped, left: Value, right: Value) -> Value:
        if node.operator == "oslash":
            return divide(left, right)
        if node.operator or not (left.is_matrix and right.is_matrix):
            return multiply(left, right)
        inner = left.data.shape[-1]
        product = matrix_product(left, right)
        spend(product.data.size * inner / MULTIPLICATIONS_PER_UNIT, node.place[0])
        return product.change(lambda x: x[..., 0, 0]) if shaped.is_number else product

    def _apply(self, node: t.Apply, shaped: Shaped, values: list[Value]) -> Value:
        name = node.function.name
        if name in {"max", "min", "relu"}:
            self.branches.note(node, *values)
        elif name == "log":
            self._note_square(shaped.parts[0])
        if name in {"max", "min"}:
            return functions.extremum(name, *values)
        if name == "Loss":
            return functions.loss(values[0], values[1], self.graph)
        if name == "tr":
            return values[0].change(lambda x: np.trace(x, axis1=-2, axis2=-1))
        if name == "diag":
            return functions.diagonal(values[0])
        level = node.function.layer
        layer = None if level is None else whole_number(level, self.graph, shaped.layers)
        return functions.apply_function(node.function, layer, values[0], self.graph, node.place[0])

    def _note_square(self, shaped: Shaped) -> None:
        if (base := squared_in(shaped)) is not None:
            self.branches.note(t.Norm(base.node, "abs", place=base.node.place), self.of(base))

    def _derivative(self, shaped: Shaped) -> Value:
        key = shaped.key
        assert key is not None  # noqa: S101 - `shapes` has set it
        targets = {part.key for part in shaped.parts[0].walk() if part.key is not None}
        moved = self.graph.moved_by_entries(key, targets)
        spend(sum(array.size for array in moved.values()) / ENTRIES_PER_UNIT, shaped.node.place[0])
        above = replace(self, moved=moved, moved_axes=_MOVED).of(shaped.parts[0])
        letters = tuple(letter for letter in above.letters if letter not in _MOVED)
        change = np.imag(above.on((*letters, *_MOVED))) / STEP
        size = np.imag(above.sizes_on((*letters, *_MOVED))) / STEP
        shape = change.shape[: len(letters)] + self.graph.shape(key)
        size = np.broadcast_to(size, shape).max(axis=(-2, -1), keepdims=True)
        return Value(np.broadcast_to(change, shape), letters, np.broadcast_to(size, shape))

    def _differential(self, shaped: Shaped) -> Value:
        moves = {key: 1j * STEP * direction for key, direction in self.directions.items()}
        value = replace(self, moved=self.graph.moved(moves), moved_axes=()).of(shaped.parts[0])
        return Value(np.imag(value.data) / STEP, value.letters, np.imag(value.sizes) / STEP)

    def _reduction(self, shaped: Shaped, node: t.Reduction) -> Value:
        if shaped.ranges is None:  # over layers
            extremum = partial(functions.extremum, node.function)
            join = plain_sum if node.function == "sum" else extremum
            return reduce(join, [self.of(part) for part in shaped.parts])
        inside = IndexValues(self.graph, dict(self.indices.letters))
        inside.add(shaped.ranges)
        values = replace(self, indices=inside)
        body = values.of(shaped.parts[0])
        lengths = {letter: last - first + 1 for letter, (first, last) in shaped.ranges.items()}
        mask = inside.hold(t.AllOf(node.conditions), shaped.layers)
        return reduce_letters(node, body, mask, lengths)
