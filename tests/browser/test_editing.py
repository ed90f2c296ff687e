"""Editing a cell: keys, completion, errors in their place, edits that are kept or shared."""

import re

import pytest
from playwright.sync_api import Browser, expect

from repository import ROOT, read

FORWARD = "derivation/forward/"


def focused(reader) -> str | None:
    """Return the action of the button that has the focus."""
    return reader.page.evaluate("document.activeElement.dataset.bpAction")


def test_editor_loads_on_edit(reader) -> None:
    """The editor is not loaded before Edit is pressed, and shows the cell's source."""
    reader.open("")
    assert not [url for url in reader.requests if "/editor-" in url]
    reader.open_editor()

    assert len([url for url in reader.requests if "/editor-" in url]) == 1
    assert reader.typed() + "\n" == read(ROOT / "docs/en/index.md").cells[0].source


def test_python_is_indented(reader) -> None:
    """After a colon Enter indents by four blanks, and Tab indents too."""
    reader.open("")
    reader.edit("")
    reader.page.keyboard.type("for i in range(2):\nif i:\n")
    reader.page.keyboard.press("Backspace")
    reader.page.keyboard.press("Tab")
    reader.page.keyboard.type("print(i)")

    assert reader.typed().splitlines() == ["for i in range(2):", "    if i:", "        print(i)"]
    assert reader.run() == "done"


def test_shift_enter_goes_on(reader) -> None:
    """Shift-Enter runs the cell and moves to the next one's Run."""
    reader.open(FORWARD)
    reader.cell(0).locator("[data-bp-action=run]").focus()
    reader.page.keyboard.press("Shift+Enter")

    assert reader.wait(0) == "same"
    second = reader.cell(1).locator("[data-bp-action=run]")
    expect(second).to_be_focused()


def test_control_dot_stops(reader) -> None:
    """Ctrl-. stops a cell that runs, from inside its editor too."""
    reader.open("")
    reader.run_source("kept = 42")
    reader.edit("while True: pass")
    reader.page.keyboard.press("Control+Enter")
    reader.wait(states="running")
    reader.page.wait_for_timeout(300)
    reader.page.keyboard.press("Control+.")

    assert reader.wait() == "stopped"


def test_keys_are_listed(reader) -> None:
    """The dialog lists the keys, closes with Esc, and gives the focus back."""
    reader.open("")
    keys = reader.page.locator("[data-bp-action=keys]")
    keys.focus()
    reader.page.keyboard.press("Enter")
    dialog = reader.page.get_by_role("dialog", name="Keys")

    expect(dialog).to_contain_text("Run, and go on to the next example")
    reader.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(keys).to_be_focused()


def test_names_are_completed(reader) -> None:
    """Once Python runs, names of NumPy are offered, with signature and docstring."""
    reader.open("")
    reader.run_source("1")
    reader.edit("import numpy as np\n")
    reader.page.keyboard.type("np.linalg.nor")
    options = reader.cell().locator(".cm-tooltip-autocomplete li")

    expect(options).to_have_text(["norm"])
    expect(reader.cell().locator(".cm-completionInfo")).to_contain_text("norm(x, ord=None")
    expect(reader.cell().locator(".cm-completionInfo")).to_contain_text("Matrix or vector norm.")
    reader.page.wait_for_timeout(300)  # CodeMirror takes no Enter for a list that has just come
    reader.page.keyboard.press("Enter")
    expect(reader.cell().locator(".cm-line").last).to_have_text("np.linalg.norm")


def test_names_are_explained(reader) -> None:
    """Ctrl-I tells what the name at the cursor means."""
    reader.open("")
    reader.run_source("1")
    reader.edit("from bpdocs import Network\nNetwork.from_sizes")
    reader.page.keyboard.press("Control+i")

    expect(reader.cell().locator(".bp-help")).to_contain_text("from_sizes(")


def test_error_is_underlined(reader) -> None:
    """What failed is underlined in the editor, until it is changed."""
    reader.open("")
    assert reader.run_source("x = 1\nprint(x / 0)") == "error"
    wrong = reader.cell().locator(".bp-wrong")

    expect(wrong).to_have_text("x / 0")
    expect(wrong).to_have_attribute("title", re.compile("ZeroDivisionError"))
    reader.open_editor().focus()
    reader.page.keyboard.type(" ")
    expect(wrong).to_have_count(0)


