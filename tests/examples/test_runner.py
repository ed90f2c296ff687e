"""The runner: an example prints what Python's own prompt would print."""

import sys

import pytest

from bpdocs.examples.model import Example, Outcome, Place, Rich
from bpdocs.examples.reader import read_examples
from bpdocs.examples.runner import MAX_PRINTED, new_namespace, run_example


def run(*lines, line=1, **keywords):
    """Run these lines of source as one example in a namespace of its own."""
    source = "".join(f"{text}\n" for text in lines)
    return run_example(Example(source, line), new_namespace(), **keywords)


def run_all(text, cell="cell"):
    """Run the examples of a pycon block in one namespace and return the outcomes."""
    namespace = new_namespace()
    return [run_example(example, namespace, cell) for example in read_examples(text, "p.md")]


# The meaning of the prompt


@pytest.mark.parametrize("value", ["0", "False", "''", "[]", "0.5", "(1, 'a')", "Ellipsis"])
def test_value_is_printed(value):
    """The value of an expression is printed, however empty."""
    assert run(value).printed == f"{value}\n"


def test_none_is_not_printed():
    """An expression that is None prints nothing."""
    assert run("None") == Outcome("")


@pytest.mark.parametrize("statement", ["x = 1", "import math", "def f(): 1", "del __name__"])
def test_statement_prints_nothing(statement):
    """A statement that is no expression prints nothing."""
    assert run(statement) == Outcome("")


def test_every_statement_prints_its_value():
    """Of several statements each expression is printed, in order."""
    assert run("a = 1", "a", "a + 1; a + 2", "None", "a").printed == "1\n2\n3\n1\n"


def test_expressions_in_a_loop_are_printed():
    """An expression inside a loop prints each time, one inside a function does not."""
    assert run("def f():", "    5", "for i in range(2):", "    i", "    f()").printed == "0\n1\n"


def test_string_in_front_is_no_docstring():
    """A string on the first line is an expression like any other."""
    assert run("'a'", "1").printed == "'a'\n1\n"


def test_printing_without_a_newline_ends_the_line():
    """Output that does not end its line is ended, so that results stay apart."""
    assert run("print('a', end='')").printed == "a\n"


def test_printing_nothing_stays_nothing():
    """No newline is added to empty output."""
    assert run("print('', end='')").printed == ""


def test_variables_stay():
    """The next example sees the variables of the one before."""
    assert [outcome.printed for outcome in run_all(">>> x = 2\n>>> x\n")] == ["", "2\n"]


def test_underscore_is_the_last_value():
    """As at the prompt, _ is the value that was printed last."""
    assert run("20 + 1", "_ * 2").printed == "21\n42\n"


def test_name_is_main():
    """An example runs as the main program."""
    assert run("__name__").printed == "'__main__'\n"


def test_namespaces_are_apart():
    """Two new namespaces share no variable."""
    first, second = new_namespace(), new_namespace()
    run_example(Example("x = 1\n", 1), first)
    assert "x" not in second


def test_future_imports_of_the_runner_are_not_inherited():
    """Annotations are evaluated, as they are at a fresh prompt."""
    assert run("def f(x: missing): pass").error == "NameError: name 'missing' is not defined\n"


# Streams


def test_stderr_is_printed_too():
    """Standard error is part of what is printed, in the order of writing."""
    assert run("import sys", "print('a')", "print('b', file=sys.stderr)", "print('c')").printed == (
        "a\nb\nc\n"
    )


def test_writes_are_passed_on():
    """Every piece of text reaches the callback with the name of its stream."""
    pieces = []
    run(
        "import sys",
        "print('a')",
        "n = sys.stderr.write('b')",
        write=lambda text, stream: pieces.append((text, stream)),
    )
    assert [piece for piece in pieces if piece[0]] == [
        ("a", "stdout"),
        ("\n", "stdout"),
        ("b", "stderr"),
    ]


def test_writes_are_passed_on_at_once():
    """Text reaches the callback while the example runs."""
    seen = []
    namespace = new_namespace() | {"seen": seen}
    example = Example("print('a')\nlen(seen) > 0\n", 1)
    outcome = run_example(example, namespace, write=lambda text, _: seen.append(text))
    assert outcome.printed == "a\nTrue\n"


def test_write_returns_the_length():
    """Writing returns the number of characters, as for any stream."""
    assert run("import sys", "sys.stdout.write('abc')").printed == "abc3\n"


