"""Run one example as at Python's prompt; the same code in CPython and in the browser."""

import ast
import builtins
import contextlib
import io
import linecache
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any

from bpdocs.examples.model import Example, Outcome, Place, Rich, Stream
from bpdocs.examples.rich import represent, take_figures

Write = Callable[[str, Stream], None]

# A loop that prints for ever must not fill the memory before the reader presses Stop.
MAX_PRINTED = 1_000_000  # characters


_BUILTINS = vars(builtins).copy()


def new_namespace() -> dict[str, Any]:
    """Return the variables that a page starts with; builtins that a program took away are back."""
    vars(builtins).update(_BUILTINS)
    # A copy: the last value, _, stays on its page.
    return {"__name__": "__main__", "__builtins__": vars(builtins).copy()}


def run_example(
    example: Example,
    namespace: dict[str, Any],
    cell: str = "cell",
    write: Write | None = None,
) -> Outcome:
    """Run the statements of an example; the value of each expression is printed, as at the prompt.

    Parameters
    ----------
    example : Example
        Its `printed` and `error` are not looked at.
    namespace : dict
        The variables, from `new_namespace`; changed by the run.
    cell : str
        What tracebacks call the file.
    write : callable or None
        Called with every piece of text as it is printed, and its stream.

    Returns
    -------
    Outcome
        What was printed, and the exception if one ended the run.
    """
    printed = _Printed()
    rich: list[Rich] = []
    out = _Tee("stdout", printed, write)
    filename = source_name(cell)
    # Leading newlines give every statement the line number that the reader sees.
    source = "\n" * (example.line - 1) + example.source
    _remember_source(filename, source)
    try:
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(_Tee("stderr", printed, write)),
        ):
            for statement in ast.parse(source, filename).body:
                code = compile(ast.Interactive([statement]), filename, "single", dont_inherit=True)
                with _displaying(namespace, rich, out):
                    exec(code, namespace)  # noqa: S102 - running the reader's code is the purpose
            rich.extend(take_figures())
    except KeyboardInterrupt:
        ending: dict[str, Any] = {"stopped": True}
    except BaseException as error:  # noqa: BLE001 - SystemExit must not end the reader's Python
        ending = {
            "error": _last_line(error),
            "traceback": _format_traceback(error, filename),
            "place": _place(error, filename),
        }
    else:
        ending = {}
    return Outcome(
        printed.text,
        rich=tuple(rich),
        dropped=printed.dropped,
        streams=printed.streams,
        **ending,
    )


def source_name(cell: str) -> str:
    """Return the file name of a cell's source, as tracebacks and warnings show it."""
    return f"<{cell}>"


@contextlib.contextmanager
def _displaying(namespace: dict[str, Any], rich: list[Rich], out: "_Tee") -> Iterator[None]:
    """Print the values of expressions, and keep the last as _, as the prompt does."""

    def display(value: object) -> None:
        if value is not None:
            text = repr(value)
            out.stream = "result"
            try:
                print(text)
            finally:
                out.stream = "stdout"
            more = represent(value)
            if more:
                rich.append(more)
            namespace["__builtins__"]["_"] = value

    hook, sys.displayhook = sys.displayhook, display
    try:
        yield
    finally:
        sys.displayhook = hook


class _Tee(io.TextIOBase):
    """A text stream that keeps what is written and passes it on."""

    def __init__(self, stream: Stream, printed: "_Printed", write: Write | None) -> None:
        self.stream: Stream = stream
        self.printed = printed
        self.pass_on = write

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        kept = self.printed.add(text, self.stream)
        if kept and self.pass_on:
            self.pass_on(kept, self.stream)
        return len(text)

    def writable(self) -> bool:
        return True


class _Printed:
    """What was printed, up to a limit, and by which stream."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.runs: list[tuple[Stream, int]] = []
        self.room = MAX_PRINTED
        self.dropped = 0

    def add(self, text: str, stream: Stream) -> str:
        """Keep a text; return what there was room for."""
        kept = text[: self.room]
        self.room -= len(kept)
        self.dropped += len(text) - len(kept)
        if kept:
            self.pieces.append(kept)
            before = self.runs.pop() if self.runs and self.runs[-1][0] == stream else (stream, 0)
            self.runs.append((stream, before[1] + len(kept)))
        return kept

    @property
    def text(self) -> str:
        """All that was kept, ending in a newline."""
        text = "".join(self.pieces)
        return text if not text or text.endswith("\n") else text + "\n"

    @property
    def streams(self) -> tuple[tuple[Stream, int], ...]:
        """The streams of the text; a newline that was added belongs to the last."""
        missing = len(self.text) - sum(size for _, size in self.runs)
        return (*self.runs[:-1], *((name, size + missing) for name, size in self.runs[-1:]))


def _last_line(error: BaseException) -> str:
    lines = traceback.format_exception_only(error)
    # Only the traceback shows where in its source a SyntaxError is.
    return lines[-1] if isinstance(error, SyntaxError) else "".join(lines)


def _format_traceback(error: BaseException, filename: str) -> str:
    formatted = traceback.TracebackException.from_exception(error)
    frames = list(formatted.stack)
    first = next((i for i, frame in enumerate(frames) if frame.filename == filename), len(frames))
    # Frames of this file are the display of a value whose repr failed.
    shown = [frame for frame in frames[first:] if frame.filename != __file__]
    formatted.stack = traceback.StackSummary.from_list(shown)
    return "".join(formatted.format())


def _place(error: BaseException, filename: str) -> Place | None:
    """Return where in the cell an error came from: the innermost of its frames, or the syntax."""
    formatted = traceback.TracebackException.from_exception(error)
    if isinstance(error, SyntaxError) and error.filename == filename and error.lineno:
        column = (error.offset or 1) - 1
        end = (error.end_offset or 0) - 1
        return Place(error.lineno, column, error.end_lineno or error.lineno, max(end, column))
    frames = [frame for frame in formatted.stack if frame.filename == filename]
    if not frames:
        return None
    frame = frames[-1]
    first = frame.lineno or 1
    last = frame.end_lineno or first
    begin = _characters(filename, first, frame.colno)
    return Place(first, begin, last, _characters(filename, last, frame.end_colno))


def _characters(filename: str, line: int, size: int | None) -> int:
    """Return how many characters the first bytes of a line are; Python counts bytes."""
    text = linecache.getline(filename, line).encode()
    return len(text[: size or 0].decode(errors="replace"))


def _remember_source(filename: str, source: str) -> None:
    """Add the source to linecache, where traceback looks lines up; earlier examples stay."""
    earlier = linecache.cache.get(filename)
    lines = source.splitlines(keepends=True)
    if earlier is not None and len(earlier) == 4:
        lines = [
            old if not new.strip() else new
            for old, new in zip(earlier[2], lines[: len(earlier[2])], strict=False)
        ] + lines[len(earlier[2]) :]
    linecache.cache[filename] = (len(source), None, lines, filename)
