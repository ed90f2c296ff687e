"""The formulas of the pages: all are read, all hold, and a false one stops the build."""

import re
import time
from pathlib import Path

import pytest

from bpdocs.equations.__main__ import main
from bpdocs.equations.pages import (
    CheckedEquation,
    CheckedFormula,
    check_folder,
    check_page,
    check_pages,
    fault_of,
    model_of,
    require_true,
)
from bpdocs.examples.reader import PageError, read_page

DOCS = Path(__file__).parents[2] / "docs"
PAGE = "# A page\n\n```math {#first}\n%s\n```\n"
MARKED = '# A page\n\n```math {#first fails="%s"}\n%s\n```\n'
KINDS = ("display", "claim", "condition", "expression", "marked")
LOST = r"\frac{\partial C}{\partial \bm{W}^{l}} = \bm{\Delta}^{l} \bm{A}^{l-1}"
FALSE = r"\frac{\partial C}{\partial \bm{W}^{l}} = \bm{A}^{l-1} (\bm{\Delta}^{l})^\mathsf{T}"


def check_text(text):
    """Check a page of this text."""
    return check_page(read_page(text, "page.md"), model_of(text))


@pytest.fixture(scope="module")
def checked():
    """Check every page of both languages once."""
    return {code: list(check_pages(DOCS / code)) for code in ("en", "zh")}


@pytest.fixture(scope="module")
def equations(checked):
    """Return the displayed equations of the pages."""
    return {
        code: [found for found in formulas if isinstance(found, CheckedEquation)]
        for code, formulas in checked.items()
    }


def kind_of(found):
    """Return what a formula of a page counts as."""
    if found.fails:
        return "marked"
    return "display" if isinstance(found, CheckedEquation) else found.verdict.kind


@pytest.mark.parametrize("code", ["en", "zh"])
def test_every_formula_is_as_it_should_be(checked, code):
    """All formulas of the site are read and true, and the marked ones false as they say."""
    assert [fault for fault in map(fault_of, checked[code]) if fault] == []


@pytest.mark.parametrize("code", ["en", "zh"])
def test_no_displayed_equation_is_left_out(equations, code):
    """As many were checked as the pages have fences, and each has a step."""
    fences = sum(
        len(re.findall(r"^```math", path.read_text("utf-8"), re.MULTILINE))
        for path in (DOCS / code).rglob("*.md")
    )
    assert len(equations[code]) == fences >= 24
    assert all(equation.verdict.steps for equation in equations[code])


@pytest.mark.parametrize("code", ["en", "zh"])
def test_no_inline_formula_is_left_out(checked, code):
    """Outside code, front matter and fences every pair of dollars was checked."""
    dollars = 0
    for path in (DOCS / code).rglob("*.md"):
        text = re.sub(r"\A---\n.*?\n---\n", "", path.read_text("utf-8"), flags=re.DOTALL)
        text = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
        dollars += re.sub(r"`[^`\n]*`", "", text).count("$")
    formulas = [found for found in checked[code] if isinstance(found, CheckedFormula)]
    assert 2 * len(formulas) == dollars > 400


def test_languages_have_the_same_equations(equations):
    """A page and its translation show the same displays, under the same ids and marks."""
    english, chinese = (
        [(e.page, e.id, e.latex, e.model, e.fails) for e in equations[code]]
        for code in ("en", "zh")
    )
    assert english == chinese


def test_languages_have_the_same_marks(checked):
    """A page and its translation mark the same formulas with the same mistakes."""
    english, chinese = (
        [(found.page, found.latex, found.fails) for found in checked[code] if found.fails]
        for code in ("en", "zh")
    )
    assert english == chinese
    assert len(english) >= 3


