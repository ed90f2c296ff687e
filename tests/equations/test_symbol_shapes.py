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


def test_shape_is_that_of_the_layout_which_fits():
    """With samples as rows, the equation tells how W and b are kept."""
    keras = told(r"Z^{l} = A^{l-1} W^{l} + \mathbf{1}_{M} b^{l}", "rows")
    torch = told(r"Z^{l} = A^{l-1} (W^{l})^\top + \mathbf{1}_{M} (b^{l})^\top", "rows")
    assert keras[2:] == [("W^{l}", "N_{l-1} × N_l", False), ("b^{l}", "1 × N_l", False)]
    assert torch[2:] == [("W^{l}", "N_l × N_{l-1}", False), ("b^{l}", "N_l × 1", False)]


def test_shape_does_not_depend_on_the_first_layer():
    """Of X the axis is N_0, though for l = 1 it is N_{l-1} as well; W^L ends at N_{L-1}."""
    assert told(r"A^{l} \odot A^{l} = A^{l} X^\top X")[3:] == [
        (r"X^\top", "M × N_0", False),
        ("X", "N_0 × M", False),
    ]
    assert told(r"W^{L} = W^{L}")[0] == ("W^{L}", "N_L × N_{L-1}", False)


def test_sum_over_layers_tells_shapes_in_its_letter():
    """Below a sum over layers the letter of the sum stands in the shapes."""
    assert told(r"C = \sum_{l=1}^{L} \lVert W^{l} \rVert_F") == [("W^{l}", "N_l × N_{l-1}", False)]


def test_false_equation_tells_its_shapes():
    """Where shapes do not fit, those of the symbols show why."""
    assert told(r"W^{l} = \Delta^{l} A^{l-1}") == [
        ("W^{l}", "N_l × N_{l-1}", False),
        (r"\Delta^{l}", "N_l × M", False),
        ("A^{l-1}", "N_{l-1} × M", False),
    ]


def test_definition_of_another_display_tells_nothing_here():
    """What stands for a name stands elsewhere; of the places there nothing is told here."""
    dense = find_model("dense")
    above = read_display(r"G^{l} := (W^{l})^\top \Delta^{l}", dense.names)
    assert told(r"G^{l} = C \, G^{l}", known=above.definitions) == []
