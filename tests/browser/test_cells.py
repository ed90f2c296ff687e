"""What a cell does: order, state, streaming, Stop, verdicts, editing, and failing to start."""

import re
import time

import pytest
from playwright.sync_api import expect

from repository import ROOT, read

FORWARD = read(ROOT / "docs/en/derivation/forward.md").cells
FINAL = re.compile("same|differs|done|error|stopped")


def test_start_shows_progress(reader) -> None:
    """The first Run shows a progress element and a sentence, and both go when Python is there."""
    reader.open("")
    reader.press("run")
    progress = reader.cell().locator("[data-bp-progress]")

    expect(progress.locator("progress")).to_be_visible()
    expect(progress).to_contain_text(
        re.compile(r"Starting Python: (\d+\.\d of \d+\.\d MB|loading)")
    )
    assert reader.wait() == "same"
    expect(progress).to_have_count(0)


def test_later_cell_runs_the_cells_it_needs(reader) -> None:
    """Run on a later cell runs the cells above first, says so, and ends the same as printed."""
    reader.open("derivation/forward/")

    assert reader.run(2) == "same"
    assert [reader.state(number) for number in range(4)] == ["same", "same", "same", "idle"]
    expect(reader.cell(2)).to_contain_text("Ran the 2 examples above first.")


def test_variables_stay_between_cells(reader) -> None:
    """A cell sees what an earlier, edited cell has left."""
    reader.open("derivation/forward/")

    assert reader.run_source("x = 40\nx", 0) == "done"
    assert reader.output(0) == "40\n"
    assert reader.run_source("x + 2", 1) == "done"
    assert reader.output(1) == "42\n"


def test_running_again_gives_the_same_again(reader) -> None:
    """A cell whose variables it has changed itself is the same as printed when run twice."""
    reader.open("derivation/notation/")

    assert [reader.run(1), reader.run(1), reader.run(0), reader.run(1)] == ["same"] * 4


def test_pages_do_not_share_variables(reader) -> None:
    """A variable of one page is unknown on the next, though Python goes on."""
    reader.open("derivation/forward/")
    reader.run_source("secret = 1", 0)
    starts = reader.starts
    reader.page.locator(".md-footer__link--next").click()
    expect(reader.page.locator("h1")).to_contain_text("Loss")

    assert reader.run_source("secret", 0) == "error"
    assert "NameError: name 'secret' is not defined" in reader.output(0)
    assert reader.starts == starts


def test_output_streams(reader) -> None:
    """What a running cell has printed is on the page before the cell ends."""
    reader.open("")
    reader.run_source("1", 0)
    reader.edit("import time\nprint('early')\ntime.sleep(1)\nprint()\ntime.sleep(30)", 0)
    reader.press("run")

    expect(reader.cell().locator("[data-bp-output]")).to_contain_text("early", timeout=20_000)
    assert reader.state() == "running"
    reader.press("stop")
    assert reader.wait() == "stopped"


@pytest.mark.parametrize(
    "loop",
    [
        "while True:\n    pass",
        "while True:\n    print('x')",
        "import time\ntime.sleep(60)",
        "import numpy as np\nwhile True:\n    np.ones((50, 50)) @ np.ones((50, 50))",
    ],
    ids=["loop", "print", "sleep", "numpy"],
)
def test_soft_stop_keeps_variables(reader, loop: str) -> None:
    """Stop ends a loop within 1.5 seconds and keeps the variables."""
    reader.open("derivation/forward/")
    reader.run_source("kept = 'yes'", 0)
    reader.edit(loop, 1)
    reader.press("run", 1)
    reader.wait(1, "running")
    reader.page.wait_for_timeout(300)
    begun = time.monotonic()
    reader.press("stop", 1)

    assert reader.wait(1) == "stopped"
    assert time.monotonic() - begun < 1.5
    expect(reader.cell(1)).to_contain_text("Variables are kept")
    assert reader.run_source("kept", 2) == "done"
    assert reader.output(2) == "'yes'\n"


@pytest.mark.parametrize("rest", ["while True: pass", "import time; time.sleep(60)"])
def test_print_before_a_long_computation_is_shown(reader, rest) -> None:
    """What was printed just before a long computation does not wait for its end."""
    reader.open("")
    reader.run_source("1")
    reader.edit(f"print('first')\nprint('second')\n{rest}")
    reader.press("run")

    expect(reader.cell().locator("[data-bp-output]")).to_contain_text("second")
    assert reader.state() == "running"
    reader.press("stop")
    assert reader.wait() == "stopped"


