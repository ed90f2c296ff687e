"""Colours are put into formulas without changing them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpdocs.examples.reader import Equation
from bpdocs.site.quantities import QUANTITIES, colour_quantities

QUANTITY = r"\\(?:bm|boldsymbol|mathbf)\s*\{[^{}]*\}|\\[A-Za-z]+|[A-Za-z]"
COLOUR = rf"\\htmlClass\{{bp-q-[a-z]+\}}\{{({QUANTITY})\}}"

# What stands for <...> is coloured; nothing else is.
COLOURED = {
    "a letter": "<W>",
    "the small letters": "<w><b><z><a><x><y>",
    "the large letters": "<W><Z><A><X><Y>",
    "other letters": r"C + E^{l} N_{l} M \sigma \alpha \eta B",
    "bold": r"<\bm{W}> <\boldsymbol{Z}> <\mathbf{x}>",
    "bold with spaces": r"<\bm { W }>",
    "bold commands": r"<\bm{\Delta}> <\bm{\delta}>",
    "Delta": r"<\Delta>^{l} <\delta>^{l}_{j}",
    "bold one": r"\mathbf{1}_{M}",
    "bold word": r"\mathbf{N}",
    "upright d": r"\mathrm{d}<x>",
    "transpose": r"<\bm{W}>^\mathsf{T}",
    "transpose in braces": r"(<\bm{A}>^{l-1})^{\mathsf{T}}",
    "prime": r"<b>' + <\bm{W}>'",
    "derivative": r"(\sigma^{l})'(<\bm{Z}>^{l})",
    "superscript": r"<W>^{<a>}",
    "subscripts": r"<W>_{k,j}^{l} + C_{<b>}",
    "fraction": r"\frac{\partial C}{\partial <\bm{b}>^{l}}",
    "text": r"\text{always a batch}",
    "text with mathematics": r"\text{if $a + 0$}",
    "bold text": r"\textbf{a b}",
    "operator": r"\operatorname{bias} \max \exp \tanh",
    "starred operator": r"\operatorname*{arg\,max}_{<W>}",
    "typewriter": r"\texttt{bias}",
    "italic text": r"\textit{bias} \mathit{bias} \mathtt{bias}",
    "text with braces": r"\text{a {b} c}",
    "environment": r"\begin{aligned} <a> &= <b> \\ <x> &= <y> \end{aligned}",
    "columns": r"\begin{array}{ccl} <a> \end{array}",
    "row distance": r"<a> \\[1ex] <b>",
    "space": r"\hspace{1ex} <W> \quad \, <b>",
    "tag": r"<a> = <b> \tag{a}",
    "braces": r"\{ <a> \} \left[ <b> \right]",
    "colour": r"\textcolor{blue}{<W>}",
}
TOKENS = st.one_of(
    st.sampled_from([r"\bm{W}", r"\bm{\Delta}", r"\mathbf{1}", r"\mathrm{d}", r"\text{a b}"]),
    st.sampled_from([r"\mathsf{T}", r"\Delta", r"\frac", r"\sum", r"\\", r"\,", r"\{", r"\}"]),
    st.sampled_from("WwbZzAaXxYyCMNl(),=<>+-0123456789{}^_'&[]\\ \n"),
)
FORMULAS = st.lists(TOKENS, max_size=30).map("".join)


def without_braces(latex, braced=QUANTITY):
    """Return a formula without the braces around a single quantity, which change nothing."""
    while (bare := re.sub(rf"\{{({braced})\}}", r"\1", latex)) != latex:
        latex = bare
    return latex


def without_colours(latex):
    """Return a formula without the wrappers, and without braces around a single quantity."""
    return without_braces(re.sub(COLOUR, r"\1", latex))


@pytest.mark.parametrize("marked", COLOURED.values(), ids=COLOURED)
def test_quantities_are_coloured(marked):
    """What is marked here gets the colour of its letter, and nothing else does."""

    def colour(match):
        letter = re.search(r"\\[Dd]elta|[A-Za-z](?=\W*$)", match[1])[0]
        return rf"\htmlClass{{bp-q-{QUANTITIES[letter]}}}{{{match[1]}}}"

    coloured = colour_quantities(re.sub("<([^>]*)>", r"\1", marked))
    expected = re.sub("<([^>]*)>", colour, marked)
    assert without_braces(coloured, COLOUR) == without_braces(expected, COLOUR)


@given(FORMULAS)
def test_removing_the_colours_gives_the_formula(latex):
    """Nothing but wrappers, and braces around them, is added."""
    assert without_colours(colour_quantities(latex)) == without_braces(latex)


@given(st.text())
def test_any_text_is_coloured(text):
    """No text is refused, and none is changed but for the wrappers."""
    assert without_colours(colour_quantities(text)) == without_braces(text)


@pytest.mark.parametrize("letter", QUANTITIES)
def test_every_letter_has_the_colour_of_its_bold_form(letter):
    """A quantity has one colour, bold or not."""
    bold = rf"\bm{{{letter}}}"
    wrapped = colour_quantities(letter).replace(f"{{{letter}}}", f"{{{bold}}}")
    assert colour_quantities(bold) == wrapped


UNBRACED = ["x_b", "W^a", "C_W^b", r"\hat y", r"\bar\delta", r"\frac ab", r"\sqrt x", r"\bm W"]
BRACED = [
    r"\hat{y}",
    r"\bar{\delta}",
    r"\sum_{a}^{b} x",
    r"\begin{bmatrix} a & b \\ x & y \end{bmatrix}",
    r"\bm{W}'",
    r"\bm{W}^\mathsf{T}",
    r"\left.x\right|_{z=b}",
    r"\underbrace{W}_{\text{a b}}",
]


@pytest.mark.parametrize("latex", [*UNBRACED, *BRACED])
def test_coloured_formula_can_be_read(renderer, latex):
    """LaTeX that KaTeX reads is read with its colours too, whether or not it has braces."""
    (html,) = renderer.render_equations([Equation("id", latex, 1)], "page")
    assert "bp-q-" in html
