"""Marks of formulas that are meant to be false: a name for every mistake, in every language."""

import pytest
from bs4 import BeautifulSoup

from bpdocs.equations import MISTAKES
from bpdocs.site.languages import LANGUAGES
from bpdocs.site.marks import MISTAKE_NAMES, render_mark


def test_every_mistake_has_a_name():
    """The table has the mistakes that a mark may name, and no others."""
    assert set(MISTAKE_NAMES) == set(MISTAKES)


@pytest.mark.parametrize("code", [language.code for language in LANGUAGES])
def test_every_mistake_has_a_name_of_its_own(code):
    """In each language no two mistakes are called the same."""
    names = [names[code] for names in MISTAKE_NAMES.values()]
    assert len(set(names)) == len(names)
    assert all(names)


def test_mark_says_more_than_a_cross():
    """Who hears the page is told that the formula is false; the cross is for the eye."""
    mark = BeautifulSoup(render_mark("transpose", "en"), "html.parser").small
    assert mark.text == "✗ False on purpose: transpose"
    assert mark.select_one("[aria-hidden]").text == "✗ "
    assert mark.select_one(".bp-spoken").text == "False on purpose: "
