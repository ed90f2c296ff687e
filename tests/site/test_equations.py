"""What stands beside an equation of the built site: shapes, NumPy, and what Check needs."""

import json
import pickle
import zipfile

import pytest
from bs4 import BeautifulSoup

from bpdocs.equations.networks.models import find_model
from bpdocs.equations.pages import CheckedFormula, check_page
from bpdocs.equations.printing.numpy_lines import numpy_lines
from bpdocs.equations.reading.display import read_display
from bpdocs.equations.reading.tables import compile_grammar, load_parser, make_parser
from bpdocs.equations.reading.tokens import read_tokens
from bpdocs.examples.reader import read_page
from bpdocs.site.equations import render_tools, shape_titles
from bpdocs.site.wheel import build_wheel
from corpus import ENTRIES
from repository import PAGE_PATHS, page_name, read

FORWARD = r"\bm{Z}^{l} = \bm{W}^{l} \bm{A}^{l-1} + \bm{b}^{l} \mathbf{1}_{M}^\mathsf{T}"
PAGE = "# A page\n\n```math {#forward}\n%s\n```\n"
LOST = r"\frac{\partial C}{\partial \bm{W}^{l}} = \bm{\Delta}^{l} \bm{A}^{l-1}"


def checked(latex):
    """Return an equation of a page."""
    (equation,) = check_page(read_page(PAGE % latex, "page.md"), "dense")
    return equation


@pytest.fixture
def tools():
    """Return what stands under the forward pass, as a tree."""
    return BeautifulSoup(render_tools(checked(FORWARD), "en"), "html.parser").div


def test_tools_know_the_question(tools):
    """The equation, its model and the sizes of the check are beside it."""
    question = json.loads(tools["data-bp-question"])
    assert question["latex"] == FORWARD
    assert question["model"] == "dense"
    assert question["earlier"] == []
    assert len(question["sizes"]) >= 4
    assert len({*question["sizes"], question["samples"]}) == len(question["sizes"]) + 1
    assert (tools["data-bp-tools"], tools["data-bp-state"]) == ("forward", "idle")


def test_tools_show_numpy(tools):
    """The same line in NumPy is there without any script."""
    assert tools.select_one("summary").text == "as NumPy"
    model = find_model("dense")
    lines = numpy_lines(read_display(FORWARD, model.names), model)
    assert tools.select_one("code").text == "\n".join(lines) + "\n"


def test_tools_are_in_the_language_of_the_page():
    """The Chinese page has Chinese words."""
    tree = BeautifulSoup(render_tools(checked(FORWARD), "zh"), "html.parser")
    assert tree.select_one("summary").text == "写成 NumPy"


@pytest.mark.parametrize(("language", "name"), [("en", "transpose"), ("zh", "转置有误")])
def test_marked_equation_shows_its_mark(language, name):
    """Under an equation that is meant to be false stands its mistake, in words."""
    text = f'```math {{#lost fails="transpose"}}\n{LOST}\n```\n'
    (equation,) = check_page(read_page(text, "page.md"), "dense")
    tools = BeautifulSoup(render_tools(equation, language), "html.parser").div
    mark = tools.select_one(".bp-mark")
    assert not tools.select("details")
    assert mark.text.startswith("✗ ")
    assert mark.text.endswith(name)
    assert shape_titles(equation, language)


def test_equation_without_a_mark_shows_none(tools):
    """What is true has no cross."""
    assert tools.select(".bp-mark") == []


@pytest.mark.parametrize(("language", "words"), [("en", "an entry of N_l × 1"), ("zh", "N_l × 1")])
def test_entry_is_told_in_words(language, words):
    """An entry says of what it is one."""
    equation = checked(r"\frac{\partial C}{\partial b^{l}_{j}} = \sum_{m} \Delta^{l}_{j,m}")
    ((*_, first), (*_, second)) = shape_titles(equation, language)
    assert words in first
    assert first.replace("N_l × 1", "N_l × M") == second


def test_symbols_have_titles(renderer):
    """In the HTML each symbol says its shape, and nothing else of the formula changes."""
    equation = checked(FORWARD)
    equations = read_page(PAGE % FORWARD, "page.md").equations
    titles = [shape_titles(equation, "en")]
    with_titles, plain = (
        BeautifulSoup(html, "html.parser")
        for argument in (titles, ())
        for html in renderer.render_equations(equations, "page.md", argument)
    )
    told = [span["title"] for span in with_titles.select("[title]")]
    assert told == ["N_l × M", "N_l × N_{l-1}", "N_{l-1} × M", "N_l × 1"]
    visible = [tree.select_one(".katex-html").text for tree in (with_titles, plain)]
    assert visible[0] == visible[1]
    assert with_titles.select_one("annotation").text == FORWARD


@pytest.mark.parametrize("path", PAGE_PATHS, ids=page_name)
def test_every_equation_of_the_pages_has_numpy(path):
    """Each display of the site that is true has lines of NumPy that Python reads."""
    page = read(path)
    for equation in check_page(page, "dense"):
        if isinstance(equation, CheckedFormula) or equation.fails:
            continue
        lines = numpy_lines(equation.verdict.display, find_model(equation.model))
        assert lines
        compile("\n".join(lines), equation.name, "exec")


def test_wheel_brings_the_tables(root):
    """The wheel's tables are those of the grammar, the same bytes each time."""
    with zipfile.ZipFile(build_wheel(root)) as wheel:
        tables = wheel.read("bpdocs/equations/reading/grammar.bin")
        grammar = wheel.read("bpdocs/equations/reading/grammar.lark").decode()
    assert tables == compile_grammar(grammar)
    assert set(pickle.loads(tables)) == {"data", "memo"}  # noqa: S301 - made by this build


def test_tables_parse_like_the_grammar(root):
    """A parser from tables gives every display of the corpus the same tree."""
    grammar = (root / "src/bpdocs/equations/reading/grammar.lark").read_text("utf-8")
    made, loaded = make_parser(grammar), load_parser(compile_grammar(grammar))
    displays = [entry.latex for entry in ENTRIES if entry.status != "unreadable"]
    for latex in displays:
        tokens = read_tokens(latex)
        assert made.parse(tokens) == loaded.parse(tokens)  # type: ignore[arg-type]
