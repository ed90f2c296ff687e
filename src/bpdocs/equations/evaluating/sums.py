"""Sums and extrema of values over index letters."""

from collections.abc import Mapping

import numpy as np

from bpdocs.equations import tree as t
from bpdocs.equations.evaluating.value import (
    MAX_ENTRIES,
    Value,
    align,
    align_sizes,
    magnitude,
    require_visible,
    too_many_entries,
    union,
)

# Terms of one formula may differ by more than those of an author; beyond, rounding hides them.
_SMALLEST_OF_SUM = 1e-10


def sum_entries(value: Value) -> Value:
    """Return the sum of all entries of a matrix."""
    return value.change(lambda x: x.sum(axis=(-2, -1)))


def plain_sum(left: Value, right: Value) -> Value:
    """Return a sum whose terms come from one formula: a small one is no slip of the author's."""
    letters, (a, b) = align(left, right)
    first, second = align_sizes(left, right)
    require_visible([a, b], [first, second], beside=[a, b], smallest=_SMALLEST_OF_SUM)
    return Value(a + b, letters, first + second)


def reduce_letters(
    node: t.Reduction, body: Value, mask: Value, lengths: Mapping[str, int]
) -> Value:
    """Return the sum or extremum of a body over letters, where a mask is true."""
    kept = tuple(letter for letter in union(body, mask) if letter not in lengths)
    letters = (*kept, *lengths)
    data, sizes = body.on(letters), body.sizes_on(letters)
    where = mask.on(letters, as_matrix=body.is_matrix)
    shape = list(np.broadcast_shapes(data.shape, where.shape))
    shape[len(kept) : len(letters)] = lengths.values()
    if np.prod(shape, dtype=float) > MAX_ENTRIES:
        raise too_many_entries(node.place[0])
    data, sizes, where = (np.broadcast_to(x, shape) for x in (data, sizes, where))
    axes = tuple(range(len(kept), len(letters)))
    if node.function == "sum":
        data, sizes = np.where(where, data, 0), np.where(where, sizes, 0)
        for axis in axes:
            terms, own = (list(np.moveaxis(array, axis, 0)) for array in (data, sizes))
            require_visible(terms, own, beside=terms, smallest=_SMALLEST_OF_SUM)
        return Value(data.sum(axis=axes), kept, sizes.sum(axis=axes))
    sign = 1 if node.function == "max" else -1
    order = np.where(where, sign * np.real(data), -np.inf).reshape(*shape[: len(kept)], -1)
    best = order.argmax(axis=-1)[..., None]
    flat = data.reshape(*shape[: len(kept)], -1)
    found = np.take_along_axis(flat, best, axis=-1)[..., 0]
    return Value(found, kept, magnitude(found))
