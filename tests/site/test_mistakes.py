"""Mistakes in pages: the strict build fails and names the line of the author's file."""

import re

import pytest

FRONT = """---
title: A page
description: Its front matter has five lines.
tags: []
---
"""
TITLE = "\n# A page\n\n"

MISTAKES = {
    "prompt outside a fence": ("Text.\n\n>>> 1 + 1\n2\n", 3, "a >>> prompt outside a pycon block"),
    "indented prompt": ("Text:\n\n    >>> 1 + 1\n", 3, "a >>> prompt outside a pycon block"),
    "prompt in a text fence": ("```text\n>>> 1\n```\n", 2, "a >>> prompt outside a pycon block"),
    "python fence": ("```python\nx = 1\n```\n", 1, "a 'python' block is not run"),
    "python fence with options": ("```py title='a'\nx = 1\n```\n", 1, "a 'py' block is not run"),
    "unclosed fence": ("Text.\n\n```pycon\n>>> 1\n1\n", 3, "the fence ``` is never closed"),
    "fence closed by too few": ("````pycon\n>>> 1\n1\n```\n", 1, "the fence ```` is never closed"),
    "bad prompt": ("```pycon\n>>>1\n1\n```\n", 2, "lacks blank after >>>"),
    "doctest option": ("```pycon\n>>> 1  # doctest: +SKIP\n```\n", 2, "doctest options loosen"),
    "text in a cell": ("```pycon\ntext\n>>> 1\n1\n```\n", 2, "'text' would not be compared"),
    "no prompt": ("```pycon\nx = 1\n```\n", 2, "would not be compared with anything"),
    "empty equation": ("```math\n```\n", 1, "the math block is empty"),
    "dollars": ("Text.\n\n$$\nC = 1\n$$\n", 3, "an equation in $$ is not checked"),
    "bad attribute": ("```math {.a}\nC\n```\n", 1, "cannot read 'math {.a}'"),
    "id taken": (
        "```math {#a}\nC\n```\n\n```math {#a}\nM\n```\n",
        5,
        "the id 'a' is taken by line",
    ),
    "equation that breaks off": ("```math\nM\n\\frac{1}\n```\n", 3, "the equation breaks off"),
    "false equation": ("```math\nM = N_1\n```\n", 2, "the equation #equation-1 is false"),
    "false line": (
        "```math\n\\begin{aligned}\nM &= M \\\\\nM &= N_1\n\\end{aligned}\n```\n",
        4,
        "the equation #equation-1 is false",
    ),
    "bad inline formula": ("Text.\n\nWrong: $\\bm{G}^{l}$.\n", 3, "cannot be read: G is not"),
    "bad formula in a list": (
        "Right: $M$.\n\n- a\n- $\\bm{G}^{l}$\n",
        4,
        "cannot be read: G is not",
    ),
    "false formula in a table": (
        "| a |\n| --- |\n| $M = C$ |\n",
        3,
        "the formula $M = C$ is false",
    ),
    "true formula that is marked": ('Not $C = C${fails="transpose"}.\n', 1, "but it holds"),
    "true display that is marked": ('```math {fails="transpose"}\nC = C\n```\n', 2, "but it holds"),
    "mark without a name": ("Text.\n\nNot $C = 1${fails}.\n", 3, "cannot read '{fails}'"),
    "unknown mistake": ('Not $C = -C${fails="no"}.\n', 1, "there is no mistake 'no'"),
    "formula in HTML": ("Text $M$.\n\n<div>\n$C$\n</div>\n", 4, "but the page shows none"),
    "formula in indented code": ("Text:\n\n    $C$\n", 3, "but the page shows none"),
    "dollars in a line": ("Text.\n\nSo $$C = 1$$ is.\n", 3, "an equation in $$ is not checked"),
    "brackets": ("Text.\n\nSo \\(C = 1\\) is.\n", 3, "a formula in \\( \\) is not checked"),
    "Chinese in a formula": ("```math\nC_{损失}\n```\n", 2, "words stand inside a formula"),
}
# A statement that holds of batches of columns, and not of those of rows.
COLUMNS = "```math\n\\bm{X} \\in \\mathbb{R}^{N_0 \\times M}\n```\n"
NAMED = {
    "yaml": "---\ntitle: A page\n# which network\nmodel: rows\n---\n",
    "dots": "---\nmodel: 'rows'\n...\n",
    "fields": "title: A page\nmodel: rows\n\n",
}
BEFORE = {
    "front matter": FRONT + TITLE,
    "front matter and blank lines": FRONT + "\n\n\n" + TITLE,
    "front matter that ends in dots": FRONT[:-4] + "...\n" + TITLE,
    "fields": "title: A page\ndescription: Without dashes.\n" + TITLE,
    "nothing": TITLE.lstrip(),
    "blank lines": "\n\n" + TITLE,
    "a line of spaces": "   \n\n" + TITLE,
    "byte order mark": "\ufeff" + FRONT + TITLE,
    "front matter with the body in it": FRONT[:-4] + "more: |\n  # A page\n---\n" + TITLE,
}


# Hooks run after plugins unless they ask for more.
HOOK = """from mkdocs.plugins import event_priority

@event_priority(50)
def on_page_markdown(markdown, **_):
    return markdown.replace("A page", "The page")
"""


def write_page(project, text, newline="\n"):
    """Write the second page of the English site."""
    path = project / "docs/en/second.md"
    path.write_text(text, encoding="utf-8", newline=newline)