def test_hard_stop_starts_python_again(reader) -> None:
    """A cell that swallows Stop is ended with its Python; the cells above run again."""
    reader.open("derivation/forward/")
    reader.run_source("kept = 'yes'\nkept", 0)
    reader.edit(
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass", 1
    )
    reader.press("run", 1)
    reader.wait(1, "running")
    reader.press("stop", 1)

    assert reader.wait(1) == "stopped"
    expect(reader.cell(1)).to_contain_text("the example above ran again", timeout=60_000)
    assert reader.output(0) == "'yes'\n"
    assert reader.run_source("kept + '!'", 1) == "done"
    assert reader.output(1) == "'yes!'\n"
    reader.press("reset", 0)
    reader.press("reset", 1)
    assert reader.run(1) == "same"
    assert reader.state(0) == "same"


def test_stop_while_python_starts(reader) -> None:
    """Stop during the start ends it, leaves the printed result, and Run starts anew."""
    reader.open("")
    reader.press("run")
    reader.press("stop")

    expect(reader.cell()).to_have_attribute("data-bp-state", "idle")
    expect(reader.cell().locator("[data-bp-progress]")).to_have_count(0)
    assert "weight[1]" in reader.output()
    assert reader.run() == "same"


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("0", "0\n"),
        ("False", "False\n"),
        ("''", "''\n"),
        ("None", ""),
        ("print('a', end='')", "a\n"),
    ],
)
def test_values_are_shown_as_at_the_prompt(reader, source: str, printed: str) -> None:
    """A value of 0, False or the empty string is shown; None is not."""
    reader.open("")

    assert reader.run_source(source) == "done"
    assert reader.output() == printed


def test_streams_are_told_apart(reader) -> None:
    """Values, what is printed, warnings and errors each look their own."""
    reader.open("")
    source = "import sys\nprint('é😀')\nprint('w', file=sys.stderr)\n[1]\nprint('b')\n1 / 0"
    assert reader.run_source(source) == "error"
    spans = reader.cell().locator("[data-bp-output] span")

    assert [(span.get_attribute("class"), span.text_content()) for span in spans.all()] == [
        ("bp-stdout", "é😀\n"),
        ("bp-stderr", "w\n"),
        ("bp-result", "[1]\n"),
        ("bp-stdout", "b\n"),
        ("bp-error", "ZeroDivisionError: division by zero\n"),
    ]


def test_an_altered_result_differs(reader, server) -> None:
    """A page that prints another result gets the verdict "differs", with both shown."""
    server.changes["derivation/forward/"] = lambda page: page.replace(b"1.5,  2.5", b"1.5,  9.5")
    reader.open("derivation/forward/")

    assert reader.run(0) == "differs"
    assert reader.output(0) == FORWARD[0].printed
    expect(reader.cell(0).locator(".bp-expected")).to_contain_text("9.5")
    assert reader.run_all() == "3/4"


def test_errors_are_text(reader) -> None:
    """An exception ends in its last line, with the traceback folded under it."""
    reader.open("")

    assert reader.run_source("def f():\n    return 1 / 0\n\nprint('<b>before</b>')\nf()") == "error"
    assert reader.output() == "<b>before</b>\nZeroDivisionError: division by zero\n"
    trace = reader.cell().locator("details")
    expect(trace.locator("pre")).not_to_be_visible()
    trace.locator("summary").click()
    expect(trace).to_contain_text('File "<proof>", line 2, in f')
    expect(trace).to_contain_text("return 1 / 0")


def test_syntax_errors_name_the_line(reader) -> None:
    """A source that cannot be read says so, and where."""
    reader.open("")

    assert reader.run_source("x = 1\ny = = 2") == "error"
    assert reader.output() == "SyntaxError: invalid syntax\n"
    expect(reader.cell()).to_contain_text('File "<proof>", line 2')


def test_a_failing_cell_above_is_named(reader) -> None:
    """If a cell above fails, the cell itself does not run and says why."""
    reader.open("derivation/forward/")
    reader.edit("1 / 0", 0)
    reader.press("run", 2)
    reader.wait(0, "error")

    expect(reader.cell(2)).to_contain_text("An example above did not finish")
    assert reader.state(2) == "idle"
    assert reader.output(2) == FORWARD[2].printed


def test_reset_brings_source_and_result_back(reader) -> None:
    """Reset undoes an edit: the page's source, its printed result, its verdict."""
    reader.open("")
    reader.run_source("1 + 1")
    reader.press("reset")

    assert reader.state() == "idle"
    assert "weight[1]" in reader.output()
    assert reader.run() == "same"


