r"""Which entries of a value subscripts pick: an element, a row, a column or a part."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bpdocs.equations.evaluating.value import Value, union


def whole_axis(position: int, length: int) -> Value:
    """Return what picks all rows (position 0) or all columns (1)."""
    return Value(np.arange(length)[(..., None) if position == 0 else (None, ...)])


def pick_entries(base: Value, picks: Sequence[Value], *, keeps_matrix: bool) -> Value:
    """Return the entries of `base` at `picks`, one for each axis, counted from 0.

    What `base` and `picks` vary with becomes the letters of the result.
    """
    letters = union(base, *picks)
    where = [pick.on(letters, as_matrix=keeps_matrix) for pick in picks]
    own = tuple(
        np.arange(base.data.shape[base.letters.index(letter)]).reshape(
            [-1 if other == letter else 1 for other in letters] + [1, 1] * keeps_matrix
        )
        for letter in base.letters
    )
    return replace(base.change(lambda x: x[(*own, *where)]), letters=letters)
