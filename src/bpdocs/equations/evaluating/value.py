r"""Numbers for all values of the index letters at once, with the size of what they came from.

A value is an array with an axis for each index letter that is free in it, in front of its own two
axes if it is a matrix.

Two sides of an equation agree if they differ by no more than rounding, and rounding is relative to
the largest number on the way: of $a - a$ nothing is left but the rounding of $a$. So each value
carries `size`: what it would be if no term had cancelled another. Where entries of a network are
moved by $ih$, the imaginary part of `size` belongs to that of the value, which is a derivative.

What is not finite, or whose size is not, is NaN, and so is all that is computed from it; only a
condition can take such entries out of a statement.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bpdocs.equations.errors import SizesError, UnreadableError
from bpdocs.equations.networks.graph import STEP

MAX_ENTRIES = 400_000
# Errors of values are far below; differences that someone means are far above.
ROUNDING = 3e-13
# A term that is smaller beside another is not judged: an error in it would pass unseen.
SMALLEST_TERM = 1e-7
# Beside numbers that cancelled on the way a term is known to ROUNDING times their size.
_SMALLEST_BESIDE_SIZE = 1e4 * ROUNDING
SMALLEST_NUMBER = 1e-200  # below, they or their derivatives lose digits


@dataclass(frozen=True)
class Value:
    """Numbers with an axis for each letter, then none or two axes of their own.

    Attributes
    ----------
    data : ndarray
        The numbers.
    letters : tuple of str
        Of the first axes.
    size : ndarray or None
        Of the shape of `data`: the size of what was added up; None where nothing was.
    """

    data: np.ndarray
    letters: tuple[str, ...] = ()
    size: np.ndarray | None = None

    @property
    def is_matrix(self) -> bool:
        """Whether it is a matrix for each choice of the letters."""
        return self.data.ndim > len(self.letters)

    @property
    def sizes(self) -> np.ndarray:
        """The size of every number."""
        return magnitude(self.data) if self.size is None else self.size

    def change(self, rule: Callable[[np.ndarray], np.ndarray]) -> "Value":
        """Return the value with a rule that only moves or picks entries applied."""
        size = None if self.size is None else rule(self.size)
        return replace(self, data=rule(self.data), size=size)

    def on(self, letters: tuple[str, ...], *, as_matrix: bool = False) -> np.ndarray:
        """Return the numbers with these letters' axes, of length 1 where it has none."""
        return self._spread(self.data, letters, as_matrix=as_matrix)

    def sizes_on(self, letters: tuple[str, ...], *, as_matrix: bool = False) -> np.ndarray:
        """Return the sizes, as `on` does the numbers."""
        return self._spread(self.sizes, letters, as_matrix=as_matrix)

    def _spread(
        self, array: np.ndarray, letters: tuple[str, ...], *, as_matrix: bool
    ) -> np.ndarray:
        own = array.ndim - len(self.letters)
        present = [letter for letter in letters if letter in self.letters]
        order = [self.letters.index(letter) for letter in present]
        turned = array.transpose(*order, *range(len(order), len(order) + own))
        lengths = iter(turned.shape)
        shape = [next(lengths) if letter in self.letters else 1 for letter in letters]
        tail = list(turned.shape[len(order) :])
        return turned.reshape(shape + (tail or ([1, 1] if as_matrix else [])))


def magnitude(data: np.ndarray) -> np.ndarray:
    """Return the absolute value, of real and imaginary part apart."""
    if np.iscomplexobj(data):
        return np.abs(data.real) + 1j * np.abs(data.imag)
    return np.abs(data)


def union(*values: Value) -> tuple[str, ...]:
    """Return the letters of several values, each once."""
    return tuple(dict.fromkeys(letter for value in values for letter in value.letters))


def align(*values: Value) -> tuple[tuple[str, ...], list[np.ndarray]]:
    """Return the letters of several values, and the numbers of each with all these axes."""
    letters = union(*values)
    is_matrix = any(value.is_matrix for value in values)
    arrays = [value.on(letters, as_matrix=is_matrix) for value in values]
    _require_few(letters, arrays)
    return letters, arrays


def align_sizes(*values: Value) -> list[np.ndarray]:
    """Return the sizes of several values with the axes that `align` gives."""
    letters = union(*values)
    is_matrix = any(value.is_matrix for value in values)
    return [value.sizes_on(letters, as_matrix=is_matrix) for value in values]


def _require_few(letters: tuple[str, ...], arrays: list[np.ndarray]) -> None:
    count = 1.0
    for axis in range(len(letters)):
        count *= max(array.shape[axis] for array in arrays)
    if count > MAX_ENTRIES:
        raise too_many_entries(0)


def too_many_entries(place: int) -> SizesError:
    """Return the error for what would take too much memory."""
    return SizesError("there are too many indices at once", place, is_large=True)


def settled(value: Value) -> Value:
    """Return the value with NaN for what is not finite, or was not on the way."""
    is_finite = np.isfinite(value.data)
    if value.size is not None:
        is_finite = is_finite & np.isfinite(value.size)
    if is_finite.all():
        return value
    nothing = complex(np.nan, np.nan) if np.iscomplexobj(value.data) else np.nan
    data = np.where(is_finite, value.data, nothing)
    return replace(value, data=data, size=np.where(is_finite, value.sizes, 0))


