"""The one reader of pages: Markdown in; cells, equations and inline formulas out.

Tests, the site and the equation checker all read pages through `read_page`, so what is shown is
what is checked. Whatever could be shown without being checked is an error.
"""

import doctest
import re
from dataclasses import dataclass

from bpdocs.examples.fences import Fence, PageError, read_fences
from bpdocs.examples.model import Cell, Example
from bpdocs.examples.prose import Formula, read_prose

_PROMPT = re.compile(r"^\s*>>>(\s|$)")
_BLANK = re.compile(r"^<BLANKLINE>$", re.MULTILINE)
_DOCTEST_ERROR = re.compile(
    r"line (?P<line>\d+) of the (?:docstring|doctest) for \S+ (?P<what>.*)", re.DOTALL
)
_UNRUN = {"python", "py", "python3", "py3", "ipython", "pyodide", "doctest", "pytb"}
# The standard parser makes spaces of tabs; it sees this in their place, which no page has.
_TAB = "\x1a"


@dataclass(frozen=True)
class Equation:
    """A displayed equation; `fails` is the mistake that its author says is in it, or ""."""

    id: str
    latex: str
    line: int
    fails: str = ""


@dataclass(frozen=True)
class Page:
    """What a page holds that a machine checks.

    Attributes
    ----------
    name : str
        The page's path.
    blocks : tuple of (Fence, Cell or Equation)
        In the order of the page.
    formulas : tuple of Formula
        Those inside sentences, in the order of the page.
    text : str
        The Markdown without the marks of formulas, line by line as it was read.
    """

    name: str
    blocks: tuple[tuple[Fence, Cell | Equation], ...]
    formulas: tuple[Formula, ...]
    text: str

    @property
    def cells(self) -> list[Cell]:
        """The cells in order."""
        return [block for _, block in self.blocks if isinstance(block, Cell)]

    @property
    def equations(self) -> list[Equation]:
        """The displayed equations in order."""
        return [block for _, block in self.blocks if isinstance(block, Equation)]

    @property
    def mathematics(self) -> list[Equation | Formula]:
        """The displayed equations and the inline formulas, as one reads them."""
        # A display has its lines for itself, and formulas on one line stand in order already.
        return sorted([*self.equations, *self.formulas], key=lambda found: found.line)


def read_page(text: str, name: str) -> Page:
    """Read the cells, the equations and the inline formulas of a Markdown page.

    Parameters
    ----------
    text : str
        The Markdown.
    name : str
        The page's path, for error messages.

    Returns
    -------
    Page
        Every ```` ```pycon ```` block as a cell, every ```` ```math ```` block as an equation,
        every `$...$` of the text as a formula.

    Raises
    ------
    PageError
        If anything on the page looks like an example or a formula and cannot be checked.
    """
    # Markdown ends lines there and nowhere else; `splitlines` would at a form feed, too.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    fences = read_fences(lines, name)
    blocks = _read_blocks(fences, name)
    _require_unique_ids(blocks, name)
    cells = {n for fence, block in blocks for n in _lines(fence) if isinstance(block, Cell)}
    fenced = {n for fence in fences for n in _lines(fence)}
    for number, line in enumerate(lines):
        if number not in cells and _PROMPT.match(line):
            raise PageError(
                name, number + 1, "a >>> prompt outside a pycon block is not run. Fence it."
            )
        if number in fenced - cells and line.strip().startswith("$$"):
            raise PageError(
                name, number + 1, "an equation in $$ is not checked. Write a 'math' block."
            )
    formulas, without_marks = read_prose(text, fences, name)
    return Page(name, blocks, formulas, without_marks)


def _lines(fence: Fence) -> range:
    return range(fence.start, fence.end)


