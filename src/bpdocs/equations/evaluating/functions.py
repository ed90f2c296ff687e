r"""Functions of values: those of the network, named ones, and their derivatives by complex step."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.evaluating.value import (
    ROUNDING,
    SMALLEST_NUMBER,
    Value,
    align,
    align_sizes,
    apply,
    magnitude,
)
from bpdocs.equations.networks.forward import softmax
from bpdocs.equations.networks.graph import STEP, Graph, differentiate

Rule = Callable[[np.ndarray], np.ndarray]

# A second derivative is a difference quotient of first ones, good to 1e-11: a thousand times worse.
_SECOND_ORDER = 1e4
# Where a function is flat or all but its first terms vanish, many others agree with it.
_SATURATED = 15.0
_SMALL = 1e-5


def _log(z: np.ndarray) -> np.ndarray:
    """Return the logarithm; of a negative number NaN, also where z moves by ih."""
    return np.log(np.where(np.real(z) > 0, z, np.nan))


def _relu(z: np.ndarray) -> np.ndarray:
    return np.where(np.real(z) <= 0, 0, z)  # NaN stays


_NAMED: dict[str, Rule] = {
    "exp": np.exp,
    "log": _log,
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "softplus": lambda z: np.log1p(np.exp(z)),
    "relu": _relu,
}
_EXTREMA: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "max": lambda a, b: np.where((np.real(a) >= np.real(b)) | np.isnan(a), a, b),
    "min": lambda a, b: np.where((np.real(a) <= np.real(b)) | np.isnan(a), a, b),
}


class _Derived:
    """The derivative of an element-wise function."""

    def __init__(self, function: Rule) -> None:
        self.function = function

    def __call__(self, z: np.ndarray) -> np.ndarray:
        """Return f'(z)."""
        if isinstance(self.function, _Derived):
            return np.imag(self.function(np.real(z) + 1j * STEP)) / STEP
        return differentiate(self.function, z)


def apply_function(
    function: t.Function, layer: int | None, value: Value, graph: Graph, place: int
) -> Value:
    r"""Return a function of one argument, entry by entry unless it is softmax.

    Raises
    ------
    UnreadableError
        If it has no value there, or one that many functions share.
    """
    if function.name == "softmax" or layer in graph.coupled:
        return _coupled(function, value, graph, place)
    rule = _NAMED.get(function.name) or graph.activations[layer or 1]
    _require_telling(function.name, value, place)
    if function.primes == 0:
        found = apply(rule, value)
        if function.name == "exp" and (np.real(found.data) == 0).any():
            raise UnreadableError("an exponential is smaller than any number", place)
        return found
    if function.primes > 2 or (function.primes == 2 and np.iscomplexobj(value.data)):
        raise UnreadableError("a third derivative is not read", place)
    derived: Rule = rule
    for _ in range(function.primes):
        derived = _Derived(derived)
    data = derived(value.data)
    sizes = magnitude(data)
    if function.primes == 2:
        sizes = sizes * _SECOND_ORDER
    elif np.iscomplexobj(data):
        sizes = sizes.real + 1j * sizes.imag * _SECOND_ORDER
    return Value(data, value.letters, sizes)


def _require_telling(name: str, value: Value, place: int) -> None:
    """Refuse arguments at which a function cannot be told from a simpler one."""
    if name in {"log", "relu"}:
        return
    real, sizes = np.abs(np.real(value.data)), np.real(value.sizes)
    largest = float(real.max(initial=0))
    is_zero = bool((real <= ROUNDING * sizes).all())
    if largest < _SMALL and not is_zero:
        raise UnreadableError(
            f"the argument of {name.lstrip(chr(92))} is so small that rounding hides what it does",
            place,
        )
    if name in {"tanh", "sigmoid", "softplus"} and largest > _SATURATED:
        raise UnreadableError(f"{name} is saturated there; nothing can be said", place)


def _coupled(function: t.Function, value: Value, graph: Graph, place: int) -> Value:
    """Return softmax, over the neurons of each sample, or how its outputs change with their own."""
    axis = -1 if graph.rows else -2
    z = value.data
    if function.primes:
        return Value(_own_slope(z, axis, function, place), value.letters)
    result = softmax(z, axis=axis)
    shares = np.real(result)
    reach = np.maximum(np.real(value.sizes).max(axis=axis, keepdims=True), 1)
    sizes = shares * reach
    if np.iscomplexobj(result):
        moved = np.imag(value.sizes)
        sizes = sizes + 1j * shares * (moved + (shares * moved).sum(axis=axis, keepdims=True))
    return Value(result, value.letters, sizes)


def _own_slope(z: np.ndarray, axis: int, function: t.Function, place: int) -> np.ndarray:
    """Return how each output of softmax changes with its own input alone."""
    if np.iscomplexobj(z) or function.primes > 1:
        raise UnreadableError("a derivative of the slope of softmax is not read", place)
    slope = np.empty_like(z)
    for row in range(z.shape[axis]):
        at = (..., row, slice(None)) if axis == -2 else (..., row)
        moved = z.astype(complex)
        moved[at] += 1j * STEP
        slope[at] = np.imag(softmax(moved, axis=axis))[at] / STEP
    return slope


def extremum(name: str, left: Value, right: Value) -> Value:
    """Return the larger or smaller of two values, entry by entry."""
    letters, (a, b) = align(left, right)
    first, second = align_sizes(left, right)
    sizes = np.maximum(np.real(first), np.real(second))
    result = _EXTREMA[name](a, b)
    if np.iscomplexobj(result):
        sizes = sizes + 1j * np.maximum(np.imag(first), np.imag(second))
    return Value(result, letters, np.broadcast_to(sizes, result.shape))


def loss(output: Value, targets: Value, graph: Graph) -> Value:
    """Return the loss of outputs with targets, as the network has it."""
    letters, (a, y) = align(output, targets)
    return Value(graph.cost(a, y), letters)


def diagonal(value: Value) -> Value:
    """Return the matrix with a vector on its diagonal, or the diagonal of a matrix as a column."""
    rows, columns = value.data.shape[-2:]

    def spread(array: np.ndarray) -> np.ndarray:
        flat = array.reshape(*array.shape[:-2], rows * columns)
        return flat[..., None] * np.eye(rows * columns)

    if 1 in (rows, columns):
        return value.change(spread)
    return value.change(lambda x: np.diagonal(x, axis1=-2, axis2=-1)[..., None])


def norm(value: Value) -> Value:
    """Return the root of the sum of squares."""
    own = (-2, -1) if value.is_matrix else ()

    def root(array: np.ndarray) -> np.ndarray:
        return np.sqrt((array**2).sum(axis=own))

    sizes = root(np.real(value.sizes))
    largest = np.max(np.abs(np.real(value.sizes)), initial=0)
    if largest**2 < SMALLEST_NUMBER and largest > 0:
        raise UnreadableError("a norm is smaller than any that can be judged", 0)
    result = root(value.data)
    if np.iscomplexobj(value.data):
        sizes = sizes + 1j * root(np.imag(value.sizes))
    return Value(result, value.letters, sizes)


def square_root(value: Value) -> Value:
    """Return the square root; of a negative number NaN."""
    inside = replace(value, data=np.where(np.real(value.data) >= 0, value.data, np.nan))
    return apply(np.sqrt, inside)
