r"""The shape of every symbol of a display, and where the symbol stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bpdocs.equations import tree as t
from bpdocs.equations.errors import MismatchError, NoLayerError
from bpdocs.equations.evaluating.claims import layer_choices
from bpdocs.equations.evaluating.letters import Layers, free_letters, layer_letters
from bpdocs.equations.evaluating.shapes import Shapes
from bpdocs.equations.networks.models import find_model, networks
from bpdocs.equations.reading.context import Definitions
from bpdocs.equations.reading.display import read_display


@dataclass(frozen=True)
class Hint:
    """Where a symbol stands in the LaTeX, font and indices included, and its shape.

    `is_entry` tells whether it is an entry, and the shape that of its array.
    """

    begin: int
    end: int
    shape: str
    is_entry: bool


_FONT_BEFORE = re.compile(r"\\(?:bm|boldsymbol|mathbf)\s*$")


def symbol_shapes(
    latex: str, model: str = "dense", definitions: Definitions | None = None
) -> list[Hint]:
    r"""Return where each array of a display stands and its shape in letters.

    Parameters
    ----------
    latex : str
        A display that can be read.
    model : str
        The model of its page.
    definitions : mapping, optional
        What earlier displays defined.

    Returns
    -------
    list of Hint
        From left to right.

    Examples
    --------
    >>> for hint in symbol_shapes(r"\bm{A}^{l} = \sigma^{l}(\bm{Z}^{l})"):
    ...     print(hint)
    Hint(begin=0, end=10, shape='N_l × M', is_entry=False)
    Hint(begin=24, end=34, shape='N_l × M', is_entry=False)
    """
    found = find_model(model)
    display = read_display(latex, found.names, definitions)
    hints: dict[tuple[int, int], Hint] = {}
    for claim in display.claims:
        graph = networks(found, next(iter(found.layouts)), False)[-1]
        counting = layer_letters([claim.left, claim.right])
        letters = sorted((free_letters(claim.left) | free_letters(claim.right)) & counting)
        for layers in layer_choices(claim, letters, graph):
            shapes = Shapes(graph, frozenset(counting))
            try:
                for node in _symbols(claim):
                    hint = _hint(latex, node, shapes, layers)
                    hints.setdefault(node.place, hint)
            except (NoLayerError, MismatchError):
                continue
            break
    return [hint for _, hint in sorted(hints.items()) if hint.shape]


def _symbols(claim: t.Claim) -> Iterator[t.Node]:
    """Yield the quantities that the author wrote, and entries of them before they themselves."""
    for side in (claim.left, claim.right):
        for node in side.walk():
            if isinstance(node, t.Element) and isinstance(node.base, t.Derivative):
                below = node.base.below  # of a derivative by an entry, the array
                yield t.Element(below, node.indices, place=below.place)
            is_part = isinstance(node, t.Element) and isinstance(node.base, t.Quantity)
            if (is_part or isinstance(node, t.Quantity)) and node.place != (0, 0):
                yield node


def _hint(latex: str, node: t.Node, shapes: Shapes, layers: Layers) -> Hint:
    shape = shapes.of(node, layers)
    is_entry = False
    if isinstance(node, t.Element) and not shape:
        is_entry, shape = True, shapes.of(node.base, layers)
    begin = _with_font(latex, node.place[0])
    name = shapes.describe(shape, layers) if shape else ""
    return Hint(begin, node.place[1], name, is_entry)


def _with_font(latex: str, begin: int) -> int:
    before = _FONT_BEFORE.search(latex, 0, begin)
    return before.start() if before else begin
