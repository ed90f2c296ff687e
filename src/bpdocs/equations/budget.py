r"""How much work a check may be: whatever the input, there is a sentence within two seconds.

Each limit on its own (symbols, layers, entries of an array) leaves their product open. So each node
that is evaluated is paid from one budget, and its entries with it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from bpdocs.equations.errors import SizesError

# A node costs 1, about 30 microseconds; the dearest display of the tests costs 3,000.
WORK = 30_000
ENTRIES_PER_UNIT = 1_000
MULTIPLICATIONS_PER_UNIT = 50_000


@dataclass
class _Purse:
    left: float


_PURSE: ContextVar[_Purse | None] = ContextVar("purse", default=None)


@contextmanager
def limited_work(units: float = WORK) -> Iterator[None]:
    """Limit what is evaluated inside; a budget inside another one is a budget of its own."""
    token = _PURSE.set(_Purse(units))
    try:
        yield
    finally:
        _PURSE.reset(token)


def spend(units: float, place: int = 0) -> None:
    """Pay for work.

    Raises
    ------
    SizesError
        If the budget is spent.
    """
    purse = _PURSE.get()
    if purse is None:
        return
    purse.left -= units
    if purse.left < 0:
        raise SizesError(
            "this is too much to evaluate at once; write it in fewer or shorter steps",
            place,
            is_large=True,
        )
