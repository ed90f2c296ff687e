"""Byte-compile the Python sources of an archive; run by Pyodide in Node, so the bytecode fits it.

Without this every start of Python in the browser would compile its standard library anew.
"""

import importlib.util
import zipfile

# The importer's own function: nothing public writes bytecode that is not checked against a source.
from importlib._bootstrap_external import _code_to_hash_pyc as _to_bytecode  # type: ignore


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
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as out,
    ):
        for entry in archive.infolist():
            name = entry.filename
            # Tests and type stubs are never imported by a reader.
            if entry.is_dir() or name.endswith(".pyi") or "/tests/" in name:
                continue
            data = archive.read(entry)
            if name.endswith(".py"):
                try:
                    code = compile(data, name, "exec", dont_inherit=True)
                except SyntaxError:
                    pass
                else:
                    # Marked "unchecked": the source is not there to be compared with.
                    data = _to_bytecode(code, importlib.util.source_hash(data), False)
                    name += "c"
                    compiled += 1
            # A fixed date: the same sources give the same bytes.
            out.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return compiled