def test_streams_are_put_back():
    """After a run, failed or not, standard output and error are what they were."""
    before = sys.stdout, sys.stderr
    run("1 / 0")
    assert (sys.stdout, sys.stderr) == before


def test_display_hook_is_put_back():
    """A display hook that an example sets does not outlive the example."""
    before = sys.displayhook
    run("import sys", "sys.displayhook = print")
    assert sys.displayhook is before


def test_display_hook_of_others_is_not_used(monkeypatch):
    """Values are printed by Python's own hook, whatever the hook outside."""
    monkeypatch.setattr(sys, "displayhook", lambda value: print("other", value))
    assert run("1").printed == "1\n"


# Errors


def test_error_is_one_sentence():
    """An exception is reported by its name and message."""
    assert run("1 / 0").error == "ZeroDivisionError: division by zero\n"


def test_error_keeps_what_was_printed():
    """What was printed before an exception stays."""
    assert run("print('a')", "1 / 0", "print('b')").printed == "a\n"


def test_expected_traceback_is_as_printed():
    """An exception equals the page's traceback if name and message do."""
    text = ">>> 1 / 0\nTraceback (most recent call last):\n  ...\n"
    (example,) = read_examples(f"{text}ZeroDivisionError: division by zero\n", "p.md")
    assert run("1 / 0").is_as_printed(example)


@pytest.mark.parametrize("message", ["ZeroDivisionError: division", "ZeroDivisionError"])
def test_other_message_is_not_as_printed(message):
    """The message of an exception is compared to the letter."""
    assert not run("1 / 0").is_as_printed(Example("1 / 0\n", 1, error=f"{message}\n"))


def test_missing_exception_is_not_as_printed():
    """An example that expects an exception must raise it."""
    assert not run("x = 1").is_as_printed(Example("x = 1\n", 1, error="ValueError\n"))


def test_unexpected_exception_is_not_as_printed():
    """An example that expects nothing must not raise."""
    assert not run("1 / 0").is_as_printed(Example("1 / 0\n", 1))


@pytest.mark.parametrize("printed", ["2", "2 \n", "2\n\n", " 2\n", "2.0\n", ""])
def test_result_is_compared_to_the_letter(printed):
    """No space, newline or digit is forgiven."""
    assert not run("1 + 1").is_as_printed(Example("1 + 1\n", 1, printed))


def test_same_result_is_as_printed():
    """What is printed equals the page to the letter."""
    assert run("1 + 1").is_as_printed(Example("1 + 1\n", 1, "2\n"))


def test_system_exit_is_an_error():
    """SystemExit ends the example and not the runner."""
    assert run("raise SystemExit(3)").error == "SystemExit: 3\n"


def test_exit_code_is_not_needed():
    """`sys.exit()` is an error without a message."""
    assert run("import sys", "sys.exit()").error == "SystemExit\n"


def test_keyboard_interrupt_stops():
    """An interrupt is no error: the outcome says that it was stopped, and keeps the output."""
    assert run("print('a')", "raise KeyboardInterrupt") == Outcome("a\n", stopped=True)


def test_stopped_example_is_not_as_printed():
    """An example that was stopped did not do what its page prints."""
    assert not run("raise KeyboardInterrupt").is_as_printed(Example("x\n", 1))


def test_error_of_a_library_has_its_module():
    """An exception that is not built in is named with its module."""
    error = run("import json", "json.loads('')").error
    assert error.startswith("json.decoder.JSONDecodeError: ")


@pytest.mark.parametrize("value", ["5", "[1]", "None", "b'a'"])
def test_writing_no_text_is_an_error(value):
    """Writing anything but text is a TypeError of the example."""
    error = run("import sys", f"sys.stdout.write({value})").error
    assert error.startswith("TypeError: write() argument must be str, not ")


# Tracebacks


def test_traceback_begins_in_the_cell():
    """A traceback shows the cell, its line and its source, and nothing of the runner."""
    assert run("x = 0", "1 / x", cell="demo").traceback == (
        "Traceback (most recent call last):\n"
        '  File "<demo>", line 2, in <module>\n'
        "    1 / x\n"
        "    ~~^~~\n"
        "ZeroDivisionError: division by zero\n"
    )


def test_traceback_counts_from_the_line_of_the_example():
    """Lines are those of the cell, not of the example."""
    assert 'File "<cell>", line 8, in <module>\n    1 / 0\n' in run("", "1 / 0", line=7).traceback


