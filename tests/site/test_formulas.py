"""Formulas as real KaTeX renders them."""

import re

import markdown
import pytest
from bs4 import BeautifulSoup
from mkdocs.exceptions import PluginError

from bpdocs.examples.prose import Formula
from bpdocs.examples.reader import Equation, read_page
from bpdocs.site.formulas import FormulaRenderer
from bpdocs.site.node import NodeService

EXTENSIONS = ["pymdownx.superfences", "pymdownx.arithmatex", "tables"]
SETTINGS = {
    "pymdownx.arithmatex": {"generic": True, "inline_syntax": ["dollar"], "block_syntax": []}
}


def inline(text):
    """Return the HTML of a page before its formulas are rendered."""
    return markdown.markdown(text, extensions=EXTENSIONS, extension_configs=SETTINGS)


def rendered(renderer, text, language="en"):
    """Return a page's HTML with its inline formulas rendered."""
    page = read_page(text, "docs/en/page.md")
    return renderer.render_inline(inline(page.text), page.name, page.formulas, language)


def parse(html):
    """Return HTML as a tree."""
    return BeautifulSoup(html, "html.parser")


def render(renderer, latex, line=7):
    """Return a displayed equation as a tree."""
    (html,) = renderer.render_equations([Equation("an-id", latex, line)], "docs/en/page.md")
    return parse(html).div


def source_of(tree):
    """Return the LaTeX that KaTeX keeps beside its MathML."""
    return [note.text for note in tree.select("annotation[encoding='application/x-tex']")]


def test_equation_is_named(renderer):
    """A displayed equation carries its id, as an anchor and as the contract says."""
    tree = render(renderer, "C = 1")
    assert (tree["id"], tree["data-bp-equation"]) == ("an-id", "an-id")


def test_equation_is_displayed(renderer):
    """A displayed equation is set in KaTeX's display mode, once for the eye and once in MathML."""
    tree = render(renderer, "C = 1")
    assert len(tree.select(".katex-display > .katex > .katex-html")) == 1
    assert [math["display"] for math in tree.select("math")] == ["block"]


def test_equation_can_be_reached_by_keyboard(renderer):
    """The box of an equation, which may scroll, takes the focus."""
    assert render(renderer, "C = 1")["tabindex"] == "0"


def test_equation_is_kept_out_of_the_search(renderer):
    """Material's search passes a displayed equation by."""
    assert render(renderer, "C = 1").has_attr("data-search-exclude")


def test_equation_is_coloured(renderer):
    """A quantity has its class in the HTML."""
    tree = render(renderer, r"C = \bm{W}")
    assert [span.text for span in tree.select(".katex-html .bp-q-weight")] == ["W"]


@pytest.mark.parametrize(
    "latex", [r"\bm{W}^{l} < x_b", r"\begin{aligned} \bm{Z} &= 1 \\ b &< 2 \end{aligned}"]
)
def test_copied_formula_is_the_authors(renderer, latex):
    """Beside the MathML stands the author's LaTeX, without colours and distances."""
    assert source_of(render(renderer, latex)) == [latex]


def test_equations_keep_their_order(renderer):
    """Several equations come back in their order, equal ones too."""
    equations = [Equation(f"e{n}", latex, n) for n, latex in enumerate(["C = 1", "M = 2", "C = 1"])]
    trees = [parse(html).div for html in renderer.render_equations(equations, "page")]
    assert [(tree["id"], *source_of(tree)) for tree in trees] == [
        ("e0", "C = 1"),
        ("e1", "M = 2"),
        ("e2", "C = 1"),
    ]


def height(renderer, latex):
    """Return the height of a rendered formula, in em."""
    struts = render(renderer, latex).select(".katex-strut")
    return max(float(re.search(r"height:([\d.]+)em", strut["style"])[1]) for strut in struts)


@pytest.mark.parametrize("breaks", [1, 2])
def test_rows_stand_apart(renderer, breaks):
    """Every line break of `aligned` adds 0.7 em, so that fractions do not touch."""
    rows = r"\begin{aligned} C &= 1" + r" \\%s M &= 2" * breaks + r" \end{aligned}"
    ours, bare = (height(renderer, rows.replace("%s", space)) for space in ("", "[0em]"))
    assert ours - bare == pytest.approx(0.7 * breaks, abs=1e-3)


def test_distance_of_the_author_stays(renderer):
    """A line break that has a distance keeps it."""
    rows = r"\begin{aligned} C &= 1 \\[%dem] M &= 2 \end{aligned}"
    assert height(renderer, rows % 2) - height(renderer, rows % 0) == pytest.approx(2, abs=1e-3)


@pytest.mark.parametrize("latex", [r"\frac{1}{", r"C = \undefinedcommand", "C_{1}_{2}", "C & 1"])
def test_bad_equation_is_an_error(renderer, latex):
    """An equation that KaTeX cannot read is named with its page, its line and its LaTeX."""
    place = re.escape(f"docs/en/page.md:7: KaTeX cannot read {latex!r}: KaTeX parse error: ")
    with pytest.raises(PluginError, match=place + r"(.|\n)*\. Correct the formula\.$"):
        render(renderer, latex)


