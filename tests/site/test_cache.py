"""Folders of the cache appear whole or not at all."""

import hashlib
import stat
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest

from bpdocs.site.cache import cache_folder, hash_files, make_once, sha256

# Both makers are at work before either is done: each leaves a mark and waits for the other's.
RACE = """
import sys, time
from pathlib import Path
from bpdocs.site.cache import make_once

target, marks, name, other = Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:]

def make(folder):
    (folder / "first").write_text(name)
    (marks / name).touch()
    end = time.monotonic() + 20
    while not (marks / other).exists() and time.monotonic() < end:
        time.sleep(0.01)
    (folder / "last").write_text(name)

assert make_once(target, make) == target
print((target / "first").read_text(), (target / "last").read_text())
"""


def fill(folder):
    """Make a file."""
    (folder / "file").write_text("content", encoding="utf-8")


def test_folder_is_filled(tmp_path):
    """The maker's files are in the folder that is returned."""
    folder = make_once(tmp_path / "deep" / "hash", fill)
    assert (folder / "file").read_text(encoding="utf-8") == "content"


def test_maker_works_elsewhere(tmp_path):
    """While the maker works the folder is not there yet."""
    seen = []
    make_once(tmp_path / "hash", lambda _: seen.append((tmp_path / "hash").exists()))
    assert seen == [False]


def test_folder_is_made_once(tmp_path):
    """A folder that is there is not made again."""
    calls = []
    for _ in range(2):
        make_once(tmp_path / "hash", calls.append)
    assert len(calls) == 1


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_failure_leaves_nothing(tmp_path, error):
    """A maker that fails, or is interrupted, leaves neither the folder nor a half full one."""

    def fail(folder):
        fill(folder)
        raise error

    with pytest.raises(error):
        make_once(tmp_path / "parent" / "hash", fail)
    assert list((tmp_path / "parent").iterdir()) == []


def test_success_leaves_one_folder(tmp_path):
    """Beside the finished folder nothing is left."""
    make_once(tmp_path / "parent" / "hash", fill)
    assert [path.name for path in (tmp_path / "parent").iterdir()] == ["hash"]


def test_folder_can_be_read_by_all(tmp_path):
    """The folder's mode is 755, so that a web server can read it."""
    mode = make_once(tmp_path / "hash", fill).stat().st_mode
    assert stat.S_IMODE(mode) == 0o755


def test_two_processes_at_once(tmp_path):
    """Two processes that make the same folder both succeed, and it is wholly the work of one."""
    marks = tmp_path / "marks"
    marks.mkdir()
    target = tmp_path / "parent" / "hash"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", RACE, target, marks, *names],
            stdout=subprocess.PIPE,
            text=True,
        )
        for names in (("one", "two"), ("two", "one"))
    ]
    printed = [process.communicate()[0].split() for process in started]
    assert [process.returncode for process in started] == [0, 0]
    assert printed[0] == printed[1]
    assert printed[0][0] == printed[0][1]
    assert list(target.parent.iterdir()) == [target]


def test_unwritable_target_is_an_error(tmp_path):
    """A target that cannot be renamed to is an error, not a missing folder."""
    (tmp_path / "hash").write_text("a file stands in the way", encoding="utf-8")
    with pytest.raises(OSError, match="hash"):
        make_once(tmp_path / "hash", fill)


def test_environment_chooses_the_folder(cache):
    """BPDOCS_CACHE names the cache folder."""
    assert cache_folder() == cache


def test_user_cache_is_the_default(monkeypatch):
    """Without BPDOCS_CACHE the user's cache folder is used."""
    monkeypatch.delenv("BPDOCS_CACHE", raising=False)
    assert cache_folder() == Path(platformdirs.user_cache_dir("bpdocs"))


@pytest.fixture
def files(tmp_path):
    """Return two files."""
    paths = [tmp_path / "a", tmp_path / "b"]
    for path in paths:
        path.write_text(path.name, encoding="utf-8")
    return paths


def test_hash_does_not_depend_on_the_order(tmp_path, files):
    """The hash of files is the same in any order."""
    assert hash_files(files, tmp_path) == hash_files(reversed(files), tmp_path)


def test_hash_depends_on_contents(tmp_path, files):
    """Exchanging the contents of two files gives another hash."""
    before = hash_files(files, tmp_path)
    files[0].write_text("b", encoding="utf-8")
    files[1].write_text("a", encoding="utf-8")
    assert hash_files(files, tmp_path) != before


def test_hash_depends_on_names(tmp_path, files):
    """Another name gives another hash."""
    before = hash_files(files, tmp_path)
    renamed = files[1].rename(tmp_path / "c")
    assert hash_files([files[0], renamed], tmp_path) != before


def test_hash_does_not_depend_on_the_root(tmp_path, files):
    """The same files elsewhere have the same hash."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for path in files:
        (elsewhere / path.name).write_bytes(path.read_bytes())
    assert hash_files(elsewhere.iterdir(), elsewhere) == hash_files(files, tmp_path)


def test_sha256_is_that_of_the_bytes(files):
    """The hash of a file is the SHA-256 of its bytes."""
    assert sha256(files[0]) == hashlib.sha256(b"a").hexdigest()