def test_all_edits_can_be_reset(reader) -> None:
    """Reset edits stands in the page bar once a cell is edited, and puts every cell back."""
    reader.open("derivation/forward/")
    reset_edits = reader.page.locator("[data-bp-page] [data-bp-action=reset-edits]")
    expect(reset_edits).to_be_hidden()
    reader.edit("1", 0)
    reader.edit("2", 2)
    reset_edits.click()

    expect(reset_edits).to_be_hidden()
    assert reader.run_all() == "4/4"


def test_language_switch_starts_python_again(reader) -> None:
    """A Python that runs is started again in the other language, before the reader asks."""
    reader.open("derivation/forward/")
    reader.run()
    reader.page.locator(".md-select button[aria-label='Select language']").hover()
    with reader.page.expect_request("**/assets/worker-*.js"):
        reader.page.locator(".md-select__link[hreflang=zh]").click()
    reader.page.wait_for_url("**/zh/**")

    assert reader.run() == "same"
    assert reader.starts == 2


def test_restart_forgets_everything(reader) -> None:
    """After Restart the cells are idle with their printed results, and run from the top."""
    reader.open("derivation/forward/")
    reader.run(1)
    reader.page.locator("[data-bp-action=restart]").click()

    assert [reader.state(number) for number in range(4)] == ["idle"] * 4
    assert reader.output(0) == FORWARD[0].printed
    assert reader.run(1) == "same"


def test_cell_that_waits_for_those_above_says_so(reader) -> None:
    """While the examples above run first, a cell says what it waits for, and Stop ends that."""
    reader.open("derivation/forward/")
    reader.run(0)
    reader.edit("while True: pass", 0)
    reader.press("run", 1)
    reader.wait(0, "running")

    assert reader.state(1) == "starting"
    expect(reader.cell(1)).to_contain_text("Running the examples above first")
    reader.press("stop", 1)
    assert reader.wait(0) == "stopped"
    expect(reader.cell(1)).to_contain_text("An example above did not finish")
    assert reader.state(1) == "idle"


def test_restart_ends_what_runs(reader) -> None:
    """Restart while a cell runs ends it, and runs nothing again by itself."""
    reader.open("derivation/forward/")
    reader.run(0)
    reader.edit("while True: pass", 1)
    reader.press("run", 1)
    reader.wait(1, "running")
    reader.page.locator("[data-bp-action=restart]").click()

    assert reader.wait(1) == "stopped"
    reader.page.wait_for_timeout(1500)
    assert reader.state(0) == "idle"
    assert reader.run_source("1 + 1", 1) == "done"


def test_long_output_is_cut(reader) -> None:
    """A hundred thousand lines leave a page that answers, and a note of how many are not shown."""
    reader.open("")

    assert reader.run_source("for i in range(100_000):\n    print(i)") == "done"
    show_all = reader.cell().locator("[data-bp-action=show-all]")
    expect(show_all).to_have_text("Show all (99000 more lines)")
    show_all.click()
    expect(reader.cell().locator("[data-bp-output]")).to_contain_text("99999")
    assert reader.run_source("'still here'") == "done"


def test_escape_leaves_the_editor(reader) -> None:
    """Ctrl-Enter runs what is edited; Esc leads out of the editor, and Tab goes on from there."""
    reader.open("")
    reader.edit("6 * 7")
    reader.page.keyboard.press("Control+Enter")
    assert reader.wait() == "done"
    reader.page.keyboard.press("Escape")

    assert reader.page.evaluate("document.activeElement.dataset.bpAction") == "run"
    reader.page.keyboard.press("Tab")
    assert reader.page.evaluate("document.activeElement.dataset.bpAction") == "reset"


def test_focus_stays_in_the_cell(reader) -> None:
    """Run pressed by keyboard leaves the focus on Stop while it runs, and on Run afterwards."""
    reader.open("")
    reader.cell().locator("[data-bp-action=run]").focus()
    reader.page.keyboard.press("Enter")

    assert reader.page.evaluate("document.activeElement.dataset.bpAction") == "stop"
    assert reader.wait() == "same"
    assert reader.page.evaluate("document.activeElement.dataset.bpAction") == "run"


def test_python_that_starts_survives_a_move(reader) -> None:
    """A reader who moves on while Python starts finds it started once, on the next page."""
    reader.open("derivation/forward/")
    reader.press("run")
    reader.page.locator(".md-footer__link--next").click()
    expect(reader.page.locator("h1")).to_contain_text("Loss")

    assert reader.run_all() == "3/3"
    assert reader.starts == 1


def test_copy_gives_the_source(reader) -> None:
    """Copy puts the cell's plain source on the clipboard."""
    reader.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.open("derivation/forward/")
    reader.press("copy")

    expect(reader.cell()).to_contain_text("Copied")
    assert reader.page.evaluate("navigator.clipboard.readText()") == FORWARD[0].source


