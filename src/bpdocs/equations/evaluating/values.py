r"""Values of a tree on one network.

A value is an array with an axis for each index letter that is free in it, in front of its own two
axes if it is a matrix: all elements are computed at once. `Shapes` has found that all fits.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from bpdocs.equations import tree as t
from bpdocs.equations.errors import MismatchError, NoEntryError, SizesError, UnreadableError
from bpdocs.equations.evaluating.letters import Layers, key_of, layer_values, whole_number
from bpdocs.equations.evaluating.shapes import Shapes, visit_of
from bpdocs.equations.networks.forward import softmax
from bpdocs.equations.networks.graph import STEP, Graph, Key, differentiate

MAX_ENTRIES = 3_000_000

_MOVED = ("moved row", "moved column")  # no letter is called so
_FUNCTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "exp": np.exp,
    "log": np.log,
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "softplus": lambda z: np.log1p(np.exp(z)),
    "softmax": softmax,
}
_COMPARE: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "=": np.equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "!=": np.not_equal,
}


@dataclass(frozen=True)
class Value:
    """Numbers with an axis for each letter, then none or two axes of their own."""

    data: np.ndarray
    letters: tuple[str, ...] = ()

    @property
    def is_matrix(self) -> bool:
        """Whether it is a matrix for each choice of the letters."""
        return self.data.ndim > len(self.letters)

    def on(self, letters: tuple[str, ...], *, as_matrix: bool = False) -> np.ndarray:
        """Return the numbers with these letters' axes, of length 1 where it has none."""
        own = self.data.ndim - len(self.letters)
        present = [letter for letter in letters if letter in self.letters]
        order = [self.letters.index(letter) for letter in present]
        turned = self.data.transpose(*order, *range(len(order), len(order) + own))
        sizes = iter(turned.shape)
        shape = [next(sizes) if letter in self.letters else 1 for letter in letters]
        tail = list(turned.shape[len(order) :])
        return turned.reshape(shape + (tail or ([1, 1] if as_matrix else [])))


def too_many_indices(place: int) -> SizesError:
    """Return the error for what would take too much memory."""
    return SizesError("there are too many indices at once", place, is_large=True)


def union(*values: Value) -> tuple[str, ...]:
    """Return the letters of several values, each once."""
    return tuple(dict.fromkeys(letter for value in values for letter in value.letters))


