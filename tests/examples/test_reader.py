"""The reader of pages: what it finds, and the place and cure that it names for all the rest."""

import contextlib
import doctest

import pytest

from bpdocs.examples.reader import PageError, convert_example, read_examples, read_page


def page(*lines):
    """Read a page of these lines."""
    return read_page("\n".join(lines) + "\n", "p.md")


def cell(*lines):
    """Read a page that is one cell with these lines, from line 2."""
    return page("```pycon", *lines, "```").cells[0]


def refused(match, *lines):
    """Fail unless the page of these lines is refused with this text."""
    with pytest.raises(PageError, match=match):
        page(*lines)


# Examples


def test_example_has_source_and_result():
    """What follows a prompt is the source, what follows that is the result."""
    (example,) = cell(">>> 1 + 1", "2").examples
    assert (example.source, example.printed, example.error) == ("1 + 1\n", "2\n", None)


def test_source_joins_continuation_lines():
    """Lines after ... belong to the source, without their prompt; the closing one adds none."""
    source = cell(">>> for i in range(2):", "...     i", "...", "0", "1").source
    assert source == "for i in range(2):\n    i\n"


def test_result_may_be_empty():
    """A prompt without a result expects that nothing is printed."""
    assert cell(">>> x = 1").examples[0].printed == ""


def test_result_keeps_its_spaces():
    """Leading and trailing spaces of a result are part of it."""
    assert cell(">>> x", "  a ", "b").examples[0].printed == "  a \nb\n"


def test_blankline_stands_for_an_empty_line():
    """<BLANKLINE> in a result is an empty line of output."""
    assert cell(">>> x", "a", "<BLANKLINE>", "b").examples[0].printed == "a\n\nb\n"


def test_tab_stays_a_tab():
    """A tab in a string or a result is read as it stands, not as spaces."""
    (example,) = cell(">>> print('a\tb')", "a\tb").examples
    assert (example.source, example.printed) == ("print('a\tb')\n", "a\tb\n")


def test_tab_in_an_error_stays_a_tab():
    """The last line of a traceback keeps its tab, too."""
    (example,) = cell(">>> f()", "Traceback (most recent call last):", "ValueError: a\tb").examples
    assert example.error == "ValueError: a\tb\n"


@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x0c", "\x0b", "\x1c", "\x85"])
def test_lines_end_at_newlines_only(sign):
    """Signs that some call the end of a line stand inside strings, and no line moves."""
    page = read_page(f"{sign}\n```pycon\n>>> 'a{sign}b'\n'c'\n```\n```math\nC\n```\n", "p.md")
    assert page.cells[0].source == f"'a{sign}b'\n"
    assert (page.cells[0].line, page.equations[0].line) == (3, 7)


def test_windows_line_ends_are_line_ends():
    """A page with line ends of Windows is read like any other."""
    page = read_page("```pycon\r\n>>> 1\r\n1\r\n```\r\n$M$\r\n", "p.md")
    assert page.cells[0].printed == "1\n"
    assert page.formulas[0].line == 5


def test_traceback_becomes_the_error():
    """Of an expected traceback the last line counts, and nothing is expected in print."""
    (example,) = cell(
        ">>> 1 / 0", "Traceback (most recent call last):", "  ...", "ZeroDivisionError: no"
    ).examples
    assert (example.printed, example.error) == ("", "ZeroDivisionError: no\n")


def test_empty_lines_may_separate_examples():
    """Empty lines between a result and the next prompt mean nothing."""
    assert [e.printed for e in cell(">>> 1", "1", "", "", ">>> 2", "2", "").examples] == [
        "1\n",
        "2\n",
    ]


def test_lines_count_the_source_of_the_cell():
    """The line of an example is that of its source among the sources of the cell."""
    examples = cell(">>> a = 1", ">>> def f():", "...     pass", "", ">>> a", "1", ">>> a").examples
    assert [example.line for example in examples] == [1, 2, 4, 5]


def test_several_statements_are_one_example():
    """A prompt with two statements is one example."""
    assert [e.source for e in cell(">>> a = 1; a", "1").examples] == ["a = 1; a\n"]


def test_doctest_examples_convert():
    """An example of the standard doctest becomes one of ours, on the line that is given."""
    found = doctest.Example("f()\n", "a\n<BLANKLINE>\n")
    assert vars(convert_example(found, 7)) == {
        "source": "f()\n",
        "line": 7,
        "printed": "a\n\n",
        "error": None,
    }


# Cells, equations and fences


def test_cells_are_numbered():
    """A cell without an id is called by its number among the cells."""
    text = ("```pycon", ">>> 1", "1", "```", "```math", "x", "```", "```pycon", ">>> 2", "2", "```")
    assert [found.id for found in page(*text).cells] == ["cell-1", "cell-2"]


