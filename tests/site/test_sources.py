"""The files of the browser's Python, fetched from real servers on this machine."""

import hashlib
import itertools
import random
import re
import socket

import pytest
from mkdocs.exceptions import PluginError

from bpdocs.site.sources import RuntimeFile, Source, _open_url, fetch_runtime, read_manifest

DATA = random.Random(7).randbytes(200_000)  # noqa: S311 - not a secret
OTHER = DATA[::-1]


def wanted(name, data=DATA):
    """Return the manifest's entry of a file."""
    return RuntimeFile(name, len(data), hashlib.sha256(data).hexdigest())


def source(loopback, name):
    """Return a source that reads from a folder of the server."""
    return Source(name, lambda file: _open_url(f"{loopback.url}{name}/{file}"))


def refused(_):
    """Open an address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    yield from _open_url(f"http://127.0.0.1:{port}/python.zip")


FAILURES = {
    "not there": ({"status": 404}, "answered 404"),
    "server error": ({"status": 503, "body": DATA}, "answered 503"),
    "wrong bytes": ({"body": OTHER}, f"has the hash {hashlib.sha256(OTHER).hexdigest()}"),
    "empty": ({}, "has the hash e3b0c442"),
    "too short": ({"body": DATA[:-1]}, "has the hash"),
    "too long": ({"body": DATA + b"x"}, "is larger than the 200000 bytes of the manifest"),
    "cut short": (
        {"body": DATA[:-1], "claimed": len(DATA)},
        "cannot be reached (ChunkedEncodingError)",
    ),
}
ALL_FAILURES = pytest.mark.parametrize(("options", "reason"), FAILURES.values(), ids=FAILURES)


def test_file_is_in_the_cache(loopback, cache):
    """A fetched file lies in the cache with the bytes that were served."""
    loopback.serve("one/python.zip", DATA)
    paths = fetch_runtime([wanted("python.zip")], [source(loopback, "one")])
    assert paths["python.zip"].read_bytes() == DATA


def test_first_source_is_enough(loopback, cache):
    """The second source is not asked for what the first one has."""
    loopback.serve("one/python.zip", DATA)
    loopback.serve("two/python.zip", DATA)
    fetch_runtime([wanted("python.zip")], [source(loopback, name) for name in ("one", "two")])
    assert loopback.asked == ["/one/python.zip"]


@ALL_FAILURES
def test_next_source_is_asked(loopback, cache, options, reason):
    """A source that fails is passed over."""
    loopback.serve("one/python.zip", **options)
    loopback.serve("two/python.zip", DATA)
    sources = [source(loopback, name) for name in ("one", "two")]
    paths = fetch_runtime([wanted("python.zip")], sources)
    assert paths["python.zip"].read_bytes() == DATA


def test_refused_connection_is_passed_over(loopback, cache):
    """A source that nobody listens for is passed over."""
    loopback.serve("two/python.zip", DATA)
    sources = [Source("nobody", refused), source(loopback, "two")]
    assert fetch_runtime([wanted("python.zip")], sources)["python.zip"].read_bytes() == DATA


def test_failed_source_is_not_asked_again(loopback, cache):
    """A source that failed for one file is not asked for the next."""
    loopback.serve("one/numpy.whl", OTHER)
    loopback.serve("two/python.zip", DATA)
    loopback.serve("two/numpy.whl", OTHER)
    files = [wanted("python.zip"), wanted("numpy.whl", OTHER)]
    fetch_runtime(files, [source(loopback, name) for name in ("one", "two")])
    assert loopback.asked == ["/one/python.zip", "/two/python.zip", "/two/numpy.whl"]


@ALL_FAILURES
def test_failure_leaves_nothing(loopback, cache, options, reason):
    """After a failure no file is left in the cache, not even a temporary one."""
    loopback.serve("one/python.zip", **options)
    with pytest.raises(PluginError):
        fetch_runtime([wanted("python.zip")], [source(loopback, "one")])
    assert [path for path in cache.rglob("*") if path.is_file()] == []


@ALL_FAILURES
def test_error_says_why(loopback, cache, options, reason):
    """The error says what was wrong with the source's answer."""
    loopback.serve("one/python.zip", **options)
    with pytest.raises(PluginError, match=re.escape(f"one: python.zip: {reason}")) as caught:
        fetch_runtime([wanted("python.zip")], [source(loopback, "one")])
    assert str(caught.value).startswith("bpdocs: the browser's Python could not be fetched. ")