@dataclass
class Values:
    """Computes values on one network.

    Attributes
    ----------
    shapes : Shapes
        That has gone over the same trees with the same layers.
    ranges : dict of str to (int, int)
        First and last value of the free letters.
    sources : dict of Key to ndarray
        What the quantities vary by of which differentials are taken.
    """

    graph: Graph
    shapes: Shapes
    ranges: Mapping[str, tuple[int, int]]
    sources: Mapping[Key, np.ndarray] = field(default_factory=dict)
    _moved: Mapping[Key, np.ndarray] = field(default_factory=dict)
    _axes: tuple[str, ...] = ()
    _letters: dict[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for letter, (lower, upper) in self.ranges.items():
            self._letters[letter] = Value(np.arange(lower, upper + 1), (letter,))

    def of(self, node: t.Node, layers: Layers) -> Value:
        """Return a tree's value."""
        value: Value = getattr(self, f"_{type(node).__name__.lower()}")(node, layers)
        if value.data.size > MAX_ENTRIES:
            raise too_many_indices(node.place[0])
        return value

    def index(self, node: t.Node, layers: Layers) -> Value:
        """Return an index expression's value, counted from 1."""
        if isinstance(node, t.Letter) and node.name in self._letters:
            return self._letters[node.name]
        if isinstance(node, t.Addition):
            total = Value(np.array(0))
            for sign, term in node.terms:
                total = self._both(np.add, total, self._scaled(sign, self.index(term, layers)))
            return total
        return Value(np.array(whole_number(node, self.graph, layers)))

    def holds(self, condition: t.Condition, layers: Layers) -> Value:
        """Return where a condition is true."""
        sides = [self.index(side, layers) for side in condition.sides]
        if condition.relations == ("between",):
            above = self._both(np.greater_equal, sides[1], sides[0])
            below = self._both(np.less_equal, sides[1], sides[2])
            return self._both(np.logical_and, above, below)
        result = Value(np.array(True))
        for relation, left, right in zip(condition.relations, sides, sides[1:], strict=False):
            result = self._both(np.logical_and, result, self._both(_COMPARE[relation], left, right))
        return result

    def _both(
        self, rule: Callable[[np.ndarray, np.ndarray], np.ndarray], left: Value, right: Value
    ) -> Value:
        letters = union(left, right)
        is_matrix = left.is_matrix or right.is_matrix
        a, b = left.on(letters, as_matrix=is_matrix), right.on(letters, as_matrix=is_matrix)
        lengths = np.maximum(a.shape[: len(letters)], b.shape[: len(letters)])
        if np.prod(lengths, dtype=float) > MAX_ENTRIES:
            raise too_many_indices(0)
        return Value(rule(a, b), letters)

    def _scaled(self, factor: float, value: Value) -> Value:
        return value if factor == 1 else Value(factor * value.data, value.letters)

    def _number(self, node: t.Number, _: Layers) -> Value:
        return Value(np.array(node.value))

    def _constant(self, node: t.Constant, layers: Layers) -> Value:
        return Value(np.array(float(whole_number(node, self.graph, layers))))

    def _size(self, node: t.Size, layers: Layers) -> Value:
        return Value(np.array(float(whole_number(node, self.graph, layers))))

    def _ones(self, node: t.Ones, layers: Layers) -> Value:
        return Value(np.ones((whole_number(node.length, self.graph, layers), 1)))

    def _identity(self, node: t.Identity, layers: Layers) -> Value:
        return Value(np.eye(whole_number(node.length, self.graph, layers)))

    def _quantity(self, node: t.Quantity, layers: Layers) -> Value:
        key = key_of(node, self.graph, layers)
        if key in self._moved:
            return Value(self._moved[key], self._axes)
        return Value(self.graph.value(key))

    def _kronecker(self, node: t.Kronecker, layers: Layers) -> Value:
        same = self._both(np.equal, self.index(node.first, layers), self.index(node.second, layers))
        return Value(same.data.astype(float), same.letters)

    def _element(self, node: t.Element, layers: Layers) -> Value:
        base = self.of(node.base, layers)
        rows, columns = base.data.shape[-2:]
        indices = node.indices
        if len(indices) == 1:
            first = t.Number(1)
            indices = (indices[0], first) if columns == 1 else (first, indices[0])
        picks = [
            Value(np.arange(length)[(..., None) if at == 0 else (None, ...)])
            if isinstance(index, t.Whole)
            else self._pick(index, length, layers)
            for at, (index, length) in enumerate(zip(indices, (rows, columns), strict=True))
        ]
        keeps_matrix = any(isinstance(index, t.Whole) for index in indices)
        letters = union(base, *picks)
        where = [pick.on(letters, as_matrix=keeps_matrix) for pick in picks]
        own = tuple(
            np.arange(base.data.shape[base.letters.index(letter)]).reshape(
                [-1 if other == letter else 1 for other in letters] + [1, 1] * keeps_matrix
            )
            for letter in base.letters
        )
        return Value(base.data[(*own, *where)], letters)

    def _pick(self, index: t.Node, length: int, layers: Layers) -> Value:
        value = self.index(index, layers)
        if value.data.size and (value.data.min() < 1 or value.data.max() > length):
            kind = MismatchError if value.letters else NoEntryError
            raise kind(f"an index runs outside its axis of {self.shapes.name(length, layers)}")
        return Value(value.data - 1, value.letters)

    def _transpose(self, node: t.Transpose, layers: Layers) -> Value:
        value = self.of(node.base, layers)
        return Value(np.swapaxes(value.data, -1, -2), value.letters)

    def _power(self, node: t.Power, layers: Layers) -> Value:
        exponent = self.of(node.exponent, layers)
        return self._both(np.power, self.of(node.base, layers), exponent)

    def _addition(self, node: t.Addition, layers: Layers) -> Value:
        total: Value | None = None
        for sign, term in node.terms:
            value = self._scaled(sign, self.of(term, layers))
            total = value if total is None else self._both(np.add, total, value)
        assert total is not None  # noqa: S101
        return total

    def _product(self, node: t.Product, layers: Layers) -> Value:
        left, right = self.of(node.left, layers), self.of(node.right, layers)
        if node.operator == "oslash":
            return self._both(np.divide, left, right)
        if node.operator or not (left.is_matrix and right.is_matrix):
            return self._both(np.multiply, left, right)
        product = self._both(np.matmul, left, right)
        is_number = visit_of(node, layers) in self.shapes.numbers
        return Value(product.data[..., 0, 0], product.letters) if is_number else product

    def _fraction(self, node: t.Fraction, layers: Layers) -> Value:
        return self._both(np.divide, self.of(node.above, layers), self.of(node.below, layers))

    def _root(self, node: t.Root, layers: Layers) -> Value:
        value = self.of(node.base, layers)
        return Value(np.sqrt(value.data), value.letters)

    def _norm(self, node: t.Norm, layers: Layers) -> Value:
        value = self.of(node.base, layers)
        squares = value.data**2
        return Value(
            np.sqrt(squares.sum(axis=(-2, -1)) if value.is_matrix else squares), value.letters
        )

    def _inner(self, node: t.Inner, layers: Layers) -> Value:
        product = self._both(np.multiply, self.of(node.left, layers), self.of(node.right, layers))
        if product.is_matrix:
            return Value(product.data.sum(axis=(-2, -1)), product.letters)
        return product

    def _apply(self, node: t.Apply, layers: Layers) -> Value:
        values = [self.of(argument, layers) for argument in node.arguments]
        name, first = node.function.name, values[0]
        if name in {"max", "min"}:
            return self._both(_EXTREMA[name], *values)
        if name == "Loss":
            return self._loss(*values)
        if name == "tr":
            return Value(np.trace(first.data, axis1=-2, axis2=-1), first.letters)
        if name == "diag":
            return self._diag(first)
        layer = (
            whole_number(node.function.layer, self.graph, layers)
            if node.function.layer is not None
            else None
        )
        rule = _FUNCTIONS.get(name) or self.graph.activations[layer or 1]
        if layer in self.graph.coupled and node.function.primes:
            return Value(self._own_slope(rule, first.data, node), first.letters)
        for _ in range(node.function.primes):
            rule = _Derived(rule)
        if node.function.primes > 2:
            raise UnreadableError("a third derivative is not read", node.place[0])
        return Value(rule(first.data), first.letters)

    def _own_slope(
        self, rule: Callable[[np.ndarray], np.ndarray], z: np.ndarray, node: t.Node
    ) -> np.ndarray:
        """Return how each output of softmax changes with its own input alone."""
        if np.iscomplexobj(z):
            raise UnreadableError("a derivative of the slope of softmax is not read", node.place[0])
        slope = np.empty_like(z)
        for row in range(z.shape[-2]):
            moved = z.astype(complex)
            moved[..., row, :] += 1j * STEP
            slope[..., row, :] = np.imag(rule(moved))[..., row, :] / STEP
        return slope

    def _loss(self, output: Value, targets: Value) -> Value:
        letters = union(output, targets)
        loss = self.graph.loss
        assert loss is not None  # noqa: S101
        a, y = output.on(letters), targets.on(letters)
        if self.graph.rows:
            a, y = np.swapaxes(a, -1, -2), np.swapaxes(y, -1, -2)
        return Value(loss(a, y).mean(axis=(-2, -1)), letters)

    def _diag(self, value: Value) -> Value:
        rows, columns = value.data.shape[-2:]
        if 1 in (rows, columns):
            flat = value.data.reshape(*value.data.shape[:-2], rows * columns)
            return Value(flat[..., None] * np.eye(rows * columns), value.letters)
        return Value(np.diagonal(value.data, axis1=-2, axis2=-1)[..., None], value.letters)

    def _derivative(self, node: t.Derivative, layers: Layers) -> Value:
        key = key_of(node.below, self.graph, layers)
        shape = self.graph.shape(key)
        above = self._with(self.graph.moved_by_entries(key), _MOVED).of(node.above, layers)
        letters = tuple(letter for letter in above.letters if letter not in _MOVED)
        change = np.imag(above.on((*letters, *_MOVED))) / STEP
        return Value(np.broadcast_to(change, change.shape[: len(letters)] + shape), letters)

    def _differential(self, node: t.Differential, layers: Layers) -> Value:
        moves = {key: 1j * STEP * direction for key, direction in self.sources.items()}
        value = self._with(self.graph.moved(moves), ()).of(node.base, layers)
        return Value(np.imag(value.data) / STEP, value.letters)

    def _with(self, moved: Mapping[Key, np.ndarray], axes: tuple[str, ...]) -> "Values":
        return Values(self.graph, self.shapes, {}, self.sources, moved, axes, dict(self._letters))

    def _reduction(self, node: t.Reduction, layers: Layers) -> Value:
        letters = {bound.letter for bound in node.bounds}
        if letters & self.shapes.layer_names:
            total = Value(np.array(0.0))
            for inner in layer_values(node, self.graph, layers):
                total = self._both(np.add, total, self.of(node.body, inner))
            return total
        ranges = self.shapes.ranges[visit_of(node, layers)]
        outside = dict(self._letters)
        for letter, (lower, upper) in ranges.items():
            self._letters[letter] = Value(np.arange(lower, upper + 1), (letter,))
        body = self.of(node.body, layers)
        lengths = {letter: upper - lower + 1 for letter, (lower, upper) in ranges.items()}
        result = self._reduce(node, body, lengths, layers)
        self._letters = outside
        return result

    def _reduce(
        self, node: t.Reduction, body: Value, lengths: Mapping[str, int], layers: Layers
    ) -> Value:
        mask = Value(np.array(True))
        for condition in node.conditions:
            mask = self._both(np.logical_and, mask, self.holds(condition, layers))
        kept = tuple(letter for letter in union(body, mask) if letter not in lengths)
        letters = (*kept, *lengths)
        data, where = body.on(letters), mask.on(letters, as_matrix=body.is_matrix)
        shape = list(np.broadcast_shapes(data.shape, where.shape))
        shape[len(kept) : len(letters)] = lengths.values()
        if np.prod(shape, dtype=float) > MAX_ENTRIES:
            raise too_many_indices(node.place[0])
        data, where = np.broadcast_to(data, shape), np.broadcast_to(where, shape)
        axes = tuple(range(len(kept), len(letters)))
        if node.function == "sum":
            return Value(np.where(where, data, 0).sum(axis=axes), kept)
        sign = 1 if node.function == "max" else -1
        order = np.where(where, sign * np.real(data), -np.inf).reshape(*shape[: len(kept)], -1)
        best = order.argmax(axis=-1)
        flat = data.reshape(*shape[: len(kept)], -1)
        return Value(np.take_along_axis(flat, best[..., None], axis=-1)[..., 0], kept)


class _Derived:
    """The derivative of an element-wise function."""

    def __init__(self, function: Callable[[np.ndarray], np.ndarray]) -> None:
        self.function = function

    def __call__(self, z: np.ndarray) -> np.ndarray:
        """Return f'(z)."""
        if isinstance(self.function, _Derived):
            return np.imag(self.function(np.real(z) + 1j * STEP)) / STEP
        return differentiate(self.function, z)


_EXTREMA: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "max": lambda a, b: np.where(np.real(a) >= np.real(b), a, b),
    "min": lambda a, b: np.where(np.real(a) <= np.real(b), a, b),
}
