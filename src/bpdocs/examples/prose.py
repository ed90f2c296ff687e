r"""The formulas inside sentences: `$...$` where the site's Markdown sees one, and their marks.

The rule is that of `pymdownx.arithmatex` with smart dollars, which renders them. It is written a
second time here, so that the checker needs no Markdown; the site compares the two lists, and a
formula that only one of them has stops the build.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bpdocs.examples.fences import FAILS, Fence, PageError

# As MkDocs has it: between --- and --- or ..., or fields up to the first line that is none.
_FIELD = r" {0,3}[\w-]+:[^\n]*\n(?:(?: {4}|\t)[^\n]*\n)*"
FRONT_MATTER = re.compile(
    rf"\A\ufeff?(?:---[ \t]*\n(?P<yaml>.*?)\n(?:---|\.\.\.)[ \t]*$|(?P<fields>(?:{_FIELD})+))",
    re.DOTALL | re.MULTILINE,
)
# Markdown looks for formulas in one paragraph, row of a table, item or heading at a time.
_END = "\x03"
_ENDS = re.compile(r"\n(?=[ \t]*(?:\n|\Z|[-*+][ \t]|\d+[.)][ \t]|[#|>]))")
_HIDDEN = re.compile(
    r"(?P<comment><!--.*?-->)"
    r"|(?<![\\`])(?P<ticks>`+)(?!`)[^\x03]+?(?<!`)(?P=ticks)(?!`)"
    # An even number of backslashes is text, and the dollar behind it none that is escaped.
    r"|(?<!\\)(?:\\\\)+(?=\$)",
    re.DOTALL,
)
_FORMULA = re.compile(
    r"(?<!\\)\$(?!\s)(?P<latex>(?:\\.|[^\\$\x02\x03])+?)(?<!\s)\$(?P<brace>\{[^}\n\x02\x03]*\}?)?",
    re.DOTALL,
)
_MARK = re.compile(rf"\{{[ \t]*{FAILS}[ \t]*\}}")
# What may not stand in the text beside the formulas, and what to do instead.
_REFUSED = (
    (
        re.compile(r"\{[ \t]*fails[ \t]*="),
        "a mark stands directly behind the closing dollar of a formula, or behind 'math'. "
        "Move it there.",
    ),
    (
        re.compile(r"\\\((?:.*?)\\\)", re.DOTALL),
        r"a formula in \( \) is not checked. Write it between dollars.",
    ),
    (
        re.compile(r"\\\[(?:.*?)\\\]", re.DOTALL),
        r"an equation in \[ \] is not checked. Write a 'math' block.",
    ),
    (re.compile(r"<math\b"), "MathML is not checked. Write LaTeX between dollars."),
    (
        re.compile(r"(?<!\\)\$"),
        r"a dollar neither begins nor ends a formula. Write \$ for the sign; within a formula "
        "no space stands beside the dollars, and no empty line.",
    ),
)
_TWO_DOLLARS = re.compile(r"(?<!\\)\$\$")


@dataclass(frozen=True)
class Formula:
    r"""A formula inside a sentence.

    Attributes
    ----------
    latex : str
        What stands between the dollars.
    line : int
        Line of the opening dollar on the page, from 1.
    column : int
        Its column, from 0.
    fails : str
        The mistake that the author says is in it, or "".
    """

    latex: str
    line: int
    column: int
    fails: str = ""


def read_prose(text: str, fences: Sequence[Fence], name: str) -> tuple[tuple[Formula, ...], str]:
    """Return the formulas of a page's sentences, and the page without their marks.

    Parameters
    ----------
    text : str
        The page, front matter included or not.
    fences : sequence of Fence
        Its fenced blocks, which are no prose.
    name : str
        Its path, for error messages.

    Returns
    -------
    formulas : tuple of Formula
        In the order of the page.
    text : str
        The page, line by line the same, without the marks.

    Raises
    ------
    PageError
        If a dollar, a mark or another way to write mathematics would be shown unread.
    """
    prose = _mask(text, fences)
    _refuse(prose, _TWO_DOLLARS, "an equation in $$ is not checked. Write a 'math' block.", name)
    formulas, kept, end = [], [], 0
    for match in _FORMULA.finditer(prose):
        begin = match.start()
        line = text.count("\n", 0, begin) + 1
        column = begin - text.rfind("\n", 0, begin) - 1
        fails = _read_mark(match["brace"], name, line)
        latex = text[match.start("latex") : match.end("latex")]
        formulas.append(Formula(latex, line, column, fails))
        kept.append(text[end : match.end("latex") + 1])
        end = match.end()
    rest = _FORMULA.sub(lambda match: _blank(match[0]), prose)
    for pattern, message in _REFUSED:
        _refuse(rest, pattern, message, name)
    return tuple(formulas), "".join([*kept, text[end:]])


def _mask(text: str, fences: Sequence[Fence]) -> str:
    """Return the text, as long as it is, with ends between blocks, and nothing that is no prose."""
    lines = text.split("\n")
    front = FRONT_MATTER.match(text)
    taken = [range(fence.start, fence.end) for fence in fences]
    if front:
        taken.append(range(front[0].count("\n") + 1))
    for number in (n for numbers in taken for n in numbers if n < len(lines)):
        lines[number] = " " * len(lines[number])
    # Tables and quotations are cut at their lines, paragraphs at empty ones.
    ended = _ENDS.sub(_END, "\n".join(lines))
    return _HIDDEN.sub(lambda match: _blank(match[0]), ended)


def _blank(text: str) -> str:
    return re.sub(r"[^\n\x03]", "\x02", text)


def _read_mark(brace: str | None, name: str, line: int) -> str:
    if brace is None:
        return ""
    match = _MARK.fullmatch(brace)
    if not match or not match["fails"].strip():
        raise PageError(
            name,
            line,
            f"cannot read {brace!r} behind a formula. "
            'Write {fails="transpose"}, with the name of the mistake, or put a space between.',
        )
    return match["fails"]


def _refuse(prose: str, pattern: re.Pattern[str], message: str, name: str) -> None:
    found = pattern.search(prose)
    if found:
        line = len(re.findall(r"[\n\x03]", prose[: found.start()])) + 1
        raise PageError(name, line, message)
