"""The reader's Python: variables by page, cells that stop at the first failure, results as JSON."""

import json
import sys

import pytest

from bpdocs.examples.reader import read_page
from bpdocs.examples.runner import run_example
from bpdocs.examples.session import Session


def run(session, source, page="a", cell="cell-1", write=lambda *_: None):
    """Run a pycon block, or plain source as an edited cell, and return the results."""
    if source.startswith(">>>"):
        examples = read_page(f"```pycon\n{source}\n```\n", "p.md").cells[0].as_json()
    else:
        examples = [{"source": source, "line": 1, "printed": "", "error": None}]
    return json.loads(session.run_cell(page, cell, json.dumps(examples), write))


def test_result_has_all_fields():
    """A result is what came of the example, and whether it is the same as printed."""
    assert run(Session(), ">>> 1 + 1\n2") == [
        {
            "printed": "2\n",
            "error": None,
            "traceback": None,
            "stopped": False,
            "place": None,
            "rich": [],
            "dropped": 0,
            "streams": [["result", 2]],
            "same": True,
        }
    ]


def test_names_of_the_page_are_completed():
    """The editor gets the variables of its own page, and what its source imports."""
    session = Session()
    run(session, "momentum = 1\n", page="a")
    assert json.loads(session.inspect("a", "complete", "mom", ""))[0]["label"] == "momentum"
    assert json.loads(session.inspect("b", "complete", "mom", "")) == []
    source = "from bpdocs import Network"
    assert (
        json.loads(session.inspect("b", "complete", "Network.fr", source))[0]["type"] == "function"
    )


def test_names_are_described():
    """The editor gets what a name means, or null."""
    assert json.loads(Session().inspect("a", "describe", "len", ""))["signature"].startswith("len(")
    assert json.loads(Session().inspect("a", "describe", "unknown", "")) is None


def test_result_says_when_it_differs():
    """An example that prints something else is not the same."""
    assert [result["same"] for result in run(Session(), ">>> 1 + 1\n3\n>>> 2\n2")] == [False, True]


def test_cells_of_a_page_share_variables():
    """A cell sees the variables of the cells before it."""
    session = Session()
    run(session, "x = 2\n", cell="one")
    assert run(session, "x\n", cell="two")[0]["printed"] == "2\n"


def test_pages_do_not_share_variables():
    """A page does not see the variables of another."""
    session = Session()
    run(session, "x = 2\n", page="a")
    assert run(session, "x\n", page="b")[0]["error"] == "NameError: name 'x' is not defined\n"


def test_page_keeps_its_variables():
    """A page that is visited again has its variables."""
    session = Session()
    run(session, "x = 2\n", page="a")
    run(session, "x = 3\n", page="b")
    assert run(session, "x\n", page="a")[0]["printed"] == "2\n"


def test_forgotten_page_starts_anew():
    """Forgetting a page drops its variables."""
    session = Session()
    run(session, "x = 2\n")
    session.forget("a")
    assert run(session, "x\n")[0]["error"] == "NameError: name 'x' is not defined\n"


def test_forgetting_leaves_other_pages():
    """Forgetting a page leaves the others."""
    session = Session()
    run(session, "x = 2\n", page="b")
    session.forget("a")
    assert run(session, "x\n", page="b")[0]["printed"] == "2\n"


def test_sessions_are_apart():
    """Two sessions share nothing."""
    run(Session(), "x = 2\n")
    assert run(Session(), "x\n")[0]["error"] == "NameError: name 'x' is not defined\n"


def test_last_value_stays_on_its_page():
    """The last value of a page, _, is not seen from another."""
    session = Session()
    run(session, "41\n", page="a")
    assert run(session, "_\n", page="b")[0]["error"] == "NameError: name '_' is not defined\n"


