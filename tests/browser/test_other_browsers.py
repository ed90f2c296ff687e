"""The live cells in Firefox and in WebKit, Safari's engine: run, stop, restart, verify, edit."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Playwright

from repository import ROOT, read
from visitors import Visitor, visit_in_firefox, visit_in_webkit

FORWARD = read(ROOT / "docs/en/derivation/forward.md").cells
IDS = [cell.id for cell in FORWARD]
BUSY = {"starting", "running"}
ATTEMPTS = 3
# In one line, for the editor indents by itself.
SWALLOWING = r'exec("while True:\n try:\n  while True: pass\n except BaseException: pass")'


class Cells:
    """The cells of the page on the forward pass, as a reader uses them."""

    def __init__(self, visitor: Visitor, url: str) -> None:
        self.visitor = visitor
        self.url = url

    def renew(self) -> None:
        """Put the page's own code back; a Python that is idle stays, for a start takes seconds."""
        states = set(self.states())
        if not states or states & BUSY:
            self.visitor.open(self.url)
            self.visitor.evaluate("() => localStorage.clear()")
            self.visitor.open(self.url)
        for number in range(len(self.states())):
            if self.is_shown("reset", number):
                self.press("reset", number)

    def selector(self, number: int, part: str = "") -> str:
        """Return the CSS selector of a cell or of a part of it."""
        return f"[data-bp-cell='{IDS[number]}'] {part}".strip()

    def press(self, action: str, number: int) -> None:
        """Press a button of a cell."""
        self.visitor.click(self.selector(number, f"[data-bp-action={action}]"))

    def is_shown(self, action: str, number: int) -> bool:
        """Whether a cell's button can be seen."""
        return bool(
            self.visitor.count(self.selector(number, f"[data-bp-action={action}]:not([hidden])"))
        )

    def states(self) -> list[str]:
        """Return the state of every cell."""
        return self.visitor.evaluate(
            "() => [...document.querySelectorAll('[data-bp-cell]')].map(c => c.dataset.bpState)"
        )

    def wait(self, number: int, states: str = "same|differs|done|error|stopped") -> str:
        """Wait until a cell is in one of the states, and return it."""
        self.visitor.wait_until(
            lambda: self.states()[number] in states.split("|"), f"cell {number} to be {states}"
        )
        return self.states()[number]

    def run(self, number: int) -> str:
        """Run a cell to its end and return its state."""
        self.press("run", number)
        return self.wait(number)

    def edit(self, source: str, number: int) -> None:
        """Type other source, of one line, into a cell."""
        content = self.selector(number, ".cm-content")
        if not self.visitor.count(content):
            self.press("edit", number)
            self.visitor.wait_until(lambda: self.visitor.count(content), "the editor")
        self.visitor.click(content)
        self.visitor.press("a", control=True)
        self.visitor.type(source)

    def run_until_stopped(self, number: int) -> str:
        """Run a cell, stop it, and return what it says then."""
        self.press("run", number)
        self.wait(number, "running")
        time.sleep(0.3)
        self.press("stop", number)
        assert self.wait(number) == "stopped"
        return self.text(number)

    def output(self, number: int) -> str:
        """Return a cell's output."""
        return self.visitor.text(self.selector(number, "[data-bp-output]"))

    def text(self, number: int) -> str:
        """Return all of a cell's text."""
        return self.visitor.text(self.selector(number))


@pytest.fixture(
    scope="module", params=[visit_in_firefox, visit_in_webkit], ids=["firefox", "webkit"]
)
def opened(
    request: pytest.FixtureRequest, playwright: Playwright, session_server
) -> Iterator[Cells]:
    """Open the page; the tests fail if anything asks outside or complains on the console."""
    with request.param(playwright, session_server.url) as visitor:
        yield Cells(visitor, f"{session_server.url}derivation/forward/")
        assert visitor.outside == []
        assert visitor.complaints == []


@pytest.fixture
def cells(opened: Cells) -> Cells:
    """Show the page as it came."""
    opened.renew()
    return opened


