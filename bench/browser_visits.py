"""Visits of pages in Chromium, each in a profile of its own; only this machine answers."""

import gzip
import http.server
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import BrowserContext, BrowserType, Page

from browsers import CHROMIUM_FLAGS

SCRIPT = Path(__file__).with_name("browser") / "watch.js"
TIMEOUT_MS = 120_000
SETTLE_MS = 700  # a browser that has just started is busy with itself


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves folders under paths, with the headers that static hosts send."""

    folders: dict[str, Path]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
    }

    def translate_path(self, path: str) -> str:
        """Return the file behind an address."""
        path = unquote(urlsplit(path).path)
        for prefix, folder in self.folders.items():
            if path.startswith(prefix):
                file = (folder / path.removeprefix(prefix)).resolve()
                if file.is_relative_to(folder.resolve()):
                    return str(file)
        return str(SCRIPT.parent / "nothing is here")

    def end_headers(self) -> None:
        """Let browsers keep files, as GitHub's pages do."""
        self.send_header("Cache-Control", "max-age=600")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


class Server(http.server.ThreadingHTTPServer):
    """The server of the benchmark, at a port that is free."""

    daemon_threads = True

    def __init__(self) -> None:
        self.handler = type("Mounted", (Handler,), {"folders": {}})
        super().__init__(("127.0.0.1", 0), self.handler)
        self.url = f"http://127.0.0.1:{self.server_port}/"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_: object) -> None:
        """Print nothing: a page that is left hangs up."""


@dataclass(frozen=True)
class Chromium:
    """The browser of the benchmark, and the address of its server."""

    type: BrowserType
    path: str
    url: str


@contextmanager
def profile(chromium: Chromium, **options: Any) -> Iterator[BrowserContext]:
    """Open a fresh profile, and complain afterwards if a page of it asked another machine.

    It lies on the disk as a reader's does: a private window keeps no compiled code.
    """
    asked: list[str] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        context = chromium.type.launch_persistent_context(
            folder, executable_path=chromium.path, args=CHROMIUM_FLAGS, **options
        )
        context.set_default_timeout(TIMEOUT_MS)
        context.add_init_script(path=SCRIPT)
        context.on("request", lambda request: asked.append(request.url))
        try:
            context.pages[0].wait_for_timeout(SETTLE_MS)
            yield context
        finally:
            context.close()
    url = chromium.url
    outside = [one for one in asked if not one.startswith((url, f"blob:{url}", "data:", "blob:"))]
    if outside:
        raise RuntimeError(f"asked outside: {outside}. Serve it in browser_sites.py.")


def open_page(context: BrowserContext, address: str) -> Page:
    """Open a page in a new tab; return as soon as it begins to load."""
    page = context.new_page()
    page.goto(address, wait_until="commit")
    return page


def measure(page: Page, call: str) -> float:
    """Return the milliseconds that a function of watch.js measures on a page."""
    page.evaluate(f"bench.start('{call}')")
    return _result(page)


def open_and_run(context: BrowserContext, address: str) -> tuple[Page, float]:
    """Open a page in a new tab and run its cell; return both page and milliseconds until then."""
    page = open_page(context, f"{address}#visit")
    return page, _result(page)


def _result(page: Page) -> float:
    page.wait_for_function("'result' in bench")
    result = page.evaluate("bench.result")
    if isinstance(result, str):
        raise TypeError(f"{page.url}: {result}")
    return float(result)


def visit(chromium: Chromium, path: str) -> float:
    """Return the time of a first visit, from navigation to the printed result."""
    with profile(chromium) as context:
        return open_and_run(context, chromium.url + path)[1]


def script_bytes(chromium: Chromium, path: str, names: set[str]) -> int:
    """Return the compressed size of those of `names` that a page loads before anything is run."""
    with profile(chromium) as context:
        page = context.new_page()
        loaded: dict[str, bytes] = {}
        page.on(
            "response",
            lambda answer: loaded.update({answer.url.rpartition("/")[2]: answer.body()}),
        )
        page.goto(chromium.url + path, wait_until="networkidle")
        return sum(len(gzip.compress(body)) for name, body in loaded.items() if name in names)
