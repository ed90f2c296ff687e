r"""Whether a claim is true: both sides on every network, for every layer and index it speaks of."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bpdocs.equations import tree as t
from bpdocs.equations.errors import MismatchError, NoEntryError, NoLayerError, UnreadableError
from bpdocs.equations.evaluating.absent_layers import Missing
from bpdocs.equations.evaluating.branches import Branches
from bpdocs.equations.evaluating.counting import Layers
from bpdocs.equations.evaluating.differences import Difference, compare
from bpdocs.equations.evaluating.element_ranges import require_on_axis
from bpdocs.equations.evaluating.index_values import IndexValues
from bpdocs.equations.evaluating.lengths import NUMBER, Shape, length_names, length_of, shape_name
from bpdocs.equations.evaluating.neighbours import (
    require_subject,
    shape_neighbours,
    shape_sides,
)
from bpdocs.equations.evaluating.restrictions import layer_choices
from bpdocs.equations.evaluating.shapes import Shapes
from bpdocs.equations.evaluating.updates import assigned, assigning
from bpdocs.equations.evaluating.value import MAX_ENTRIES, too_many_entries
from bpdocs.equations.evaluating.values import Values
from bpdocs.equations.evaluating.varying import directions_of
from bpdocs.equations.letters import free_letters, is_numbered, layer_letters
from bpdocs.equations.networks.graph import Graph, is_one

# Of one network or two a small relation between what they happen to have is always true.
FEWEST_NETWORKS = 3


@dataclass
class Outcome:
    """What evaluating a claim gave.

    Attributes
    ----------
    is_true : bool
        Whether it held wherever it was checked.
    message : str
        Why not, or where it was checked.
    n_checked : int
        How many entries were compared.
    left_shape, right_shape : str
        In letters; empty where none was found.
    worst : tuple or None
        Where the sides differ most, with both numbers.
    is_empty : bool
        Whether these networks have no layer or entry of which it speaks.
    """

    is_true: bool
    message: str
    n_checked: int = 0
    left_shape: str = ""
    right_shape: str = ""
    worst: tuple[str, float, float] | None = None
    is_empty: bool = False


@dataclass
class _Seen:
    """What the networks gave so far."""

    n_checked: int = 0
    networks: int = 0
    worst: Difference | None = None
    branches: Branches = field(default_factory=Branches)
    shapes: list[tuple[Graph, Layers, Shape, Shape]] = field(default_factory=list)

    def shape_names(self) -> tuple[str, str]:
        """Return the shapes of both sides in letters that are right for every layer."""
        if not self.shapes:
            return "", ""
        left = [(graph, layers, shape) for graph, layers, shape, _ in self.shapes]
        right = [(graph, layers, shape) for graph, layers, _, shape in self.shapes]
        return _common_name(left), _common_name(right)


def evaluate(claim: t.Claim, graphs: Sequence[Graph], *, to_first: bool = False) -> Outcome:
    """Return whether a claim holds on networks.

    Parameters
    ----------
    claim : Claim
        One step of a chain.
    graphs : sequence of Graph
        The networks of a model.
    to_first : bool
        Whether to stop where the sides differ first, rather than to look for the worst place.

    Returns
    -------
    Outcome
        True only if something was compared, and nothing differed.

    Raises
    ------
    UnreadableError
        If a side has no value.
    """
    subject = claim.statement[:1]  # of whose layers all steps of a chain speak
    counting = layer_letters([claim.left, claim.right, *subject, *claim.conditions])
    letters = sorted(free_letters(claim.left, claim.right, *subject) & counting)
    seen = _Seen()
    missing = Missing(claim)
    for graph in graphs:
        before = seen.n_checked
        missing.begin_network()
        for layers, named in layer_choices(claim.conditions, letters, graph):
            try:
                _compare(claim, graph, layers, frozenset(counting), seen)
                missing.is_there(layers)
            except NoLayerError as error:
                missing.is_not_there(layers, named, error)
            except MismatchError as error:
                where = f" at {_describe(layers)}" if layers else ""
                is_empty = isinstance(error, NoEntryError)
                names = seen.shape_names()
                message = f"{error}{where}"
                return Outcome(False, message, seen.n_checked, *names, is_empty=is_empty)
            if to_first and seen.worst is not None:
                return _conclude(claim, graphs, seen)
        if message := missing.message():
            return Outcome(False, message, is_empty=is_numbered(claim.conditions))
        seen.networks += seen.n_checked > before
    return _conclude(claim, graphs, seen)


def _conclude(claim: t.Claim, graphs: Sequence[Graph], seen: _Seen) -> Outcome:
    if not seen.n_checked:
        sentence = "there is no layer or index for which this says anything"
        return Outcome(False, sentence, is_empty=True)
    left, right = seen.shape_names()
    if seen.worst is not None:
        where, a, b = seen.worst.place, seen.worst.left, seen.worst.right
        message = f"the sides differ: {a:.6g} is not {b:.6g}{where}"
        return Outcome(False, message, seen.n_checked, left, right, (where, a, b))
    if seen.networks < min(FEWEST_NETWORKS, len(graphs)):
        raise UnreadableError(
            "few of the networks have what this speaks of; write it for any layer, l or L",
            claim.place[0],
        )
    if len(graphs) >= FEWEST_NETWORKS:
        seen.branches.require_both(claim)
    return Outcome(True, f"{seen.n_checked} numbers agree", seen.n_checked, left, right)


def _compare(
    claim: t.Claim, graph: Graph, layers: dict[str, int], counting: frozenset[str], seen: _Seen
) -> None:
    for subject in claim.statement[:1]:
        if subject != claim.left:
            require_subject(subject, graph, layers, counting)
    left_side, right_side = assigned(claim, graph), assigning(claim)
    is_space = isinstance(claim.right, t.Space)
    read = [left_side] if is_space else [left_side, right_side]
    shapes, (left, *others) = shape_sides(read, claim.statement, graph, layers, counting)
    if isinstance(claim.right, t.Space):
        _compare_space(claim, claim.right, left.shape, shapes, layers, seen)
        return
    (right,) = others
    zeros = [side == t.Number(0) for side in (claim.left, claim.right)]
    sides = (right.shape if zeros[0] else left.shape, left.shape if zeros[1] else right.shape)
    seen.shapes.append((graph, layers, *sides))
    if sides[0] != sides[1]:
        names = [shape_name(side, layers, graph) for side in sides]
        raise MismatchError(f"the left side is {names[0]} and the right side {names[1]}")
    ranges = _ranges(claim, shapes, layers)
    directions = directions_of(claim.statement, graph, layers)
    indices = IndexValues.of_ranges(graph, ranges)
    values = Values(graph, indices, directions, branches=seen.branches)
    with np.errstate(all="ignore"):
        a, b = values.of(left), values.of(right)
        mask = values.indices.hold(t.AllOf(claim.conditions), layers)
        count, difference = compare(a, b, mask, layers, claim.place[0])
    seen.n_checked += count
    if difference and (seen.worst is None or difference.error > seen.worst.error):
        seen.worst = difference


def _compare_space(
    claim: t.Claim,
    space: t.Space,
    shape: Shape,
    shapes: Shapes,
    layers: dict[str, int],
    seen: _Seen,
) -> None:
    graph = shapes.graph
    wanted: Shape = tuple(length_of(node, graph, layers) for node in space.dimensions)
    if len(wanted) == 1:
        is_row = graph.rows and bool(shape) and is_one(shape[0])
        wanted = (1, *wanted) if is_row else (*wanted, 1)
    seen.shapes.append((graph, layers, shape, wanted))
    seen.n_checked += 1
    if shape != wanted:
        names = [shape_name(side, layers, graph) for side in (shape, wanted)]
        raise MismatchError(f"the left side is {names[0]}, not {names[1]}")
    _ranges(claim, shapes, layers)


def _ranges(claim: t.Claim, shapes: Shapes, layers: Layers) -> dict[str, tuple[int, int]]:
    """Return the range of each element letter: all of the axis on which it stands."""
    shapes.axes.pair_conditions(claim.conditions)
    ranges: dict[str, tuple[int, int]] = {}
    for letter in sorted(free_letters(claim.left, claim.right) - set(layers)):
        length = shapes.axes.only(letter, layers)
        if length is None:
            shape_neighbours(shapes, claim.statement, layers)
            length = shapes.axes.only(letter, layers)
        if length is None:
            raise UnreadableError(f"no axis tells the range of {letter}", claim.place[0])
        ranges[letter] = (1, length)
    if np.prod([last for _, last in ranges.values()], dtype=float) > MAX_ENTRIES:
        raise too_many_entries(claim.place[0])
    require_on_axis(claim.conditions, ranges, shapes.graph, layers)
    return ranges


def _describe(letters: Layers) -> str:
    return ", ".join(f"{letter} = {value}" for letter, value in letters.items())


def _common_name(shapes: Sequence[tuple[Graph, Layers, Shape]]) -> str:
    """Return the name of a shape that is right wherever it was seen."""
    common: list[list[str]] | None = None
    for graph, layers, shape in shapes:
        if not shape:
            return NUMBER
        axes = [length_names(length, layers, graph) for length in shape]
        if common is None:
            common = axes
        if len(common) == len(axes):
            common = [
                [name for name in kept if name in axis] or axis
                for kept, axis in zip(common, axes, strict=True)
            ]
    return " × ".join(axis[0] for axis in common or [])


def without_conditions(claim: t.Claim) -> t.Claim:
    """Return a claim as it would be if nothing restricted it."""
    return replace(claim, conditions=())