def _read_blocks(fences: list[Fence], name: str) -> tuple[tuple[Fence, Cell | Equation], ...]:
    blocks: list[tuple[Fence, Cell | Equation]] = []
    for fence in fences:
        if fence.language == "pycon":
            default = f"cell-{sum(isinstance(block, Cell) for _, block in blocks) + 1}"
            examples = read_examples(fence.text, name, fence.start + 2)
            blocks.append((fence, Cell(fence.id or default, examples, _first_line(fence))))
        elif fence.language == "math":
            default = f"equation-{sum(isinstance(block, Equation) for _, block in blocks) + 1}"
            blocks.append((fence, _read_equation(fence, default, name)))
        elif fence.language in _UNRUN:
            raise PageError(
                name,
                fence.start + 1,
                f"a '{fence.language}' block is not run. Write a 'pycon' block with >>> prompts.",
            )
    return tuple(blocks)


def read_examples(text: str, name: str, first_line: int = 1) -> tuple[Example, ...]:
    """Read the examples of a pycon block or a docstring's example section.

    Parameters
    ----------
    text : str
        Prompts and results.
    name : str
        Where it stands, for error messages.
    first_line : int
        The line of `text` there, for error messages.

    Returns
    -------
    tuple of Example
        At least one.

    Raises
    ------
    PageError
        If a prompt is malformed, a doctest option is used, or text would be left uncompared.
    """
    try:
        pieces = doctest.DocTestParser().parse(text.replace("\t", _TAB))
    except ValueError as error:
        found = _DOCTEST_ERROR.match(str(error))
        line = first_line + int(found["line"]) - 1 if found else first_line
        what = (found["what"] if found else str(error)).replace(_TAB, "\t")
        raise PageError(name, line, f"the example {what}. Correct it.") from error
    examples: list[Example] = []
    line = 1
    above = 0  # lines of the text that are read
    for piece in pieces:
        if isinstance(piece, str):
            if piece.strip():
                stray = piece.strip().split("\n")[0].replace(_TAB, "\t")
                empty = piece[: len(piece) - len(piece.lstrip())]
                raise PageError(
                    name,
                    first_line + above + empty.count("\n"),
                    f"{stray!r} would not be compared with anything. "
                    "Write <BLANKLINE> for an empty line of output, and prose outside the block.",
                )
            above += piece.count("\n")
            continue
        if piece.options:
            raise PageError(
                name,
                first_line + piece.lineno,
                "doctest options loosen the comparison. Print a value that needs none.",
            )
        examples.append(convert_example(_with_tabs(piece), line))
        line += piece.source.count("\n")
        above = piece.lineno + piece.source.count("\n") + piece.want.count("\n")
    if len(examples) != sum(bool(_PROMPT.match(text_line)) for text_line in text.split("\n")):
        raise PageError(
            name, first_line, "there are more >>> prompts than examples. Correct the block."
        )
    if not examples:
        raise PageError(name, first_line, "the pycon block has no >>> prompt. Add one.")
    return tuple(examples)


def convert_example(found: doctest.Example, line: int) -> Example:
    """Return doctest's example as ours, with `line` as the line of its source."""
    printed = "" if found.exc_msg else _BLANK.sub("", found.want)
    return Example(found.source, line, printed, found.exc_msg)


def _with_tabs(found: doctest.Example) -> doctest.Example:
    source, want, error = (
        (part or "").replace(_TAB, "\t") for part in (found.source, found.want, found.exc_msg)
    )
    return doctest.Example(source, want, error or None, found.lineno)


def _read_equation(fence: Fence, default_id: str, name: str) -> Equation:
    latex = fence.text.strip()
    if not latex:
        raise PageError(name, fence.start + 1, "the math block is empty. Write its equation.")
    return Equation(fence.id or default_id, latex, _first_line(fence), fence.fails)


def _first_line(fence: Fence) -> int:
    """Return the line of a block's first text, from 1."""
    empty = next(n for n, line in enumerate(fence.text.split("\n")) if line.strip())
    return fence.start + 2 + empty


def _require_unique_ids(blocks: tuple[tuple[Fence, Cell | Equation], ...], name: str) -> None:
    seen: dict[str, int] = {}
    for fence, block in blocks:
        if block.id in seen:
            raise PageError(
                name,
                fence.start + 1,
                f"the id '{block.id}' is taken by line {seen[block.id]}. Give one another id.",
            )
        seen[block.id] = fence.start + 1
