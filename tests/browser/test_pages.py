"""Every page of the built site in a real browser, with a real Pyodide."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from repository import PAGE_PATHS, address, page_name, read

WITH_CELLS = [path for path in PAGE_PATHS if read(path).cells]


@pytest.mark.parametrize("path", WITH_CELLS, ids=page_name)
def test_every_cell_prints_what_the_page_prints(path: Path, reader) -> None:
    """Run all ends with every cell the same as printed, with no request off the site."""
    cells = read(path).cells
    reader.open(address(path))

    assert reader.run_all() == f"{len(cells)}/{len(cells)}"
    for number, cell in enumerate(cells):
        assert reader.state(number) == "same"
        assert reader.output(number) == cell.printed
    assert any(url.endswith("pyodide.asm.wasm") for url in reader.requests)


@pytest.mark.parametrize("path", PAGE_PATHS, ids=page_name)
def test_a_page_is_complete_without_scripts(path: Path, browser: Browser, server) -> None:
    """With JavaScript off, every equation, every example and its result can be read."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.url + address(path))
    content = read(path)
    shown = page.locator("[data-bp-cell]")

    assert shown.count() == len(content.cells)
    for number, cell in enumerate(content.cells):
        assert shown.nth(number).locator("code").inner_text().strip() == cell.source.strip()
        assert shown.nth(number).locator("[data-bp-output]").text_content() == cell.printed
        expect(shown.nth(number).locator("code")).to_be_visible()
    for equation in content.equations:
        rendered = page.locator(f"[data-bp-equation={equation.id}]")
        expect(rendered.locator(".katex-html")).to_be_visible()
        assert rendered.locator("annotation").count() == 1
    assert page.locator("[data-bp-action]").count() == 0
    # Code may well hold LaTeX. (A style tag would never tell Playwright that it has loaded.)
    page.locator("pre, code").evaluate_all("all => all.forEach((code) => code.remove())")
    text = page.locator("article").inner_text()
    assert "$" not in text
    assert "\\bm" not in text
    context.close()


@pytest.mark.parametrize("path", PAGE_PATHS, ids=page_name)
def test_a_page_fits_a_phone(path: Path, browser: Browser, server) -> None:
    """On a screen 360 pixels wide nothing but a box of its own scrolls sideways."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(server.url + address(path))

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()


def test_docstring_examples_print_what_they_say(reader) -> None:
    """The docstrings of the package give the same results in Pyodide."""
    reader.open("")
    state = reader.run_source(
        "import importlib, pkgutil, bpdocs, bpdocs.equations\n"
        "from bpdocs.examples.docstrings import run_docstrings\n"
        "count, wrong = 0, []\n"
        "for package in (bpdocs, bpdocs.equations):\n"
        "    for found in pkgutil.iter_modules(package.__path__, f'{package.__name__}.'):\n"
        "        if found.ispkg or found.name == 'bpdocs.distributed':\n"
        "            continue\n"
        "        module = importlib.import_module(found.name)\n"
        "        for place, example, outcome in run_docstrings(module):\n"
        "            count += 1\n"
        "            if not outcome.is_as_printed(example):\n"
        "                wrong.append((place, example.source, outcome.printed))\n"
        "print(count > 200, wrong)\n"
    )

    assert (state, reader.output()) == ("done", "True []\n")


def test_nothing_of_python_loads_before_run(reader) -> None:
    """Reading a page asks for no file of the runtime."""
    reader.open("derivation/forward/")
    reader.page.wait_for_timeout(500)

    assert [url for url in reader.requests if "/py/" in url] == []
