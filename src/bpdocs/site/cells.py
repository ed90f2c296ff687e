"""Cells as HTML: highlighted source and the printed result, complete without any script.

The front end adds the buttons; `frontend/src/cell.ts` names what it relies on.
"""

import html
import json

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from bpdocs.examples.model import Cell

_FORMATTER = HtmlFormatter(cssclass="highlight", wrapcode=True)
_LEXER = PythonLexer()


def render_cell(cell: Cell) -> str:
    """Return the HTML of a cell in its idle state."""
    examples = html.escape(json.dumps(cell.as_json(), ensure_ascii=False))
    return (
        f'<div class="bp-cell" id="{cell.id}" data-bp-cell="{cell.id}" data-bp-state="idle"'
        f' data-bp-examples="{examples}">'
        f'<div class="bp-code">{highlight(cell.source, _LEXER, _FORMATTER)}</div>'
        f'<div class="bp-output" data-bp-output><pre class="bp-text">'
        f"{html.escape(cell.printed, quote=False)}</pre></div>"
        "</div>"
    )


def render_page_bar(runtime_url: str, start_bytes: int) -> str:
    """Return the place of the page's bar.

    Parameters
    ----------
    runtime_url : str
        Where the browser's Python is, relative to the page.
    start_bytes : int
        How much of it a start loads.
    """
    return (
        f'<div class="bp-page" data-bp-page data-bp-runtime="{html.escape(runtime_url)}"'
        f' data-bp-bytes="{start_bytes}"></div>'
    )
