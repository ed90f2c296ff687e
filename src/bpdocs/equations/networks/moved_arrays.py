"""The arrays that the last moves of entries gave, up to a bound on their memory."""

from collections.abc import Mapping
from typing import Generic, TypeVar

import numpy as np

MAX_BYTES_KEPT = 16_000_000

Move = TypeVar("Move")
Name = TypeVar("Name")


class MovedArrays(Generic[Move, Name]):
    """Keeps arrays by what was moved; beyond the bound, those asked for longest ago go first.

    Parameters
    ----------
    most : int
        How many bytes are kept.
    """

    def __init__(self, most: int = MAX_BYTES_KEPT) -> None:
        self._most = most
        self._found: dict[Move, dict[Name, np.ndarray]] = {}
        self._sizes: dict[Move, int] = {}

    @property
    def n_bytes(self) -> int:
        """How many bytes are kept now."""
        return sum(self._sizes.values())

    def find(self, move: Move) -> dict[Name, np.ndarray]:
        """Return what is kept of a move."""
        found = self._found.pop(move, None)
        if found is None:
            return {}
        self._found[move] = found  # now the latest
        return found

    def keep(self, move: Move, arrays: Mapping[Name, np.ndarray]) -> None:
        """Keep what a move gave, in place of what was kept of it."""
        self._found.pop(move, None)
        self._found[move] = dict(arrays)
        self._sizes[move] = sum(array.nbytes for array in arrays.values())
        while self.n_bytes > self._most:
            oldest = next(iter(self._found))
            del self._found[oldest], self._sizes[oldest]
