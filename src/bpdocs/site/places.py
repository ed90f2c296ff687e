"""Whether what was read on a page is what the page shows: its blocks, and its inline formulas."""

import html
import re
from collections.abc import Sequence
from html.parser import HTMLParser

from mkdocs.exceptions import PluginError

from bpdocs.examples.prose import Formula

# What pymdownx.arithmatex makes of $...$ with `generic: true`.
INLINE = re.compile(r'<span class="arithmatex">\\\((?P<latex>.*?)\\\)</span>', re.DOTALL)
DOCSTRINGS = '<div class="doc doc-object doc-module"'
"""How mkdocstrings begins what it makes of the package's docstrings, which no page contains."""

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_DIV = re.compile(r"<(?P<closes>/?)div\b")


def remove_comments(content: str) -> str:
    """Return HTML without comments: what the reader passed by is not shown, however it ends."""
    return _COMMENT.sub("", content)


def find_blocks(content: str) -> list[int]:
    """Return the numbers of the blocks whose places a browser shows, in order."""
    finder = _PlaceFinder()
    finder.feed(content)
    return finder.found


class _PlaceFinder(HTMLParser):
    """Finds the places that a reader will see: not those in comments or scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[int] = []

    def handle_starttag(self, _: str, attrs: list[tuple[str, str | None]]) -> None:
        number = dict(attrs).get("data-bp-place")
        if number is not None:
            self.found.append(int(number))


def match_formulas(content: str, page: str, read: Sequence[Formula]) -> list[Formula | None]:
    """Return what was read for each inline formula of the HTML; None for those of docstrings.

    Parameters
    ----------
    content : str
        HTML as Markdown made it.
    page : str
        The page's path, for error messages.
    read : sequence of Formula
        What `read_page` found.

    Returns
    -------
    list of Formula or None
        In the order of the HTML.

    Raises
    ------
    PluginError
        If the formulas outside docstrings are not just those, in their order.
    """
    docstrings = _find_docstrings(content)
    found = list(INLINE.finditer(content))
    is_own = [not any(match.start() in part for part in docstrings) for match in found]
    shown = [match["latex"] for match, own in zip(found, is_own, strict=True) if own]
    for number in range(max(len(shown), len(read))):
        there = f"${_spaced(html.unescape(shown[number]))}$" if number < len(shown) else "none"
        ours = f"${_spaced(read[number].latex)}$" if number < len(read) else "none"
        if there != ours:
            line = read[min(number, len(read) - 1)].line if read else 1
            raise PluginError(
                f"{page}:{line}: the formula {ours} was read here, but the page shows {there}. "
                r"Put no formula into HTML, indented code or two cells of a table, and write \$ "
                "for the sign."
            )
    own = iter(read)
    return [next(own) if is_ours else None for is_ours in is_own]


def _spaced(latex: str) -> str:
    """Return a formula on one line: Markdown takes the indentation of lists away."""
    return " ".join(latex.split())


def _find_docstrings(content: str) -> list[range]:
    found: list[range] = []
    begin = content.find(DOCSTRINGS)
    while begin >= 0:
        depth, end = 0, len(content)
        for tag in _DIV.finditer(content, begin):
            depth += -1 if tag["closes"] else 1
            if depth == 0:
                end = tag.end()
                break
        found.append(range(begin, end))
        begin = content.find(DOCSTRINGS, end)
    return found
