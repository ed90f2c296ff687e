"""Formulas as HTML, rendered by KaTeX when the site is built, so that pages need no script."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass

from mkdocs.exceptions import PluginError

from bpdocs.examples.prose import Formula
from bpdocs.examples.reader import Equation
from bpdocs.site.marks import render_mark
from bpdocs.site.node import NodeService
from bpdocs.site.places import INLINE, match_formulas, remove_comments
from bpdocs.site.quantities import colour_quantities

# Browsers may break a line on either side of a formula, even before a full stop.
_OPENING = "(\\[“‘（《"
_CLOSING = ".,;:!?)\\]’”。，、；：！？）》"
_TIED = re.compile(
    rf"(?P<opening>[{_OPENING}]*){INLINE.pattern}(?P<closing>[{_CLOSING}]*)", re.DOTALL
)

_SOURCE = re.compile(r'(<annotation encoding="application/x-tex">).*?(</annotation>)', re.DOTALL)

# A line break without a distance of its own: lines with fractions would touch.
_LINE_BREAK = re.compile(r"\\\\(?!\[)")

# KaTeX can give a symbol data but no title.
_SHAPE_DATA = re.compile(r'\bdata-bp-shape="(?P<text>[^"]*)"')


Titles = tuple[tuple[int, int, str], ...]
"""What parts of a formula say when they are pointed at: where each begins and ends, and what."""


@dataclass(frozen=True)
class _Formula:
    latex: str
    display: bool
    titles: Titles = ()

    def for_katex(self) -> dict[str, str | bool]:
        latex = colour_quantities(_with_titles(self.latex, self.titles))
        return {"latex": _LINE_BREAK.sub(r"\\\\[0.7em]", latex), "display": self.display}


class FormulaRenderer:
    """Renders formulas, each once."""

    def __init__(self) -> None:
        self._katex = NodeService("render_math.mjs")
        self._rendered: dict[_Formula, str] = {}

    def render_equations(
        self,
        equations: Sequence[Equation],
        page: str,
        titles: Sequence[Titles] = (),
        name: str = "{}",
    ) -> list[str]:
        """Return the HTML of displayed equations; `name` says how one is called by its id."""
        formulas = [
            _Formula(equation.latex, True, parts)
            for equation, parts in zip(equations, titles or [()] * len(equations), strict=True)
        ]
        places = [f"{page}:{equation.line}" for equation in equations]
        return [
            f'<div class="bp-equation" id="{equation.id}" data-bp-equation="{equation.id}"'
            # A box that scrolls must be reachable by keyboard.
            f' tabindex="0" role="group" aria-label="{html.escape(name.format(equation.id))}"'
            f" data-search-exclude>{self._html(formula)}</div>"
            for equation, formula in zip(equations, self._load(formulas, places), strict=True)
        ]

    def render_inline(
        self, content: str, page: str, read: Sequence[Formula], language: str = "en"
    ) -> str:
        """Return a page's HTML with its inline formulas rendered, which must be those read."""
        content = remove_comments(content)
        sources = match_formulas(content, page, read)
        formulas = [
            _Formula(html.unescape(match["latex"]), display=False)
            for match in INLINE.finditer(content)
        ]
        places = [f"{page}:{source.line if source else 1}" for source in sources]
        loaded = iter(zip(self._load(formulas, places), sources, strict=True))

        def render(match: re.Match[str]) -> str:
            formula, source = next(loaded)
            # Not a span: the search index would include it again after the first span inside it.
            rendered = f"<var data-search-exclude>{self._html(formula)}</var>"
            opening, closing = match["opening"], match["closing"]
            if not source or not source.fails:
                return _tie(opening + rendered + closing) if opening + closing else rendered
            # Only the opening is tied: the mark may begin a line, with the closing behind it.
            mark = render_mark(source.fails, language)
            return f"{_tie(opening + rendered) if opening else rendered} {mark}{closing}"

        return _TIED.sub(render, content)

    def close(self) -> None:
        """End KaTeX."""
        self._katex.close()

    def _html(self, formula: _Formula) -> str:
        return self._rendered[formula]

    def _load(self, formulas: list[_Formula], places: list[str]) -> list[_Formula]:
        missing = {
            formula: place
            for formula, place in zip(formulas, places, strict=True)
            if formula not in self._rendered
        }
        if missing:
            answers = self._katex.ask([formula.for_katex() for formula in missing])
            for (formula, place), answer in zip(missing.items(), answers, strict=True):
                if "error" in answer:
                    raise PluginError(
                        f"{place}: KaTeX cannot read {formula.latex!r}: {answer['error']}. "
                        "Correct the formula."
                    )
                rendered = _SHAPE_DATA.sub(r'title="\g<text>"', answer["html"])
                self._rendered[formula] = _restore_source(rendered, formula.latex)
        return formulas


def _tie(content: str) -> str:
    return f'<span class="bp-tied">{content}</span>'


def _with_titles(latex: str, titles: Titles) -> str:
    for begin, end, title in reversed(titles):
        symbol = rf"{{\htmlData{{bp-shape={title}}}{{{latex[begin:end]}}}}}"
        latex = latex[:begin] + symbol + latex[end:]
    return latex


def _restore_source(rendered: str, latex: str) -> str:
    """Put the author's LaTeX, without colours, where programs that copy a formula look for it."""
    return _SOURCE.sub(
        lambda match: match[1] + html.escape(latex, quote=False) + match[2], rendered
    )
