"""Loopback servers, projects in a temporary folder, and sites that MkDocs really built."""

import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from bs4 import BeautifulSoup
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from bpdocs.site.formulas import FormulaRenderer
from repository import ROOT

RANGE = re.compile(r"bytes=(\d*)-(\d*)")


@dataclass
class Answer:
    """What a loopback server says to a request.

    `claimed` is the Content-Length of a body cut short; of a range it sends what `harm` leaves.
    """

    body: bytes = b""
    status: int = 200
    type: str = "application/octet-stream"
    claimed: int | None = None
    has_ranges: bool = False
    harm: Callable[[bytes], bytes] | None = None
    claimed_of_harmed: int | None = None


@dataclass
class Loopback:
    """A real HTTP server on 127.0.0.1: what it answers, and what it was asked."""

    url: str = ""
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    sent: int = 0

    def serve(self, path: str, body: bytes = b"", **options) -> str:
        """Answer a path from now on; return its address."""
        self.answers[f"/{path}"] = Answer(body, **options)
        return self.url + path


@pytest.fixture
def loopback(monkeypatch) -> Iterator[Loopback]:
    """Start a server, and see that nothing of this machine's settings comes between."""
    for name in list(os.environ):
        if name.startswith("PIP_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_DISABLE_PIP_VERSION_CHECK", "1")
    state = Loopback()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            state.asked.append(self.path)
            answer = state.answers.get(self.path, Answer(status=404))
            body, asked = answer.body, RANGE.fullmatch(self.headers.get("Range", ""))
            if answer.has_ranges and asked:
                size, last = len(body), int(asked[2] or 0)
                first = int(asked[1]) if asked[1] else max(0, size - last)
                end = last + 1 if asked[1] and last else size
                body = body[first:end]
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {first}-{end - 1}/{size}")
            else:
                self.send_response(answer.status)
            claimed = answer.claimed
            # Only members are harmed: what a zip file ends with has a request of its own.
            if answer.harm and asked and asked[1]:
                body, claimed = answer.harm(body), answer.claimed_of_harmed
            self.send_header("Content-Type", answer.type)
            self.send_header("Content-Length", str(claimed or len(body)))
            self.end_headers()
            self.wfile.write(body)
            state.sent += len(body)

        def log_message(self, *_):
            """Print nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_):
            """Print nothing: a client may hang up in the middle of an answer."""

    with Server(("127.0.0.1", 0), Handler) as server:
        state.url = f"http://127.0.0.1:{server.server_port}/"
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield state
        server.shutdown()
        thread.join()


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    """Use an empty cache folder."""
    monkeypatch.setenv("BPDOCS_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the project's folder."""
    return ROOT


@pytest.fixture(scope="session")
def renderer() -> Iterator[FormulaRenderer]:
    """Start KaTeX once."""
    formulas = FormulaRenderer()
    yield formulas
    formulas.close()


def copy_project(target: Path) -> None:
    """Copy what the wheel is made of, as a fresh clone has it."""
    packages = shutil.ignore_patterns("node_modules", "__pycache__")
    shutil.copytree(ROOT / "src", target / "src", ignore=packages)
    for name in (".gitignore", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, target / name)


def write_site(project: Path) -> Path:
    """Write a project with a site of two pages in two languages, and return it."""
    copy_project(project)
    shutil.copytree(Path(__file__).with_name("tiny"), project, dirs_exist_ok=True)
    return project


@pytest.fixture
def clone(tmp_path) -> Path:
    """Return a copy of the project without pages."""
    project = tmp_path / "clone"
    copy_project(project)
    return project


@pytest.fixture
def site_project(tmp_path) -> Path:
    """Return a project with a tiny site, to be changed by the test."""
    return write_site(tmp_path / "project")


@pytest.fixture(scope="session")
def served_project(tmp_path_factory) -> Path:
    """Return a project with a tiny site, to be served and changed."""
    return write_site(tmp_path_factory.mktemp("served") / "project")


@dataclass(frozen=True)
class BuiltSite:
    """A site on disk, the log of its build, and its pages as parsed HTML."""

    project: Path
    folder: Path
    log: str
    status: int
    base: str
    pages: dict[str, BeautifulSoup] = field(default_factory=dict)

    @property
    def html_files(self) -> list[str]:
        """Return the paths of all HTML files, relative to the site's root."""
        return sorted(
            path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*.html")
        )

    @property
    def sources(self) -> dict[str, str]:
        """Return the Markdown of every page, by the path of its HTML file."""
        found = {}
        for folder, language in (("", "en"), ("zh/", "zh")):
            docs = self.project / "docs" / language
            for path in sorted(docs.rglob("*.md")):
                name = path.relative_to(docs).with_suffix("").as_posix()
                below = name if name == "index" else f"{name}/index"
                found[f"{folder}{below}.html"] = path.read_text(encoding="utf-8")
        return found

    def page(self, path: str) -> BeautifulSoup:
        """Return a page, by the path of its HTML file."""
        if path not in self.pages:
            html = (self.folder / path).read_text(encoding="utf-8")
            self.pages[path] = BeautifulSoup(html, "html.parser")
        return self.pages[path]

    def url(self, path: str) -> str:
        """Return the address at which a file is served."""
        return self.base + re.sub(r"(^|/)index\.html$", r"\1", path)


def build_site(project: Path, folder: Path, base: str) -> BuiltSite:
    """Run `mkdocs build --strict` as a user does."""
    result = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=project,
        env=os.environ | {"BPDOCS_SITE_URL": base},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return BuiltSite(project, folder, result.stdout + result.stderr, result.returncode, base)


@pytest.fixture(scope="session")
def tiny_site(tmp_path_factory) -> BuiltSite:
    """Build the tiny site once."""
    project = write_site(tmp_path_factory.mktemp("tiny") / "project")
    return build_site(project, project / "site", "http://127.0.0.1:8000/below/")


@pytest.fixture(scope="session")
def real_site(tmp_path_factory) -> BuiltSite:
    """Build the project's own site once."""
    return build_site(ROOT, tmp_path_factory.mktemp("real"), "https://example.org/docs/")


@pytest.fixture(params=["tiny_site", "real_site"])
def built(request) -> BuiltSite:
    """Return the tiny site, then the project's own."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def run_build(caplog):
    """Return a function that builds a project strictly, in this process, and returns its errors."""

    def run(project: Path) -> str:
        config = load_config(str(project / "mkdocs.yml"), strict=True)
        config.plugins.on_startup(command="build", dirty=False)
        try:
            with caplog.at_level(logging.INFO, "mkdocs"):
                build(config)
        except Abort as error:
            caplog.records.append(logging.makeLogRecord({"levelname": "ERROR", "msg": str(error)}))
        finally:
            config.plugins.on_shutdown()
        errors = [record for record in caplog.records if record.levelname == "ERROR"]
        return "\n".join(record.getMessage() for record in errors)

    return run
