"""Checks of arguments at the public boundary: the only place that words shape and dtype errors."""

from collections.abc import Sequence
from typing import Any

import numpy as np

FLOAT_DTYPES = (np.dtype(np.float32), np.dtype(np.float64))


def require_floats(function: str, argument: str, value: Any) -> None:
    """Raise unless `value` is a plain ndarray of finite float32 or float64 numbers."""
    # No subclasses: `*` is the matrix product for np.matrix, and masks would be dropped.
    if type(value) is not np.ndarray:
        raise TypeError(f"{function}: {argument} must be a numpy.ndarray, got {_kind(value)}")
    if value.dtype not in FLOAT_DTYPES:
        raise TypeError(f"{function}: {argument} must be float32 or float64, got {value.dtype}")
    if not np.isfinite(value).all():
        what = "NaN" if np.isnan(value).any() else "infinity"
        raise ValueError(f"{function}: {argument} must be finite, got {what}")


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


def require_positive(function: str, argument: str, value: Any) -> None:
    """Raise unless `value` is a positive finite real number."""
    if isinstance(value, bool) or not isinstance(value, int | float | np.floating | np.integer):
        raise TypeError(f"{function}: {argument} must be a number, got {_kind(value)}")
    if not 0 < value < np.inf:
        raise ValueError(f"{function}: {argument} must be positive and finite, got {value}")


def require_size(function: str, argument: str, value: Any) -> None:
    """Raise unless `value` is an integer of at least 1."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{function}: {argument} must be an integer, got {value!r}")
    if value < 1:
        raise ValueError(f"{function}: {argument} must be at least 1, got {value}")


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


def _kind(value: Any) -> str:
    return "None" if value is None else type(value).__name__
