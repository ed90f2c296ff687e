"""The package index as a source: single members of a wheel by ranges, or the whole wheel by pip."""

import functools
import hashlib
import json
import random
import zipfile
from io import BytesIO

import pytest
from mkdocs.exceptions import PluginError

from bpdocs.site import sources
from bpdocs.site.sources import RuntimeFile, default_sources, fetch_runtime

BYTES = random.Random(11)  # noqa: S311 - not a secret
# Words compress, noise does not: what is damaged breaks the decompression of the one only.
MEMBERS = {"words.txt": " ".join(str(n) for n in range(20_000)).encode()}
MEMBERS |= {f"lib{n}.wasm": BYTES.randbytes(400_000) for n in range(8)}
MEMBERS["pyodide.mjs"] = b"export const version = 1;\n" * 2000
WHEEL = "carrier-1.2-py3-none-any.whl"
JSON = "application/vnd.pypi.simple.v1+json"


@functools.cache
def wheel_bytes():
    """Return a wheel that carries the files, as other people's wheels carry Pyodide."""
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in MEMBERS.items():
            archive.writestr(f"carrier/static/{name}", data)
        info = "carrier-1.2.dist-info"
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: carrier\nVersion: 1.2\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return buffer.getvalue()


def wanted(*names):
    """Return the manifest's entries of members."""
    return [
        RuntimeFile(name, len(MEMBERS[name]), hashlib.sha256(MEMBERS[name]).hexdigest())
        for name in names
    ]


@pytest.fixture
def index(loopback, cache, tmp_path, monkeypatch):
    """Serve an index that pip's settings name, and a release without files."""
    manifest = {
        "release": f"{loopback.url}release/",
        "wheel": {"project": "carrier", "file": WHEEL, "folder": "carrier/static/"},
    }
    path = tmp_path / "runtime.json"
    path.write_text(json.dumps(manifest), encoding="utf-8")
    monkeypatch.setattr(sources, "MANIFEST", path)
    monkeypatch.setenv("PIP_INDEX_URL", f"{loopback.url}simple")
    loopback.serve(f"files/{WHEEL}", wheel_bytes(), has_ranges=True)
    page = f'<html><body><a href="../../files/{WHEEL}">{WHEEL}</a></body></html>'
    loopback.serve("simple/carrier/", page.encode(), type="text/html")
    return loopback


def test_release_comes_first(index):
    """The index is not asked for what Pyodide's release has."""
    index.serve("release/pyodide.mjs", MEMBERS["pyodide.mjs"])
    fetch_runtime(wanted("pyodide.mjs"))
    assert index.asked == ["/release/pyodide.mjs"]


def fetch_by_ranges(index, *names):
    """Return the members, and see that the wheel did not travel whole."""
    paths = fetch_runtime(wanted(*names))
    assert index.sent < len(wheel_bytes()) / 2
    return {name: path.read_bytes() for name, path in paths.items()}


def test_html_index_is_read(index):
    """A member comes out of the wheel that a page of links names."""
    names = ("words.txt", "pyodide.mjs", "lib3.wasm")
    assert fetch_by_ranges(index, *names) == {name: MEMBERS[name] for name in names}


def test_json_index_is_read(index):
    """A member comes out of the wheel that an index in JSON names."""
    listing = {
        "meta": {"api-version": "1.0"},
        "name": "carrier",
        "files": [{"filename": WHEEL, "url": f"{index.url}files/{WHEEL}", "hashes": {}}],
    }
    index.serve("simple/carrier/", json.dumps(listing).encode(), type=JSON)
    assert fetch_by_ranges(index, "lib5.wasm") == {"lib5.wasm": MEMBERS["lib5.wasm"]}


@pytest.fixture
def write_settings(tmp_path, monkeypatch):
    """Return a function that writes pip's configuration file."""

    def write(url):
        settings = tmp_path / "pip.conf"
        settings.write_text(f"[global]\nindex-url = {url}\n", encoding="utf-8")
        monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))

    return write