def test_edit_is_kept(reader) -> None:
    """An edit is there again after a reload, runs as edited, and Reset drops it for good."""
    reader.open("")
    reader.edit("print('mine')")
    reader.page.reload()

    expect(reader.cell()).to_contain_text("This is your edit.")
    assert reader.run() == "done"
    assert reader.output() == "mine\n"
    reader.press("reset")
    assert reader.run() == "same"
    reader.page.reload()
    expect(reader.cell().locator(".bp-code")).to_be_visible()


def test_edit_of_an_older_version_is_told(reader, server) -> None:
    """When the page's source has changed since, the reader is told of the newer one."""
    reader.open("")
    reader.edit("print('mine')")
    server.changes["/"] = lambda body: body.replace(b"rng = np.random", b"rng  = np.random")
    reader.page.reload()

    expect(reader.cell()).to_contain_text("the page has a newer version")


def test_storage_that_is_forbidden_is_told(browser: Browser, server) -> None:
    """Where the browser allows no storage, editing works and the reader is told."""
    context = browser.new_context()
    context.add_init_script(
        "for (const name of ['setItem', 'getItem', 'removeItem'])"
        " Storage.prototype[name] = () => { throw new DOMException('no', 'SecurityError'); };"
    )
    page = context.new_page()
    page.goto(server.url)
    cell = page.locator("[data-bp-cell]").first
    cell.locator("[data-bp-action=edit]").click()
    cell.locator(".cm-content").press("x")

    expect(cell).to_contain_text("The browser allows no storage")
    context.close()


def share(reader, source: str) -> str:
    """Return the link to an edit of the first cell."""
    reader.edit(source)
    reader.press("share")
    reader.page.wait_for_url("**#bp-edit=*")
    return reader.page.url


def test_link_brings_an_edit(reader, browser: Browser) -> None:
    """A link restores an edit for somebody else, says so, and runs nothing by itself."""
    reader.open("")
    link = share(reader, "print('shared é 数')")
    context = browser.new_context()
    page = context.new_page()
    page.goto(link)
    cell = page.locator("[data-bp-cell]").first

    expect(cell).to_contain_text("This code came with the link")
    expect(cell.locator(".bp-editor")).to_contain_text("print('shared é 数')")
    page.wait_for_timeout(500)
    assert cell.get_attribute("data-bp-state") == "idle"
    context.close()


def test_code_of_a_link_is_not_run_for_another_cell(reader) -> None:
    """Run on a cell below, and Run all, leave code that came with a link alone."""
    reader.open(FORWARD)
    link = share(reader, "print('hostile')")
    reader.page.evaluate("localStorage.clear()")
    reader.page.goto("about:blank")
    reader.page.goto(link)
    expect(reader.cell(0)).to_contain_text("This code came with the link")

    reader.press("run", 1)
    expect(reader.cell(1)).to_contain_text("Run or reset that one first", timeout=60_000)
    assert reader.run_all().startswith("0/")
    assert "hostile" not in reader.output(0)
    assert reader.run(0) == "done"
    assert reader.output(0) == "hostile\n"


@pytest.mark.parametrize(
    "fragment",
    ["!!!", "AAAA", "", "q1ZKTlGyMtZRSs5ITc5WslIqKMrMK9FQV8jMLUhVKE4sUVGHoA"],
)
def test_damaged_link_is_told(reader, fragment) -> None:
    """A link whose code is damaged shows the page as it is, and says so."""
    reader.open(f"#bp-edit={fragment}")

    expect(reader.page.locator("[data-bp-page]")).to_contain_text("The code in the link is damaged")
    expect(reader.cell().locator(".bp-code")).to_be_visible()


@pytest.mark.parametrize(
    "source",
    [
        "</script><script>window.harmed = 1</script>",
        "<img src=x onerror='window.harmed = 1'>",
        "print('<img src=x onerror=\"window.harmed = 1\">')",
    ],
)
def test_hostile_link_is_text(reader, source) -> None:
    """Markup in shared code, and in what it prints, is shown as text."""
    reader.open("")
    link = share(reader, source)
    reader.page.evaluate("localStorage.clear()")
    reader.page.goto("about:blank")
    reader.page.goto(link)
    expect(reader.cell().locator(".bp-editor")).to_contain_text(source)
    reader.run()

    assert reader.page.evaluate("window.harmed") is None
    assert reader.cell().locator("img, script").count() == 0
