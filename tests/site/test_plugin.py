"""Sites that MkDocs really built: what stands on the pages, in both languages."""

import gzip
import json
import re
import tarfile
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from bpdocs.examples.reader import read_page
from bpdocs.site.cache import sha256
from bpdocs.site.wheel import build_wheel
from repository import ROOT

LANGUAGES = pytest.mark.parametrize("folder", ["", "zh/"], ids=["en", "zh"])
# What a browser fetches by itself when it shows a page.
FETCHED = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "embed": "src",
    "object": "data",
}


def test_strict_build_succeeds(built):
    """`mkdocs build --strict` ends with status 0."""
    assert built.status == 0, built.log


def test_log_has_no_warning(built):
    """The build's log has no line of a warning or an error."""
    assert [line for line in built.log.splitlines() if re.match("WARN|ERROR", line)] == []


def test_every_page_is_built(built):
    """Each Markdown file became a page, and each language has a page for what is not found."""
    assert sorted([*built.sources, "404.html", "zh/404.html"]) == built.html_files


def test_cells_are_those_of_the_reader(built):
    """Every page has the cells that the reader finds in its file, in order, with their examples."""
    for path, text in built.sources.items():
        cells = built.page(path).select("[data-bp-cell]")
        assert [(cell["data-bp-cell"], json.loads(cell["data-bp-examples"])) for cell in cells] == [
            (cell.id, cell.as_json()) for cell in read_page(text, path).cells
        ], path


def test_equations_are_those_of_the_reader(built):
    """Every page has the equations that the reader finds in its file, in order, each rendered."""
    for path, text in built.sources.items():
        equations = built.page(path).select("[data-bp-equation]")
        ids = [equation["data-bp-equation"] for equation in equations]
        assert ids == [equation.id for equation in read_page(text, path).equations], path
        assert all(len(equation.select(".katex-display")) == 1 for equation in equations), path


def test_nothing_is_left_unrendered(built):
    """No page has a formula, a fence or a place that nobody filled."""
    for path in built.html_files:
        html = (built.folder / path).read_text(encoding="utf-8")
        for mark in ("arithmatex", "data-bp-place", r"\(", "```", "katex-error"):
            assert mark not in html, path


def test_ids_are_unique(built):
    """No two elements of a page have the same id."""
    for path in built.html_files:
        ids = [element["id"] for element in built.page(path).select(".md-content [id]")]
        assert len(set(ids)) == len(ids), path


def test_nothing_is_fetched_from_elsewhere(built):
    """Scripts, pictures, styles and frames of every page stand on the site itself."""
    for path in built.html_files:
        page = built.page(path)
        addresses = [tag.get(FETCHED[tag.name]) for tag in page.select(",".join(FETCHED))]
        links = page.select("link[href]:not([rel~=canonical], [rel~=alternate])")
        addresses += [link["href"] for link in links]
        for address in filter(None, addresses):
            assert not urlsplit(address).scheme, f"{path}: {address}"
            assert not urlsplit(address).netloc, f"{path}: {address}"


def file_at(built, url):
    """Return the file that a static server answers an address of the site with."""
    path = built.folder / unquote(urlsplit(url.removeprefix(built.base)).path)
    return path / "index.html" if path.is_dir() else path


def test_own_addresses_lead_somewhere(built):
    """Every link, script, style and picture of every page is a file of the site."""
    missing = []
    for path in built.html_files:
        for tag in built.page(path).select("[href], [src]"):
            address = tag.get("href", tag.get("src"))
            url = urljoin(built.url(path), address)
            # A link in prose may lead elsewhere; what has no scheme must stay on the site.
            if url.startswith(built.base):
                is_right = file_at(built, url).is_file()
            else:
                is_right = bool(urlsplit(address).scheme)
            if not is_right:
                missing.append((path, address))
    assert missing == []


