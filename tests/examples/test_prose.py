"""Formulas inside sentences: where one stands, where none does, and what is refused."""

import contextlib
import re
from html import unescape

import markdown
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from mkdocs.utils.meta import get_data

from bpdocs.examples.reader import PageError, read_page

EXTENSIONS = ["pymdownx.superfences", "pymdownx.arithmatex", "tables", "attr_list"]
SETTINGS = {
    "pymdownx.arithmatex": {"generic": True, "inline_syntax": ["dollar"], "block_syntax": []}
}


def formulas(*lines):
    """Return the LaTeX of the inline formulas of a page of these lines."""
    return [formula.latex for formula in read_page("\n".join(lines) + "\n", "p.md").formulas]


def refused(match, *lines):
    """Fail unless the page of these lines is refused with this text."""
    with pytest.raises(PageError, match=match):
        formulas(*lines)


def shown(text):
    """Return the formulas that the site's Markdown makes of a page."""
    html = markdown.markdown(text, extensions=EXTENSIONS, extension_configs=SETTINGS)
    html = re.sub("<!--.*?-->", "", html, flags=re.DOTALL)
    return [
        " ".join(unescape(latex).split())
        for latex in re.findall(r'<span class="arithmatex">\\\((.*?)\\\)</span>', html, re.DOTALL)
    ]


PLACES = {
    "paragraph": ("Of $M$ samples, each has $C_{m}$.",),
    "heading": ("# The sum over $m$ {#sum}",),
    "setext heading": ("The sum over $m$", "==="),
    "item": ("- one $M$", "- two $C$"),
    "numbered item": ("1. one $M$", "2. two $C$"),
    "paragraph of an item": ("- one", "", "    then $M$"),
    "table": ("| a | b |", "| --- | --- |", "| $M$ | $N_{l} \\times M$ |"),
    "quotation": ("> It is $M$.",),
    "emphasis": ("**Only $M$** and *$C$*.",),
    "link": ("[The loss $C$](other.md)",),
    "link with a formula behind": ("[The loss](other.md) $C$",),
    "two lines": (
        "It is $C =",
        "1$, no more.",
    ),
    "beside Chinese": ("损失$C$是一个数，共$M$个样本。",),
    "beside punctuation": ("($M$), “$C$”: $L$.",),
    "side by side": ("$M$ $C$",),
    "signs of HTML": ("If $1 < M$ and $M > 0$, $a & b$.",),
    "underscores and stars": ("$A_{j}$ and $b_{j}$, $a * b$ and $c * d$.",),
    "backslash before it": ("A backslash \\\\$M$.",),
    "escaped dollar before it": ("It costs \\$5 and $M$.",),
    "escaped dollar in it": ("It is $5\\$$.",),
    "behind code": ("`code` $M$ `more`",),
    "behind a comment": ("<!-- a -->", "", "It is $M$."),
    "after front matter": ("---", "title: $C$", "---", "It is $M$."),
    "after fields": ("title: $C$", "", "It is $M$: so.", "more: $L$"),
    "between rules": ("", "---", "", "It is $M$.", "", "---"),
    "after a fence": ("```text", "$x$", "```", "It is $M$."),
    "after a cell": ("```pycon", ">>> '$x$'", "'$x$'", "```", "", "It is $M$."),
}
NO_PLACES = {
    "code": ("Write `$M$` for it.",),
    "code with two ticks": ("Write `` `$M$` `` for it.",),
    "code on two lines": (
        "Write `$M$",
        "and $C$` for it.",
    ),
    "fence": ("```text", "$M$", "```"),
    "fence of tildes": ("~~~", "$M$", "~~~"),
    "fence in an item": ("- item", "", "    ```text", "    $M$", "    ```"),
    "display": ("```math", "C = \\text{$M$}", "```"),
    "comment": ("<!-- $M$ -->",),
    "comment of several lines": ("<!--", "$M$", "", "$C$", "-->"),
    "comment in a sentence": ("It is <!-- $M$ --> so.",),
    "escaped": ("It costs \\$5 or \\$6.",),
    "front matter": ("---", "title: The $M$", "---", "# A page"),
    "fields": ("title: The $M$", "more: $C$", "    and $L$", "", "# A page"),
}


