"""Every example of every page, run in CPython by the runner that the browser uses."""

import re
from pathlib import Path

import pytest

from bpdocs.examples.model import Example, Outcome
from bpdocs.examples.reader import Page, read_page
from bpdocs.examples.runner import new_namespace, run_example
from repository import LANGUAGES, PAGE_PATHS, ROOT, page_name, read

ENGLISH = [path for path in PAGE_PATHS if "/en/" in path.as_posix()]
WITH_CELLS = [path for path in ENGLISH if read(path).cells]


def run_page(page: Page) -> list[tuple[Example, Outcome]]:
    """Run the cells of a page from the top, in one namespace."""
    namespace = new_namespace()
    return [
        (example, run_example(example, namespace, cell.id))
        for cell in page.cells
        for example in cell.examples
    ]


@pytest.mark.parametrize("path", [*PAGE_PATHS, ROOT / "README.md"], ids=page_name)
def test_examples_print_what_the_page_prints(path: Path) -> None:
    """Each example gives its printed result to the letter, and as many run as there are prompts."""
    results = run_page(read(path))

    prompts = re.findall(r"^\s*>>>", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(results) == len(prompts)
    for example, outcome in results:
        got = (outcome.printed, outcome.error)
        assert got == (example.printed, example.error), example.source


@pytest.mark.parametrize("path", WITH_CELLS, ids=page_name)
def test_an_altered_result_is_found(path: Path) -> None:
    """A page on which one character of one printed result is altered does not pass."""
    page = read(path)
    results = [example for cell in page.cells for example in cell.examples if example.printed]
    text = path.read_text(encoding="utf-8")
    for example in results:
        before = f">>> {example.source.replace(chr(10), chr(10) + '... ').removesuffix('... ')}"
        altered = "~" + example.printed[1:]
        assert before + example.printed in text
        changed = text.replace(before + example.printed, before + altered, 1)
        outcomes = run_page(read_page(changed, page.name))
        assert [outcome.is_as_printed(run) for run, outcome in outcomes].count(False) == 1


@pytest.mark.parametrize("path", ENGLISH, ids=page_name)
def test_both_languages_have_the_same_blocks(path: Path) -> None:
    """The Chinese page has the same cells and equations, with the same ids, in the same order."""
    chinese = ROOT / "docs" / "zh" / path.relative_to(ROOT / "docs" / "en")

    def blocks(page: Page) -> list[tuple[str, str | None, str]]:
        return [(fence.language, fence.id, fence.text) for fence, _ in page.blocks]

    assert blocks(read(path)) == blocks(read(chinese))


@pytest.mark.parametrize("path", ENGLISH, ids=page_name)
def test_both_languages_have_the_same_headings(path: Path) -> None:
    """The headings of both languages have the same levels and explicit ids."""
    chinese = ROOT / "docs" / "zh" / path.relative_to(ROOT / "docs" / "en")

    def headings(page: Path) -> list[tuple[str, str]]:
        text = page.read_text(encoding="utf-8")
        return re.findall(r"^(##+) .*\{#([\w-]+)\}$", text, re.MULTILINE)

    assert headings(path) == headings(chinese)
    assert len(headings(path)) == len(re.findall(r"^##+ ", path.read_text(), re.MULTILINE))


def test_both_languages_have_the_same_pages() -> None:
    """The two folders of pages hold the same names."""
    names = [
        {
            path.relative_to(ROOT / "docs" / language)
            for path in PAGE_PATHS
            if language in path.parts
        }
        for language in LANGUAGES
    ]

    assert names[0] == names[1]


def test_pages_have_enough_live_examples() -> None:
    """At least eight cells stand on the English pages, and each derivation page has one."""
    assert sum(len(read(path).cells) for path in WITH_CELLS) >= 8
    assert {path for path in ENGLISH if path.parent.name == "derivation"} < set(WITH_CELLS)
