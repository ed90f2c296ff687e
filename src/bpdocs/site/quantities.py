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

# Commands whose first argument is text, a name or a length, not quantities.
_OPAQUE = re.compile(
    r"\\(?:text[a-z]*|math(?:rm|sf|it|tt)|operatorname\*?|begin|end|tag\*?|[hv]space\*?|color|htmlData)(?=\s*\{)"
)
_BOLD = (
    r"\\(?:bm|boldsymbol|mathbf)\s*"
    r"(?:\{\s*(?P<braced>\\[Dd]elta|[A-Za-z])\s*\}|(?P<bare> [A-Za-z]))"
)
_ROW = r"\\\\(?:\[[^\]]*\])?"
_TOKEN = re.compile(rf"{_BOLD}|{_ROW}|\\[A-Za-z]+|\\.|[A-Za-z]", re.DOTALL)
_GROUP = re.compile(r"\\.|[{}]", re.DOTALL)


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
    {\htmlClass{bp-q-weight}{\bm{W}}}^{l}
    """

    def colour(match: re.Match[str]) -> str:
        name = (match["braced"] or match["bare"] or match[0]).strip()
        quantity = QUANTITIES.get(name)
        # The outer braces make it one argument: x_W, \hat W and \frac WZ stay right.
        return rf"{{\htmlClass{{bp-q-{quantity}}}{{{match[0]}}}}}" if quantity else match[0]

    pieces = []
    place = 0
    while opaque := _OPAQUE.search(latex, place):
        end = _end_of_group(latex, latex.index("{", opaque.end()))
        pieces += [_TOKEN.sub(colour, latex[place : opaque.start()]), latex[opaque.start() : end]]
        place = end
    return "".join([*pieces, _TOKEN.sub(colour, latex[place:])])


def _end_of_group(latex: str, start: int) -> int:
    """Return the place behind the group that opens at `start`."""
    depth = 0
    for match in _GROUP.finditer(latex, start):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if depth == 0:
            return match.end()
    return len(latex)
