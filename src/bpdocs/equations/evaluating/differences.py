"""Where the two sides of a claim differ by more than rounding, and where most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bpdocs.equations.errors import NoValueError, UnreadableError
from bpdocs.equations.evaluating.value import ROUNDING, Value, union

# How far sides may differ, relative to the larger, where a size beside which they are small allows
# it; what is computed well agrees far better.
_FEWEST_DIGITS = 1e-6


@dataclass(frozen=True)
class Difference:
    """A place where the sides differ.

    Attributes
    ----------
    error : float
        The difference, relative to the larger side.
    place : str
        " at l = 2, j = 1", or "".
    left, right : float
        Both numbers.
    """

    error: float
    place: str
    left: float
    right: float


def compare(
    a: Value, b: Value, mask: Value, layers: Mapping[str, int], place: int
) -> tuple[int, Difference | None]:
    """Return how many numbers were compared, and where they differ most if they do.

    The tolerance is relative to the largest number on the way, `Value.size`; of an array, to that
    of its largest entry.
    """
    letters = union(a, b, mask)
    is_matrix = a.is_matrix or b.is_matrix
    left, right = a.on(letters, as_matrix=is_matrix), b.on(letters, as_matrix=is_matrix)
    where = mask.on(letters, as_matrix=is_matrix)
    shape = np.broadcast_shapes(left.shape, right.shape, where.shape)
    left, right, where = (np.broadcast_to(x, shape) for x in (left, right, where))
    if not where.any():
        return 0, None
    if not (np.isfinite(left[where]).all() and np.isfinite(right[where]).all()):
        raise NoValueError(
            "a side is not a finite number, such as the logarithm of a negative one", place
        )
    own = tuple(range(len(letters), len(shape)))
    sizes = [value.sizes_on(letters, as_matrix=is_matrix) for value in (a, b)]
    sizes = [s.max(axis=own, keepdims=True) for s in sizes]
    gap = np.where(where, np.abs(left - right), 0)
    is_apart = gap > ROUNDING * np.broadcast_to(np.maximum(*sizes), shape)
    larger = [np.abs(side).max(axis=own, keepdims=True) for side in (left, right)]
    count = int(where.sum())
    if not is_apart.any():
        _require_digits(larger, sizes, gap, place)
        return count, None
    larger = np.maximum(*larger)
    error = np.where(is_apart, gap / np.where(larger == 0, 1, larger), -1)
    at = np.unravel_index(int(error.argmax()), shape)
    return count, Difference(
        float(error[at]), _place(at, letters, layers), float(left[at]), float(right[at])
    )


def _require_digits(
    larger: Sequence[np.ndarray], sizes: Sequence[np.ndarray], gap: np.ndarray, place: int
) -> None:
    """Refuse sides that agree only because too little of one is left; 0 = 0 may be by rounding."""
    is_zero = [top <= ROUNDING * size for top, size in zip(larger, sizes, strict=True)]
    is_hidden = gap > _FEWEST_DIGITS * np.maximum(*larger)
    if (is_hidden & ~(is_zero[0] & is_zero[1])).any():
        raise UnreadableError("so much cancels that rounding hides the rest", place)


def _place(at: tuple[np.intp, ...], letters: tuple[str, ...], layers: Mapping[str, int]) -> str:
    indices = dict(zip(letters, (int(i) + 1 for i in at), strict=False))
    found = ", ".join(f"{letter} = {value}" for letter, value in {**layers, **indices}.items())
    if len(at) > len(letters):
        entry = f"entry ({', '.join(str(int(i) + 1) for i in at[len(letters) :])})"
        found = f"{found}, {entry}" if found else entry
    return f" at {found}" if found else ""