@pytest.mark.parametrize("latex", [r"\href{https://example.org}{C}", r"\includegraphics{a.png}"])
def test_nothing_but_mathematics_is_trusted(renderer, latex):
    """A formula with a link or a picture does not become one."""
    try:
        tree = render(renderer, latex)
    except PluginError:
        return
    assert tree.select("a, img") == []


def test_chinese_outside_text_is_an_error(renderer):
    """Chinese in a formula is an error, for KaTeX has no metrics for it."""
    with pytest.raises(PluginError, match=r'page\.md:7: .*Unicode text character "损"'):
        render(renderer, r"C_{损失}")


def test_chinese_in_text_is_rendered(renderer):
    r"""Chinese inside \text is allowed."""
    assert "损失" in render(renderer, r"C_{\text{损失}}").select_one(".katex-html").text


def test_error_does_not_end_the_service(renderer):
    """After a formula that cannot be read the next one is rendered."""
    with pytest.raises(PluginError):
        render(renderer, "{")
    assert source_of(render(renderer, "N_{l}")) == ["N_{l}"]


def test_inline_formula_is_rendered(renderer):
    """A formula between dollars becomes KaTeX in its line of text."""
    tree = parse(rendered(renderer, "Let $M > 0$ be."))
    assert source_of(tree) == ["M > 0"]
    assert [math.get("display") for math in tree.select("p math")] == [None]


def test_inline_formula_is_unescaped_once(renderer):
    """The signs `<` and `&` of a formula reach KaTeX as they were written."""
    text = r"$1 < M$ and $\begin{matrix} 1 & 2 \end{matrix}$"
    tree = parse(rendered(renderer, text))
    assert source_of(tree) == ["1 < M", r"\begin{matrix} 1 & 2 \end{matrix}"]


def test_text_around_formulas_stays(renderer):
    """What is no formula is not changed, dollars in code neither."""
    text = "Costs of `$x$` are *1*.\n\n```text\n$y$\n```\n"
    assert rendered(renderer, text) == inline(text)


@pytest.mark.parametrize(
    ("text", "tied"),
    [
        ("for $m$, and", "m,"),
        ("(with $m$).", "m)."),
        ("对每个样本 $m$：求和", "m："),
        ("移动（$m$）", "（m）"),
        ("a $m$ b", None),
        ("($m$ of them)", "(m"),
    ],
)
def test_punctuation_is_tied_to_its_formula(renderer, text, tied):
    """The marks on both sides of an inline formula are kept on its line, and nothing else is."""
    tree = parse(rendered(renderer, text))
    found = tree.select(".bp-tied")
    for formula in tree.select("var"):
        formula.string = "m"

    assert [box.text for box in found] == ([tied] if tied else [])


def test_inline_error_names_its_line(renderer):
    """An inline formula that cannot be read is named with its page, its line and its LaTeX."""
    text = "# Title\n\nRight: $M$.\n\nWrong: $\\frac{1}$.\n"
    with pytest.raises(PluginError, match=r"^docs/en/page\.md:5: KaTeX cannot read '\\\\frac"):
        rendered(renderer, text)


def test_mark_stands_beside_its_formula(renderer):
    """A marked formula has a cross and the name of its mistake, on its line."""
    text = 'Not $C = -C${fails="transpose"}, and $M$.'
    formula, mark, tied = parse(rendered(renderer, text)).select("p > span, p > var, p > small")
    assert formula.select_one("annotation").text == "C = -C"
    assert mark.text == "✗ False on purpose: transpose"
    assert mark.next_sibling == ", and "
    assert tied.select(".bp-mark") == []


def test_long_mark_is_not_tied(renderer):
    """Of a marked formula in brackets the opening stays with it; the mark may begin a line."""
    tree = parse(rendered(renderer, 'So ($C = -C${fails="wrong sign"}).'))
    tied = tree.select_one(".bp-tied")
    assert tied.text.startswith("(")
    assert tied.select(".bp-mark") == []
    assert tree.select_one(".bp-mark").next_sibling == ")."


def test_mark_is_in_the_language_of_the_page(renderer):
    """On a Chinese page the mark is Chinese."""
    tree = parse(rendered(renderer, '不是 $C = -C${fails="transpose"}。', "zh"))
    assert tree.select_one(".bp-mark").text == "✗ 故意写错：转置有误"


def test_mark_belongs_to_the_place(renderer):
    """Of two equal formulas only the one that is marked shows a mark."""
    tree = parse(rendered(renderer, 'First $M$, second $M${fails="transpose"}, third $M$.'))
    before = [str(mark.find_previous("var").previous_sibling) for mark in tree.select(".bp-mark")]
    assert before == [", second "] or before == [" second "]


