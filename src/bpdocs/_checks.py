"""Checks of arguments at the public boundary: the only place that words shape and dtype errors."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ParamSpec

import numpy as np

FLOAT_DTYPES = (np.dtype(np.float32), np.dtype(np.float64))
Arguments = ParamSpec("Arguments")


class NotFiniteError(FloatingPointError, ValueError):
    """A result too large for its dtype: an operation that failed, by the values it was given."""


def require_floats(function: str, argument: str, value: Any) -> None:
    """Raise unless `value` is a plain ndarray of finite float32 or float64 numbers."""
    # No subclasses: `*` is the matrix product for np.matrix, and masks would be dropped.
    if type(value) is not np.ndarray:
        raise TypeError(f"{function}: {argument} must be a numpy.ndarray, got {_kind(value)}")
    if value.dtype not in FLOAT_DTYPES:
        raise TypeError(f"{function}: {argument} must be float32 or float64, got {value.dtype}")
    if not np.isfinite(value).all():
        raise ValueError(f"{function}: {argument} must be finite, got {_not_finite(value)}")


def require_matrix(
    function: str, argument: str, value: Any, shape: tuple[int | str, int | str]
) -> None:
    """Raise unless `value` is a finite float matrix; a name in `shape` stands for any size."""
    require_floats(function, argument, value)
    fits = value.ndim == 2 and all(
        have == want if isinstance(want, int) else have >= 1
        for have, want in zip(value.shape, shape, strict=True)
    )
    if not fits:
        rule = f"({shape[0]}, {shape[1]})"
        if 0 in value.shape:
            rule += " with every size at least 1"
        raise ValueError(f"{function}: {argument} must have shape {rule}, got {value.shape}")


def require_vector(function: str, argument: str, value: Any, size: int | str) -> None:
    """Raise unless `value` is a finite float vector; a name as `size` stands for any size."""
    require_floats(function, argument, value)
    fits = value.ndim == 1 and (len(value) == size if isinstance(size, int) else len(value) >= 1)
    if not fits:
        rule = f"({size},)" + (" with size at least 1" if value.shape == (0,) else "")
        raise ValueError(f"{function}: {argument} must have shape {rule}, got {value.shape}")


def require_same_dtype(function: str, arrays: dict[str, np.ndarray]) -> None:
    """Raise unless all named arrays have the dtype of the first."""
    (first, reference), *others = arrays.items()
    for argument, value in others:
        if value.dtype != reference.dtype:
            raise TypeError(
                f"{function}: {argument} must have the dtype of {first}, "
                f"{reference.dtype}, got {value.dtype}"
            )


def require_dtype(function: str, argument: str, value: Any) -> None:
    """Raise unless `value` is float32 or float64, in any of the ways that NumPy reads."""
    try:
        dtype: Any = np.dtype(value)
    except (TypeError, ValueError):
        dtype = repr(value)
    if dtype not in FLOAT_DTYPES:
        raise TypeError(f"{function}: {argument} must be float32 or float64, got {dtype}")


def require_number(function: str, argument: str, value: Any) -> None:
    """Raise unless `value` is a real number, of Python or NumPy."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.floating | np.integer):
        raise TypeError(f"{function}: {argument} must be a number, got {_kind(value)}")


def is_classes(targets: Any) -> bool:
    """Tell whether targets are integer classes, one a sample."""
    return (
        type(targets) is np.ndarray
        and targets.ndim == 1
        and np.issubdtype(targets.dtype, np.integer)
    )


def require_positive(function: str, argument: str, value: Any) -> None:
    """Raise unless `value` is a positive finite real number."""
    require_number(function, argument, value)
    try:
        number = float(value)
    except OverflowError:  # an integer of Python has no bound
        number = np.inf
    if not 0 < number < np.inf:
        raise ValueError(f"{function}: {argument} must be positive and finite, got {value}")


def require_size(function: str, argument: str, value: Any) -> int:
    """Return `value` as Python's integer, which does not overflow; raise if it is below 1."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{function}: {argument} must be an integer, got {value!r}")
    if value < 1:
        raise ValueError(f"{function}: {argument} must be at least 1, got {value}")
    return int(value)


def require_callable(function: str, argument: str, value: Any) -> None:
    """Raise unless `value` can be called."""
    if not callable(value):
        raise TypeError(f"{function}: {argument} must be callable, got {_kind(value)}")


def require_instance(function: str, argument: str, value: Any, kind: type) -> None:
    """Raise unless `value` is a `kind`."""
    if not isinstance(value, kind):
        name = kind.__name__ if kind.__module__ != "numpy.random._generator" else "numpy Generator"
        article = "an" if name[0] in "AEIOU" else "a"
        raise TypeError(f"{function}: {argument} must be {article} {name}, got {_kind(value)}")


def require_choice(function: str, argument: str, value: Any, choices: Sequence[str]) -> None:
    """Raise unless `value` is one of the names in `choices`."""
    if not isinstance(value, str) or value not in choices:
        names = ", ".join(sorted(choices))
        raise ValueError(f"{function}: {argument} must be one of {names}, got {value!r}")


def overflow_told() -> np.errstate:
    """Return a context in which NumPy does not warn; `require_result` then tells what overflowed.

    NumPy's warnings depend on the processor: in the browser there are none.
    """
    return np.errstate(over="ignore", invalid="ignore", divide="ignore")


def require_result(function: str, what: str, value: Any) -> Any:
    """Return `value`, which was computed from finite arguments; raise if it is not finite."""
    if not np.isfinite(value).all():
        raise NotFiniteError(f"{function}: {what} must be finite, got {_not_finite(value)}")
    return value


def finite_result(
    function: Callable[Arguments, np.ndarray],
) -> Callable[Arguments, np.ndarray]:
    """Make a function that computes an array raise where it is not finite."""

    @wraps(function)
    def checked(*arguments: Arguments.args, **named: Arguments.kwargs) -> np.ndarray:
        with overflow_told():
            result: np.ndarray = require_result(
                function.__name__, "result", function(*arguments, **named)
            )
        return result

    return checked


def _not_finite(value: Any) -> str:
    return "NaN" if np.isnan(value).any() else "infinity"


def _kind(value: Any) -> str:
    return "None" if value is None else type(value).__name__
