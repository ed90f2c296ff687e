"""What the benchmark of the browser serves: our site, the other systems, and files of CDNs."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bpdocs.site.cache import sha256
from bpdocs.site.node import install_packages
from bpdocs.site.runtime import compiled_python
from bpdocs.site.sources import RuntimeFile, fetch_runtime, read_manifest

ROOT = Path(__file__).parents[1]
SOURCES = Path(__file__).with_name("browser")
PACKAGES = SOURCES / "node_modules"
BUILT = ROOT / "build" / "bench-browser"
# The Python environment of the benchmarks; what is in it is in nobody's way.
OTHERS = ROOT / ".venv-bench" / ("Scripts" if os.name == "nt" else "bin") / "python"

# What both others install packages with; the file that Pyodide's own lock file names.
MICROPIP = RuntimeFile(
    "micropip-0.11.1-py3-none-any.whl",
    115486,
    "668cd1270f480ac9f93da4a2b4873a252743e4ad3da723d37a7e4c637c4f2314",
)
# The hosts that the page of markdown-exec asks, and where their files are served instead.
CDNS = {"https://cdn.jsdelivr.net/": "/jsdelivr/", "https://cdnjs.cloudflare.com/": "/cdnjs/"}
RELEASE = f"/jsdelivr/pyodide/v{read_manifest()['pyodide']}/full/"


def prepare_sites(url: str) -> dict[str, Path]:
    """Build all sites for the server at `url`; return the folder behind each path."""
    install_packages(SOURCES)
    shutil.rmtree(BUILT, ignore_errors=True)
    pyodide = _stock_pyodide(BUILT / "pyodide")
    compiled = compiled_python()
    return {
        "/ours/": _our_site(f"{url}ours/"),
        "/markdown-exec/": _site_of_markdown_exec(f"{url}markdown-exec/"),
        "/pyscript/": SOURCES / "pages" / "pyscript",
        "/bare/": SOURCES / "pages" / "bare",
        "/pyodide/": pyodide,
        "/compiled-library/": _compiled(
            compiled, pyodide, BUILT / "library", ["python_stdlib.zip"]
        ),
        "/compiled/": _compiled(
            compiled, pyodide, BUILT / "all", ["python_stdlib.zip", _numpy(compiled).name]
        ),
        "/pyscript-core/": PACKAGES / "@pyscript" / "core" / "dist",
        RELEASE: pyodide,
        "/jsdelivr/npm/highlightjs-themes@1.0.0/": PACKAGES / "highlightjs-themes",
        "/cdnjs/ajax/libs/ace/1.16.0/": PACKAGES / "ace-builds" / "src-min-noconflict",
        "/cdnjs/ajax/libs/highlight.js/11.7.0/": PACKAGES / "@highlightjs" / "cdn-assets",
    }


def version_of(package: str) -> str:
    """Return the version of an npm package."""
    return str(json.loads((PACKAGES / package / "package.json").read_text("utf-8"))["version"])


def _stock_pyodide(folder: Path) -> Path:
    """Make a folder of Pyodide's release, as far as the cell needs it."""
    folder.mkdir(parents=True)
    for name in ("pyodide.js", "pyodide-lock.json"):
        shutil.copyfile(PACKAGES / "pyodide" / name, folder / name)
    files = [RuntimeFile(**entry) for entry in read_manifest()["files"]]
    for name, path in fetch_runtime([*files, MICROPIP]).items():
        shutil.copyfile(path, folder / name)
    return folder


def _compiled(compiled: Path, pyodide: Path, folder: Path, names: list[str]) -> Path:
    """Make a folder like Pyodide's, in which some archives are those of our site."""
    shutil.copytree(pyodide, folder)
    for name in names:
        shutil.copyfile(compiled / name, folder / name)
    lock = json.loads((folder / "pyodide-lock.json").read_text("utf-8"))
    numpy = _numpy(compiled)
    if numpy.name in names:
        lock["packages"]["numpy"]["sha256"] = sha256(numpy)
    (folder / "pyodide-lock.json").write_text(json.dumps(lock), "utf-8")
    return folder


def _numpy(compiled: Path) -> Path:
    return next(compiled.glob("numpy-*.whl"))


def _our_site(url: str) -> Path:
    """Build a site of three pages with the plugin, and the package as it is now."""
    project = BUILT / "project"
    shutil.copytree(SOURCES / "pages" / "ours", project)
    docs = project / "docs"
    for language in ("en", "zh"):
        (docs / language).mkdir()
        for page in docs.glob("*.md"):
            shutil.copyfile(page, docs / language / page.name)
    ignore = shutil.ignore_patterns("node_modules", "__pycache__")
    shutil.copytree(ROOT / "src", project / "src", ignore=ignore)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(ROOT / name, project / name)
    return _build(Path(sys.executable), project, BUILT / "ours", url)


def _site_of_markdown_exec(url: str) -> Path:
    """Build its page; what it asks CDNs for, it then asks this machine for."""
    site = _build(OTHERS, SOURCES / "pages" / "markdown-exec", BUILT / "markdown-exec", url)
    for path in site.rglob("*"):
        if path.suffix in {".html", ".css", ".js"}:
            text = path.read_text("utf-8")
            for host, here in CDNS.items():
                text = text.replace(host, here)
            path.write_text(text, "utf-8")
    return site


def _build(python: Path, project: Path, site: Path, url: str) -> Path:
    command = [python, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", site]
    environment = os.environ | {"BENCH_SITE_URL": url, "NO_MKDOCS_2_WARNING": "1"}
    subprocess.run(command, cwd=project, env=environment, check=True)
    return site
