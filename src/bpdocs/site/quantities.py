r"""Colour the quantities of a formula: W, b, Z, A, Δ, X and Y each have one hue on the whole site.

Authors write plain LaTeX; `\htmlClass` is put in here. `frontend/src/quantities.css` has the hues.
"""

import re

QUANTITIES = {
    "W": "weight",
    "w": "weight",
    "b": "bias",
    "Z": "preactivation",
    "z": "preactivation",
    "A": "activation",
    "a": "activation",
    r"\Delta": "delta",
    r"\delta": "delta",
    "X": "data",
    "x": "data",
    "Y": "data",
    "y": "data",
}

# Commands whose argument is text or a name, not quantities.
_OPAQUE = r"\\(?:text|textbf|mathrm|operatorname|mathsf|begin|end|tag)\s*\{[^{}]*\}"
_BOLD = r"\\(?:bm|boldsymbol|mathbf)\s*\{\s*(?P<bold>\\[Dd]elta|[A-Za-z])\s*\}"
_NAME = r"\\[A-Za-z]+|\\."
_TOKEN = re.compile(rf"{_OPAQUE}|{_BOLD}|{_NAME}|[A-Za-z]")


def colour_quantities(latex: str) -> str:
    r"""Return the formula with each quantity wrapped in `\htmlClass`.

    Parameters
    ----------
    latex : str
        A formula as an author writes it.

    Returns
    -------
    str
        The same formula, coloured; it looks the same without style sheets.

    Examples
    --------
    >>> print(colour_quantities(r"\bm{W}^{l}"))
    \htmlClass{bp-q-weight}{\bm{W}}^{l}
    """

    def colour(match: re.Match[str]) -> str:
        name = match["bold"] or match[0]
        quantity = QUANTITIES.get(name)
        return rf"\htmlClass{{bp-q-{quantity}}}{{{match[0]}}}" if quantity else match[0]

    return _TOKEN.sub(colour, latex)
