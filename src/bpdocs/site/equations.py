"""What an equation has besides its formula: shapes, NumPy or a mark, and a place for Check."""

import html
import json

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from bpdocs.equations.networks.models import find_model
from bpdocs.equations.pages import CheckedEquation
from bpdocs.equations.printing.numpy_lines import numpy_lines
from bpdocs.equations.printing.symbol_shapes import symbol_shapes
from bpdocs.site.formulas import Titles
from bpdocs.site.marks import render_mark

_FORMATTER = HtmlFormatter(cssclass="highlight", wrapcode=True)
_LEXER = PythonLexer()
_ENTRY = {"en": "an entry of {}", "zh": "{} 的一个元素"}
EQUATION_NAME = {"en": "Equation {}", "zh": "公式 {}"}
_SUMMARY = {"en": "as NumPy", "zh": "写成 NumPy"}


def shape_titles(equation: CheckedEquation, language: str) -> Titles:
    """Return the shape of every symbol of an equation, in words."""
    display = equation.verdict.display
    if display is None:  # it cannot be read, which the build tells
        return ()
    return tuple(
        (hint.begin, hint.end, _ENTRY[language].format(hint.shape) if hint.is_entry else hint.shape)
        for hint in symbol_shapes(equation.latex, display, find_model(equation.model))
    )


def render_tools(equation: CheckedEquation, language: str) -> str:
    """Return the HTML under an equation; `frontend/src/equation.ts` names what it relies on."""
    sizes, n_samples = find_model(equation.model).sizes[0]
    data = {
        "latex": equation.latex,
        "model": equation.model,
        "earlier": list(equation.earlier),
        "sizes": list(sizes),
        "samples": n_samples,
    }
    # What is meant to be false may have shapes that do not fit, and is nothing to be copied.
    below = render_mark(equation.fails, language) if equation.fails else _numpy(equation, language)
    return (
        f'<div class="bp-tools" data-bp-tools="{equation.id}" data-bp-state="idle"'
        f' data-bp-question="{html.escape(json.dumps(data, ensure_ascii=False))}"'
        f" data-search-exclude>{below}</div>"
    )


def _numpy(equation: CheckedEquation, language: str) -> str:
    display = equation.verdict.display
    lines = numpy_lines(display, find_model(equation.model)) if display else []
    code = highlight("\n".join(lines) + "\n", _LEXER, _FORMATTER)
    return f'<details class="bp-numpy"><summary>{_SUMMARY[language]}</summary>{code}</details>'