@pytest.mark.parametrize(("body", "line", "what"), MISTAKES.values(), ids=MISTAKES)
def test_mistake_is_named_with_its_line(site_project, run_build, body, line, what):
    """The error names the page, the line in the file with its front matter, and the mistake."""
    before = FRONT + TITLE
    write_page(site_project, before + body)
    errors = run_build(site_project)
    assert f"docs/en/second.md:{before.count(chr(10)) + line}: " in errors
    assert what in errors


@pytest.mark.parametrize("before", BEFORE.values(), ids=BEFORE)
def test_line_is_that_of_the_file(site_project, run_build, before):
    """Whatever stands above the text, the line is counted from the top of the file."""
    write_page(site_project, before + ">>> 1\n")
    assert f"docs/en/second.md:{before.count(chr(10)) + 1}: " in run_build(site_project)


@pytest.mark.parametrize("front", NAMED.values(), ids=NAMED)
def test_page_names_its_model(site_project, run_build, front):
    """A page's equations are checked with the model that its front matter names."""
    write_page(site_project, front + "# A page\n\n## A {#sum}\n\n" + COLUMNS)
    assert "the equation #equation-1 is false" in run_build(site_project)


def test_model_is_dense_unless_named(site_project, run_build):
    """A page that names no model speaks of columns."""
    write_page(site_project, "# A page\n\n## A {#sum}\n\n" + COLUMNS)
    assert run_build(site_project) == ""


def test_unknown_model_is_an_error(site_project, run_build):
    """A model that is not there is named, and what models there are."""
    write_page(site_project, "---\nmodel: convolution\n---\n" + TITLE + COLUMNS)
    errors = run_build(site_project)
    assert "docs/en/second.md:1: " in errors
    assert "convolution" in errors
    assert "dense" in errors


def test_line_is_right_when_the_text_stands_in_the_front_matter(site_project, run_build):
    """A short page whose text is its description too is blamed at its text."""
    write_page(site_project, "---\ndescription: >>> 1\ntitle: T\n---\n>>> 1\n")
    assert "docs/en/second.md:5: " in run_build(site_project)


def test_line_is_right_with_windows_line_ends(site_project, run_build):
    """Line ends of Windows are counted once."""
    write_page(site_project, FRONT + TITLE + ">>> 1\n", newline="\r\n")
    assert "docs/en/second.md:9: " in run_build(site_project)


def test_line_is_right_when_a_hook_changes_the_text(site_project, run_build):
    """A hook that replaces words before the plugin reads the page does not move the lines."""
    (site_project / "hook.py").write_text(HOOK, encoding="utf-8")
    with (site_project / "mkdocs.yml").open("a", encoding="utf-8") as config:
        config.write("hooks: [hook.py]\n")
    write_page(site_project, FRONT + TITLE + ">>> 1\n")
    assert "docs/en/second.md:9: " in run_build(site_project)


def test_page_without_title_is_an_error(site_project, run_build):
    """A page with cells that does not begin with a title fails the build."""
    write_page(site_project, FRONT + "\n## Sum {#sum}\n\n```pycon\n>>> 1\n1\n```\n")
    expected = "docs/en/second.md:1: the page has no title. Begin it with '# '."
    assert expected in run_build(site_project)


@pytest.mark.parametrize(
    ("before", "after"),
    [("<!--\n\n", "\n-->\n"), ("<script>\n", "</script>\n")],
    ids=["comment", "script"],
)
def test_hidden_fence_is_an_error(site_project, run_build, before, after):
    """A fence where a browser shows none fails the build: it would be checked and not shown."""
    write_page(
        site_project, f"{FRONT}{TITLE}{before}```pycon\n>>> 1\n1\n```\n{after}\n## A {{#sum}}\n"
    )
    assert "Check that no fence stands inside HTML or a comment." in run_build(site_project)


def test_fence_in_a_quotation_is_an_error(site_project, run_build):
    """A cell in a quotation, which the reader does not see, fails the build."""
    write_page(site_project, FRONT + TITLE + "> ```pycon\n> >>> 1 + 1\n> 3\n> ```\n\n## A {#sum}\n")
    assert re.search(r"docs/en/second\.md:(9|10): ", run_build(site_project))


def test_mistake_in_the_second_language_is_named(site_project, run_build):
    """A mistake in a Chinese page is named with the Chinese file."""
    path = site_project / "docs/zh/second.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "\n>>> 1\n", encoding="utf-8")
    assert f"docs/zh/second.md:{text.count(chr(10)) + 2}: " in run_build(site_project)


def test_broken_link_of_the_second_language_fails(site_project, run_build):
    """A warning in the Chinese build fails the strict build."""
    path = site_project / "docs/zh/second.md"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "\n[nowhere](nowhere.md)\n", encoding="utf-8")
    assert "Aborted with" in run_build(site_project)


def test_order_of_plugins_does_not_count(site_project, run_build):
    """When search comes after this plugin, each language still has its own search index."""
    path = site_project / "mkdocs.yml"
    search, ours = "  search: {}\n", "  bpdocs: {language: en}\n"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(search + ours, ours + search), encoding="utf-8")
    assert run_build(site_project) == ""
    index = (site_project / "site/search/search_index.json").read_text("utf-8")
    assert "Start" in index
    assert "开始" not in index
