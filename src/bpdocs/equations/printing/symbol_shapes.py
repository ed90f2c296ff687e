r"""The shape of every symbol of a display, and where the symbol stands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bpdocs.equations import tree as t
from bpdocs.equations.errors import MismatchError, NoLayerError, UnreadableError
from bpdocs.equations.evaluating.counting import Layers
from bpdocs.equations.evaluating.lengths import Shape
from bpdocs.equations.evaluating.shaped import Shaped
from bpdocs.equations.evaluating.shapes import Shapes
from bpdocs.equations.networks.graph import Graph
from bpdocs.equations.networks.models import Model
from bpdocs.equations.printing.fitting_sides import Sides, fitting_sides
from bpdocs.equations.printing.length_symbols import length_symbol, symbol_name
from bpdocs.equations.reading.display import Display

Place = tuple[int, int]


@dataclass(frozen=True)
class Hint:
    """Where a symbol stands in the LaTeX, font and indices included, and its shape.

    `is_entry` tells whether it is an entry, and the shape that of its array.
    """

    begin: int
    end: int
    shape: str
    is_entry: bool


@dataclass(frozen=True)
class _Symbol:
    """A symbol on one network, for one choice of the layers."""

    place: Place
    graph: Graph
    layers: Layers
    shape: Shape
    is_entry: bool


_FONT_BEFORE = re.compile(r"\\(?:bm|boldsymbol|mathbf)\s*$")


def symbol_shapes(latex: str, display: Display, model: Model) -> list[Hint]:
    r"""Return where each array of a display stands and its shape in letters.

    Parameters
    ----------
    latex : str
        The display as it is written.
    display : Display
        What was read of it.
    model : Model
        The model of its page.

    Returns
    -------
    list of Hint
        From left to right; also of a claim that does not fit, as far as its symbols exist.

    Examples
    --------
    >>> from bpdocs.equations.networks.models import find_model
    >>> from bpdocs.equations.reading.display import read_display
    >>> dense = find_model("dense")
    >>> latex = r"\bm{A}^{l} = \sigma^{l}(\bm{Z}^{l})"
    >>> for hint in symbol_shapes(latex, read_display(latex, dense.names), dense):
    ...     print(hint)
    Hint(begin=0, end=10, shape='N_l × M', is_entry=False)
    Hint(begin=24, end=34, shape='N_l × M', is_entry=False)
    """
    hints: dict[Place, Hint] = {}
    for sides in fitting_sides(display, model):
        found: dict[Place, list[_Symbol]] = {}
        for graph, shaped in _fitting_parts(sides):
            for symbol in _symbols(shaped, graph, (0, len(latex))):
                found.setdefault(symbol.place, []).append(symbol)
        for place, symbols in found.items():
            hints.setdefault(place, _hint(latex, symbols))
    return [hint for _, hint in sorted(hints.items()) if hint.shape]


def _fitting_parts(sides: Sides) -> Iterator[tuple[Graph, Shaped]]:
    """Yield both sides, or what of them fits."""
    if sides.problem is None:
        yield from ((view.graph, view.shaped) for view in (*sides.left, *sides.right))
        return
    for graph, layers in sides.choices:
        shapes = Shapes.on(graph, sides.layer_letters)
        for side in (sides.claim.left, sides.claim.right):
            for shaped in _largest_parts(side, shapes, layers):
                yield graph, shaped


def _largest_parts(node: t.Node, shapes: Shapes, layers: Layers) -> Iterator[Shaped]:
    try:
        yield shapes.of(node, layers)
    except (MismatchError, NoLayerError, UnreadableError):
        for child in node.children:
            yield from _largest_parts(child, shapes, layers)


def _symbols(shaped: Shaped, graph: Graph, around: Place) -> Iterator[_Symbol]:
    """Yield the arrays that the author wrote in a place, and entries instead of their arrays.

    A definition's symbols stand where it was made, perhaps in another display, and not around.
    """
    node, parts = shaped.node, shaped.parts
    place = node.place if node.place != (0, 0) else around
    if not _is_inside(place, around):
        return
    match node:
        case t.Quantity() | t.Free():
            yield _Symbol(node.place, graph, shaped.layers, shaped.shape, is_entry=False)
        case t.Transpose(t.Quantity() | t.Free()) if node.place == parts[0].node.place:
            yield _Symbol(place, graph, shaped.layers, shaped.shape, is_entry=False)  # X^\top
            return
        case t.Derivative():
            yield _Symbol(node.below.place, graph, shaped.layers, shaped.shape, is_entry=False)
        case t.Element(t.Quantity() | t.Free()):
            shape = shaped.shape or parts[0].shape
            yield _Symbol(node.place, graph, shaped.layers, shape, is_entry=not shaped.shape)
            if node.place == parts[0].node.place:
                return
        case t.Element(t.Derivative() as derivative):
            below = derivative.below.place
            yield _Symbol(below, graph, shaped.layers, parts[0].shape, is_entry=True)
    for part in parts:
        yield from _symbols(part, graph, place)


def _is_inside(place: Place, around: Place) -> bool:
    return around[0] <= place[0] and place[1] <= around[1]


def _hint(latex: str, symbols: list[_Symbol]) -> Hint:
    first = symbols[0]
    before = _FONT_BEFORE.search(latex, 0, first.place[0])
    begin = before.start() if before else first.place[0]
    return Hint(begin, first.place[1], _common_name(symbols), first.is_entry)


def _common_name(symbols: list[_Symbol]) -> str:
    """Return a shape in letters that are right for every layer; "" of a number."""
    axes = []
    for at, first in enumerate(symbols[0].shape):
        lengths = [(s.graph, s.layers, s.shape[at]) for s in symbols]
        symbol = length_symbol(lengths)
        axes.append(str(int(first)) if symbol is None else symbol_name(symbol))
    return " × ".join(axes)