def test_error_names_every_source(loopback, cache):
    """The error has a line for each source that was tried, in their order."""
    sources = [source(loopback, "one"), Source("nobody", refused), source(loopback, "two")]
    with pytest.raises(PluginError) as caught:
        fetch_runtime([wanted("python.zip")], sources)
    tried = str(caught.value).splitlines()[1:]
    assert [line.split(": ")[0].strip() for line in tried] == ["one", "nobody", "two"]


def test_advice_of_the_error_works(loopback, cache):
    """A file that is put where the error says is used."""
    with pytest.raises(PluginError) as caught:
        fetch_runtime([wanted("python.zip")], [source(loopback, "one")])
    advice = re.search(r"or copy python\.zip to (\S+)\. What was tried", str(caught.value))
    path = cache / "runtime" / advice[1].rpartition("/")[2]
    path.write_bytes(DATA)
    assert fetch_runtime([wanted("python.zip")], []) == {"python.zip": path}


def test_endless_answer_is_given_up(cache):
    """A source that never ends is given up when it has sent more than the manifest says."""
    sent = itertools.count()
    endless = Source("endless", lambda _: (bytes(1000 + 0 * next(sent)) for _ in itertools.count()))
    with pytest.raises(PluginError, match="is larger than the 200000 bytes"):
        fetch_runtime([wanted("python.zip")], [endless])
    assert next(sent) == 201


def test_interrupted_download_leaves_nothing(cache):
    """Ctrl-C during a download leaves no temporary file."""

    def interrupted(_):
        yield DATA[:1000]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_runtime([wanted("python.zip")], [Source("interrupted", interrupted)])
    assert list((cache / "runtime").iterdir()) == []


def test_good_file_is_not_fetched_again(loopback, cache):
    """What is in the cache with the right hash costs no request."""
    loopback.serve("one/python.zip", DATA)
    for _ in range(2):
        fetch_runtime([wanted("python.zip")], [source(loopback, "one")])
    assert len(loopback.asked) == 1


@pytest.mark.parametrize("damaged", [OTHER, DATA[:-1], b""], ids=["other", "short", "empty"])
def test_damaged_file_is_fetched_again(loopback, cache, damaged):
    """A file that was damaged in the cache is replaced."""
    loopback.serve("one/python.zip", DATA)
    path = fetch_runtime([wanted("python.zip")], [source(loopback, "one")])["python.zip"]
    path.write_bytes(damaged)
    fetch_runtime([wanted("python.zip")], [source(loopback, "one")])
    assert path.read_bytes() == DATA


def pinned():
    """Return every file of runtime.json."""
    manifest = read_manifest()
    groups = [manifest["files"], manifest["packages"], *manifest["on_import"].values()]
    return list(itertools.chain.from_iterable(groups))


def test_manifest_names_are_unique():
    """No two files of runtime.json have the same name."""
    names = [entry["name"] for entry in pinned()]
    assert len(set(names)) == len(names) > 0


def test_manifest_entries_are_complete():
    """Every file of runtime.json has a plain name, a positive size and a SHA-256."""
    for entry in pinned():
        assert re.fullmatch(r"[\w.-]+", entry["name"])
        assert entry["size"] > 0
        assert re.fullmatch(r"[0-9a-f]{64}", entry["sha256"])


def test_manifest_agrees_on_the_version():
    """The release's address is that of the Pyodide version which runtime.json names."""
    manifest = read_manifest()
    assert manifest["release"] == f"https://cdn.jsdelivr.net/pyodide/v{manifest['pyodide']}/full/"
