"""Every example of every docstring, run in CPython; and the links from docstrings to pages."""

import importlib
import inspect
import pkgutil
import re
from types import ModuleType

import pytest

import bpdocs
from bpdocs.examples.docstrings import run_docstrings
from repository import ROOT

# Only the browser has matplotlib, which imports the module of its figures.
MODULES = [
    importlib.import_module(found.name)
    for found in pkgutil.walk_packages(bpdocs.__path__, "bpdocs.")
    if found.name != "bpdocs.examples.figures"
]
LINK = re.compile(r"\]\(\.\./(?P<page>[\w/-]+\.md)(?:#(?P<id>[\w-]+))?\)")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_docstring_examples_print_what_they_say(module: ModuleType) -> None:
    """Each example gives its printed result, and as many run as the file has prompts."""
    results = list(run_docstrings(module))

    prompts = re.findall(r"^ *>>> ", inspect.getsource(module), re.MULTILINE)
    assert len(results) == len(prompts)
    for name, example, outcome in results:
        assert (outcome.printed, outcome.error) == (example.printed, example.error), name


def test_links_of_docstrings_lead_somewhere() -> None:
    """Every page and equation that the source names exists, in both languages."""
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "src/bpdocs").glob("*.py")]
    links = [match for source in sources for match in LINK.finditer(source)]
    assert len(links) >= 10
    for match in links:
        for language in ("en", "zh"):
            page = ROOT / "docs" / language / match["page"]
            assert page.is_file(), match[0]
            if match["id"]:
                assert f"{{#{match['id']}}}" in page.read_text(encoding="utf-8"), match[0]


def test_every_formula_names_its_equation() -> None:
    """Each of the four formulas links the equation that it implements, by the equation's id."""
    links = {
        name: LINK.search(getattr(bpdocs, name).__doc__)
        for name in ("output_delta", "propagate_delta", "weight_gradient", "bias_gradient")
    }

    for name, link in links.items():
        assert link is not None
        assert link["id"] == name.replace("_", "-")
