"""What readers meet who use a keyboard, a screen reader, a phone, or colours of their own."""

import functools
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from bpdocs.site.node import FRONTEND
from repository import PAGE_PATHS, address, page_name

FORWARD = "derivation/forward/"
AXE = FRONTEND / "node_modules" / "axe-core" / "axe.min.js"
VIOLATIONS = """async () => {
  const found = await axe.run(document, {rules: {"target-size": {enabled: true}}});
  return found.violations.flatMap(({id, nodes}) => nodes.map(({html, any, all, none}) =>
    `${id}: ${html.slice(0, 200)} ${[...any, ...all, ...none][0]?.message}`));
}"""
BUTTONS = "article button:visible, article summary:visible, article input:visible"


@functools.cache
def axe() -> str:
    """Return the checker's source, which npm has installed for the build of the site."""
    return AXE.read_text(encoding="utf-8")


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong with the page as it is now."""
    page.evaluate(axe())
    return page.evaluate(VIOLATIONS)


def focus_after_tab(page: Page) -> str | None:
    """Press Tab, and return the action of what then has the focus."""
    page.keyboard.press("Tab")
    return page.evaluate(
        "document.activeElement.dataset.bpAction ?? document.activeElement.localName"
    )


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
@pytest.mark.parametrize("path", PAGE_PATHS, ids=page_name)
def test_a_page_has_no_violations(path: Path, scheme, width, browser: Browser, server) -> None:
    """Axe finds nothing on any page, on a wide light screen and on a dark phone."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
    page = context.new_page()
    page.goto(server.url + address(path))
    expect(page.locator("[data-md-component=search]")).to_have_attribute(
        "aria-label", re.compile(".")
    )

    assert violations(page) == []
    context.close()


@pytest.mark.parametrize(("language", "scheme"), [("", "dark"), ("zh/", "light")])
def test_no_state_of_a_cell_has_violations(language, scheme, reader) -> None:
    """Axe finds nothing while a cell starts, runs, is the same, edited, stopped or wrong."""
    reader.page.emulate_media(color_scheme=scheme)
    reader.open(language + FORWARD)

    def check(state: str) -> None:
        assert violations(reader.page) == [], state

    reader.press("run")
    check("starting")
    assert reader.wait() == "same"
    check("same")
    reader.edit("while True: pass")
    reader.press("run")
    reader.wait(states="running")
    check("running")
    reader.press("stop")
    assert reader.wait() == "stopped"
    check("stopped")
    assert reader.run_source("from bpdocs import Dense\nDense(1, 2)") == "error"
    reader.cell().locator("summary").click()
    check("error with its traceback")
    assert reader.run_source("import numpy as np\nnp.arange(-18.0, 18.0).reshape(6, 6)") == "done"
    reader.cell().locator("summary").click()
    check("a coloured table")
    reader.edit("import numpy as np\nnp.linalg.nor")
    reader.page.keyboard.press("End")
    reader.page.keyboard.press("Control+Space")
    expect(reader.cell().locator(".cm-completionInfo")).to_be_visible()
    check("a completion")
    reader.run_source("for i in range(2000): print(i)")
    check("a long output")
    reader.page.reload()
    expect(reader.cell().locator(".bp-editor")).to_be_visible()
    check("an edit that was kept")


@pytest.mark.parametrize(("language", "scheme"), [("", "light"), ("zh/", "dark")])
def test_no_panel_has_violations(language, scheme, reader, server) -> None:
    """Axe finds nothing in the report, the list of keys, an equation's check, and a difference."""
    reader.page.emulate_media(color_scheme=scheme)
    server.changes["/forward/"] = lambda body: body.replace(b"[ 1.5,  2.5", b"[ 1.5,  2.6")
    reader.open(language + FORWARD)
    reader.page.locator("[data-bp-action=verify]").click()
    expect(reader.page.locator("[data-bp-report]")).to_be_visible(timeout=60_000)
    reader.check("forward")
    reader.tools("forward").locator("summary").click()

    assert reader.state(0) == "differs"
    assert violations(reader.page) == []
    reader.page.locator("[data-bp-action=keys]").click()
    assert violations(reader.page) == []


def test_a_failed_start_has_no_violations(reader, server) -> None:
    """Axe finds nothing where Python could not be loaded."""
    server.changes["manifest.json"] = lambda _: None
    reader.forgiven = "404"
    reader.open(FORWARD)
    reader.press("run")
    expect(reader.cell().locator("[data-bp-action=retry]")).to_be_visible(timeout=60_000)

    assert violations(reader.page) == []


@pytest.mark.parametrize("language", ["", "zh/"])
def test_every_control_can_be_told_apart(language, reader) -> None:
    """No two buttons of a page have the same name, and every cell and equation has one."""
    reader.open(language + FORWARD)
    buttons = reader.page.locator("article button:visible")
    expect(buttons.first).to_be_visible()
    tree = reader.page.locator("article").aria_snapshot()
    names = re.findall(r'- button "(.*?)"', tree)

    assert len(names) == buttons.count()
    assert len(set(names)) == len(names)
    assert len(re.findall(r'- group "(?:Example|第) ', tree)) == 4
    assert len(re.findall(r'- group "(?:Equation|公式) ', tree)) == 2