@pytest.mark.parametrize("lines", PLACES.values(), ids=PLACES)
def test_formula_is_read_where_markdown_shows_it(lines):
    """Wherever the site would render a formula, it is read, in the same order."""
    expected = shown(get_data("\n".join(lines) + "\n")[0])
    assert expected
    assert [" ".join(latex.split()) for latex in formulas(*lines)] == expected


@pytest.mark.parametrize("lines", NO_PLACES.values(), ids=NO_PLACES)
def test_nothing_is_read_where_markdown_shows_none(lines):
    """In code, comments and front matter a dollar is no formula."""
    assert formulas(*lines) == []
    assert shown(get_data("\n".join(lines) + "\n")[0]) == []


PIECES = ["$", "\\$", "`", " ", "a", "\n", "\n\n", "C = 1", "&", "<", "é"]
PIECES += ["$M$", " **$C$** ", "`$a$`", "[$b$](c)", "($M$)", "\n\n- $x$", "\n\n# $y$\n\n"]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_what_is_read_is_what_is_shown(text):
    """Of any text without HTML that is not refused, the formulas read are those shown, in order.

    Markdown pairs runs of several ticks in ways of its own; where they differ the site says so.
    """
    assume("``" not in text)
    with contextlib.suppress(PageError):
        read = [" ".join(latex.split()) for latex in formulas(text)]
        assert read == shown(text)


@pytest.mark.parametrize(
    ("lines", "places"),
    [
        (("$M$ and $C$",), [(1, 0), (1, 8)]),
        (("", "prose", "- $M$", "", "  $C$"), [(3, 2), (5, 2)]),
        (("---", "title: $M$", "---", "", "$C$"), [(5, 0)]),
        (("```pycon", ">>> 1", "1", "```", "$C$"), [(5, 0)]),
        (("<!--", "$M$", "-->", "", "$C$"), [(5, 0)]),
    ],
)
def test_formula_knows_its_place(lines, places):
    """A formula has its line, from 1, and its column, from 0."""
    page = read_page("\n".join(lines), "p.md")
    assert [(formula.line, formula.column) for formula in page.formulas] == places


def test_displays_and_formulas_stand_in_one_order():
    """What a page says in mathematics comes as one reads it."""
    lines = ("$a$ and $b$", "", "```math", "c", "```", "", "$d$", "```math", "e", "```", "$f$")
    page = read_page("\n".join(lines), "p.md")
    assert [found.latex for found in page.mathematics] == list("abcdef")


# Marks


def test_mark_is_read():
    """A mark behind the closing dollar names the mistake of its formula, and of no other."""
    page = read_page('$M$ and $C = 1${fails="1/M twice"}, $L$.', "p.md")
    assert [(f.latex, f.fails) for f in page.formulas] == [
        ("M", ""),
        ("C = 1", "1/M twice"),
        ("L", ""),
    ]


def test_mark_is_taken_out():
    """What Markdown sees has no mark, and is otherwise the same, line by line."""
    marked = '# A $M${ fails="a" }\n\n`$C${fails="b"}` and $C${fails="c"}.\n'
    plain = '# A $M$\n\n`$C${fails="b"}` and $C$.\n'
    assert read_page(marked, "p.md").text == plain


def test_page_without_marks_stays():
    """Of a page without marks nothing is changed."""
    text = "---\ntitle: $M$\n---\n# A\n\n```math\nC\n```\n\n$C$ <!-- $M$ -->\n"
    assert read_page(text, "p.md").text == text


