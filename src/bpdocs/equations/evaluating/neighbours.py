r"""What a step of a chain takes from the other sides of its statement.

In X = Y = 1 the second step speaks of the layers that X has, and an index that stands on no axis of
its own runs as far as it does in X.
"""

from collections.abc import Mapping, Sequence

from bpdocs.equations import tree as t
from bpdocs.equations.errors import MismatchError, NoAxisError, NoLayerError, UnreadableError
from bpdocs.equations.evaluating.shaped import Shaped
from bpdocs.equations.evaluating.shapes import Shapes
from bpdocs.equations.networks.graph import Graph

Layers = Mapping[str, int]


def require_subject(
    subject: t.Node, graph: Graph, layers: Layers, counting: frozenset[str]
) -> None:
    """Raise NoLayerError where a statement's first side does not exist, in these layers."""
    try:
        Shapes.on(graph, counting).of(subject, layers)
    except (MismatchError, UnreadableError):
        return  # its own step tells


def shape_sides(
    sides: Sequence[t.Node],
    statement: Sequence[t.Node],
    graph: Graph,
    layers: Layers,
    counting: frozenset[str],
) -> tuple[Shapes, list[Shaped]]:
    """Return the shapes of the sides of a step, with the axes of their letters."""
    shapes = Shapes.on(graph, counting)
    try:
        return shapes, [shapes.of(side, layers) for side in sides]
    except NoAxisError:
        shapes = Shapes.on(graph, counting)
        shape_neighbours(shapes, statement, layers)
        return shapes, [shapes.of(side, layers) for side in sides]


def shape_neighbours(shapes: Shapes, statement: Sequence[t.Node], layers: Layers) -> None:
    """Learn from the other sides of a statement over which axes letters run."""
    for side in statement:
        try:
            shapes.of(side, layers)
        except (MismatchError, NoLayerError, UnreadableError):
            continue  # its own step tells