def test_keyboard_reaches_every_control_in_order(reader) -> None:
    """Tab goes through the page's bar, an equation's tools, and a cell, as they are read."""
    reader.open("")
    reader.page.locator("[data-bp-action=run-all]").focus()
    order = [focus_after_tab(reader.page) for _ in range(8)]

    assert order == ["verify", "restart", "keys", "check", "summary", "run", "edit", "copy"]


def test_keyboard_runs_edits_and_stops(reader) -> None:
    """A cell is run, edited and stopped without a mouse, and the editor is no trap."""
    reader.open("")
    keyboard = reader.page.keyboard
    reader.cell().locator("[data-bp-action=run]").focus()
    keyboard.press("Enter")
    assert reader.wait() == "same"
    assert focus_after_tab(reader.page) == "edit"
    keyboard.press("Enter")
    expect(reader.cell().locator(".cm-content")).to_be_focused()
    keyboard.press("Control+a")
    keyboard.insert_text("while True: pass")
    keyboard.press("Escape")
    expect(reader.cell().locator("[data-bp-action=run]")).to_be_focused()
    assert focus_after_tab(reader.page) == "reset"
    keyboard.press("Shift+Tab")
    keyboard.press("Space")
    reader.wait(states="running")
    expect(reader.cell().locator("[data-bp-action=stop]")).to_be_focused()
    keyboard.press("Space")

    assert reader.wait() == "stopped"
    expect(reader.cell().locator("[data-bp-action=run]")).to_be_focused()


def test_one_live_region_speaks(reader) -> None:
    """A page has one polite live region, and it says how a run ended."""
    reader.open("")
    assert reader.run() == "same"
    live = reader.page.locator("[role=status], [role=alert], [role=log], [aria-live]:not(progress)")

    expect(live).to_have_count(1)
    expect(live).to_have_text("same as printed")


def test_progress_has_a_name_and_words(reader) -> None:
    """The progress of the start is named, and its value is the sentence beside it."""
    reader.open("")
    reader.press("run")
    progress = reader.page.get_by_role("progressbar", name="Starting Python")

    expect(progress).to_have_attribute("aria-valuetext", re.compile(r"Starting Python: (\d|load)"))
    assert reader.wait() == "same"


@pytest.mark.parametrize("path", PAGE_PATHS, ids=page_name)
def test_what_scrolls_is_reached_by_keyboard(path: Path, browser: Browser, server) -> None:
    """On a phone every box that scrolls sideways takes the focus, and no other box does.

    Fonts that come late make a formula wider, and its box no larger.
    """
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()

    def answer_late(route: Route) -> None:
        page.wait_for_timeout(300)
        route.continue_()

    page.route("**/*.woff2", answer_late)
    page.goto(server.url + address(path))
    wrong = """[...document.querySelectorAll("article :is(pre, code, div)")].filter((box) => {
      const style = getComputedStyle(box);
      const scrolls = style.overflowX === "auto" && box.scrollWidth > box.clientWidth + 1;
      return box.checkVisibility({contentVisibilityAuto: true}) && scrolls !== (box.tabIndex === 0);
    }).map((box) => box.outerHTML.slice(0, 200))"""
    page.wait_for_function(f"() => {wrong}.length === 0", timeout=5000)

    assert page.evaluate(wrong) == []
    context.close()


@pytest.mark.parametrize("path", PAGE_PATHS, ids=page_name)
def test_targets_are_large_enough_for_fingers(path: Path, browser: Browser, server) -> None:
    """On a phone no button, fold or field is narrower or lower than 24 pixels."""
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    page = context.new_page()
    page.goto(server.url + address(path))
    page.wait_for_timeout(200)
    for target in page.locator(BUTTONS).all():
        box = target.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 24, target.evaluate("node => node.outerHTML")
    context.close()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_languages_are_declared(language, reader) -> None:
    """Pages say their language, and docstrings that they are English."""
    reader.open("reference/api/" if language == "en" else "zh/reference/api/")

    expect(reader.page.locator("html")).to_have_attribute("lang", language)
    expect(reader.page.locator(".doc-module").first).to_have_attribute("lang", "en")


@pytest.mark.parametrize("path", PAGE_PATHS, ids=page_name)
def test_punctuation_stays_with_its_formula(path: Path, browser: Browser, server) -> None:
    """No line on a phone begins with the full stop, or ends with the bracket, of a formula."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    page.goto(server.url + address(path))
    apart = """[...document.querySelectorAll(".bp-tied")].filter((tied) => {
      const parts = [...tied.querySelectorAll(".katex-base")];
      const bases = parts.map((part) => part.getBoundingClientRect());
      const far = (node, {top, bottom}) => {
        const range = document.createRange();
        range.selectNode(node);
        const rect = range.getBoundingClientRect();
        return rect.bottom <= top || rect.top >= bottom;
      };
      const {firstChild, lastChild} = tied;
      return (firstChild.nodeType === 3 && far(firstChild, bases[0])) ||
        (lastChild.nodeType === 3 && far(lastChild, bases.at(-1)));
    }).map((tied) => tied.textContent.slice(-60))"""

    assert page.evaluate(apart) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    context.close()
