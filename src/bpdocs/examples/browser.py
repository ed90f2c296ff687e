"""What only the browser's Python needs: a session, and a sleep that can be stopped."""

import random
import time
from collections.abc import Callable

from bpdocs.examples.session import Session

_SLICE = 0.05  # seconds


def start() -> Session:
    """Return a new session, after making `time.sleep` answer to Stop.

    What is imported by then may be memory that an earlier start has left, so chance begins anew.
    """
    import pyodide_js  # exists in Pyodide only

    random.seed()
    time.sleep = sliced_sleep(time.sleep, pyodide_js.checkInterrupt)  # type: ignore[assignment] # typeshed takes integers apart
    return Session()


Sleep = Callable[[float], None]


def sliced_sleep(sleep: Sleep, check_interrupt: Callable[[], object]) -> Sleep:
    """Return a `sleep` that asks every 0.05 s whether to stop.

    Parameters
    ----------
    sleep : callable
        Takes seconds; cannot be interrupted itself.
    check_interrupt : callable
        Raises KeyboardInterrupt when the reader has pressed Stop.

    Returns
    -------
    callable
        Sleeps as long, in slices.
    """

    def sliced(seconds: float) -> None:
        if not seconds > 0:
            sleep(seconds)  # which says what is wrong with it
            return
        end = time.monotonic() + seconds
        while (rest := end - time.monotonic()) > 0:
            sleep(min(rest, _SLICE))
            check_interrupt()

    return sliced
