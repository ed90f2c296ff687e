"""Byte-compile the Python sources of archives; run by Pyodide in Node, so the bytecode fits it.

Without this every start of Python in the browser would compile its standard library anew.
"""

import importlib.util
import sys
import zipfile

# The importer's own function: nothing public writes bytecode that is not checked against a source.
from importlib._bootstrap_external import _code_to_hash_pyc as _to_bytecode  # type: ignore

# What no reader imports: tests, stubs of types, and what only compilers of other languages read.
_FOLDERS = ("/tests/", "/f2py/")
_UNUSED = (".pyi", ".pxd", ".h", ".a")


def compile_archive(source: str, target: str) -> int:
    """Write a copy of a zip file in which every module is a .pyc file; return how many are.

    Parameters
    ----------
    source, target : str
        Paths of the archives.

    Returns
    -------
    int
        Number of compiled modules. A file that is no valid Python stays as it is.
    """
    compiled = 0
    with (
        zipfile.ZipFile(source) as archive,
        zipfile.ZipFile(target, "w") as out,
    ):
        for entry in archive.infolist():
            name = entry.filename
            if entry.is_dir() or name.endswith(_UNUSED) or any(part in name for part in _FOLDERS):
                continue
            data = archive.read(entry)
            if name.endswith(".py"):
                try:
                    data = _compile(data, name)
                except SyntaxError:
                    pass
                else:
                    name += "c"
                    compiled += 1
            _write(out, name, data)
    return compiled


def compile_beside(source: str, target: str) -> int:
    """Write a zip file with the bytecode alone, where Python looks for it beside the sources.

    Unpacked over the archive, modules load without being compiled, and tracebacks show the source.

    Parameters
    ----------
    source, target : str
        Paths of the archives.

    Returns
    -------
    int
        Number of compiled modules: all but those that build the site.
    """
    compiled = 0
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w") as out:
        for name in archive.namelist():
            folder, _, file = name.rpartition("/")
            if file.endswith(".py") and "/site" not in folder:
                cached = f"{file.removesuffix('.py')}.{sys.implementation.cache_tag}.pyc"
                _write(out, f"{folder}/__pycache__/{cached}", _compile(archive.read(name), name))
                compiled += 1
    return compiled


def _compile(source: bytes, name: str) -> bytes:
    """Return the bytecode, marked as not to be compared with its source: no file changes here."""
    code = compile(source, name, "exec", dont_inherit=True)
    bytecode: bytes = _to_bytecode(code, importlib.util.source_hash(source), False)
    return bytecode


def _write(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    """Add a file with a fixed date: the same sources give the same bytes."""
    entry = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
    archive.writestr(entry, data, zipfile.ZIP_DEFLATED, compresslevel=9)
