"""What more than one folder of tests needs: the built site."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from repository import ROOT


@pytest.fixture(scope="session")
def port() -> int:
    """Find a free port: the site must know its address when it is built."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, port: int) -> Path:
    """Build the whole site as `make build` does, once."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder]
    settings = {"NO_MKDOCS_2_WARNING": "1", "BPDOCS_SITE_URL": f"http://127.0.0.1:{port}/"}
    subprocess.run(command, cwd=ROOT, env=os.environ | settings, check=True)
    return folder
