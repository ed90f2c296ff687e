"""The user's cache folder: what is slow to get or to make is kept there under a hash."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import platformdirs


def cache_folder() -> Path:
    """Return the project's folder in the user's cache, or BPDOCS_CACHE if that is set."""
    chosen = os.environ.get("BPDOCS_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("bpdocs"))


def hash_files(files: Iterable[Path], root: Path) -> str:
    """Return one hash of the names and contents of files."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path.relative_to(root).as_posix()}\0{sha256(path)}\n".encode())
    return digest.hexdigest()[:16]


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def make_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """Return `folder`; if it is not there, let `make` fill a new folder that then takes its name.

    A run that is cut short, or two at the same time, never leave a folder half full.
    """
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        make(scratch)
        scratch.chmod(0o755)  # mkdtemp lets nobody else in, and web servers run as somebody else
        try:
            scratch.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return folder
