"""Cells as HTML: what the page shows and what it hands to the browser."""

import json

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from bpdocs.examples.model import Cell, Example
from bpdocs.examples.reader import read_examples
from bpdocs.site.cells import render_cell, render_page_bar

NASTY = [
    "</div>",
    "</pre></div></div>",
    "<script>alert(1)</script>",
    "a < b > c",
    "&amp; &lt; &",
    "'single' \"double\" `back`",
    '" onclick="alert(1)',
    "<!-- comment -->",
    "Δ 批量 \U0001f600",
    "back\\slash \\n",
    "${template} {{ jinja }} \\1",
]
PRINTABLE = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), max_size=40
)


def cell_of(block, name="an-id"):
    """Return the cell of a pycon block."""
    return Cell(name, read_examples(block, "page"), 1)


def parse(cell):
    """Return the one element of a rendered cell."""
    (element,) = BeautifulSoup(render_cell(cell), "html.parser").contents
    return element


EXAMPLE = cell_of(
    """>>> for k in range(2):
...     print(k)
0
1
>>> x = 1
>>> 1 / 0
Traceback (most recent call last):
    ...
ZeroDivisionError: division by zero
"""
)


def test_cell_is_named():
    """The contract: data-bp-cell holds the id, which is the anchor too."""
    cell = parse(EXAMPLE)
    assert (cell["data-bp-cell"], cell["id"]) == ("an-id", "an-id")


def test_cell_is_idle():
    """The contract: a cell is built in the state `idle`."""
    assert parse(EXAMPLE)["data-bp-state"] == "idle"


def test_output_is_one_element():
    """The contract: the printed result stands in the cell's one data-bp-output."""
    (output,) = parse(EXAMPLE).select("[data-bp-output]")
    assert output.text == EXAMPLE.printed


def test_source_is_shown_whole():
    """The highlighted code is, character by character, the source without prompts."""
    assert parse(EXAMPLE).select_one(".bp-code code").text == EXAMPLE.source


def test_source_is_highlighted():
    """Keywords of Python have a class of their own."""
    assert parse(EXAMPLE).select_one(".bp-code .highlight .k").text == "for"


def test_result_of_every_example_is_shown():
    """The static page shows all that the examples print, the last line of an error too."""
    printed = parse(EXAMPLE).select_one("[data-bp-output]").text
    assert printed == "0\n1\nZeroDivisionError: division by zero\n"


def test_examples_can_be_read_back():
    """The attribute of a cell gives the same examples."""
    read = json.loads(parse(EXAMPLE)["data-bp-examples"])
    assert tuple(Example(**entry) for entry in read) == EXAMPLE.examples


def test_cell_has_no_buttons():
    """Without a script there is no button that would do nothing."""
    assert parse(EXAMPLE).select("button, [data-bp-action]") == []


def test_cell_without_output_has_a_place_for_it():
    """A cell that prints nothing has an empty data-bp-output."""
    (output,) = parse(cell_of(">>> x = 1\n")).select("[data-bp-output]")
    assert output.text == ""


@pytest.mark.parametrize("text", NASTY)
def test_result_is_escaped(text):
    """What an example prints is text on the page, never markup."""
    cell = Cell("an-id", (Example("print(text)\n", 1, f"{text}\n"),), 1)
    (output,) = parse(cell).select("[data-bp-output]")
    assert output.text == f"{text}\n"
    assert [tag.name for tag in output.find_all()] == ["pre"]


@pytest.mark.parametrize("text", NASTY)
def test_source_is_escaped(text):
    """The source of an example is text on the page, never markup."""
    source = f"print({text!r})  # {text}\n"
    code = parse(Cell("an-id", (Example(source, 1),), 1)).select_one(".bp-code code")
    assert code.text == source
    assert {tag.name for tag in code.find_all()} == {"span"}


@given(source=PRINTABLE, printed=PRINTABLE, error=st.none() | PRINTABLE)
def test_any_example_can_be_read_back(source, printed, error):
    """Whatever an example holds, the attribute gives it back."""
    cell = Cell("an-id", (Example(f"{source}\n", 1, printed, error),), 1)
    (read,) = json.loads(parse(cell)["data-bp-examples"])
    assert Example(**read) == cell.examples[0]


@given(PRINTABLE)
def test_any_result_is_shown_as_it_is(printed):
    """Whatever an example prints, the page shows it."""
    cell = Cell("an-id", (Example("x\n", 1, f"{printed}\n"),), 1)
    assert parse(cell).select_one("[data-bp-output]").text == f"{printed}\n"


def test_page_bar_names_the_runtime():
    """The contract: the page's bar is empty and says where the browser's Python is."""
    (bar,) = BeautifulSoup(render_page_bar('../py/a&"b/', 16_000_000), "html.parser").contents
    assert bar.has_attr("data-bp-page")
    assert bar["data-bp-runtime"] == '../py/a&"b/'
    assert bar["data-bp-bytes"] == "16000000"
    assert bar.contents == []
