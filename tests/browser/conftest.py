"""A real Chromium on the built site, served from this machine; every other address is refused."""

import functools
import http.server
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    Request,
    sync_playwright,
)

from browsers import CHROMIUM, CHROMIUM_FLAGS

START_MS = 60_000  # Python's start on a busy machine

Change = Callable[[bytes], bytes | None]


@dataclass
class Server:
    """The site on loopback.

    `changes` alters what a path's ending gives; None answers 404. `cuts` ends the connection after
    so many bytes. `headers` go with every page.
    """

    url: str
    changes: dict[str, Change] = field(default_factory=dict)
    cuts: dict[str, int] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files, altered where a test wants it."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        change = next((c for end, c in self.state.changes.items() if path.endswith(end)), None)
        cut = next((n for end, n in self.state.cuts.items() if path.endswith(end)), None)
        if change is None and cut is None:
            super().do_GET()
            return
        change = change or (lambda body: body)
        file = Path(self.translate_path(path))
        body = change((file / "index.html" if file.is_dir() else file).read_bytes())
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", self.guess_type(str(file)) if file.suffix else "text/html")
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write((body or b"")[:cut])
        self.close_connection = True

    def end_headers(self) -> None:
        """Add the test's headers to pages."""
        if self.path.partition("?")[0].endswith("/"):
            for name, value in self.state.headers.items():
                self.send_header(name, value)
        super().end_headers()

    def __init__(self, *args: object, state: Server, **kwargs: object) -> None:
        self.state = state
        super().__init__(*args, **kwargs)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="session")
def session_server(site: Path, port: int) -> Iterator[Server]:
    """Serve the built site."""
    state = Server(f"http://127.0.0.1:{port}/")
    handler = functools.partial(Handler, directory=str(site), state=state)
    with http.server.ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield state
        server.shutdown()


@pytest.fixture
def server(session_server: Server) -> Iterator[Server]:
    """Serve the built site, with no changes but the test's own."""
    yield session_server
    for orders in (session_server.changes, session_server.cuts, session_server.headers):
        orders.clear()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Start Playwright, which drives Chromium and Firefox; one at a time can run."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Start Chromium."""
    found = CHROMIUM.find(playwright)
    assert found, CHROMIUM.missing
    browser = playwright.chromium.launch(executable_path=found.path, args=CHROMIUM_FLAGS)
    yield browser
    browser.close()


@dataclass
class Reader:
    """A reader with an open page, and all that went wrong meanwhile."""

    page: Page
    server: Server
    requests: list[str] = field(default_factory=list)
    starts: int = 0  # of Python: how often a page loaded its worker
    complaints: list[str] = field(default_factory=list)
    forgiven: str = ""  # a regular expression: what a test brought about itself

    def open(self, path: str) -> None:
        """Open a page of the site."""
        self.page.goto(self.server.url + path)

    def cell(self, number: int = 0) -> Locator:
        """Return a cell by its place on the page."""
        return self.page.locator("[data-bp-cell]").nth(number)

    def press(self, action: str, cell: int = 0) -> None:
        """Press a button of a cell."""
        self.cell(cell).locator(f"[data-bp-action={action}]").click()

    def edit(self, source: str, cell: int = 0) -> None:
        """Replace the source of a cell."""
        self.open_editor(cell).focus()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(source)

    def open_editor(self, cell: int = 0) -> Locator:
        """Press Edit unless the editor is open; return what is typed into."""
        content = self.cell(cell).locator(".cm-content")
        if not content.count():
            self.press("edit", cell)
            content.wait_for()
        return content

    def typed(self, cell: int = 0) -> str:
        """Return the source in the editor."""
        return "\n".join(self.cell(cell).locator(".cm-line").all_inner_texts())

    def run(self, cell: int = 0) -> str:
        """Run a cell to its end and return its state."""
        self.press("run", cell)
        return self.wait(cell)

    def run_source(self, source: str, cell: int = 0) -> str:
        """Run other source in a cell and return the state."""
        self.edit(source, cell)
        return self.run(cell)

    def wait(self, cell: int = 0, states: str = "same|differs|done|error|stopped") -> str:
        """Wait until a cell is in one of the states, and return it."""
        cell_id = self.cell(cell).get_attribute("data-bp-cell")
        self.page.wait_for_function(
            "([id, states]) => states.split('|').includes("
            "document.querySelector(`[data-bp-cell='${id}']`).dataset.bpState)",
            arg=[cell_id, states],
            timeout=START_MS,
        )
        return self.state(cell)

    def state(self, cell: int = 0) -> str:
        """Return a cell's state."""
        return self.cell(cell).get_attribute("data-bp-state") or ""

    def output(self, cell: int = 0) -> str:
        """Return the text of a cell's output."""
        return self.cell(cell).locator("[data-bp-output]").text_content() or ""

    def tools(self, equation: str) -> Locator:
        """Return what stands under an equation."""
        return self.page.locator(f"[data-bp-tools={equation}]")

    def check(self, equation: str, action: str = "check") -> str:
        """Press Check under an equation and return the state that it ends in."""
        self.tools(equation).locator(f"[data-bp-action={action}]").click()
        return self.wait_for_check(equation)

    def wait_for_check(self, equation: str) -> str:
        """Wait for the end of a check, and return its state."""
        self.page.wait_for_function(
            "id => !['idle', 'running'].includes("
            "document.querySelector(`[data-bp-tools='${id}']`).dataset.bpState)",
            arg=equation,
            timeout=START_MS,
        )
        return self.tools(equation).get_attribute("data-bp-state") or ""

    def run_all(self) -> str:
        """Press Run all and return the verdict."""
        self.page.locator("[data-bp-page] [data-bp-action=run-all]").click()
        bar = self.page.locator("[data-bp-page][data-bp-verdict]")
        bar.wait_for(timeout=START_MS)
        return bar.get_attribute("data-bp-verdict") or ""

    def count(self, request: Request) -> None:
        """Take down a request; what the service worker asks for is no start of Python."""
        self.requests.append(request.url)
        if "/assets/worker-" in request.url and not request.service_worker:
            self.starts += 1

    @property
    def outside(self) -> list[str]:
        """The requests that left the site."""
        own = (self.server.url, f"blob:{self.server.url}", "data:")
        return [url for url in self.requests if not url.startswith(own)]


@pytest.fixture
def reader(browser: Browser, server: Server) -> Iterator[Reader]:
    """Open a fresh profile; a test fails if its page asks outside or complains on the console."""
    context = browser.new_context()
    reader = Reader(context.new_page(), server)
    context.on("request", reader.count)

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            reader.complaints.append(f"{message.text} {message.location.get('url')}")

    context.on("console", note)
    context.on("weberror", lambda error: reader.complaints.append(str(error.error)))
    yield reader
    context.close()
    assert reader.outside == []
    wrong = [
        text
        for text in reader.complaints
        if not (reader.forgiven and re.search(reader.forgiven, text))
    ]
    assert wrong == []