def test_display_can_be_marked():
    """The mark of a display stands in the braces of its fence, with an id or without."""
    text = '```math {#a fails="sign"}\nC\n```\n```math {fails="sum"}\nC\n```\n```math\nC\n```\n'
    found = read_page(text, "p.md").equations
    assert [(e.id, e.fails) for e in found] == [
        ("a", "sign"),
        ("equation-2", "sum"),
        ("equation-3", ""),
    ]


@pytest.mark.parametrize(
    "brace", ["{fails}", "{fails=a}", '{fails=""}', "{#id}", "{fails='a'}", '{fails="a"', "{", "{}"]
)
def test_unknown_brace_is_refused(brace):
    """Directly behind a formula nothing but a mark stands in braces."""
    message = rf"^p\.md:3: cannot read {re.escape(repr(brace))} behind a formula\. Write \{{fails="
    refused(message, "", "prose", f"It is $M${brace}")


@pytest.mark.parametrize(
    "line", ['$M$ {fails="a"}', 'text{fails="a"}', '**$M$**{ fails="a"}', '`$M$`{fails="a"}']
)
def test_mark_elsewhere_is_refused(line):
    """A mark that stands behind no formula would be shown, and mark nothing."""
    refused(
        r"^p\.md:2: a mark stands directly behind the closing dollar of a formula, or behind "
        r"'math'\. Move it there\.$",
        "prose",
        line,
    )


@pytest.mark.parametrize(
    "rest", ['{fails="a" #id}', '{#id, fails="a"}', "{fails=a}", '{#idfails="a"}']
)
def test_unknown_mark_of_a_display_is_refused(rest):
    """A display's mark stands behind its id, in double quotes."""
    refused(
        r"^p\.md:1: cannot read .* or 'math \{#id fails=\"transpose\"\}'\.$",
        f"```math {rest}",
        "C",
        "```",
    )


def test_empty_mark_of_a_display_is_refused():
    """A display's mark names a mistake."""
    refused(r"^p\.md:1: the mark names no mistake\. ", '```math {#a fails=" "}', "C", "```")


def test_cell_cannot_be_marked():
    """A mark is for formulas."""
    refused(r"^p\.md:1: cannot read ", '```pycon {#a fails="sign"}', ">>> 1", "1", "```")


# What is refused


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("text $$x$$ text", r"an equation in \$\$ is not checked\. Write a 'math' block\."),
        ("- $$x$$", r"an equation in \$\$ is not checked\. Write a 'math' block\."),
        ("| $$x$$ |", r"an equation in \$\$ is not checked\. Write a 'math' block\."),
        (r"text \(x\) text", r"a formula in \\\( \\\) is not checked\. Write it between dollars\."),
        (r"\[x = y\]", r"an equation in \\\[ \\\] is not checked\. Write a 'math' block\."),
        ("<math><mi>x</mi></math>", r"MathML is not checked\. Write LaTeX between dollars\."),
        ("It costs $5.", r"a dollar neither begins nor ends a formula\. Write \\\$ for the sign"),
        ("$ x$ has a space", "a dollar neither begins nor ends a formula"),
        ("$x $ has a space", "a dollar neither begins nor ends a formula"),
        ("$x and `$` more", "a dollar neither begins nor ends a formula"),
    ],
)
def test_other_mathematics_is_refused(line, what):
    """Mathematics that would be shown and not read is an error with its line."""
    refused(rf"^p\.md:3: {what}", "prose $M$", "", line)


def test_formula_does_not_reach_over_paragraphs():
    """A dollar in one paragraph, item or row and one in the next make no formula."""
    for between in ("\n\n", "\n- ", "\n| ", "\n# "):
        refused(r"^p\.md:1: a dollar neither begins", f"a $x{between}y$ b")


@pytest.mark.parametrize("text", ["`$$`", "<!-- $$x$$ -->", "`\\(x\\)`", "`<math>`", "\\$$x$"])
def test_what_is_not_shown_is_not_refused(text):
    """In code and comments anything may stand."""
    formulas(text)
