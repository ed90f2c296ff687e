"""The folder that the reader's browser loads: Pyodide, a library, our wheel, and a manifest.

The library is one file with Python's standard library, NumPy and Lark as bytecode. What only some
examples import, such as matplotlib, stands there too and is loaded when one does.
"""

import gzip
import hashlib
import io
import itertools
import json
import logging
import os
import shutil
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bpdocs.site.cache import cache_folder, make_once, sha256
from bpdocs.site.node import FRONTEND, run_node
from bpdocs.site.sources import (
    MANIFEST,
    RuntimeFile,
    fetch_runtime,
    package_source,
    read_manifest,
)
from bpdocs.site.wheel import build_wheel

log = logging.getLogger("mkdocs.plugins.bpdocs")

_COMPILER = Path(__file__).with_name("bytecode.py")
_SCRIPT = "compile_runtime.mjs"
_LIBRARY = "library.tar.gz"
_ORDER = {".mjs": 0, ".wasm": 1, ".gz": 2}


@dataclass(frozen=True)
class Runtime:
    """A finished folder, named after a hash of what it is made of: browsers may keep it."""

    folder: Path

    @property
    def path(self) -> str:
        """Where it stands on the site, relative to the site's root."""
        return f"py/{self.folder.name}/"

    @property
    def start_bytes(self) -> int:
        """How many bytes every start loads."""
        manifest = json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))
        return sum(entry["size"] for entry in manifest if entry["on_import"] is None)


def prepare_runtime(project: Path) -> Runtime:
    """Return the folder for the package in `project`, made again only if something changed.

    Parameters
    ----------
    project : Path
        The folder of pyproject.toml.

    Returns
    -------
    Runtime
        With `manifest.json`, which names every other file with its size and hash, and for which
        import it waits, if for any.
    """
    waiting = {
        entry["name"]: package
        for package, entries in read_manifest()["on_import"].items()
        for entry in entries
    }
    python = compiled_python()
    wheel = build_wheel(project)

    def make(folder: Path) -> None:
        packed = [path.name for path in _in_library(python)]
        shutil.copytree(
            python,
            folder,
            copy_function=_link,
            ignore=shutil.ignore_patterns(*packed),
            dirs_exist_ok=True,
        )
        shutil.copyfile(wheel, folder / wheel.name)
        bytecode = folder / _bytecode_of(wheel)
        _compile(python, "compile_beside", {wheel: bytecode})
        _pack({bytecode: _site_packages()}, bytecode.with_suffix(".tar.gz"))
        bytecode.unlink()
        lock = json.dumps(_subset_lock(folder), indent=1)
        (folder / "pyodide-lock.json").write_text(lock, encoding="utf-8")
        entries = [
            {
                "name": path.name,
                "size": path.stat().st_size,
                "sha256": sha256(path),
                "on_import": waiting.get(path.name),
                "inflated": _inflated(path),
            }
            for path in sorted(folder.iterdir(), key=_urgency)
        ]
        (folder / "manifest.json").write_text(json.dumps(entries, indent=1), encoding="utf-8")

    name = _hash_of([Path(__file__), wheel], python.name)
    return Runtime(make_once(cache_folder() / "site" / name, make))


def _urgency(path: Path) -> tuple[int, str]:
    """Return the place of a file: browsers ask for six at once, and scripts are needed first."""
    return _ORDER.get(path.suffix, len(_ORDER)), path.name