def test_settings_file_is_read(index, monkeypatch, write_settings):
    """The index of pip's configuration file is used when the environment names none."""
    monkeypatch.delenv("PIP_INDEX_URL")
    write_settings(f"{index.url}simple/")
    assert fetch_by_ranges(index, "lib0.wasm") == {"lib0.wasm": MEMBERS["lib0.wasm"]}


def test_environment_wins(index, write_settings):
    """The index of the environment is used before that of pip's configuration file."""
    write_settings("http://127.0.0.1:9/")  # where nobody answers
    assert fetch_by_ranges(index, "lib0.wasm") == {"lib0.wasm": MEMBERS["lib0.wasm"]}


def test_few_bytes_travel(index):
    """One small member of a wheel of 3 MB costs less than a tenth of it."""
    fetch_runtime(wanted("pyodide.mjs"))
    assert index.sent < len(wheel_bytes()) / 10


def test_index_is_asked_once(index):
    """The index's page and the wheel's directory are read once for all files."""
    fetch_runtime(wanted("lib1.wasm", "lib2.wasm", "lib7.wasm"))
    assert index.asked.count("/simple/carrier/") == 1
    assert index.asked.count(f"/files/{WHEEL}") == 1 + 3


def test_index_without_ranges_gives_the_whole_wheel(index):
    """When the server knows no ranges, pip downloads the wheel and the members come out of it."""
    index.answers[f"/files/{WHEEL}"].has_ranges = False
    paths = fetch_runtime(wanted("lib1.wasm", "lib2.wasm"))
    assert paths["lib2.wasm"].read_bytes() == MEMBERS["lib2.wasm"]


def test_whole_wheel_is_kept(index, cache):
    """The wheel that pip downloaded serves the next files without another request."""
    index.answers[f"/files/{WHEEL}"].has_ranges = False
    fetch_runtime(wanted("lib1.wasm"))
    index.answers.clear()
    paths = fetch_runtime(wanted("lib4.wasm"))
    assert paths["lib4.wasm"].read_bytes() == MEMBERS["lib4.wasm"]


HARM = {
    "damaged": (lambda member: member[:100] + bytes(200) + member[300:], None),
    "short": (lambda member: member[:300], None),
    "hung up": (lambda member: member[:300], 100_000),
}


@pytest.mark.parametrize(("harm", "claimed"), HARM.values(), ids=HARM)
def test_harmed_ranges_are_passed_over(index, harm, claimed):
    """A member that arrives damaged, short or not to its end is taken from the whole wheel."""
    answer = index.answers[f"/files/{WHEEL}"]
    answer.harm, answer.claimed_of_harmed = harm, claimed
    paths = fetch_runtime(wanted("words.txt"))
    assert paths["words.txt"].read_bytes() == MEMBERS["words.txt"]


def test_error_names_the_three_sources(index):
    """Without network the error names Pyodide's release and both ways to the index."""
    index.answers.clear()
    with pytest.raises(PluginError) as caught:
        fetch_runtime(wanted("pyodide.mjs"))
    lines = str(caught.value).splitlines()[1:]
    assert [line.split(": ")[0].strip() for line in lines if line.startswith("  ")][:3] == [
        source.name for source in default_sources()
    ]


def test_unlisted_wheel_is_an_error(index):
    """An index that lists the project without that wheel is passed over with this reason."""
    index.serve("simple/carrier/", b"<html><body></body></html>", type="text/html")
    with pytest.raises(
        PluginError, match=f"by ranges: pyodide.mjs: the index does not list {WHEEL}"
    ):
        fetch_runtime(wanted("pyodide.mjs"))


def test_missing_member_is_an_error(index):
    """A wheel without the file is passed over with this reason, both ways."""
    missing = RuntimeFile("other.mjs", 1, "0" * 64)
    with pytest.raises(PluginError, match=r"(?s)no item named .*the wheel does not contain it"):
        fetch_runtime([missing])
