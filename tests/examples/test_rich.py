"""Values as more than text."""

import json

import numpy as np
import pytest

from bpdocs.examples.rich import ARRAY, represent


def shown(**methods):
    """Return a value with methods for notebooks."""
    bodies = {f"_repr_{name}_": lambda _, data=data: data for name, data in methods.items()}
    return type("Shown", (), bodies)()


@pytest.mark.parametrize(
    ("name", "mime"),
    [("html", "text/html"), ("svg", "image/svg+xml"), ("latex", "text/latex")],
)
def test_text_of_a_method_is_taken(name, mime):
    """What a method returns is passed on with its media type."""
    rich = represent(shown(**{name: "<b>x</b>"}))
    assert (rich.mime, rich.data) == (mime, "<b>x</b>")


def test_png_is_encoded():
    """The bytes of a picture become base64."""
    rich = represent(shown(png=b"\x89PNG"))
    assert (rich.mime, rich.data) == ("image/png", "iVBORw==")


def test_html_comes_first():
    """Of several representations the first in the order HTML, SVG, PNG, LaTeX is shown."""
    assert represent(shown(latex="x", png=b"", svg="s", html="h")).mime == "text/html"


def test_method_that_declines_is_passed_by():
    """A method that returns None leaves it to the next."""
    assert represent(shown(html=None, latex="x")).mime == "text/latex"


@pytest.mark.parametrize("value", [1, "text", None, [1], shown().__class__])
def test_plain_values_have_nothing_more(value):
    """Numbers, text and classes are shown as text alone."""
    assert represent(value) is None


def test_class_with_a_method_is_no_value():
    """A class whose instances have HTML has none itself."""
    assert represent(type(shown(html="h"))) is None


def test_error_of_a_method_is_raised():
    """A method that fails is told, like a `__repr__` that fails."""

    class Broken:
        def _repr_html_(self):
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        represent(Broken())


def test_small_matrix_has_its_cells():
    """Each entry has its text and its size against the largest, with its sign."""
    rich = represent(np.array([[1.0, -2.0], [0.5, 0.0]]))
    assert rich.mime == ARRAY
    assert json.loads(rich.data) == [[["1", 0.5], ["-2", -1.0]], [["0.5", 0.25], ["0", 0.0]]]


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(3),
        np.zeros((13, 2)),
        np.zeros((0, 2)),
        np.zeros((2, 2), complex),
        np.full((2, 2), ""),
    ],
)
def test_other_arrays_have_nothing_more(array):
    """Vectors, large, empty and complex arrays, and text, are shown as text alone."""
    assert represent(array) is None


def test_matrix_of_zeros_and_infinities_has_cells():
    """Zeros have size 0, and so has what is not finite."""
    assert json.loads(represent(np.zeros((1, 1))).data) == [[["0", 0.0]]]
    assert json.loads(represent(np.array([[np.inf, np.nan]])).data) == [[["inf", 0], ["nan", 0]]]
