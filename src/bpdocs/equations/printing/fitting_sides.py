r"""Both sides of a claim with their shapes, wherever the claim says something.

NumPy and hints need no values, but what fits: the layout of the parameters, the layers, the shapes.
All choices of the layers are kept: where l is 1 alone, N_l could be taken for N_1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bpdocs.equations import tree as t
from bpdocs.equations.errors import MismatchError, NoLayerError, UnreadableError
from bpdocs.equations.evaluating.counting import Layers
from bpdocs.equations.evaluating.lengths import Shape, length_of
from bpdocs.equations.evaluating.neighbours import require_subject, shape_sides
from bpdocs.equations.evaluating.restrictions import layer_choices
from bpdocs.equations.evaluating.shaped import Shaped
from bpdocs.equations.letters import free_letters, layer_letters
from bpdocs.equations.networks.graph import Graph
from bpdocs.equations.networks.models import Model, networks
from bpdocs.equations.reading.display import Display

Choice = tuple[Graph, dict[str, int]]


@dataclass(frozen=True)
class View:
    """A node as it is on one network, for one choice of the layers."""

    graph: Graph
    shaped: Shaped


# One node with all its views. A sum over layers has the body's views for each layer.
Views = tuple[View, ...]


@dataclass(frozen=True)
class Sides:
    """A claim with its sides.

    Attributes
    ----------
    claim : Claim
        As it was read.
    layer_letters : frozenset of str
        Letters that count layers.
    choices : tuple of (Graph, dict)
        The networks and layers that its conditions allow.
    left, right : Views
        The sides; of a membership the right one is empty.
    problem : UnreadableError or None
        Why it fits nowhere; then the sides are empty.
    """

    claim: t.Claim
    layer_letters: frozenset[str]
    choices: tuple[Choice, ...]
    left: Views = ()
    right: Views = ()
    problem: UnreadableError | None = None


def parts_of(views: Views) -> tuple[Views, ...]:
    """Return the views of each part of a node."""
    node, shaped = views[0].shaped.node, views[0].shaped
    if isinstance(node, t.Reduction) and shaped.ranges is None:
        return (tuple(View(view.graph, part) for view in views for part in view.shaped.parts),)
    count = len(shaped.parts)
    return tuple(
        tuple(View(view.graph, view.shaped.parts[at]) for view in views) for at in range(count)
    )


def fitting_sides(display: Display, model: Model) -> list[Sides]:
    """Return the sides of each claim, in the first layout in which most claims fit."""
    found = []
    for layout in model.layouts:
        graphs = networks(model, layout, False)
        found.append([_sides(claim, graphs) for claim in display.claims])
    return max(found, key=lambda sides: sum(side.problem is None for side in sides))


def _sides(claim: t.Claim, graphs: Sequence[Graph]) -> Sides:
    subject = claim.statement[:1]  # of whose layers all steps of a chain speak
    counting = frozenset(layer_letters([claim.left, claim.right, *subject, *claim.conditions]))
    letters = sorted(free_letters(claim.left, claim.right, *subject) & counting)
    choices: tuple[Choice, ...] = ()
    left: list[View] = []
    right: list[View] = []
    try:
        choices = tuple(
            (graph, layers)
            for graph in graphs
            for layers, _ in layer_choices(claim.conditions, letters, graph)
        )
        for graph, layers in choices:
            try:
                for side in subject:
                    require_subject(side, graph, layers, counting)
                sides = _shaped(claim, graph, layers, counting)
            except NoLayerError:
                continue
            left.append(View(graph, sides[0]))
            right += [View(graph, side) for side in sides[1:]]
        if not left:
            raise MismatchError("there is no layer for which this says anything")
    except UnreadableError as error:
        return Sides(claim, counting, choices, problem=error)
    except MismatchError as error:
        problem = UnreadableError(str(error), claim.place[0])
        return Sides(claim, counting, choices, problem=problem)
    return Sides(claim, counting, choices, tuple(left), tuple(right))


def _shaped(claim: t.Claim, graph: Graph, layers: Layers, counting: frozenset[str]) -> list[Shaped]:
    read = [claim.left] if isinstance(claim.right, t.Space) else [claim.left, claim.right]
    shapes, (left, *others) = shape_sides(read, claim.statement, graph, layers, counting)
    if isinstance(claim.right, t.Space):
        lengths = [length_of(node, graph, layers) for node in claim.right.dimensions]
        wanted: Shape = tuple(lengths)
        own = left.shape
        if len(wanted) == 1 and own:  # a column, or a row where samples are rows
            own = own[:1] if own[1] == 1 else own[1:] if own[0] == 1 else own
        if wanted != own:
            raise MismatchError(f"the left side is {shapes.name(left.shape, layers)}")
        return [left]
    (right,) = others
    if left.shape != right.shape and t.Number(0) not in (claim.left, claim.right):
        names = [shapes.name(side.shape, layers) for side in (left, right)]
        raise MismatchError(f"the left side is {names[0]} and the right side {names[1]}")
    return [left, right]
