"""`mkdocs serve`: what a change of a page, a mistake and its correction do."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field

import pytest
import requests

PATIENCE = 60  # seconds for one rebuild on a busy machine


@dataclass
class Served:
    """What was seen while the site was served and changed: each page, and its translation then."""

    pages: dict[str, str] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)
    log: str = ""
    status: int = -1


def wait_for(what, condition):
    """Return the first true value of a condition."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.1)
    raise TimeoutError(what)


@pytest.fixture(scope="module")
def served(served_project):
    """Serve the tiny site; change a page, break it, correct it, then change its translation."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    log, seen = served_project / "log.txt", Served()
    command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", f"127.0.0.1:{port}"]
    session = requests.Session()
    session.trust_env = False

    def fetch(path):
        return session.get(f"http://127.0.0.1:{port}/below/{path}", timeout=10).content.decode()

    def count_builds():
        return log.read_text("utf-8").count("Reloading browsers")

    def change(language, addition, path=None):
        """Append to a page; if it can be built, keep what is served after that under its text."""
        page, before = served_project / "docs" / language / "second.md", count_builds()
        page.write_text(original[language] + addition, encoding="utf-8")
        if path:
            seen.pages[addition] = wait_for(
                addition, lambda: (html := fetch(path)) and addition in html and html
            )
            # A page can be seen before its build is done.
            wait_for("the end of the build", lambda: count_builds() > before)
            seen.others[addition] = fetch("second/" if language == "zh" else "zh/second/")

    original = {
        language: (served_project / "docs" / language / "second.md").read_text("utf-8")
        for language in ("en", "zh")
    }
    with log.open("w", encoding="utf-8") as output:
        server = subprocess.Popen(
            command, cwd=served_project, stdout=output, stderr=output, env=os.environ
        )
    try:
        wait_for("the server", lambda: "Serving on" in log.read_text("utf-8"))
        seen.pages["first"] = fetch("second/")
        change("en", "changed", "second/")
        change("en", "\n>>> 1\n")
        wait_for("the mistake", lambda: ">>> prompt" in log.read_text("utf-8"))
        change("en", "corrected", "second/")
        change("zh", "再次", "zh/second/")
        seen.pages["index"] = fetch("search/search_index.json")
        seen.pages["index zh"] = fetch("zh/search/search_index.json")
    finally:
        server.send_signal(signal.SIGINT)
        seen.status = server.wait(30)
        seen.log = log.read_text("utf-8")
    return seen


@pytest.mark.parametrize("page", ["first", "changed", "corrected", "再次"])
def test_front_end_is_named_once(served, page):
    """After any number of rebuilds a page names the front end's script and style once."""
    html = served.pages[page]
    assert len(re.findall(r'<script src="[^"]*assets/main-[^"]*"', html)) == 1
    assert len(re.findall(r'<link rel="stylesheet" href="[^"]*assets/main-', html)) == 1


def test_mistake_is_named_with_its_line(served):
    """A mistake is logged with its line, and the server goes on."""
    assert "docs/en/second.md:12: a >>> prompt outside a pycon block is not run." in served.log


@pytest.mark.parametrize(
    ("change", "title"), [("changed", "第二页"), ("corrected", "第二页"), ("再次", "Second page")]
)
def test_both_languages_are_built_each_time(served, change, title):
    """A change of one language's page leaves the other language's page on the site."""
    assert f'{title}<a class="headerlink"' in served.others[change]


def test_log_has_no_traceback(served):
    """What goes wrong in a build is a sentence."""
    assert "Traceback" not in served.log


@pytest.mark.parametrize(("index", "title"), [("index", "Start"), ("index zh", "开始")])
def test_search_indexes_stay_apart(served, index, title):
    """After the rebuilds each language still has an index of its own."""
    assert json.loads(served.pages[index])["docs"][0]["title"] == title


def test_server_ends_quietly(served):
    """Ctrl-C ends the server and its Node process without an error."""
    assert served.status == 0
    assert "Shutting down..." in served.log
