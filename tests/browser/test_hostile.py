"""Programs that do what they should not: each ends in a state, and the next run works."""

import pytest

# Pyodide tells the console of its own death; the reader has a sentence.
OF_A_CRASH = r"fatal error|no longer be used|Aborted|pyodide\.asm\.mjs|stack|RuntimeError"
CASES = {
    "recursion": ("def f(): return f()\nf()", "error", "RecursionError"),
    "deep repr": ("x = []\nfor _ in range(100_000): x = [x]\nx", "error|stopped", ""),
    "no recursion limit": (
        "import sys\nsys.setrecursionlimit(10**9)\ndef f(): return f()\nf()",
        "error|stopped",
        "",
    ),
    "exit": ("exit()", "error", "SystemExit"),
    "quit": ("raise SystemExit(0)", "error", "SystemExit"),
    "os exit": ("import os\nos._exit(3)", "stopped", ""),
    "abort": ("import os\nos.abort()", "stopped", ""),
    "input": ("input('name? ')", "error", "EOFError: EOF when reading a line"),
    "breakpoint": ("breakpoint()", "error", "SystemExit"),
    "help": ("help()", "done", ""),
    "help of a name": ("help(len)", "done", "Return the number of items"),
    "print is gone": ("import builtins\nbuiltins.print = None\n1", "done|error", ""),
    "stdout is gone": ("import sys\nsys.stdout = None\nprint(1)\n2", "done|error", ""),
    "stdout is closed": ("import sys\nsys.stdout.close()\nprint(1)", "done|error", ""),
    "no builtins": ("__builtins__ = {}\n1", "done|error", ""),
    "json is gone": ("import json\njson.dumps = None", "done|stopped", ""),
    "surrogate": ("print('\\ud800')", "done|error", ""),
    "null": ("print('a\\0b')", "done", ""),
    "bad repr": ("class A:\n    __repr__ = lambda self: 1 / 0\nA()", "error", "ZeroDivisionError"),
    "number as repr": ("class A:\n    __repr__ = lambda self: 1\nA()", "error", "TypeError"),
    "bad html": ("class A:\n    _repr_html_ = lambda self: 1 / 0\nA()", "error", "ZeroDivision"),
    "long repr": ("'x' * 10**8", "done|error|stopped", ""),
    "thread": ("import threading\nthreading.Thread(target=print).start()", "done|error", ""),
    "process": ("import subprocess\nsubprocess.run(['ls'])", "error", ""),
    "await": ("import asyncio\nawait asyncio.sleep(0)", "error", "SyntaxError"),
    "asyncio": ("import asyncio\nasyncio.run(asyncio.sleep(0))", "done|error", ""),
    "missing module": ("import pandas", "error", "ModuleNotFoundError"),
    "own interrupt": ("raise KeyboardInterrupt", "stopped", ""),
    "other traceback": ("import sys\nsys.tracebacklimit = 0\n1 / 0", "error", "ZeroDivisionError"),
    "display hook": ("import sys\nsys.displayhook = None\n1\n2", "done|error", ""),
    "forged": (
        "import js\nfrom pyodide.ffi import to_js\n"
        "for run in range(9):\n"
        "    reply = {'kind': 'finished', 'run': run, 'results': None}\n"
        "    js.postMessage(to_js(reply, dict_converter=js.Object.fromEntries))",
        "done",
        "",
    ),
    "nonsense": (
        "import js\njs.postMessage('hello')\njs.postMessage(None)",
        "done",
        "",
    ),
}


@pytest.mark.parametrize(("source", "states", "text"), CASES.values(), ids=CASES)
def test_hostile_program_ends(reader, source, states, text) -> None:
    """The cell ends in a state, says what happened, and the page's own example runs after it."""
    reader.forgiven = OF_A_CRASH
    reader.open("derivation/forward/")
    state = reader.run_source(source, 1)
    assert state in states.split("|")
    assert text in reader.output(1)
    reader.press("reset", 1)
    assert reader.run(1) == "same"