def test_anchors_lead_somewhere(built):
    """A link to a section, a cell or an equation of the site finds its element."""
    for path in built.html_files:
        for link in built.page(path).select(".md-content a[href*='#']"):
            target, _, anchor = urljoin(built.url(path), link["href"]).partition("#")
            if target.startswith(built.base):
                file = file_at(built, target).relative_to(built.folder).as_posix()
                assert built.page(file).find(id=unquote(anchor)), f"{path}: {link['href']}"


def test_runtime_is_named_relative_to_the_page(built):
    """Every page with cells names the one runtime folder, which both languages share."""
    (runtime,) = (built.folder / "py").iterdir()
    for path, text in built.sources.items():
        bars = built.page(path).select("[data-bp-page]")
        assert len(bars) == bool(read_page(text, path).cells), path
        for bar in bars:
            url = urljoin(built.url(path), bar["data-bp-runtime"])
            assert url == f"{built.base}py/{runtime.name}/", path


def test_page_bar_follows_the_title(built):
    """The page's bar stands right after the page's one title."""
    for path, text in built.sources.items():
        page = built.page(path)
        assert len(page.select("h1")) == 1, path
        if read_page(text, path).cells:
            assert page.h1.find_next_sibling().has_attr("data-bp-page"), path


def test_runtime_is_as_its_manifest_says(tiny_site):
    """The manifest names every other file of the runtime with its size and its hash."""
    (runtime,) = (tiny_site.folder / "py").iterdir()
    manifest = json.loads((runtime / "manifest.json").read_text("utf-8"))
    assert {entry["name"]: (entry["size"], entry["sha256"]) for entry in manifest} == {
        path.name: (path.stat().st_size, sha256(path))
        for path in runtime.iterdir()
        if path.name != "manifest.json"
    }


def test_runtime_has_the_packages(tiny_site):
    """Pyodide's lock file names what waits for an import, with the hash of its file, no more."""
    (runtime,) = (tiny_site.folder / "py").iterdir()
    packages = json.loads((runtime / "pyodide-lock.json").read_text("utf-8"))["packages"]
    entries = json.loads((runtime / "manifest.json").read_text("utf-8"))
    assert {entry["file_name"]: entry["sha256"] for entry in packages.values()} == {
        entry["name"]: entry["sha256"] for entry in entries if entry["on_import"]
    }
    assert set(packages["matplotlib"]["depends"]) == set(packages) - {"matplotlib"}


def test_runtime_waits_with_what_few_need(tiny_site):
    """What only matplotlib needs waits for its import; the rest is loaded with every start."""
    (manifest,) = (tiny_site.folder / "py").glob("*/manifest.json")
    entries = json.loads(manifest.read_text("utf-8"))
    waiting = {entry["name"].split("-")[0] for entry in entries if entry["on_import"]}
    assert {"matplotlib", "pillow", "six"} <= waiting
    needed = {entry["name"].split("-")[0] for entry in entries} - waiting
    assert needed == {
        "bpdocs",
        "bpdocs_bytecode",
        "library.tar.gz",
        "pyodide.asm.mjs",
        "pyodide.asm.wasm",
        "pyodide.mjs",
        "pyodide",
    }


def test_library_holds_what_every_start_imports(tiny_site):
    """One file has the standard library, NumPy and Lark as bytecode, and says its size."""
    (path,) = (tiny_site.folder / "py").glob("*/library.tar.gz")
    with tarfile.open(path) as library:
        names = set(library.getnames())
        assert {member.type for member in library} == {tarfile.REGTYPE}
    packages = "lib/python3.14/site-packages"
    assert {
        "lib/python3.14/ast.pyc",
        f"{packages}/numpy/__init__.pyc",
        f"{packages}/lark/lark.pyc",
    } <= names
    assert not [name for name in names if name.endswith(".py")]
    manifest = json.loads((path.parent / "manifest.json").read_text("utf-8"))
    inflated = {entry["name"]: entry["inflated"] for entry in manifest}
    assert inflated["library.tar.gz"] == len(gzip.decompress(path.read_bytes()))
    assert inflated["pyodide.asm.wasm"] is None


