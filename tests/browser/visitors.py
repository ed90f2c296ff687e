"""Firefox and WebKit behind one small interface; Chromium's tests use Playwright's own, `Reader`.

Playwright drives Firefox, and its own WebKit where that is what the machine has. Debian's WebKit
speaks the older WebDriver protocol, and needs a screen.
"""

import contextlib
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright
from selenium.webdriver import ActionChains, Remote
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from browsers import FIREFOX, WEBKIT
from webkit import webkit

PATIENCE = 60  # seconds, for a step of a page on a busy machine

# Where an element is that the mouse can reach; WebDriver would press whatever lies above it.
PLACE = """element => {
  element.scrollIntoView({ block: "center", behavior: "instant" });
  const { x, y, width, height } = element.getBoundingClientRect();
  const top = document.elementFromPoint(x + width / 2, y + height / 2);
  return element.contains(top) ? [x, y, width, height] : null;
}"""


class Visitor(ABC):
    """A reader with an open page, in any browser."""

    def __init__(self) -> None:
        self.outside: list[str] = []  # requests that left the site
        self.complaints: list[str] = []  # of the console, where the driver can tell

    @abstractmethod
    def open(self, url: str) -> None:
        """Open a page."""

    @abstractmethod
    def evaluate(self, function: str, argument: object = None) -> Any:
        """Call a JavaScript function in the page."""

    @abstractmethod
    def click(self, selector: str) -> None:
        """Press the mouse on the first element that matches."""

    @abstractmethod
    def type(self, text: str) -> None:
        """Type a line of text."""

    @abstractmethod
    def press(self, key: str, *, control: bool = False) -> None:
        """Press a key by its name in the DOM."""

    def wait_until(self, is_true: Callable[[], object], what: str) -> None:
        """Ask again until it is true; fail after a minute."""
        end = time.monotonic() + PATIENCE
        while not is_true():
            assert time.monotonic() < end, f"waited {PATIENCE} s for {what}"
            time.sleep(0.1)

    def count(self, selector: str) -> int:
        """Count the elements that match."""
        return int(self.evaluate("s => document.querySelectorAll(s).length", selector))

    def text(self, selector: str) -> str:
        """Return the text of the first element that matches."""
        return str(self.evaluate("s => document.querySelector(s)?.textContent ?? ''", selector))


class PlaywrightVisitor(Visitor):
    """A page that Playwright drives."""

    def __init__(self, page: Page, origin: str) -> None:
        super().__init__()
        self.page = page
        own = (origin, f"blob:{origin}", "data:")

        def note_request(url: str) -> None:
            if not url.startswith(own):
                self.outside.append(url)

        def note_message(message: ConsoleMessage) -> None:
            if message.type == "error":
                self.complaints.append(message.text)

        page.context.on("request", lambda request: note_request(request.url))
        page.context.on("console", note_message)
        page.context.on("weberror", lambda error: self.complaints.append(str(error.error)))

    def open(self, url: str) -> None:
        self.page.goto(url)

    def evaluate(self, function: str, argument: object = None) -> Any:
        return self.page.evaluate(function, argument)

    def click(self, selector: str) -> None:
        self.page.locator(selector).first.click(timeout=PATIENCE * 1000)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def press(self, key: str, *, control: bool = False) -> None:
        self.page.keyboard.press(f"ControlOrMeta+{key}" if control else key)


class WebDriverVisitor(Visitor):
    """A page that selenium drives; what would leave the machine arrives at `outside`."""

    def __init__(self, driver: Remote, outside: list[str]) -> None:
        super().__init__()
        self.driver = driver
        self.outside = outside

    def open(self, url: str) -> None:
        self.driver.get(url)

    def evaluate(self, function: str, argument: object = None) -> Any:
        return self.driver.execute_script(f"return ({function})(arguments[0])", argument)

    def click(self, selector: str) -> None:
        element = self.driver.find_element(By.CSS_SELECTOR, selector)
        places: list[object] = [None]

        def is_at_rest() -> bool:
            places.append(self.driver.execute_script(f"return ({PLACE})(arguments[0])", element))
            return places[-1] is not None and places[-1] == places[-2]

        self.wait_until(is_at_rest, f"{selector} to be at rest in sight")
        element.click()

    def type(self, text: str) -> None:
        ActionChains(self.driver).send_keys(text).perform()

    def press(self, key: str, *, control: bool = False) -> None:
        actions = ActionChains(self.driver)
        if control:
            actions.key_down(Keys.CONTROL)
        actions.send_keys(getattr(Keys, key.upper(), key))
        if control:
            actions.key_up(Keys.CONTROL)
        actions.perform()


@contextlib.contextmanager
def visit_in_firefox(playwright: Playwright, origin: str) -> Iterator[Visitor]:
    """Open Firefox: the system's by the BiDi protocol, or Playwright's own build."""
    found = FIREFOX.find(playwright)
    assert found, FIREFOX.missing
    launch = playwright.firefox.launch
    with closing(
        launch() if found.is_own else launch(executable_path=found.path, channel="moz-firefox")
    ) as browser:
        yield PlaywrightVisitor(browser.new_page(), origin)


@contextlib.contextmanager
def visit_in_webkit(playwright: Playwright, origin: str) -> Iterator[Visitor]:
    """Open WebKit: the system's on a screen of its own, or Playwright's build."""
    found = WEBKIT.find(playwright)
    assert found, WEBKIT.missing
    if found.is_own:
        with closing(playwright.webkit.launch()) as browser:
            yield PlaywrightVisitor(browser.new_page(), origin)
        return
    with webkit(found.path) as (driver, outside):
        yield WebDriverVisitor(driver, outside)


@contextlib.contextmanager
def closing(browser: Browser) -> Iterator[Browser]:
    """Close a browser of Playwright at the end."""
    try:
        yield browser
    finally:
        browser.close()
