"""Values that are more than text, hostile ones too, and output without end."""

import re

import pytest
from playwright.sync_api import expect

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E"
    "rkJggg=="
)


def show(reader, name: str, data: str) -> None:
    """Run a cell whose value has a method for notebooks."""
    reader.open("")
    source = f"class Shown:\n    def _repr_{name}_(self): return {data}\nShown()"
    assert reader.run_source(source) == "done"


def test_html_is_shown(reader) -> None:
    """A table of HTML is a table."""
    show(reader, "html", "'<table><tr><td>1</td></tr></table>'")
    expect(reader.cell().locator(".bp-rich td")).to_have_text("1")


def test_picture_is_shown(reader) -> None:
    """The bytes of a PNG are a picture with a name."""
    show(reader, "png", f"__import__('base64').b64decode('{PIXEL}')")
    picture = reader.cell().locator(".bp-rich img")
    expect(picture).to_have_attribute("alt", "Picture made by the example")
    reader.page.wait_for_function("document.querySelector('.bp-rich img').naturalWidth === 1")


def test_drawing_is_shown(reader) -> None:
    """SVG is drawn."""
    show(reader, "svg", '\'<svg viewBox="0 0 9 9"><circle r="3"/></svg>\'')
    expect(reader.cell().locator(".bp-rich svg circle")).to_have_count(1)


PLOT = "import matplotlib.pyplot as plt\nplt.plot([1, 2, 4])\nplt.show()"


def test_plot_is_shown(reader) -> None:
    """A cell that imports matplotlib loads it, with progress, and its figure is shown."""
    reader.open("")
    reader.run_source("1")
    assert not [url for url in reader.requests if "matplotlib" in url]
    reader.edit(PLOT)
    reader.press("run")
    expect(reader.cell().locator("[data-bp-progress]")).to_contain_text("Loading matplotlib")

    assert reader.wait() == "done"
    expect(reader.cell().locator(".bp-rich img")).to_have_count(1)
    assert reader.run_source("import numpy as np\nnp.ones(2)") == "done"
    expect(reader.cell().locator(".bp-rich img")).to_have_count(0)


def test_package_that_cannot_be_had_is_told(reader, server) -> None:
    """Where matplotlib cannot be fetched the cell says so, and Retry runs it."""
    server.changes["six-1.17.0-py2.py3-none-any.whl"] = lambda _: None
    reader.forgiven = "404"
    reader.open("")
    reader.edit(PLOT)
    reader.press("run")
    expect(reader.cell()).to_contain_text("because the server answered 404", timeout=60_000)
    assert reader.state() == "idle"
    server.changes.clear()
    reader.cell().locator("[data-bp-action=retry]").click()

    assert reader.wait() == "done"
    expect(reader.cell().locator(".bp-rich img")).to_have_count(1)


def test_damaged_package_is_fetched_again(reader, server) -> None:
    """A package that is damaged where it is kept is refused, and Retry fetches it anew."""
    server.changes["six-1.17.0-py2.py3-none-any.whl"] = lambda body: body[:-1]
    reader.open("")
    reader.edit(PLOT)
    reader.press("run")
    expect(reader.cell()).to_contain_text("arrived damaged", timeout=60_000)
    server.changes.clear()
    reader.cell().locator("[data-bp-action=retry]").click()

    assert reader.wait() == "done"


def test_formula_is_shown(reader) -> None:
    """LaTeX is set like the page's formulas."""
    show(reader, "latex", "r'$\\frac{1}{2}$'")
    expect(reader.cell().locator(".bp-rich .katex-html")).to_have_count(1)


def test_formula_that_cannot_be_read_is_told(reader) -> None:
    """Bad LaTeX is a sentence."""
    show(reader, "latex", "r'$\\frac{1}$'")
    expect(reader.cell().locator(".bp-rich")).to_contain_text("This value could not be shown")


