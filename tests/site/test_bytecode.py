"""Archives of bytecode: what is compiled, what is dropped, and that it can be imported."""

import os
import subprocess
import sys
import zipfile
import zipimport
from pathlib import Path

import pytest

from bpdocs.site.bytecode import compile_archive, compile_beside

MODULE = '''
def double(x):
    """Double."""
    return 2 * x


def is_vowel(letter):
    return letter in {"a", "e", "i", "o", "u"}
'''
FILES = {
    "package/__init__.py": "",
    "package/module.py": MODULE,
    "package/latin.py": "# -*- coding: latin-1 -*-\nSIGN = '\xe9'\n",
    "package/broken.py": "def :\n",
    "package/stubs.pyi": "x: int\n",
    "package/data.json": "{}",
    "package/tests/test_module.py": "x = 1\n",
    "package/f2py/rules.py": "x = 1\n",
    "package/include/array.h": "int x;\n",
    "package/lib/libmath.a": "",
    "package/__init__.pxd": "",
    "package/testing.py": "x = 1\n",
    "module.py": "x = 3\n",
}


def write(path, files=FILES, date=(2020, 1, 1, 0, 0, 0)):
    """Write an archive."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.mkdir("package/empty")
        for name, text in files.items():
            data = text.encode("latin-1" if "latin" in name else "utf-8")
            archive.writestr(zipfile.ZipInfo(name, date), data)
    return str(path)


@pytest.fixture
def compiled(tmp_path):
    """Return the path of a compiled archive, and what the compiler counted."""
    target = str(tmp_path / "compiled.zip")
    return target, compile_archive(write(tmp_path / "source.zip"), target)


def names(path):
    """Return the names in an archive."""
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def test_modules_are_bytecode(compiled):
    """Modules become .pyc files in their places; what no reader imports is left out."""
    assert names(compiled[0]) == [
        "package/__init__.pyc",
        "package/module.pyc",
        "package/latin.pyc",
        "package/broken.py",
        "package/data.json",
        "package/testing.pyc",
        "module.pyc",
    ]


def test_compiled_modules_are_counted(compiled):
    """The number of compiled modules is returned."""
    assert compiled[1] == sum(name.endswith(".pyc") for name in names(compiled[0]))


def test_invalid_source_stays(compiled):
    """A file that is no valid Python is kept as it is."""
    with zipfile.ZipFile(compiled[0]) as archive:
        assert archive.read("package/broken.py").decode() == FILES["package/broken.py"]


def test_other_files_stay(compiled):
    """A file that is not Python is kept as it is."""
    with zipfile.ZipFile(compiled[0]) as archive:
        assert archive.read("package/data.json") == b"{}"


@pytest.mark.parametrize(
    ("name", "expression", "value"),
    [
        ("package.module", "double(21)", 42),
        ("package.module", "double.__doc__", "Double."),
        ("package.module", "is_vowel('e')", True),
        ("package.latin", "SIGN", "é"),
        ("module", "x", 3),
    ],
)
def test_modules_can_be_imported(compiled, name, expression, value):
    """What was compiled can be imported from the archive and does what the source says."""
    program = f"import sys; sys.path.insert(0, {compiled[0]!r}); from {name} import *; "
    program += f"assert {expression} == {value!r}; import {name}; print({name}.__file__)"
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.strip().endswith(".pyc")


def test_bytecode_is_not_compared_with_a_source(compiled):
    """The bytecode is marked as hashed and unchecked, for its source is not there."""
    importer = zipimport.zipimporter(compiled[0])
    with zipfile.ZipFile(compiled[0]) as archive:
        flags = archive.read("module.pyc")[4:8]
    assert flags == (1).to_bytes(4, "little")
    assert importer.get_code("module").co_names == ("x",)


def test_archive_is_compressed(compiled):
    """Every member is deflated: the stored form would be larger to load."""
    with zipfile.ZipFile(compiled[0]) as archive:
        assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_DEFLATED}


def unpack(folder, *archives):
    """Unpack archives over each other, and return the folder."""
    for path in archives:
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder)
    return folder


def test_bytecode_beside_the_sources_is_used(tmp_path):
    """Unpacked over its sources bytecode is loaded in their place, and tracebacks show them."""
    sources = {"package/__init__.py": "", "package/module.py": "def fail():\n    1 / 0  # here\n"}
    source, target = write(tmp_path / "source.zip", sources), str(tmp_path / "bytecode.zip")
    assert compile_beside(source, target) == 2
    folder = unpack(tmp_path / "unpacked", source, target)
    module = folder / "package/module.py"
    module.write_text(module.read_text().replace("1 / 0", "0 / 1"), encoding="utf-8")
    command = [sys.executable, "-c", "import package.module as m; m.fail()"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)

    assert "0 / 1  # here" in result.stderr  # the source that is there
    assert "ZeroDivisionError" in result.stderr  # the bytecode that ran


def test_bytecode_beside_leaves_the_builder_of_the_site_out(tmp_path):
    """What builds the site is not compiled: no reader's Python can import it."""
    target = str(tmp_path / "bytecode.zip")
    sources = {"package/__init__.py": "", "package/site/plugin.py": "import mkdocs\n"}
    compile_beside(write(tmp_path / "source.zip", sources), target)

    assert names(target) == [f"package/__pycache__/__init__.{sys.implementation.cache_tag}.pyc"]


def test_dates_do_not_count(tmp_path, compiled):
    """Sources with other dates give the same bytes."""
    other = str(tmp_path / "other.zip")
    compile_archive(write(tmp_path / "later.zip", date=(2030, 2, 2, 2, 2, 2)), other)
    assert Path(other).read_bytes() == Path(compiled[0]).read_bytes()


@pytest.mark.parametrize("seed", ["0", "1", "2"])
def test_hash_seed_does_not_count(tmp_path, compiled, seed):
    """Another process with another hash seed gives the same bytes."""
    other = tmp_path / "other.zip"
    program = "import sys; from bpdocs.site.bytecode import compile_archive as c; c(*sys.argv[1:])"
    command = [sys.executable, "-c", program, tmp_path / "source.zip", other]
    subprocess.run(command, env=os.environ | {"PYTHONHASHSEED": seed}, check=True)
    assert other.read_bytes() == Path(compiled[0]).read_bytes()