def test_equations_are_numbered():
    """An equation without an id is called by its number among the equations."""
    text = ("```pycon", ">>> 1", "1", "```", "```math", "x", "```", "```math", "y", "```")
    assert [found.id for found in page(*text).equations] == ["equation-1", "equation-2"]


@pytest.mark.parametrize("info", ["pycon {#a-b}", "pycon { #a-b }", "pycon{#a-b}", "PYCON {#a-b}"])
def test_id_stands_in_braces(info):
    """An id may be given after the language, spaces or not."""
    assert page(f"```{info}", ">>> 1", "1", "```").cells[0].id == "a-b"


def test_equation_is_stripped():
    """An equation is its LaTeX without the empty lines around it."""
    (equation,) = page("", "```math {#e}", "", "x = y", "```").equations
    assert (equation.id, equation.latex, equation.line) == ("e", "x = y", 4)


def test_blocks_keep_the_order_of_the_page():
    """Cells and equations stand in the order of the page."""
    text = ("```math {#a}", "x", "```", "```pycon {#b}", ">>> 1", "1", "```", "```math {#c}", "y")
    assert [block.id for _, block in page(*text, "```").blocks] == ["a", "b", "c"]


def test_fence_takes_its_lines():
    """A fence knows the lines that it takes, from 0, with its marks and without its end."""
    ((fence, _),) = page("prose", "```math", "x", "```", "prose").blocks
    assert (fence.start, fence.end) == (1, 4)


def test_cell_knows_its_line():
    """The line of a cell is that of its first prompt."""
    assert page("", "prose", "```pycon", ">>> 1", "1", "```").cells[0].line == 4


def test_cell_knows_its_line_after_an_empty_one():
    """The line of a cell is that of its first prompt, after empty lines, too."""
    assert cell("", ">>> 1", "1").line == 3


def test_cell_knows_its_line_after_a_form_feed():
    """A form feed is a line with nothing on it, and not two."""
    assert cell("\x0c", ">>> 1", "1").line == 3


def test_cell_source_is_plain():
    """The source of a cell is that of its examples, without prompts and results."""
    assert cell(">>> a = 1", ">>> a", "1").source == "a = 1\na\n"


def test_cell_prints_what_its_examples_print():
    """What a cell prints is what its examples print, errors included."""
    text = (">>> 1", "1", ">>> 1 / 0", "Traceback (most recent call last):", "ZeroDivisionError: d")
    assert cell(*text).printed == "1\nZeroDivisionError: d\n"


def test_cell_as_json_is_plain():
    """For the browser an example is a dict of its four fields."""
    assert cell(">>> 1", "1").as_json() == [
        {"source": "1\n", "line": 1, "printed": "1\n", "error": None}
    ]


def test_indented_fence_loses_its_indentation():
    """A fence in a list or an admonition is read as if it stood at the margin."""
    text = ("- item", "    ```pycon", "    >>> if True:", "    ...     1", "    1", "    ```")
    (example,) = page(*text).cells[0].examples
    assert (example.source, example.printed) == ("if True:\n    1\n", "1\n")


def test_indented_equation_loses_its_indentation():
    """The lines of an equation in a list stand as at the margin."""
    (equation,) = page("- item", "", "    ```math", "    x", "      = y", "    ```").equations
    assert equation.latex == "x\n  = y"


def test_tilde_fence_is_a_fence():
    """A fence of tildes is read like one of backticks, which may stand inside."""
    assert page("~~~pycon", ">>> x", "```", "~~~").cells[0].printed == "```\n"


def test_longer_fence_holds_shorter_ones():
    """A fence is closed by one at least as long, so that shorter ones may stand inside."""
    text = ("````pycon", ">>> x", "```", "a", "```", "`````")
    assert page(*text).cells[0].printed == "```\na\n```\n"


def test_fence_in_a_longer_fence_is_text():
    """A math block inside a longer fence is shown, not read."""
    assert page("````text", "```math", "x", "```", "````").blocks == ()


@pytest.mark.parametrize("language", ["text", "bash", "", "yaml title='x'", "console {.a}"])
def test_other_languages_are_left_alone(language):
    """A block in a language that is no Python is no concern of the reader."""
    assert page(f"```{language}", "print(1)", "```").blocks == ()


def test_backticks_within_a_line_are_no_fence():
    """Three backticks that close on their own line are inline code."""
    assert page("```pycon``` is a language.").blocks == ()


def test_page_keeps_its_name():
    """A page knows its name."""
    assert page("prose").name == "p.md"


# What is refused