def test_formula_in_a_comment_is_not_shown(renderer):
    """A comment inside a sentence is left out with the formula in it."""
    html = rendered(renderer, "Of $M$ <!-- $C$ --> and $L$.")
    assert source_of(parse(html)) == ["M", "L"]
    assert "<!--" not in html


@pytest.mark.parametrize(
    ("shown", "read", "what"),
    [
        ("$C$", [], r":1: the formula none was read here, but the page shows \$C\$\. "),
        ("", ["C"], r":1: the formula \$C\$ was read here, but the page shows none\. "),
        ("$M$ $C$", ["M", "L"], r":2: the formula \$L\$ was read here, but the page shows \$C\$"),
        ("$M$ $C$", ["C", "M"], r":1: the formula \$C\$ was read here, but the page shows \$M\$"),
        ("$M$ $C$", ["M"], r":1: the formula none was read here, but the page shows \$C\$"),
        ("$M$ $M$", ["M"], r":1: the formula none was read here, but the page shows \$M\$"),
    ],
)
def test_formulas_shown_are_those_read(renderer, shown, read, what):
    """A page that shows another sequence of formulas than was read is an error with its line."""
    formulas = [Formula(latex, line, 0) for line, latex in enumerate(read, 1)]
    with pytest.raises(PluginError, match=rf"^page\.md{what}"):
        renderer.render_inline(inline(shown), "page.md", formulas)


@pytest.mark.parametrize(
    "text",
    [
        "| a | b |\n| - | - |\n| $M | M$ |",
        "<div>\n$M$\n</div>",
        "A text:\n\n    $M$",
    ],
    ids=["two cells", "HTML", "indented code"],
)
def test_formula_that_markdown_does_not_see_is_an_error(renderer, text):
    """Where the reader sees a formula and Markdown none, the page's line is named."""
    with pytest.raises(
        PluginError, match=r"^docs/en/page\.md:\d: the formula .* shows none\. Put no"
    ):
        rendered(renderer, text)


def test_formulas_of_docstrings_are_not_of_the_page(renderer):
    """Between the formulas of a page the package's docstrings may have others."""
    inner, outer = inline("$L$"), inline("$l$")
    docstring = f'<div class="doc doc-object doc-module"><div>{inner}</div>{outer}</div>'
    html = inline("$M$") + docstring + inline("$C$") + docstring
    formulas = [Formula("M", 1, 0), Formula("C", 3, 0, "transpose")]
    tree = parse(renderer.render_inline(html, "page.md", formulas))
    assert source_of(tree) == ["M", "L", "l", "C", "L", "l"]
    assert [mark.find_previous("annotation").text for mark in tree.select(".bp-mark")] == ["C"]


def test_formula_on_two_lines_is_the_same(renderer):
    """A formula that goes on in the next line of an item is the one that was read."""
    text = "- one $C =\n  M$ and\n\n    $M =\n    C$\n"
    assert len(source_of(parse(rendered(renderer, text)))) == 2


@pytest.mark.parametrize("language", ["en", "zh"])
def test_formulas_of_the_pages_are_rendered(root, renderer, language):
    """KaTeX reads every equation and every inline formula of the site's pages."""
    for path in sorted((root / "docs" / language).rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        equations = read_page(text, path.name).equations
        assert len(renderer.render_equations(equations, path.name)) == len(equations)
        assert rendered(renderer, text).count('class="katex"') == inline(text).count(
            'class="arithmatex"'
        )


def test_colours_change_nothing_that_is_read(root, renderer):
    """With and without colours the pages' equations show the same signs."""
    plain = NodeService("render_math.mjs")
    equations = [
        equation
        for path in sorted((root / "docs/en").rglob("*.md"))
        for equation in read_page(path.read_text(encoding="utf-8"), path.name).equations
    ]
    answers = plain.ask([{"latex": equation.latex, "display": True} for equation in equations])
    plain.close()
    for html, answer in zip(renderer.render_equations(equations, "p"), answers, strict=True):
        signs = [parse(page).select_one(".katex-html").text for page in (html, answer["html"])]
        assert signs[0] == signs[1]


@pytest.mark.filterwarnings("error")
def test_closing_leaves_nothing_open():
    """After close no file of the Node process is left open."""
    formulas = FormulaRenderer()
    rendered(formulas, "$M$")
    process = formulas._katex._process
    formulas.close()
    assert (process.returncode, process.stdin.closed, process.stdout.closed) == (0, True, True)


def test_renderer_can_be_used_after_closing():
    """The plugin is kept by `mkdocs serve`: KaTeX starts again when it is needed again."""
    formulas = FormulaRenderer()
    for latex in ("M", "N"):
        rendered(formulas, f"${latex}$")
        formulas.close()


def test_service_that_died_is_an_error():
    """When Node ends by itself the error says so."""
    service = NodeService("render_math.mjs")
    service.ask([])
    service._process.kill()
    service._process.wait()
    with pytest.raises(PluginError, match=r"render_math\.mjs ended without an answer"):
        service.ask([])
    service.close()
