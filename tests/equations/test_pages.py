"""The equations of the pages: all are read, all hold, and a false one stops the build."""

import re
import time
from pathlib import Path

import pytest

from bpdocs.equations.__main__ import main
from bpdocs.equations.pages import check_folder, check_page, model_of, require_true
from bpdocs.examples.reader import PageError, read_page

DOCS = Path(__file__).parents[2] / "docs"
PAGE = "# A page\n\n```math {#first}\n%s\n```\n"
FALSE = r"\frac{\partial C}{\partial \bm{W}^{l}} = \bm{A}^{l-1} (\bm{\Delta}^{l})^\mathsf{T}"


def check_text(text):
    """Check a page of this text."""
    return check_page(read_page(text, "page.md"), model_of(text))


@pytest.fixture(scope="module")
def equations():
    """Check every page of both languages once."""
    return {code: list(check_folder(DOCS / code)) for code in ("en", "zh")}


@pytest.mark.parametrize("code", ["en", "zh"])
def test_every_displayed_equation_holds(equations, code):
    """All equations of the site are read and true."""
    assert [e.name for e in equations[code] if e.verdict.status != "holds"] == []


@pytest.mark.parametrize("code", ["en", "zh"])
def test_no_displayed_equation_is_left_out(equations, code):
    """As many were checked as the pages have fences, and each has a step."""
    fences = sum(
        len(re.findall(r"^```math", path.read_text("utf-8"), re.MULTILINE))
        for path in (DOCS / code).rglob("*.md")
    )
    assert len(equations[code]) == fences >= 23
    assert all(equation.verdict.steps for equation in equations[code])


def test_languages_have_the_same_equations(equations):
    """A page and its translation show the same displays, under the same ids."""
    english, chinese = (
        [(e.page, e.id, e.latex, e.model) for e in equations[code]] for code in ("en", "zh")
    )
    assert english == chinese


def test_every_step_has_shapes(equations):
    """Both sides of every step have a shape in letters."""
    for equation in equations["en"]:
        for step in equation.verdict.steps:
            assert step.left_shape == step.right_shape
            assert re.fullmatch(r"a number|[\w{}+-]+ × [\w{}+-]+", step.left_shape), step


def test_all_pages_take_less_than_ten_seconds():
    """Both languages are checked in under 10 s."""
    begin = time.perf_counter()
    list(check_folder(DOCS))
    assert time.perf_counter() - begin < 10


def test_false_equation_is_an_error_with_its_line():
    """The error names page, line and equation."""
    with pytest.raises(PageError, match=r"^page\.md:4: the equation #first is false: "):
        require_true(check_text(PAGE % FALSE))


def test_unreadable_equation_is_an_error_with_its_line():
    """The line is that of the place where reading ended."""
    page = PAGE % "\\bm{Z}^{l} =\n\\bm{Q}^{l}"
    with pytest.raises(PageError, match=r"^page\.md:5: the equation #first cannot be read: Q is"):
        require_true(check_text(page))


def test_page_names_its_model_once():
    """The model of the front matter holds for all equations of the page."""
    page = "---\nmodel: softmax\n---\n" + PAGE % r"\bm{\Delta}^{L} = \frac{1}{M}(\bm{P} - \bm{Y})"
    require_true(check_text(page))


def test_unknown_model_is_an_error():
    """A model that does not exist is named with those that do."""
    page = "---\nmodel: dens\n---\n" + PAGE % r"\bm{X} = \bm{A}^{0}"
    with pytest.raises(PageError, match=r"^page\.md:1: .*one of dense, rows.*got 'dens'"):
        check_text(page)


def test_definition_serves_the_rest_of_the_page():
    """A name defined in one display can be used in the next, at another layer too."""
    first = r"\bm{G}^{l} := (\bm{W}^{l})^\mathsf{T} \bm{\Delta}^{l}"
    second = r"\bm{\Delta}^{l} = \bm{G}^{l+1} \odot (\sigma^{l})'(\bm{Z}^{l})"
    page = PAGE % first + "\n```math {#second}\n" + second + "\n```\n"
    require_true(check_text(page))


@pytest.mark.parametrize(
    ("latex", "code", "words"),
    [
        (r"\bm{X} = \bm{A}^{0}", 0, "holds: "),
        (FALSE, 1, "fails: "),
        (r"\bm{X} = \bm{Q}", 2, "unreadable: Q is not a name of this model"),
    ],
)
def test_command_checks_one_equation(capsys, latex, code, words):
    """The verdict is printed, and the exit code tells it."""
    assert main(["check", latex]) == code
    assert capsys.readouterr().out.startswith(words)


def test_equation_may_begin_with_a_minus_sign():
    """It is no option of the command."""
    assert main(["check", r"-\bm{A}^{0} = -\bm{X}", "--model", "dense"]) == 0
    assert main(["check", "--model=training", "-W^{l} = W^{l}"]) == 1


def test_command_checks_all_pages(capsys):
    """A line for each equation, and the number of those that hold."""
    assert main(["pages", str(DOCS)]) == 0
    assert re.search(r"^\d+ holds; \d+\.\d s$", capsys.readouterr().out, re.MULTILINE)


def test_command_names_a_missing_folder(capsys):
    """A folder that does not exist is an error, not a success without equations."""
    assert main(["pages", "no-such-folder"]) == 2
    assert "no-such-folder is no folder of pages" in capsys.readouterr().err
