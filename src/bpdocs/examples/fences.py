"""The fenced blocks of a page: where each begins and ends, its language, its id and its mark."""

import re
from dataclasses import dataclass

_OPENING = re.compile(r"^(?P<indent>[ \t]*)(?P<marks>`{3,}|~{3,})(?P<info>.*)$")
# Markdown begins a block there too, but not the reader.
_PREFIXED = re.compile(r"^[ \t]*(?:(?:>|[-*+][ \t]|\d+[.)][ \t])[ \t]*)+(?:`{3}|~{3})")
FAILS = r'fails="(?P<fails>[^"]*)"'
"""What an author writes in braces behind a formula that is meant to be false."""
_ID = r"#(?P<id>[A-Za-z][\w-]*)"
_INFO = {
    "pycon": re.compile(rf"^[\w-]+[ \t]*(?:\{{[ \t]*{_ID}[ \t]*\}})?$"),
    "math": re.compile(
        rf"^[\w-]+[ \t]*(?:\{{[ \t]*(?=[#f])(?:{_ID}(?=[ \t}}]))?[ \t]*(?:{FAILS})?[ \t]*\}})?$"
    ),
}


class PageError(ValueError):
    """A page that cannot be read; the message says where, what is wrong, and what to do."""

    def __init__(self, page: str, line: int, message: str) -> None:
        super().__init__(f"{page}:{line}: {message}")


@dataclass(frozen=True)
class Fence:
    """A fenced block.

    Attributes
    ----------
    language : str
        In small letters; "pycon" and "math" are read.
    id : str or None
        The author's.
    fails : str
        The mistake that the author says is in it, or "".
    text : str
        What stands between the marks, without the indentation of the first one.
    start, end : int
        The lines that it takes, from 0, the end excluded.
    indent : str
        What stands before the opening mark.
    """

    language: str
    id: str | None
    fails: str
    text: str
    start: int
    end: int
    indent: str


def read_fences(lines: list[str], name: str) -> list[Fence]:
    """Return the fenced blocks of a page, in order.

    Parameters
    ----------
    lines : list of str
        The page.
    name : str
        Its path, for error messages.

    Returns
    -------
    list of Fence
        In every language.

    Raises
    ------
    PageError
        If a fence is not closed, stands where it is not read, or has settings that nobody reads.
    """
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
        language, block_id, fails = _read_info(opening["info"].strip(), name, start + 1)
        text = "".join(line + "\n" for line in body)
        fences.append(Fence(language, block_id, fails, text, start, number + 1, indent))
        number += 1
    return fences


def _read_info(info: str, name: str, line: int) -> tuple[str, str | None, str]:
    # Markdown reads "{ .math #id }" and "{ #id .math }" too; here there is one way to write it.
    classes = re.findall(r"\.([\w-]+)", info) if info.startswith(("{", ".")) else []
    first = (classes or re.split(r"[\s{]", info, maxsplit=1))[0].lower()
    if first not in _INFO:
        return first, None, ""
    match = _INFO[first].match(info)
    if not match:
        mark = " or 'math {#id fails=\"transpose\"}'" if first == "math" and "fails" in info else ""
        raise PageError(
            name, line, f"cannot read {info!r}. Write '{first}' or '{first} {{#id}}'{mark}."
        )
    fails = match.groupdict().get("fails")
    if fails is not None and not fails.strip():
        raise PageError(name, line, "the mark names no mistake. Write it between the quotes.")
    return first, match["id"], fails or ""
