"""What an example is, and what came of running it."""

from dataclasses import dataclass, field
from typing import Any, Literal

Stream = Literal["stdout", "stderr", "result"]


@dataclass(frozen=True)
class Example:
    """One prompt with its source and what the page prints after it.

    Attributes
    ----------
    source : str
        Python source, ending in a newline.
    line : int
        Line of the source within its cell, from 1: what a traceback shows.
    printed : str
        What stands after the prompt: empty, or ending in a newline.
    error : str or None
        The last lines of an expected traceback, "ValueError: …", ending in a newline.
    """

    source: str
    line: int
    printed: str = ""
    error: str | None = None


@dataclass(frozen=True)
class Place:
    """Where in a cell's source an error happened; columns count characters from 0."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class Rich:
    """A value as something else than text: its media type, and the data as text."""

    mime: str
    data: str


@dataclass(frozen=True)
class Outcome:
    """What running an example gave.

    Attributes
    ----------
    printed : str
        Everything written to standard output and standard error, values of expressions included.
    error : str or None
        The exception as one sentence, "ValueError: …".
    traceback : str or None
        The whole traceback, from the cell on.
    stopped : bool
        Whether a KeyboardInterrupt ended it.
    place : Place or None
        Where in the source the exception came from.
    rich : tuple of Rich
        The values that have more than a text, in the order in which they were shown.
    dropped : int
        How many characters were not kept, because there were too many.
    streams : tuple of (Stream, int)
        Which stream the characters of `printed` came by, as runs of so many characters.
    """

    printed: str
    error: str | None = None
    traceback: str | None = None
    stopped: bool = False
    place: Place | None = None
    rich: tuple[Rich, ...] = ()
    dropped: int = 0
    streams: tuple[tuple[Stream, int], ...] = field(default=(), compare=False)

    def is_as_printed(self, example: Example) -> bool:
        """Tell whether the outcome is, to the letter, what the example's page prints."""
        got = (self.printed, self.error, self.stopped)
        return got == (example.printed, example.error, False)


@dataclass(frozen=True)
class Cell:
    """Consecutive examples that a page shows and runs as one.

    Attributes
    ----------
    id : str
        Unique on its page.
    examples : tuple of Example
        At least one.
    line : int
        Line of the first prompt on the page, from 1.
    """

    id: str
    examples: tuple[Example, ...]
    line: int

    @property
    def source(self) -> str:
        """The plain source, without prompts and results."""
        return "".join(example.source for example in self.examples)

    @property
    def printed(self) -> str:
        """All that the page prints under the cell."""
        return "".join(example.printed + (example.error or "") for example in self.examples)

    def as_json(self) -> list[dict[str, Any]]:
        """Return the examples as the page hands them to the browser."""
        return [
            {"source": e.source, "line": e.line, "printed": e.printed, "error": e.error}
            for e in self.examples
        ]