@pytest.mark.parametrize("language", ["python", "py", "python3", "ipython", "pyodide", "doctest"])
def test_python_that_is_not_run_is_refused(language):
    """A block of Python without prompts is refused."""
    refused(
        rf"^p\.md:2: a '{language}' block is not run\. Write a 'pycon' block with >>> prompts\.$",
        "prose",
        f"```{language} title='x'",
        "print(1)",
        "```",
    )


@pytest.mark.parametrize(
    "lines",
    [
        ("> ```pycon", "> >>> 1 + 1", "> 3", "> ```"),
        ("> ```math", "> x", "> ```"),
        ("``` { .math #a }", "x", "```"),
        ("``` { .python }", "print(1)", "```"),
        ("```py3", "print(1)", "```"),
        ("- item", "", "\t```math", "\tx", "\t```"),
    ],
    ids=["quoted cell", "quoted equation", ".math", ".python", "py3", "after a tab"],
)
def test_nothing_is_shown_unchecked(lines):
    """A block that Markdown shows as code or equation is read or refused."""
    with contextlib.suppress(PageError):
        assert page(*lines).blocks


@pytest.mark.parametrize(
    "lines",
    [
        ("``` { #a .math }", "x", "```"),
        ("> - item", ">", ">     ```math", ">     x", ">     ```"),
    ],
    ids=["id before language", "quoted list"],
)
def test_nothing_unusual_is_shown_unchecked(lines):
    """Unusual ways to write a block are read or refused, too."""
    with contextlib.suppress(PageError):
        assert page(*lines).blocks


@pytest.mark.parametrize("language", ["pycon", "math", "text"])
@pytest.mark.parametrize("prefix", ["> ", "- ", "2. ", "> - "])
def test_block_behind_a_mark_is_refused(language, prefix):
    """A fence in a quotation or on the line of a list's mark is refused, whatever its language."""
    refused(
        r"^p\.md:2: a block in a quotation, or on the line of a list's mark, is not read\. "
        r"Begin it on a line of its own, outside quotations\.$",
        "prose",
        f"{prefix}```{language}",
        "x",
        "```",
    )


@pytest.mark.parametrize("line", [">>> 1 + 1", "    >>> 1 + 1", "\t>>> 1", ">>>"])
def test_prompt_in_prose_is_refused(line):
    """A prompt outside a fence is refused, indented or not."""
    refused(
        r"^p\.md:3: a >>> prompt outside a pycon block is not run\. Fence it\.$", "", "prose", line
    )


@pytest.mark.parametrize("language", ["text", "console", ""])
def test_prompt_in_another_block_is_refused(language):
    """A prompt in a block that is not run is refused."""
    refused(
        r"^p\.md:2: a >>> prompt outside a pycon block is not run\. Fence it\.$",
        f"```{language}",
        ">>> 1",
        "```",
    )


def test_prompt_in_a_longer_fence_is_refused():
    """A cell inside a longer fence is not run and therefore refused."""
    refused(
        r"^p\.md:3: a >>> prompt outside a pycon block is not run\. Fence it\.$",
        "````markdown",
        "```pycon",
        ">>> 1",
        "```",
        "````",
    )


@pytest.mark.parametrize("line", ["$$", "$$x$$", "  $$ x $$"])
def test_equation_in_dollars_is_refused(line):
    """A displayed equation outside a math block is refused."""
    refused(
        r"^p\.md:2: an equation in \$\$ is not checked\. Write a 'math' block\.$", "prose", line
    )


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ((">>>1",), r"3: the example lacks blank after >>>: '>>>1'\."),
        ((">>> if 1:", "...2"), r"4: the example lacks blank after \.\.\.: '\.\.\.2'\."),
        (
            (">>> 1", "1", "  >>> 2", "2"),
            r"6: the example has inconsistent leading whitespace: '2'\.",
        ),
        ((">>> 1 # doctest: +NO",), r"3: the example has an invalid option: '\+NO'\."),
    ],
)
def test_malformed_prompt_is_refused(lines, what):
    """A prompt that doctest cannot read is refused in its words."""
    refused(rf"^p\.md:{what} Correct it\.$", "prose", "```pycon", *lines, "```")


BLANK_RULE = (
    "would not be compared with anything\\. "
    r"Write <BLANKLINE> for an empty line of output, and prose outside the block\.$"
)


def test_text_after_an_empty_line_is_refused():
    """An empty line ends a result, so text after it would be compared with nothing."""
    refused(rf"^p\.md:\d: 'b' {BLANK_RULE}", "```pycon", ">>> 1", "a", "", "b", "```")