@pytest.mark.parametrize("code", ["en", "zh"])
def test_published_table_is_that_of_the_command(checked, code, capsys):
    """The page counts displays, claims, conditions, expressions and marks as the command does."""
    page = (DOCS / code / "checked.md").read_text("utf-8")
    table = re.search(r"\n\n((?:\|.*\n){7})\n##.*\{#mutation\}", page)[1]
    shown = [int(row.split("|")[2]) for row in table.splitlines()[2:]]
    assert shown == [sum(kind_of(f) == kind for f in checked[code]) for kind in KINDS]
    main(["pages", str(DOCS / code)])
    last = capsys.readouterr().out.splitlines()[-1]
    assert [int(number) for number in re.findall(r"\d+(?= [a-z])", last.split(";")[0])] == shown


def test_every_step_has_shapes(equations):
    """Both sides of every step have a shape in letters."""
    for equation in equations["en"]:
        for step in equation.verdict.steps if not equation.fails else ():
            assert step.left_shape == step.right_shape
            assert re.fullmatch(r"a number|[\w{}+-]+ × [\w{}+-]+", step.left_shape), step


def test_all_pages_take_less_than_ten_seconds():
    """Both languages are checked in under 10 s."""
    begin = time.perf_counter()
    list(check_pages(DOCS))
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


def test_definitions_flow_through_sentences():
    """What a sentence defines a display can use, and the other way round."""
    define = r"\bm{G}^{l} := (\bm{W}^{l})^\mathsf{T} \bm{\Delta}^{l}"
    use = r"\bm{\Delta}^{l} = \bm{G}^{l+1} \odot (\sigma^{l})'(\bm{Z}^{l})"
    require_true(check_text(f"Let ${define}$ be.\n\n" + PAGE % use))
    require_true(check_text(PAGE % define + f"\nSo ${use}$.\n"))
    _, display = check_text(f"Let ${define}$ be.\n\n" + PAGE % use)
    assert display.earlier == (define,)


def test_definition_does_not_flow_upwards():
    """Above its definition a name is unknown, though the same formula is read below it."""
    define, use = r"\bm{G}^{l} := \bm{\Delta}^{l}", r"\bm{G}^{l} = \bm{\Delta}^{l}"
    page = f"${use}$ and ${define}$ and ${use}$.\n"
    assert [f.verdict.status for f in check_text(page)] == ["unreadable", "holds", "holds"]


def test_false_formula_in_a_sentence_is_an_error_with_its_line():
    """The error names page, line and formula, and no other formula of its page."""
    text = f"# A $M$\n\nTrue: $\\bm{{X}} = \\bm{{A}}^{{0}}$.\n\n- False: ${FALSE}$.\n"
    message = f"page.md:5: the formula ${FALSE}$ is false: "
    with pytest.raises(PageError, match="^" + re.escape(message)):
        require_true(check_text(text))


def test_unreadable_formula_in_a_sentence_is_an_error_with_its_line():
    """A letter that the page does not know is found in a formula that claims nothing, too."""
    with pytest.raises(PageError, match=r"^page\.md:3: the formula \$.*\$ cannot be read: G is"):
        require_true(check_text("# A page\n\nOf $\\bm{G}^{l}$.\n"))


@pytest.mark.parametrize("latex", ["M = 1", r"n \ne m", r"1 \le l < L", r"l = 1, \dots, L"])
def test_condition_claims_nothing(latex):
    """What relates indices and sizes alone is a condition of its sentence."""
    (found,) = check_text(f"If ${latex}$.\n")
    assert (found.verdict.kind, found.is_claim, fault_of(found)) == ("condition", False, "")


@pytest.mark.parametrize(
    "latex", ["(3, 1)", "(j, m)", r"3 \times 4", r"\odot", r"\sigma'", r"\bm{Z}^{l} \to \bm{A}^{l}"]
)
def test_expression_claims_nothing(latex):
    """What has no relation is read, and claims nothing."""
    (found,) = check_text(f"Of ${latex}$.\n")
    assert (found.verdict.kind, found.is_claim, fault_of(found)) == ("expression", False, "")


# Marks


def test_marked_display_must_fail():
    """A display that fails by the mistake of its mark is as it should be."""
    require_true(check_text(MARKED % ("transpose", LOST)))