def scale(value: Value, factor: float) -> Value:
    """Return a value times a number."""
    return value if factor == 1 else replace(value, data=factor * value.data)


def add(left: Value, right: Value) -> Value:
    """Return the sum.

    Raises
    ------
    UnreadableError
        If one drowns beside the other.
    """
    letters, (a, b) = align(left, right)
    sizes = align_sizes(left, right)
    require_visible([a, b], sizes, beside=[a, b])
    require_visible([a, b], sizes, beside=sizes, smallest=_SMALLEST_BESIDE_SIZE)
    return Value(a + b, letters, sizes[0] + sizes[1])


def require_visible(
    terms: Sequence[np.ndarray],
    sizes: Sequence[np.ndarray],
    *,
    beside: Sequence[np.ndarray],
    smallest: float = SMALLEST_TERM,
) -> None:
    """Refuse a term that is there and yet too small beside another to be judged."""
    part = np.imag if any(map(np.iscomplexobj, terms)) else np.real
    largest = max(_top(part(other)) for other in beside)
    for term, size in zip(terms, sizes, strict=True):
        if ROUNDING * _top(part(size)) < _top(part(term)) < smallest * largest:
            raise UnreadableError(
                "a term is so small beside another that rounding hides it; nothing can be said", 0
            )


def _top(array: np.ndarray) -> float:
    return float(np.max(np.abs(array), initial=0, where=~np.isnan(array)))


def multiply(left: Value, right: Value) -> Value:
    """Return the product, entry by entry."""
    letters, (a, b) = align(left, right)
    size_a, size_b = align_sizes(left, right)
    product = a * b
    _require_not_vanished(product, (np.real(a) != 0) & (np.real(b) != 0))
    return Value(product, letters, size_a * size_b)


def _require_not_vanished(result: np.ndarray, is_there: np.ndarray) -> None:
    if ((np.abs(np.real(result)) < SMALLEST_NUMBER) & is_there).any():
        raise UnreadableError("a number is smaller than any that can be judged", 0)


def matrix_product(left: Value, right: Value) -> Value:
    """Return the matrix product."""
    letters, (a, b) = align(left, right)
    size_a, size_b = align_sizes(left, right)
    largest = [np.max(np.abs(np.real(size)), initial=0) for size in (size_a, size_b)]
    _require_not_vanished(np.array(largest[0] * largest[1]), np.array(all(largest)))
    return Value(a @ b, letters, size_a @ size_b)


def divide(left: Value, right: Value) -> Value:
    """Return the quotient, entry by entry; NaN where the denominator is 0 but for rounding."""
    letters, (a, b) = align(left, right)
    size_a, size_b = align_sizes(left, right)
    below = np.abs(np.real(b))
    b = np.where(below <= ROUNDING * np.real(size_b), np.nan, b)
    inverse = np.real(size_b) / below**2
    if np.iscomplexobj(size_b):
        inverse = inverse + 1j * size_b.imag * inverse / below
    quotient = a / b
    _require_not_vanished(quotient, np.real(a) != 0)
    return Value(quotient, letters, size_a * inverse)


def power(base: Value, exponent: Value) -> Value:
    """Return a power, entry by entry; of a negative number only a whole one has a value."""
    letters, (x, e) = align(base, exponent)
    size, _ = align_sizes(base, exponent)
    is_whole = np.real(e) == np.round(np.real(e))
    has_value = ((np.real(x) >= 0) | is_whole) & ~np.isnan(x) & ~np.isnan(e)
    result = np.where(has_value, np.power(x, e), np.nan)
    _require_not_vanished(result, np.real(x) != 0)
    factor = np.maximum(np.abs(np.real(e)), 1)
    growth = np.real(size) / np.where(np.real(x) == 0, 1, np.abs(np.real(x)))
    sizes = np.abs(np.real(result)) * factor * growth + ((np.real(x) == 0) * np.real(size))
    if np.iscomplexobj(result):
        slope = np.abs(np.real(e) * np.power(np.abs(np.real(x)), np.real(e) - 1))
        sizes = sizes + 1j * (np.imag(size) * slope * growth + np.abs(np.imag(result)))
    return Value(result, letters, sizes)


def apply(rule: Callable[[np.ndarray], np.ndarray], value: Value) -> Value:
    """Return an element-wise function, whose slope tells how rounding grows."""
    z, size = value.data, value.sizes
    slope = np.abs(np.imag(rule(np.real(z) + 1j * STEP)) / STEP)
    result = rule(z)
    sizes = np.maximum(np.abs(np.real(result)), slope * np.real(size))
    if np.iscomplexobj(result):
        sizes = sizes + 1j * np.maximum(np.abs(np.imag(result)), slope * np.imag(size))
    return Value(result, value.letters, sizes)


def holds_zero(value: Value) -> bool:
    """Tell whether a value is 0 but for rounding."""
    return bool((np.abs(np.real(value.data)) <= ROUNDING * np.real(value.sizes)).all())