@pytest.mark.parametrize(
    ("file", "change", "sentence"),
    [
        ("pyodide.asm.wasm", lambda _: None, "pyodide.asm.wasm could not be fetched"),
        ("manifest.json", lambda _: None, "manifest.json could not be fetched"),
        ("py3-none-any.whl", lambda body: body[:-1], "py3-none-any.whl arrived damaged"),
        (
            "library.tar.gz",
            lambda body: body[:999] + bytes([body[999] ^ 1]) + body[1000:],
            "library.tar.gz arrived damaged",
        ),
    ],
    ids=["missing", "no manifest", "truncated", "flipped bit"],
)
def test_a_failed_start_says_which_file(reader, server, file, change, sentence) -> None:
    """A start that fails names the file, leaves the printed result, and can be retried."""
    server.changes[file] = change
    reader.forgiven = "404"
    reader.open("")
    reader.press("run")

    expect(reader.cell()).to_contain_text(sentence, timeout=30_000)
    assert reader.state() == "idle"
    assert "weight[1]" in reader.output()
    server.changes.clear()
    assert reader.run() == "same"


def test_interface_speaks_the_language_of_the_page(reader) -> None:
    """The Chinese page has Chinese buttons and verdicts."""
    reader.open("zh/")
    expect(reader.cell().locator("[data-bp-action=run]")).to_have_text("运行")

    assert reader.run() == "same"
    expect(reader.cell()).to_contain_text("与页面一致")


def test_language_switch_keeps_page_and_section(reader) -> None:
    """The switch leads to the same section in the other language, wherever the reader moved."""
    reader.open("derivation/notation/")
    reader.page.locator(".md-footer__link--next").click()
    reader.page.wait_for_url("**/derivation/batch/")
    reader.page.evaluate("location.hash = 'columns'")
    switch = reader.page.locator(".md-select button[aria-label='Select language']")
    switch.hover()
    reader.page.locator(".md-select__link[hreflang=zh]").click()
    reader.page.wait_for_url("**/zh/derivation/batch/#columns")

    expect(reader.page.locator("h1")).to_contain_text("从单个样本到一批样本")


def test_long_run_is_noticed(reader) -> None:
    """After 20 s a cell that still runs says so."""
    reader.open("")
    reader.run_source("1")
    reader.edit("while True: pass")
    reader.press("run")

    expect(reader.cell()).to_contain_text("Still running, for over 20 s.", timeout=25_000)
    reader.press("stop")
    assert reader.wait() == "stopped"


def test_page_can_be_checked(reader) -> None:
    """Check this page runs the page's own examples, edited or not, and lists what came of each."""
    reader.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.open("derivation/forward/")
    reader.edit("x = 1", 0)
    reader.page.locator("[data-bp-action=verify]").click()
    report = reader.page.locator("[data-bp-report]")
    report.wait_for(timeout=60_000)

    expect(report.locator("summary")).to_have_text("4/4 as printed")
    expect(report).to_contain_text(
        re.compile(r"Python 3\.14\.\d+ · numpy 2\.4\.3 · bpdocs 0\.1\.0")
    )
    assert report.locator("tbody tr").count() == len(FORWARD)
    report.locator("[data-bp-action=copy-report]").click()
    expect(report).to_contain_text("Copied")
    assert "same as printed" in reader.page.evaluate("navigator.clipboard.readText()")
    assert reader.typed(0) == "x = 1"


def test_two_tabs_run_apart(reader) -> None:
    """Two tabs of the site each have their own Python."""
    reader.open("")
    reader.run_source("name = 'first'")
    other = reader.page.context.new_page()
    first, reader.page = reader.page, other
    reader.open("derivation/forward/")
    assert reader.run_source("name") == "error"
    reader.page = first
    assert reader.run_source("name", 0) == "error"  # a second run of the cell starts from the top


def test_back_and_forward_keep_the_cells_alive(reader) -> None:
    """Moving back and forward through the visit, with a cell running, leaves pages that run."""
    reader.open("derivation/forward/")
    reader.edit("while True: pass")
    reader.press("run")
    reader.wait(states="running")
    reader.page.locator(".md-footer__link--next").click()
    expect(reader.page.locator("h1")).to_contain_text("Loss")
    assert reader.run() == "same"
    reader.page.go_back()
    expect(reader.page.locator("h1")).to_contain_text("Forward")
    expect(reader.cell()).to_contain_text("This is your edit.")
    reader.press("reset")
    assert reader.run() == "same"
    reader.page.go_forward()
    expect(reader.page.locator("h1")).to_contain_text("Loss")
    assert reader.run() == "same"