def test_text_before_the_first_prompt_is_refused():
    """Text before the first prompt is compared with nothing."""
    refused(rf"^p\.md:3: 'a' {BLANK_RULE}", "prose", "```pycon", "a", ">>> 1", "1", "```")


def test_text_after_an_empty_line_is_found():
    """The error names the line of the text that is not compared."""
    refused(rf"^p\.md:5: 'b' {BLANK_RULE}", "```pycon", ">>> 1", "a", "", "b", "```")


def test_text_that_repeats_a_result_is_found():
    """The error names the line of the text, not that of a result with the same words."""
    refused(rf"^p\.md:5: 'b' {BLANK_RULE}", "```pycon", ">>> 1", "b", "", "b", "```")


def test_text_with_a_tab_is_found():
    """Text with a tab that is not compared is refused like any other."""
    refused(r"^p\.md:5: 'a\\tb' ", "```pycon", ">>> 1", "1", "", "a\tb", "```")


def test_malformed_prompt_is_found():
    """The error names the line of the prompt that cannot be read."""
    refused(r"^p\.md:4: ", "```pycon", ">>> 1", "1", ">>>2", "```")


@pytest.mark.parametrize("option", ["+SKIP", "+ELLIPSIS", "-NORMALIZE_WHITESPACE"])
def test_doctest_option_is_refused(option):
    """A doctest option would loosen the comparison."""
    refused(
        r"^p\.md:4: doctest options loosen the comparison\. Print a value that needs none\.$",
        "```pycon",
        ">>> 1",
        "1",
        f">>> 1  # doctest: {option}",
        "1",
        "```",
    )


@pytest.mark.parametrize("prompt", [">>>", ">>> ", ">>> # a comment"])
def test_prompt_without_a_statement_is_refused(prompt):
    """A prompt that doctest would drop is refused."""
    refused(
        r"^p\.md:2: there are more >>> prompts than examples\. Correct the block\.$",
        "```pycon",
        prompt,
        ">>> 1",
        "1",
        "```",
    )


@pytest.mark.parametrize("lines", [(), ("",)])
def test_cell_without_a_prompt_is_refused(lines):
    """A cell has an example."""
    refused(r"^p\.md:2: the pycon block has no >>> prompt\. Add one\.$", "```pycon", *lines, "```")


@pytest.mark.parametrize("lines", [(), ("", "  ")])
def test_empty_equation_is_refused(lines):
    """A math block has an equation."""
    refused(
        r"^p\.md:2: the math block is empty\. Write its equation\.$", "", "```math", *lines, "```"
    )


@pytest.mark.parametrize("closing", ["", "``", "~~~", "```` x", "``` x"])
def test_fence_without_an_end_is_refused(closing):
    """A fence is closed by its own mark, as long or longer, alone on a line."""
    refused(
        r"^p\.md:2: the fence ``` is never closed\. Close it\.$", "", "```pycon", ">>> 1", closing
    )


@pytest.mark.parametrize("language", ["pycon", "math"])
@pytest.mark.parametrize("rest", ["{#1}", "{#a b}", "{#a} x", "title='x'", "{.a}", "{#}"])
def test_unknown_settings_are_refused(language, rest):
    """After the language nothing but an id is taken."""
    with pytest.raises(PageError) as caught:
        page(f"```{language} {rest}", "x", "```")
    assert str(caught.value) == (
        f"p.md:1: cannot read {f'{language} {rest}'!r}. Write '{language}' or '{language} {{#id}}'."
    )


@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        ("pycon {#a}", "pycon {#a}", "a"),
        ("math {#a}", "pycon {#a}", "a"),
        ("pycon {#cell-2}", "pycon", "cell-2"),
        ("math {#equation-2}", "math", "equation-2"),
    ],
)
def test_id_that_is_taken_is_refused(first, second, name):
    """An id names one block of a page, numbers that are given included."""
    refused(
        rf"^p\.md:5: the id '{name}' is taken by line 1\. Give one another id\.$",
        *(f"```{first}", ">>> 1", "```", ""),
        *(f"```{second}", ">>> 2", "```"),
    )


def test_id_that_is_taken_is_found_above_empty_lines():
    """The error names the lines of the fences, whatever stands below them."""
    refused(
        r"^p\.md:5: the id 'a' is taken by line 1\.",
        *("```math {#a}", "", "x", "```"),
        *("```pycon {#a}", "", ">>> 2", "```"),
    )


def test_examples_are_read_by_themselves():
    """`read_examples` reads a docstring's section, and names its line."""
    with pytest.raises(PageError, match=r"^f:10: doctest options loosen the comparison\. "):
        read_examples(">>> 1\n1\n>>> 1 # doctest: +SKIP\n", "f", 8)
