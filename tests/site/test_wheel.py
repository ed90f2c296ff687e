"""The wheel for the browser against the one that the standard command makes."""

import shutil
import subprocess
import sys
import zipfile

import pytest
from mkdocs.exceptions import PluginError

from bpdocs.site.cache import cache_folder
from bpdocs.site.wheel import build_wheel


def contents(wheel):
    """Return the files of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_wheel_has_the_marker_of_types(root):
    """The project's wheel says that it is typed."""
    assert "bpdocs/py.typed" in contents(build_wheel(root))


def test_wheel_has_every_module(root):
    """Every Python module of the package is in the wheel."""
    modules = {
        path.relative_to(root / "src").as_posix()
        for path in (root / "src/bpdocs").rglob("*.py")
        if "node_modules" not in path.parts
    }
    assert modules == {name for name in contents(build_wheel(root)) if name.endswith(".py")}


def test_wheel_has_no_npm_packages(root):
    """What npm installed beside the front end stays out of the wheel."""
    assert not [name for name in contents(build_wheel(root)) if "node_modules" in name]


def test_same_sources_same_bytes(clone, tmp_path, monkeypatch):
    """Two clones give byte for byte the same wheel, in a folder of the same name."""
    clones = [clone, shutil.copytree(clone, tmp_path / "elsewhere" / "other")]
    made = set()
    for number, project in enumerate(clones):
        monkeypatch.setenv("BPDOCS_CACHE", str(tmp_path / str(number)))
        wheel = build_wheel(project)
        made.add((wheel.relative_to(cache_folder()), wheel.read_bytes()))
    assert len(made) == 1


def test_wheel_is_that_of_the_standard_command(clone, cache, tmp_path):
    """`python -m build` makes the same wheel, byte for byte."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path]
    subprocess.run(command, cwd=clone, check=True, capture_output=True)
    (standard,) = tmp_path.glob("*.whl")
    ours = build_wheel(clone)
    assert (ours.name, ours.read_bytes()) == (standard.name, standard.read_bytes())


def write_small(project):
    """Write a project of one module, which builds faster than ours."""
    (project / "src/bpdocs").mkdir(parents=True)
    (project / "src/bpdocs/__init__.py").write_text('"""A module."""\n', encoding="utf-8")
    (project / "src/bpdocs/old.py").touch()
    metadata = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
    metadata += '[project]\nname = "bpdocs"\nversion = "0.0.1"\n'
    (project / "pyproject.toml").write_text(metadata, encoding="utf-8")
    for name in ("README.md", "LICENSE"):
        (project / name).write_text("text\n", encoding="utf-8")


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Return a folder with a small project and the cache that holds its wheel."""
    folder = tmp_path_factory.mktemp("built")
    write_small(folder / "node_modules" / "project")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BPDOCS_CACHE", str(folder / "cache"))
        build_wheel(folder / "node_modules" / "project")
    return folder


@pytest.fixture
def small(built, tmp_path, cache):
    """Return a small project whose wheel is in the cache; it stands in a folder node_modules."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    return tmp_path / "node_modules" / "project"


def wheels(cache):
    """Return the folders of all wheels that were made."""
    return sorted((cache / "wheel").iterdir())


def test_wheel_is_made_once(small, cache):
    """Unchanged sources do not start the build a second time, wherever the project stands."""
    build_wheel(small)
    assert len(wheels(cache)) == 1


@pytest.mark.parametrize("name", ["pyproject.toml", "README.md", "LICENSE"])
def test_changed_metadata_give_another_folder(small, cache, name):
    """Whatever else the wheel holds changes, a new wheel stands in another folder."""
    with (small / name).open("a", encoding="utf-8") as file:
        file.write("# changed\n")
    build_wheel(small)
    assert len(wheels(cache)) == 2


def test_changed_module_gives_another_folder(small, cache):
    """A changed module gives a new wheel, even if a folder above is called node_modules."""
    (small / "src/bpdocs/__init__.py").write_text('"""Changed."""\n', encoding="utf-8")
    assert b"Changed" in contents(build_wheel(small))["bpdocs/__init__.py"]


def test_renamed_module_gives_another_folder(small):
    """A module with another name gives a new wheel, even if a folder above is node_modules."""
    (small / "src/bpdocs/old.py").rename(small / "src/bpdocs/renamed.py")
    assert "bpdocs/renamed.py" in contents(build_wheel(small))


@pytest.mark.parametrize("name", ["__pycache__/a.pyc", "node_modules/package/index.js"])
def test_byproducts_do_not_count(small, cache, name):
    """Bytecode and npm packages beside the sources do not make another wheel."""
    path = small / "src/bpdocs" / name
    path.parent.mkdir(parents=True)
    path.touch()
    build_wheel(small)
    assert len(wheels(cache)) == 1


def test_failed_build_says_what_to_do(small):
    """The error repeats what the build said."""
    (small / "pyproject.toml").write_text("[project]\nname = 1\n", encoding="utf-8")
    with pytest.raises(PluginError, match=r"Correct what 'python -m build' says:\n(.|\n)*name"):
        build_wheel(small)


def test_failed_build_leaves_nothing(small, cache):
    """A failed build leaves the cache as it was."""
    (small / "pyproject.toml").write_text("[project]\nname = 1\n", encoding="utf-8")
    with pytest.raises(PluginError):
        build_wheel(small)
    assert len(list((cache / "wheel").iterdir())) == 1
