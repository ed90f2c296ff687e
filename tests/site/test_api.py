"""The reference page: every public name, in both languages."""

import re

import pytest

import bpdocs


@pytest.mark.parametrize("folder", ["", "zh/"], ids=["en", "zh"])
def test_every_public_name_is_documented(site, folder):
    """Each name that the package exports has its own entry."""
    page = (site / folder / "reference/api/index.html").read_text(encoding="utf-8")
    entries = set(re.findall(r'<h3 id="bpdocs\.\w+\.(\w+)"', page))
    assert set(bpdocs.__all__) <= entries