def test_traceback_shows_earlier_examples():
    """A function of an earlier example is shown with its line and source."""
    text = ">>> def f():\n...     return 1 / 0\n>>> x = 1\n>>> f()\n"
    traceback = run_all(text, "a-cell")[-1].traceback
    assert 'File "<a-cell>", line 4, in <module>\n    f()\n' in traceback
    assert 'File "<a-cell>", line 2, in f\n    return 1 / 0\n' in traceback


def test_traceback_shows_causes():
    """The exception behind an exception is shown as well."""
    traceback = run(
        "try:", "    1 / 0", "except ZeroDivisionError as error:", "    raise ValueError from error"
    ).traceback
    assert traceback.index("line 2, in <module>") < traceback.index("line 4, in <module>")


def test_traceback_of_a_failing_repr_shows_no_runner():
    """A value that cannot be printed shows frames of the cell alone."""
    source = ("class A:", "    def __repr__(self):", "        raise ValueError", "A()")
    assert run(*source).traceback.count("File ") == 2


def test_file_is_named_after_the_cell():
    """The file of an example, which warnings print, has the name that tracebacks show."""
    assert run("(lambda: 0).__code__.co_filename", cell="demo").printed == "'<demo>'\n"


def test_syntax_error_names_its_line():
    """A syntax error is reported with the line of the cell and its source."""
    traceback = run("x = 1", "y = (", line=5, cell="demo").traceback
    assert traceback.startswith('  File "<demo>", line 6\n    y = (\n')


def test_syntax_error_runs_nothing():
    """Source that is no Python is not run up to the error."""
    assert run("print('a')", "1 +").printed == ""


def test_statement_out_of_place_names_its_line():
    """An error that the compiler finds is reported with its line, too."""
    assert run("x = 1", "return x").traceback.startswith('  File "<cell>", line 2\n')


def test_expected_syntax_error_is_as_printed():
    """A syntax error equals the page's traceback if name and message do."""
    text = '>>> 1 +\nTraceback (most recent call last):\n  File "x", line 1\n'
    (example,) = read_examples(f"{text}SyntaxError: invalid syntax\n", "p.md")
    assert run("1 +").is_as_printed(example)


def test_builtins_are_there():
    """A new namespace has the built-in names."""
    assert run("len(str(2**10))").printed == "4\n"


def test_error_has_its_place():
    """An error tells the line and the columns where it happened, as characters."""
    outcome = run("x = 1", "y = 'é', (x / 0)")
    assert outcome.place == Place(2, 10, 2, 15)


def test_place_is_that_of_the_cell():
    """An error inside a library is placed at the call in the cell."""
    outcome = run("import json", "json.loads('{')")
    assert outcome.place == Place(2, 0, 2, 15)


def test_syntax_error_has_its_place():
    """A syntax error is placed where Python points."""
    assert run("a = (1 +").place == Place(1, 4, 1, 4)


def test_rich_values_are_kept_beside_the_text():
    """A value with HTML is printed as text too, so that the verdict does not depend on it."""
    outcome = run(
        "class A:",
        "    def _repr_html_(self): return '<b>a</b>'",
        "    def __repr__(self): return 'a'",
        "A()",
    )
    assert outcome.printed == "a\n"
    assert outcome.rich == (Rich("text/html", "<b>a</b>"),)


def test_endless_output_is_dropped():
    """Beyond a million characters nothing is kept or passed on, and it is counted."""
    written = []
    example = Example("for _ in range(30):\n    print('x' * 99_999)\n", 1)
    outcome = run_example(example, new_namespace(), write=lambda text, _: written.append(text))
    assert len(outcome.printed) == sum(map(len, written)) + (not outcome.printed.endswith("\n"))
    assert MAX_PRINTED <= len(outcome.printed) <= MAX_PRINTED + 1
    assert outcome.dropped == 3_000_000 - MAX_PRINTED


def test_streams_are_told_apart():
    """What was printed, warned or shown as a value keeps its stream, character by character."""
    outcome = run("import sys", "print('a'); print('b', file=sys.stderr)\n7", "print('c', end='')")
    assert outcome.printed == "a\nb\n7\nc\n"
    assert outcome.streams == (("stdout", 2), ("stderr", 2), ("result", 2), ("stdout", 2))


def test_streams_cover_what_is_kept():
    """The runs add up to the text, also where it was cut."""
    outcome = run("print('x' * 999_999)\n'y' * 9")
    assert sum(size for _, size in outcome.streams) == len(outcome.printed)


def test_builtins_come_back():
    """A program that takes `print` away harms itself only until variables are dropped."""
    assert "TypeError" in run("import builtins; builtins.print = None", "1").error
    assert run("1").printed == "1\n"
