"""What the printer writes is read as the same claim, and numbers are written whole."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpdocs.equations import tree as t
from bpdocs.equations.networks.models import MODELS
from bpdocs.equations.pages import check_folder
from bpdocs.equations.printing.latex import Printer, print_number
from bpdocs.equations.reading.display import read_display
from bpdocs.equations.repairs.edits import repairs
from corpus import ENTRIES
from repository import ROOT

CLAIMS = [entry for entry in ENTRIES if entry.status != "unreadable"]
NAMES = MODELS["dense"].names


def _plain(node):
    """Return a tree in which alternatives of which there is one are that one, and 10^-9 1e-9."""
    match node:
        case t.Power(t.Number(10), t.Addition(((-1, t.Number(power)),))):
            return t.Number(float(f"1e-{power}"))
        case t.AllOf((part,)) | t.AnyOf((part,)):
            return _plain(part)
    return node.rebuild(_plain)


def _introduced(display):
    r"""Return the arrays that \in introduces: they are printed by their names."""
    definitions = display.definitions.items()
    return {key: value for key, value in definitions if isinstance(value.meaning, t.Free)}


def _require_same(claims, names, known=None):
    printer = Printer(names)
    for claim in claims:
        printed = printer.claim(claim)
        (again,) = read_display(printed, names, known).claims
        assert _plain(again) == _plain(claim), printed


@pytest.mark.parametrize("entry", CLAIMS, ids=lambda entry: entry.place)
def test_printed_claim_is_read_as_the_same(entry):
    """A claim that is printed as LaTeX and read again is the claim."""
    names = MODELS[entry.model].names
    display = read_display(entry.latex, names)
    _require_same(display.claims, names, _introduced(display))


@pytest.mark.parametrize("code", ["en", "zh"])
def test_printed_claim_of_a_page_is_read_as_the_same(code):
    """The same holds of every equation of the pages, definitions put in."""
    for equation in check_folder(ROOT / "docs" / code):
        names = MODELS[equation.model].names
        _require_same(read_display(equation.latex, names, equation.known).claims, names)


def test_error_of_a_sample_is_printed_as_it_is_written():
    r"""\delta^l_m stays \delta^l_m, and is not M times a column."""
    (claim,) = read_display(r"\bm{\delta}^{l}_{m} = M \bm{\Delta}^{l}_{:,m}", NAMES).claims
    assert Printer(NAMES).of(claim.left) == r"\bm{\delta}^{l}_{m}"
    single = MODELS["single_sample"].names
    (claim,) = read_display(r"\bm{\delta}^{l} = \bm{\Delta}^{l}", single).claims
    assert Printer(single).of(claim.left) == r"\bm{\delta}^{l}"


@pytest.mark.parametrize(
    ("value", "latex"),
    [
        (1234567.0, "1234567"),
        (1234567, "1234567"),
        (0.1, "0.1"),
        (1.0, "1"),
        (1e-12, "10^{-12}"),
        (2.5e20, r"2.5 \times 10^{20}"),
        (12345678901234567890, "12345678901234567890"),
        (0.30000000000000004, "0.30000000000000004"),
    ],
)
def test_number_is_printed_exactly(value, latex):
    """All digits are printed, and a power of ten in LaTeX."""
    assert print_number(value) == latex


@given(st.floats(min_value=0, allow_infinity=False) | st.integers(min_value=0))
def test_printed_number_is_the_number(value):
    """What is printed has the value, to the last digit."""
    mantissa, _, power = print_number(value).partition(r" \times ")
    if mantissa.startswith("10^"):
        mantissa, power = "1", mantissa
    text = mantissa + (f"e{power[4:-1]}" if power else "")
    assert (int(text) if text.isdigit() else float(text)) == value


def test_power_of_a_power_of_ten_has_its_brackets():
    """A number that is printed as a power, or as a product, is put in brackets below a power."""
    power = t.Power(t.Number(1e-12), t.Number(2))
    assert Printer(NAMES).of(power) == r"\left(10^{-12}\right)^{2}"
    product = t.Product("", t.Number(2.5e20), t.Constant("M"))
    assert Printer(NAMES).of(product) == r"\left(2.5 \times 10^{20}\right) \, M"


@dataclass(frozen=True)
class Unknown(t.Node):
    """A node that no printer knows."""


def test_unknown_node_is_an_error():
    """A kind of node without LaTeX is named."""
    with pytest.raises(TypeError, match="Unknown has no LaTeX"):
        Printer(NAMES).of(t.Transpose(Unknown()))


def test_every_repair_has_latex():
    """Whatever a repair makes of a claim is printed."""
    for entry in CLAIMS[::5]:
        printer = Printer(MODELS[entry.model].names)
        for claim in read_display(entry.latex, MODELS[entry.model].names).claims:
            needs = {"gamma", "A_hat", "momentum", "eta", "Z"}
            for edit in repairs(claim):
                found = {n.name for n in edit.claim.walk() if isinstance(n, t.Quantity)}
                known = {name.node for name in MODELS[entry.model].names.values()}
                if needs & found <= known:
                    assert printer.claim(edit.claim)
