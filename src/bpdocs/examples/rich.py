"""Values as more than text: HTML, pictures and formulas by the methods that notebooks use."""

import base64
import json
import math
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