def test_matrix_is_a_coloured_table_too(reader) -> None:
    """A small matrix is printed, and can be opened as a table."""
    reader.open("")
    reader.run_source("import numpy as np\nnp.array([[1.0, -2.0]])")
    assert reader.output() == "array([[ 1., -2.]])\n"
    reader.cell().locator(".bp-heat summary").click()
    expect(reader.cell().locator(".bp-heat td")).to_have_text(["1", "-2"])


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("html", "<script>window.harmed=1</script>"),
        ("html", "<img src=x onerror='window.harmed=1'>"),
        ("html", "<img src='https://example.org/a.png'>"),
        ("html", "<iframe srcdoc='<script>parent.harmed=1</script>'></iframe>"),
        ("html", "<a href='javascript:window.harmed=1'>a</a>"),
        (
            "html",
            "<style>* { display: none }</style><link rel=stylesheet href='https://example.org'>",
        ),
        ("html", "<div style='background:url(https://example.org)'>a</div>"),
        ("html", "<div style='position:fixed;inset:0'>a</div>"),
        ("html", "<form action='https://example.org'><button>a</button></form>"),
        ("html", "<p data-bp-action='run' id='proof' class='bp-button'>a</p>"),
        ("html", "<svg><a href='javascript:window.harmed=1'><text>a</text></a></svg>"),
        ("svg", "<svg onload='window.harmed=1'><script>window.harmed=1</script></svg>"),
        ("svg", "<svg><foreignObject><img src=x onerror='window.harmed=1'></foreignObject></svg>"),
        ("svg", "<svg><image href='https://example.org/a.png'/></svg>"),
        ("svg", "<svg><use href='https://example.org/a.svg#b'/></svg>"),
        ("svg", "<svg><style>@import 'https://example.org';</style></svg>"),
        (
            "svg",
            "<svg><rect fill='url(https://example.org/a)' style='fill:url(https://b.org)'/></svg>",
        ),
        ("latex", r"$\href{javascript:window.harmed=1}{a}$"),
        ("latex", r"$\includegraphics{https://example.org/a.png}$"),
    ],
)
def test_hostile_value_does_no_harm(reader, name, data) -> None:
    """No script, no request, no style for the page and no control comes in by a value."""
    show(reader, name, repr(data))
    reader.page.wait_for_timeout(400)
    rich = reader.cell().locator(".bp-rich")

    assert reader.page.evaluate("window.harmed") is None
    harmful = "script, iframe, style, link, form, button, foreignObject, image, [onerror], [onload]"
    assert rich.locator(harmful).count() == 0
    assert rich.locator("[data-bp-action], [id], a[href^=javascript]").count() == 0
    assert not re.search(
        r"example\.org|b\.org|fixed", rich.inner_html().partition("<annotation")[0]
    )
    expect(reader.cell().locator("[data-bp-action=run]")).to_be_visible()


def test_endless_printing_leaves_the_page_alive(reader) -> None:
    """A loop that prints for ever can be stopped, and the page answers meanwhile."""
    reader.open("")
    reader.run_source("1")
    reader.edit("while True: print('x' * 50)")
    reader.press("run")
    reader.wait(states="running")
    reader.page.wait_for_timeout(3000)
    assert reader.page.evaluate("1 + 1") == 2
    reader.press("stop")

    assert reader.wait() == "stopped"
    expect(reader.cell().locator("[data-bp-output]")).to_contain_text("Show all")
    reader.cell().locator("[data-bp-action=show-all]").click()
    expect(reader.cell().locator(".bp-note")).to_contain_text("more characters were not kept")
    assert reader.run_source("'alive'") == "done"


def test_one_long_line_is_cut(reader) -> None:
    """A line of half a million characters is cut too."""
    reader.open("")
    assert reader.run_source("print('x' * 500_000)") == "done"
    assert len(reader.output()) < 110_000


def test_memory_that_runs_out_is_told(reader) -> None:
    """A program that takes all memory ends in an error or a sentence, and the next run works."""
    reader.open("")
    state = reader.run_source("taken = []\nwhile True: taken.append(bytearray(200_000_000))")
    assert state in {"error", "stopped"}
    assert "MemoryError" in reader.output() or "memory" in reader.cell().inner_text()
    reader.page.locator("[data-bp-action=restart]").click()
    assert reader.run_source("'alive'") == "done"
