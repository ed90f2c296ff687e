"""Values as more than text: HTML, pictures and formulas by the methods that notebooks use."""

import base64
import io
import json
import math
import sys
from typing import Any

from bpdocs.examples.model import Rich

ARRAY = "application/vnd.bpdocs.array+json"
_METHODS = (
    ("text/html", "_repr_html_"),
    ("image/svg+xml", "_repr_svg_"),
    ("image/png", "_repr_png_"),
    ("text/latex", "_repr_latex_"),
)
_MAX_SIDE = 12
_DOTS_PER_INCH = 144  # sharp on a screen with two pixels to the point


def represent(value: object) -> Rich | None:
    """Return the first of HTML, SVG, PNG and LaTeX that a value offers; of a small array its cells.

    What a `_repr_..._` method raises is raised, as with `__repr__`.
    """
    if isinstance(value, type):
        return None
    for mime, name in _METHODS:
        method = getattr(type(value), name, None)
        data = method(value) if callable(method) else None
        if isinstance(data, bytes):
            data = base64.b64encode(data).decode()
        if isinstance(data, str):
            return Rich(mime, data)
    return _array(value)


def take_figures() -> list[Rich]:
    """Return the figures that were drawn with pyplot since the last call, as pictures.

    matplotlib is not imported: whoever has drawn has it.
    """
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    pictures = []
    for number in pyplot.get_fignums() if hasattr(pyplot, "get_fignums") else ():
        file = io.BytesIO()
        pyplot.figure(number).savefig(file, format="png", dpi=_DOTS_PER_INCH)
        pyplot.close(number)
        pictures.append(Rich("image/png", base64.b64encode(file.getvalue()).decode()))
    return pictures


def _array(value: Any) -> Rich | None:
    """Return a matrix of up to 12 by 12 real numbers, as NumPy prints them, and how large each is.

    NumPy is not imported: whoever shows an array has it.
    """
    is_array = f"{type(value).__module__}.{type(value).__name__}" == "numpy.ndarray"
    if not is_array or value.ndim != 2 or value.dtype.kind not in "fiu":
        return None
    if not (0 < value.shape[0] <= _MAX_SIDE and 0 < value.shape[1] <= _MAX_SIDE):
        return None
    rows = value.tolist()
    finite = [abs(cell) for row in rows for cell in row if math.isfinite(cell)]
    largest = max(finite, default=0) or 1
    cells = [
        [[f"{cell:.4g}", cell / largest if math.isfinite(cell) else 0] for cell in row]
        for row in rows
    ]
    return Rich(ARRAY, json.dumps(cells))