def test_marked_formula_must_fail():
    """A formula in a sentence that fails by the mistake of its mark is as it should be."""
    require_true(check_text(f'Not ${LOST}${{fails="transpose"}}.\n'))


@pytest.mark.parametrize(
    ("mark", "latex", "what"),
    [
        (
            "transpose",
            r"\bm{A}^{0} = \bm{X}",
            "is marked 'transpose', but it holds. Remove the mark.",
        ),
        ("1/M twice", "LOST", "is marked '1/M twice', but its mistake is transpose"),
        (
            "transpose",
            r"\bm{A}^{0} = 7",
            "is marked 'transpose', but its mistake is shapes do not fit: ",
        ),
        ("transpose", r"\bm{G}^{l} = \bm{X}", "cannot be read: G is not"),
        ("lost", "LOST", "there is no mistake 'lost'. Write one of: ⊙ with softmax, "),
        ("Transpose", "LOST", "there is no mistake 'Transpose'. Write one of: "),
    ],
)
def test_mark_is_no_way_around(mark, latex, what):
    """A mark on what holds, fails otherwise or is unreadable is an error, wherever it stands."""
    latex = LOST if latex == "LOST" else latex
    display = MARKED % (mark, latex)
    for text, line in ((display, 4), (f'# A\n\nNot ${latex}${{fails="{mark}"}}.\n', 3)):
        with pytest.raises(PageError, match=rf"^page\.md:{line}: .*{re.escape(what)}"):
            require_true(check_text(text))


@pytest.mark.parametrize("latex", ["M = 1", r"\bm{A}^{l}"])
def test_mark_on_what_claims_nothing_is_an_error(latex):
    """What claims nothing cannot be false."""
    with pytest.raises(PageError, match=r"is marked 'transpose', but it claims nothing\. Remove"):
        require_true(check_text(f'Not ${latex}${{fails="transpose"}}.\n'))


def test_mark_does_not_touch_the_same_formula_elsewhere():
    """The same formula without its mark is false."""
    with pytest.raises(PageError, match=r"^page\.md:2: .* is false: "):
        require_true(check_text(f'Not ${LOST}${{fails="transpose"}},\nnor ${LOST}$.\n'))


def test_marked_equation_is_no_equation_for_mutations(equations):
    """Mistakes are made in what is true only."""
    meant = [(e.page, e.id) for e in equations["en"] if not e.fails]
    assert [(e.page, e.id) for e in check_folder(DOCS / "en")] == meant
    assert len(meant) < len(equations["en"])


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
    """A line for each display and each claim, and how many of each kind there are."""
    assert main(["pages", str(DOCS)]) == 0
    *lines, last = capsys.readouterr().out.splitlines()
    total = re.fullmatch(
        r"(\d+) displays, (\d+) inline claims, \d+ conditions, \d+ expressions, "
        r"(\d+) marked mistakes; \d+\.\d s",
        last,
    )
    assert len(lines) == sum(map(int, total.groups()))
    assert sum(line.startswith("marked ") for line in lines) == int(total[3])


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("$M$ and $M = 1$", 0, ""),
        ("$\\bm{G}^{l}$", 2, "cannot be read: G is not"),
        ("$\\bm{A}^{0} = 7$", 1, "is false: "),
        ('$\\bm{A}^{0} = 7${fails="transpose"}', 1, "its mistake is shapes do not fit"),
        ('$\\bm{A}^{0} = \\bm{X}${fails="transpose"}', 1, "but it holds"),
    ],
)
def test_command_ends_with_what_the_worst_is(tmp_path, capsys, text, code, words):
    """A false formula ends with 1, an unreadable one with 2, a mark that is wrong with 1."""
    (tmp_path / "page.md").write_text(f"# A page\n\n{text}.\n", encoding="utf-8")
    assert main(["pages", str(tmp_path)]) == code
    assert words in capsys.readouterr().out


def test_command_names_a_missing_folder(capsys):
    """A folder that does not exist is an error, not a success without equations."""
    assert main(["pages", "no-such-folder"]) == 2
    assert "no-such-folder is no folder of pages" in capsys.readouterr().err