def test_run_prints_what_the_page_prints(cells: Cells) -> None:
    """Run on a later cell runs those above first, and all print what the page prints."""
    assert cells.run(2) == "same"
    assert cells.states() == ["same", "same", "same", "idle"]
    assert cells.output(2) == FORWARD[2].printed


def test_soft_stop_keeps_variables(cells: Cells) -> None:
    """Stop ends a plain loop and keeps the variables."""
    cells.edit("kept = 41", 0)
    cells.edit("while True: pass", 1)
    cells.edit("kept + 1", 2)
    # On a busy machine the page's 1.5 s can pass before the loop is asked; then it ends Python.
    for _ in range(ATTEMPTS):
        assert cells.run(0) == "done"
        if "Variables are kept" in cells.run_until_stopped(1):
            break
        cells.wait(0, "done")

    assert "Variables are kept" in cells.text(1)
    assert cells.run(2) == "done"
    assert cells.output(2) == "42\n"


def test_hard_stop_starts_python_again(cells: Cells) -> None:
    """A cell that swallows the interrupt is ended with its Python; the cell above runs again."""
    assert cells.run(0) == "same"
    cells.edit(SWALLOWING, 1)

    assert "Python was restarted" in cells.run_until_stopped(1)
    cells.visitor.wait_until(lambda: "ran again" in cells.text(1), "the cell above to run again")
    assert cells.states()[0] == "same"
    cells.press("reset", 1)
    assert cells.run(1) == "same"


def test_restart_forgets_everything(cells: Cells) -> None:
    """After Restart all cells show the printed results, and run from the top."""
    assert cells.run(1) == "same"
    cells.visitor.click("[data-bp-page] [data-bp-action=restart]")

    assert cells.states() == ["idle"] * 4
    assert cells.output(1) == FORWARD[1].printed
    assert cells.run(1) == "same"
    assert cells.states() == ["same", "same", "idle", "idle"]


def test_page_is_checked_in_this_browser(cells: Cells) -> None:
    """A check of the page lists every example as printed, with versions, and can be copied."""
    visitor = cells.visitor
    visitor.evaluate("() => document.querySelector('[data-bp-report]')?.remove()")
    visitor.click("[data-bp-action=verify]")
    visitor.wait_until(lambda: visitor.count("[data-bp-report]"), "the report")

    assert visitor.text("[data-bp-report] summary") == "4/4 as printed"
    versions = visitor.text("[data-bp-report] p")
    assert re.match(r"Python 3\.\d+\.\d+ · numpy \S+ · bpdocs \S+ · Mozilla/5\.0", versions)
    assert visitor.text("[data-bp-report] tbody").count("same as printed") == 4
    visitor.click("[data-bp-action=copy-report]")
    status = "[data-bp-report] .bp-status"
    visitor.wait_until(lambda: visitor.text(status), "an answer to Copy")
    assert visitor.text(status) == "Copied"


def escape_leads_to_run(cells: Cells) -> bool:
    """Press Esc, which first closes the list of names if there is one."""
    cells.visitor.press("Escape")
    return cells.visitor.evaluate("() => document.activeElement.dataset.bpAction") == "run"


def test_edit_runs_and_is_reset(cells: Cells) -> None:
    """The editor opens with the source, takes keys, runs by keyboard; Reset brings all back."""
    cells.press("edit", 0)
    cells.visitor.wait_until(
        lambda: cells.visitor.count(cells.selector(0, ".cm-content")), "editor"
    )
    lines = "s => [...document.querySelectorAll(s)].map(line => line.textContent).join('\\n')"
    shown = cells.visitor.evaluate(lines, cells.selector(0, ".cm-line"))
    assert shown == FORWARD[0].source.rstrip("\n")

    cells.edit("print('edited:', 6 * 7)", 0)
    cells.visitor.press("Enter", control=True)
    assert cells.wait(0, "done") == "done"
    assert cells.output(0) == "edited: 42\n"
    cells.visitor.wait_until(lambda: escape_leads_to_run(cells), "Esc to lead out of the editor")

    cells.press("reset", 0)
    assert not cells.visitor.count(cells.selector(0, ".cm-editor"))
    assert cells.output(0) == FORWARD[0].printed
    assert cells.run(0) == "same"
