"""The shapes that symbols tell when they are pointed at."""

import pytest

from bpdocs.equations.networks.models import find_model
from bpdocs.equations.printing.symbol_shapes import symbol_shapes
from bpdocs.equations.reading.display import read_display

FORWARD = r"\bm{Z}^{l} = \bm{W}^{l} \bm{A}^{l-1} + \bm{b}^{l} \mathbf{1}_{M}^\mathsf{T}"


def told(latex, model="dense", known=None):
    """Return each symbol with its shape."""
    found = find_model(model)
    display = read_display(latex, found.names, known)
    return [
        (latex[hint.begin : hint.end], hint.shape, hint.is_entry)
        for hint in symbol_shapes(latex, display, found)
    ]


def test_each_symbol_has_its_shape():
    """All arrays of the forward pass are found, with font and layer."""
    assert told(FORWARD) == [
        (r"\bm{Z}^{l}", "N_l × M", False),
        (r"\bm{W}^{l}", "N_l × N_{l-1}", False),
        (r"\bm{A}^{l-1}", "N_{l-1} × M", False),
        (r"\bm{b}^{l}", "N_l × 1", False),
    ]


def test_entry_tells_the_shape_of_its_array():
    """Of an entry the shape is its array's, and it is said that it is an entry."""
    (first, *_) = told(r"Z^{l}_{j,m} = \sum_{i} W^{l}_{j,i} A^{l-1}_{i,m} + b^{l}_{j}")
    assert first == ("Z^{l}_{j,m}", "N_l × M", True)


def test_number_tells_nothing():
    """The loss, a number, has no shape to tell."""
    assert [text for text, *_ in told(r"\frac{\partial C}{\partial \bm{b}^{l}} = \bm{b}^{l}")] == [
        r"\bm{b}^{l}",
        r"\bm{b}^{l}",
    ]


@pytest.mark.parametrize(
    ("model", "shape"), [("dense", "N_l × M"), ("rows", "M × N_l"), ("single_sample", "N_l × 1")]
)
def test_shape_is_that_of_the_model(model, shape):
    """Rows, columns and one sample have their own shapes."""
    name = "z" if model == "single_sample" else "Z"
    assert told(rf"\bm{{{name}}}^{{l}} = \bm{{{name}}}^{{l}}", model)[0][1] == shape


def test_defined_name_tells_nothing_wrong():
    """A name that is defined stands for its meaning, of which nothing is told in its place."""
    latex = r"\bm{G}^{l} := (\bm{W}^{l})^\mathsf{T} \bm{\Delta}^{l}"
    assert [text for text, *_ in told(latex)] == [r"\bm{W}^{l}", r"\bm{\Delta}^{l}"]