def test_runtime_has_the_projects_wheel(tiny_site):
    """The wheel on the site is, byte for byte, the one that is built from the sources."""
    (wheel,) = (tiny_site.folder / "py").glob("*/bpdocs-*.whl")
    assert wheel.read_bytes() == build_wheel(tiny_site.project).read_bytes()


def test_runtime_can_be_read_by_all(tiny_site):
    """A web server that runs as somebody else can read every file of the site."""
    paths = [tiny_site.folder, *tiny_site.folder.rglob("*")]
    needed = {True: 0o005, False: 0o004}
    assert [path for path in paths if ~path.stat().st_mode & needed[path.is_dir()]] == []


@LANGUAGES
def test_inline_formulas_are_rendered(tiny_site, folder):
    """The two formulas in the first paragraph are set in its text."""
    paragraph = tiny_site.page(f"{folder}index.html").select_one("article p")
    assert [math.text for math in paragraph.select("math mrow:first-child")] == ["1<M", "bl"]


@LANGUAGES
def test_marked_formulas_show_their_mark(tiny_site, folder):
    """A marked formula has the name of its mistake beside it, and the mark itself is gone."""
    page = tiny_site.page(f"{folder}index.html")
    beside, under = page.select(".bp-mark")
    assert beside.find_previous_sibling("var")
    assert under.parent["data-bp-tools"] == "lost"
    name = {"": "transpose", "zh/": "转置有误"}[folder]
    assert [mark.text.endswith(name) for mark in (beside, under)] == [True, True]
    assert "fails=" not in page.select_one("article").text


def test_every_marked_formula_of_the_pages_is_shown_so(built):
    """As many marks as a page has stand on it."""
    for path, text in built.sources.items():
        marked = [found for found in read_page(text, path).mathematics if found.fails]
        assert len(built.page(path).select("article .bp-mark")) == len(marked), path


def test_formulas_are_those_of_the_reader(built):
    """Outside docstrings every page has the inline formulas that the reader finds, in order."""
    for path, text in built.sources.items():
        shown = [
            " ".join(formula.select_one("annotation").text.split())
            for formula in built.page(path).select("article var")
            if not formula.find_parent(class_="doc-object")
        ]
        read = [" ".join(formula.latex.split()) for formula in read_page(text, path).formulas]
        assert shown == read, path


@LANGUAGES
def test_cells_stand_where_they_were_written(tiny_site, folder):
    """A cell in a list is inside the list, one in a note inside the note."""
    page = tiny_site.page(f"{folder}index.html")
    assert page.select_one("li [data-bp-cell]")["id"] == "cell-2"
    assert page.select_one(".admonition [data-bp-cell]")["id"] == "cell-3"
    assert page.select_one(".admonition [data-bp-equation]")["id"] == "equation-2"


@LANGUAGES
@pytest.mark.parametrize("page", ["index.html", "second/index.html", "404.html"])
def test_script_and_style_are_named_once(tiny_site, folder, page):
    """Each page names the front end's script, a module, and its style, once."""
    tree = tiny_site.page(folder + page)
    assert len(tree.select("script[type=module][src*='assets/main-']")) == 1
    assert len(tree.select("link[rel=stylesheet][href*='assets/main-']")) == 1


def test_sitemaps_are_those_of_the_languages(built):
    """Each language's sitemap names its pages, every one at its address."""
    for folder in ("", "zh/"):
        text = (built.folder / folder / "sitemap.xml").read_text("utf-8")
        expected = [
            built.url(path) for path in built.sources if path.startswith("zh/") == bool(folder)
        ]
        assert sorted(re.findall("<loc>(.*?)</loc>", text)) == sorted(expected)


def test_real_site_has_cells_in_both_languages(real_site):
    """The counts above compare something: both languages have cells and equations."""
    for language in ("en", "zh"):
        texts = [path.read_text("utf-8") for path in (ROOT / "docs" / language).rglob("*.md")]
        pages = [read_page(text, "page") for text in texts]
        assert sum(len(page.cells) for page in pages) > 10
        assert sum(len(page.equations) for page in pages) > 20