def _link(source: str, target: str) -> None:
    """Give a file a second name; a copy would cost 16 MB of cache for every changed source."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def compiled_python() -> Path:
    """Return a folder with Pyodide, its packages and the library; all modules are bytecode."""
    manifest = read_manifest()
    entries = itertools.chain(manifest["files"], *manifest["on_import"].values())
    files = fetch_runtime([RuntimeFile(**entry) for entry in entries])
    for entry in manifest["packages"]:
        project = entry.pop("project")
        files |= fetch_runtime([RuntimeFile(**entry)], [package_source(project)])

    def make(folder: Path) -> None:
        log.info("Compiling the browser's standard library and packages to bytecode ...")
        for name, path in files.items():
            shutil.copyfile(path, folder / name)
        archives = [folder / name for name in files if name.endswith((".zip", ".whl"))]
        _compile(folder, "compile_archive", {path: path for path in archives})
        _pack(_in_library(folder), folder / _LIBRARY)

    name = _hash_of([MANIFEST, _COMPILER, FRONTEND / _SCRIPT, Path(__file__)])
    return make_once(cache_folder() / "python" / name, make)


def _in_library(python: Path) -> dict[Path, str]:
    """Return the archives that every start unpacks, and the folder below which each is."""
    manifest = read_manifest()
    names = [entry["name"] for entry in (*manifest["files"], *manifest["packages"])]
    return {
        python / name: _standard_library() if name.endswith(".zip") else _site_packages()
        for name in names
        if name.endswith((".zip", ".whl"))
    }


def _standard_library() -> str:
    major, minor, _ = read_manifest()["info"]["python"].split(".")
    return f"lib/python{major}.{minor}/"


def _site_packages() -> str:
    return f"{_standard_library()}site-packages/"


def _pack(archives: dict[Path, str], target: Path) -> None:
    """Write the members of archives, each below its folder, into one compressed tar file.

    Browsers inflate it while it arrives, and have all members in place then.
    """
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path, folder in archives.items():
            with zipfile.ZipFile(path) as archive:
                for entry in archive.infolist():
                    member = tarfile.TarInfo(folder + entry.filename)
                    member.size = entry.file_size
                    tar.addfile(member, archive.open(entry))
    target.write_bytes(gzip.compress(packed.getvalue(), 9, mtime=0))


def _inflated(path: Path) -> int | None:
    """Return how many bytes a gzip file holds, as its last four bytes tell."""
    return int.from_bytes(path.read_bytes()[-4:], "little") if path.suffix == ".gz" else None


def _compile(pyodide: Path, function: str, archives: dict[Path, Path]) -> None:
    """Compile archives inside Pyodide, by a function of bytecode.py, into others."""
    lock = json.dumps({"info": read_manifest()["info"], "packages": {}})
    paths = [str(path) for pair in archives.items() for path in pair]
    run_node(_SCRIPT, str(pyodide), lock, str(_COMPILER), function, *paths)


def _subset_lock(folder: Path) -> dict[str, Any]:
    """Return Pyodide's lock file, cut down to what waits for an import.

    What every start needs is unpacked by the worker, without Pyodide's loader.
    """
    packages = {}
    for package, entries in read_manifest()["on_import"].items():
        wheels = {_package(entry["name"]): folder / entry["name"] for entry in entries}
        others = [name for name, _ in wheels if name != package]
        for (name, version), path in wheels.items():
            packages[name] = {
                "name": name,
                "version": version,
                "file_name": path.name,
                "install_dir": "site",
                "sha256": sha256(path),
                "package_type": "package",
                "imports": [name],
                "depends": others if name == package else [],
                "unvendored_tests": False,
            }
    return {"info": read_manifest()["info"], "packages": packages}


def _bytecode_of(wheel: Path) -> str:
    """Return the name of the archive with a wheel's bytecode; the wheel itself stays as it is."""
    name, version = _package(wheel.name)
    return f"{name}_bytecode-{version}.zip"


def _package(wheel: str) -> tuple[str, str]:
    """Return the name and the version of a wheel, by the name of its file."""
    name, version = wheel.split("-")[:2]
    return name.replace("_", "-").lower(), version


def _hash_of(paths: list[Path], *more: str) -> str:
    parts = [sha256(path) for path in paths]
    return hashlib.sha256(" ".join([*parts, *more]).encode()).hexdigest()[:16]