@pytest.mark.parametrize("failing", ["1 / 0", "raise SystemExit", "1 +"])
def test_cell_stops_at_the_first_failure(failing):
    """After an exception that the page does not print no example runs."""
    session = Session()
    results = run(session, f">>> x = 1\n>>> {failing}\n>>> x = 2")
    assert [result["same"] for result in results] == [True, False]
    assert run(session, "x\n")[0]["printed"] == "1\n"


def test_cell_stops_when_it_is_stopped():
    """After an interrupt no example runs."""
    results = run(Session(), ">>> raise KeyboardInterrupt\n>>> 1\n1")
    assert [result["stopped"] for result in results] == [True]


def test_expected_exception_does_not_stop():
    """After an exception that the page prints the cell goes on."""
    text = ">>> 1 / 0\nTraceback (most recent call last):\nZeroDivisionError: division by zero"
    assert [result["same"] for result in run(Session(), f"{text}\n>>> 1\n1")] == [True, True]


def test_other_result_does_not_stop():
    """A result that differs from the page, without an exception, does not stop the cell."""
    assert len(run(Session(), ">>> 1\n2\n>>> 3\n3")) == 2


def test_edited_cell_is_one_example():
    """Several statements of an edited cell run as one example, and print their values."""
    assert [result["printed"] for result in run(Session(), "x = 1\nx\nx + 1\n")] == ["1\n2\n"]


def test_writes_are_passed_on():
    """The callback receives what is printed, with its stream."""
    pieces = []
    run(Session(), "print('a', end='')\n", write=lambda *piece: pieces.append(piece))
    assert [piece for piece in pieces if piece[0]] == [("a", "stdout")]


def test_traceback_shows_the_cell_as_it_is_now():
    """After an edit a traceback shows the new source."""
    session = Session()
    run(session, "a = 1\nb = 2\n1 / 0\n")
    assert "    1 / a\n" not in run(session, "x = 1\n1 / 0\n")[0]["traceback"]


def test_source_is_that_of_the_last_run():
    """After an edit nothing of the old source is left, on no line."""
    session = Session()
    run(session, "a = 1\nb = 2\nc = 3\n")
    source = "def f():\n\n    return 1\nimport inspect\nprint(inspect.getsource(f))\n"
    assert run(session, source)[0]["printed"] == "def f():\n\n    return 1\n\n"


def test_stop_outside_an_example_is_a_stop():
    """An interrupt that comes between two examples is an outcome, too."""

    def interrupt(frame, event, _):
        if (frame.f_code, event) == (run_example.__code__, "call"):
            raise KeyboardInterrupt

    before = sys.gettrace()
    sys.settrace(interrupt)
    try:
        results = run(Session(), "1\n")
    finally:
        sys.settrace(before)
    assert [(result["printed"], result["stopped"]) for result in results] == [("", True)]


def test_traceback_shows_another_cell_of_the_page():
    """A function of another cell is shown with that cell's id and source."""
    session = Session()
    run(session, "def f():\n    return 1 / 0\n", cell="one")
    traceback = run(session, "f()\n", cell="two")[0]["traceback"]
    assert 'File "<one>", line 2, in f\n    return 1 / 0\n' in traceback


def test_traceback_shows_the_source_of_its_page():
    """A cell of the same id on another page does not change the source in a traceback."""
    session = Session()
    run(session, "def f():\n    return 1 / 0\n", page="a", cell="cell-1")
    run(session, "x = 1\ny = 2\n", page="b", cell="cell-1")
    assert "    return 1 / 0\n" in run(session, "f()\n", page="a", cell="cell-2")[0]["traceback"]


def test_file_is_named_after_the_cell():
    """The file of a cell, which warnings print, is the same on every page and in CPython."""
    source = "(lambda: 0).__code__.co_filename\n"
    assert [run(Session(), source, page)[0]["printed"] for page in "ab"] == ["'<cell-1>'\n"] * 2


def test_results_are_json_text():
    """Text that is no ASCII, lone surrogates included, survives."""
    assert run(Session(), "print('Δ 批 \\udc80')\n")[0]["printed"] == "Δ 批 \udc80\n"
