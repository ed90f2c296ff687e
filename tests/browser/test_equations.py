"""Check under an equation: the reader's own Python says whether it holds."""

import re

import pytest
from playwright.sync_api import Browser, expect

from repository import PAGE_PATHS, address, page_name, read

WITH_EQUATIONS = [path for path in PAGE_PATHS if read(path).equations]
GRADIENTS = "derivation/gradients/"


@pytest.mark.parametrize("path", WITH_EQUATIONS, ids=page_name)
def test_every_equation_is_as_it_should_be_in_the_browser(path, reader) -> None:
    """Check ends with "holds", or "fails" where that is meant, in the language of the page."""
    reader.open(address(path))

    for equation in read(path).equations:
        expected = "fails" if equation.fails else "holds"
        assert reader.check(equation.id) == expected, equation.id
        if equation.fails:
            continue
        says = "It holds" if "/en/" in path.as_posix() else "在这样大小的随机网络上成立"
        expect(reader.tools(equation.id).locator("[data-bp-feedback]")).to_contain_text(says)


def choose(reader, equation: str, sizes: str, samples: str) -> str:
    """Check again on other sizes."""
    place = reader.tools(equation)
    place.locator(".bp-sizes").fill(sizes)
    place.locator(".bp-samples").fill(samples)
    return reader.check(equation, "check-again")


def test_reader_chooses_the_sizes(reader) -> None:
    """On other sizes another number of entries is compared: of two layers, 7 and 3 biases."""
    reader.open(GRADIENTS)
    reader.check("bias-gradient")

    assert choose(reader, "bias-gradient", "2, 7, 3", "9") == "holds"
    feedback = reader.tools("bias-gradient").locator("[data-bp-feedback]")
    expect(feedback).to_contain_text("10 numbers agree; both sides are N_l × 1.")


def test_enter_in_a_field_checks_again(reader) -> None:
    """The form can be sent by keyboard."""
    reader.open(GRADIENTS)
    reader.check("bias-gradient")
    place = reader.tools("bias-gradient")
    place.locator(".bp-samples").fill("1")
    place.locator(".bp-sizes").fill("2 4 3")
    place.locator(".bp-sizes").press("Enter")

    assert reader.wait_for_check("bias-gradient") == "holds"
    expect(place.locator("[data-bp-feedback]")).to_contain_text("7 numbers agree")


def test_sizes_that_are_no_network_are_refused(reader) -> None:
    """What is no small network gets a sentence, and the next check works."""
    reader.open(GRADIENTS)
    reader.check("bias-gradient")
    feedback = reader.tools("bias-gradient").locator("[data-bp-feedback]")

    for sizes, samples in (
        ("3", "2"),
        ("", "2"),
        ("3, 0, 2", "2"),
        ("3, 2", "0"),
        ("9999, 2", "2"),
    ):
        assert choose(reader, "bias-gradient", sizes, samples) == "error"
        expect(feedback).to_contain_text("Not checked:")
    assert choose(reader, "bias-gradient", "2, 4, 3", "5") == "holds"


def test_sizes_without_such_a_layer_are_told(reader) -> None:
    """With one layer, what is said of the next one is not false: the reader is told to add some."""
    reader.open("")
    reader.check("four-formulas")

    assert choose(reader, "four-formulas", "3, 2", "4") == "empty"
    feedback = reader.tools("four-formulas").locator("[data-bp-feedback]")
    expect(feedback).to_contain_text("Choose more layers")
    expect(feedback).to_contain_text("2. Nothing was compared.")
    expect(feedback).to_contain_text("3. 6 numbers agree; both sides are N_l × N_{l-1}.")
    assert choose(reader, "four-formulas", "1, 1, 1", "1") == "holds"


@pytest.mark.parametrize(
    ("sizes", "samples", "state", "says"),
    [
        ("1, 1, 1", "1", "holds", "在这样大小的随机网络上成立"),
        ("3, 2", "4", "empty", "请选择更多的层"),
        ("3", "4", "error", "没有检验"),
    ],
)
def test_check_on_any_sizes_is_in_chinese(sizes, samples, state, says, reader) -> None:
    """On a Chinese page every sentence that Check says is Chinese, whatever the sizes."""
    reader.open("zh/")
    reader.check("four-formulas")

    assert choose(reader, "four-formulas", sizes, samples) == state
    feedback = reader.tools("four-formulas").locator("[data-bp-feedback]")
    expect(feedback).to_contain_text(says)
    for sentence in feedback.locator("p").all_text_contents():
        assert re.search(r"[\u4e00-\u9fff]", sentence), sentence
    expect(feedback.locator("[lang]")).to_have_count(0)


def test_check_is_quick_once_python_runs(reader) -> None:
    """The third check of a page takes less than 0.3 s of Python."""
    reader.open(GRADIENTS)
    for equation in ("weight-gradient", "bias-element", "weight-element"):
        reader.check(equation)
    text = reader.tools("weight-element").locator("[data-bp-feedback]").text_content() or ""

    seconds = re.search(r"Checked in (\d+\.\d+) s", text)
    assert seconds
    assert float(seconds[1]) < 0.3


def test_check_leaves_the_cells_variables_alone(reader) -> None:
    """A check runs beside the cells: it neither sees nor changes their variables."""
    reader.open(GRADIENTS)
    before = reader.run(0)
    reader.check("weight-gradient")

    assert (before, reader.run(1)) == ("same", "same")


def test_false_equation_is_told(reader, server) -> None:
    """On a page whose equation was altered Check says that it fails, and which mistake it is."""
    right, wrong = b"(\\\\bm{A}^{l-1})^\\\\mathsf{T}", b"\\\\bm{A}^{l-1}"

    def alter(body: bytes) -> bytes:
        assert right in body
        return body.replace(right, wrong)

    server.changes["gradients/"] = alter
    reader.open(GRADIENTS)

    assert reader.check("weight-gradient") == "fails"
    feedback = reader.tools("weight-gradient").locator("[data-bp-feedback]")
    expect(feedback).to_contain_text("It fails")
    expect(feedback).to_contain_text("transpose")


def test_check_can_be_tried_again(reader, server) -> None:
    """Where Python could not be loaded, Retry stands under the sentence that names it."""
    server.changes["manifest.json"] = lambda _: None
    reader.open("")
    assert reader.check("four-formulas") == "error"
    tools = reader.tools("four-formulas")

    expect(tools).to_contain_text("press Retry")
    expect(reader.page.locator("[role=status]")).to_contain_text("press Retry")
    server.changes.clear()
    assert reader.check("four-formulas", "retry") == "holds"
    expect(tools.locator("[data-bp-action=retry]")).to_have_count(0)


def test_numpy_is_there_without_scripts(browser: Browser, server) -> None:
    """With JavaScript off the lines of NumPy open, and there is no button that does nothing."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(server.url + GRADIENTS)
    place = page.locator("[data-bp-tools=weight-gradient]")
    place.locator("summary").click()

    expect(place.locator("code")).to_be_visible()
    expect(place.locator("code")).to_contain_text("delta @ A_prev.T")
    assert place.locator("button").count() == 0
    context.close()


def test_symbols_tell_their_shapes(reader) -> None:
    """Pointing at a symbol shows its shape."""
    reader.open(GRADIENTS)
    equation = reader.page.locator("[data-bp-equation=weight-gradient]")

    assert "N_{l-1} × M" in equation.locator("[title]").evaluate_all(
        "symbols => symbols.map(symbol => symbol.title)"
    )
