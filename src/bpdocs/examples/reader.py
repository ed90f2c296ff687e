"""The one reader of pages: Markdown in, cells and equations out.

Tests, the site and the equation checker all read pages through `read_page`, so what is shown is
what is checked. Whatever could be shown without being checked is an error.
"""

import doctest
import re
from dataclasses import dataclass

from bpdocs.examples.model import Cell, Example

_OPENING = re.compile(r"^(?P<indent>[ \t]*)(?P<marks>`{3,}|~{3,})(?P<info>.*)$")
# Markdown begins a block there too, but not the reader.
_PREFIXED = re.compile(r"^[ \t]*(?:(?:>|[-*+][ \t]|\d+[.)][ \t])[ \t]*)+(?:`{3}|~{3})")
_INFO = re.compile(r"^(?P<language>[\w-]+)[ \t]*(?:\{[ \t]*#(?P<id>[A-Za-z][\w-]*)[ \t]*\})?$")
_PROMPT = re.compile(r"^\s*>>>(\s|$)")
_BLANK = re.compile(r"^<BLANKLINE>$", re.MULTILINE)
_DOCTEST_ERROR = re.compile(
    r"line (?P<line>\d+) of the (?:docstring|doctest) for \S+ (?P<what>.*)", re.DOTALL
)
_UNRUN = {"python", "py", "python3", "py3", "ipython", "pyodide", "doctest", "pytb"}


class PageError(ValueError):
    """A page that cannot be read; the message says where, what is wrong, and what to do."""

    def __init__(self, page: str, line: int, message: str) -> None:
        super().__init__(f"{page}:{line}: {message}")


@dataclass(frozen=True)
class Fence:
    """A fenced block: its language, its text, and the lines it takes, from 0, end excluded."""

    language: str
    id: str | None
    text: str
    start: int
    end: int
    indent: str


@dataclass(frozen=True)
class Equation:
    """A displayed equation."""

    id: str
    latex: str
    line: int


@dataclass(frozen=True)
class Page:
    """What a page holds that a machine checks, in the order of the page."""

    name: str
    blocks: tuple[tuple[Fence, Cell | Equation], ...]

    @property
    def cells(self) -> list[Cell]:
        """The cells in order."""
        return [block for _, block in self.blocks if isinstance(block, Cell)]

    @property
    def equations(self) -> list[Equation]:
        """The displayed equations in order."""
        return [block for _, block in self.blocks if isinstance(block, Equation)]


def read_page(text: str, name: str) -> Page:
    """Read the cells and the equations of a Markdown page.

    Parameters
    ----------
    text : str
        The Markdown.
    name : str
        The page's path, for error messages.

    Returns
    -------
    Page
        Every ```` ```pycon ```` block as a cell, every ```` ```math ```` block as an equation.

    Raises
    ------
    PageError
        If anything on the page looks like an example or an equation and cannot be checked.
    """
    lines = text.splitlines()
    blocks: list[tuple[Fence, Cell | Equation]] = []
    inside: set[int] = set()
    for fence in _read_fences(lines, name):
        if fence.language == "pycon":
            default = f"cell-{sum(isinstance(block, Cell) for _, block in blocks) + 1}"
            examples = read_examples(fence.text, name, fence.start + 2)
            empty = next(n for n, line in enumerate(fence.text.splitlines()) if line.strip())
            blocks.append((fence, Cell(fence.id or default, examples, fence.start + 2 + empty)))
            inside.update(range(fence.start, fence.end))
        elif fence.language == "math":
            default = f"equation-{sum(isinstance(block, Equation) for _, block in blocks) + 1}"
            blocks.append((fence, _read_equation(fence, default, name)))
        elif fence.language in _UNRUN:
            raise PageError(
                name,
                fence.start + 1,
                f"a '{fence.language}' block is not run. Write a 'pycon' block with >>> prompts.",
            )
    _require_unique_ids(blocks, name)
    for number, line in enumerate(lines):
        if number not in inside and _PROMPT.match(line):
            raise PageError(
                name, number + 1, "a >>> prompt outside a pycon block is not run. Fence it."
            )
        if number not in inside and line.strip().startswith("$$"):
            raise PageError(
                name, number + 1, "an equation in $$ is not checked. Write a 'math' block."
            )
    return Page(name, tuple(blocks))


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
        pieces = doctest.DocTestParser().parse(text)
    except ValueError as error:
        found = _DOCTEST_ERROR.match(str(error))
        line = first_line + int(found["line"]) - 1 if found else first_line
        what = found["what"] if found else str(error)
        raise PageError(name, line, f"the example {what}. Correct it.") from error
    examples: list[Example] = []
    line = 1
    above = 0  # lines of the text that are read
    for piece in pieces:
        if isinstance(piece, str):
            if piece.strip():
                stray = piece.strip().splitlines()[0]
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
        examples.append(convert_example(piece, line))
        line += piece.source.count("\n")
        above = piece.lineno + piece.source.count("\n") + piece.want.count("\n")
    if len(examples) != sum(bool(_PROMPT.match(text_line)) for text_line in text.splitlines()):
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


def _read_equation(fence: Fence, default_id: str, name: str) -> Equation:
    if not fence.text.strip():
        raise PageError(name, fence.start + 1, "the math block is empty. Write its equation.")
    return Equation(fence.id or default_id, fence.text.strip(), fence.start + 2)


def _read_fences(lines: list[str], name: str) -> list[Fence]:
    fences = []
    number = 0
    while number < len(lines):
        if _PREFIXED.match(lines[number]):
            raise PageError(
                name,
                number + 1,
                "a block in a quotation, or on the line of a list's mark, is not read. "
                "Begin it on a line of its own, outside quotations.",
            )
        opening = _OPENING.match(lines[number])
        if not opening or ("`" in opening["info"] and opening["marks"][0] == "`"):
            number += 1
            continue
        start, marks, indent = number, opening["marks"], opening["indent"]
        closing = re.compile(rf"^ *{re.escape(marks[0])}{{{len(marks)},}}[ \t]*$")
        number += 1
        while number < len(lines) and not closing.match(lines[number]):
            number += 1
        if number == len(lines):
            raise PageError(name, start + 1, f"the fence {marks} is never closed. Close it.")
        body = [line.removeprefix(indent) for line in lines[start + 1 : number]]
        language, block_id = _read_info(opening["info"].strip(), name, start + 1)
        text = "".join(line + "\n" for line in body)
        fences.append(Fence(language, block_id, text, start, number + 1, indent))
        number += 1
    return fences


def _read_info(info: str, name: str, line: int) -> tuple[str, str | None]:
    # Markdown reads "{ .math #id }" and "{ #id .math }" too; here there is one way to write it.
    classes = re.findall(r"\.([\w-]+)", info) if info.startswith(("{", ".")) else []
    first = (classes or re.split(r"[\s{]", info, maxsplit=1))[0].lower()
    if first not in {"pycon", "math"}:
        return first, None
    match = _INFO.match(info)
    if not match:
        raise PageError(name, line, f"cannot read {info!r}. Write '{first}' or '{first} {{#id}}'.")
    return first, match["id"]


def _require_unique_ids(blocks: list[tuple[Fence, Cell | Equation]], name: str) -> None:
    seen: dict[str, int] = {}
    for _, block in blocks:
        if block.id in seen:
            raise PageError(
                name,
                block.line - 1,
                f"the id '{block.id}' is taken by line {seen[block.id]}. Give one another id.",
            )
        seen[block.id] = block.line - 1
