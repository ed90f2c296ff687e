"""The front end as TypeScript and esbuild see it."""

import gzip
import json
import re
import shutil
import subprocess

import pytest

from bpdocs.site import assets, node
from bpdocs.site.assets import build_assets
from bpdocs.site.node import FRONTEND, NODE, install_packages
from bpdocs.site.quantities import QUANTITIES

HASHED = re.compile(r"[\w.-]+-[A-Z0-9]{8}\.(js|css|woff2)(\.LEGAL\.txt)?")
# Addresses that are names and are never fetched, and those in comments on licences.
NAMES = re.compile(r"https?://www\.w3\.org/(1998/Math/MathML|1999/xlink|1999/xhtml|2000/svg)")


@pytest.fixture(scope="module")
def built():
    """Return the bundled front end."""
    return build_assets()


def text(built, suffix):
    """Return all files of a kind as one text."""
    return "".join(path.read_text("utf-8") for path in built.files if path.suffix == suffix)


def test_types_are_right():
    """TypeScript finds nothing wrong."""
    install_packages()
    compiler = FRONTEND / "node_modules" / "typescript" / "bin" / "tsc"
    result = subprocess.run(
        [NODE, compiler, "--noEmit"], cwd=FRONTEND, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (0, "")


@pytest.mark.parametrize("option", ["strict", "noUncheckedIndexedAccess"])
def test_typescript_is_strict(option):
    """The strict options of TypeScript are on."""
    options = json.loads((FRONTEND / "tsconfig.json").read_text("utf-8"))["compilerOptions"]
    assert options[option] is True


def test_names_are_hashed(built):
    """Every file's name carries a hash, so that browsers may keep it for good."""
    assert [path.name for path in built.files if not HASHED.fullmatch(path.name)] == []


def test_page_files_are_there(built):
    """The script and the style that pages name are among the files."""
    names = {path.name for path in built.files}
    assert {built.script, built.style} <= names
    assert (built.script[-3:], built.style[-4:]) == (".js", ".css")


def test_script_names_the_worker(built):
    """The page's script starts the worker by its hashed name."""
    (worker,) = [path.name for path in built.files if path.name.startswith("worker-")]
    assert worker in (built.folder / built.script).read_text("utf-8")


def test_script_is_small(built):
    """The script of a page, without the worker, is below 15 KB when compressed."""
    assert len(gzip.compress((built.folder / built.script).read_bytes())) < 15_000


def test_fonts_are_woff2(built):
    """KaTeX's fonts come in the one format that every browser with WebAssembly reads."""
    assert {path.suffix for path in built.files} - {".txt"} == {".js", ".css", ".woff2"}


def test_fonts_are_there(built):
    """Every font that the style names is among the files, and the other way round."""
    named = set(re.findall(r'url\("?(?:\./)?([^")]+\.woff2)"?\)', text(built, ".css")))
    assert named == {path.name for path in built.files if path.suffix == ".woff2"}


def test_style_names_no_other_file(built):
    """The style loads fonts of the site and nothing else."""
    urls = re.findall(r"url\(\"?([^\")]*)", text(built, ".css"))
    assert [url for url in urls if not re.fullmatch(r"(\./)?[\w-]+\.woff2|data:.*|", url)] == []
    assert "@import" not in text(built, ".css")


@pytest.mark.parametrize("suffix", [".js", ".css"])
def test_no_address_is_fetched(built, suffix):
    """No script and no style names an address outside the site."""
    assert re.findall(r"https?://[^\s\"'`)]*", NAMES.sub("", text(built, suffix))) == []


def test_source_maps_are_left_out(built):
    """The files do not point to source maps that are not there."""
    assert "sourceMappingURL" not in text(built, ".js") + text(built, ".css")


@pytest.mark.parametrize("quantity", sorted(set(QUANTITIES.values())))
def test_every_quantity_has_a_hue(built, quantity):
    """The style has a rule for each class that is put into formulas."""
    assert re.search(rf"\.bp-q-{quantity}\b[^{{]*\{{[^}}]*color:", text(built, ".css"))


@pytest.fixture
def copied(tmp_path, cache, monkeypatch):
    """Return a copy of the front end that is built instead."""
    copy = tmp_path / "frontend"
    shutil.copytree(FRONTEND, copy, ignore=shutil.ignore_patterns("node_modules"))
    (copy / "node_modules").symlink_to(FRONTEND / "node_modules", target_is_directory=True)
    for module in (assets, node):
        monkeypatch.setattr(module, "FRONTEND", copy)
    return copy


def test_same_sources_same_files(copied, built):
    """The same sources elsewhere give files of the same names."""
    assert [path.name for path in build_assets().files] == [path.name for path in built.files]


def test_changed_worker_changes_the_names(copied, built):
    """A change of the worker gives it another name, and the script that names it too."""
    with (copied / "src/worker.ts").open("a", encoding="utf-8") as file:
        file.write("\nconsole.log('changed');\n")
    changed = build_assets()
    assert changed.script != built.script
    assert changed.style == built.style


def test_wrong_source_is_an_error(copied):
    """The error repeats what esbuild says, with the file and the line."""
    with (copied / "src/main.ts").open("a", encoding="utf-8") as file:
        file.write("\nconst = 1;\n")
    with pytest.raises(node.PluginError, match=r"build\.mjs failed(.|\n)*src/main\.ts:\d+"):
        build_assets()
