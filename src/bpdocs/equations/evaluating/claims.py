r"""Whether a claim is true: both sides on every network, for every layer and index it speaks of."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from bpdocs.equations import tree as t
from bpdocs.equations.errors import (
    MismatchError,
    NoEntryError,
    NoLayerError,
    SizesError,
    UnreadableError,
)
from bpdocs.equations.evaluating.letters import free_letters, is_numbered, key_of, layer_letters
from bpdocs.equations.evaluating.shapes import NUMBER, Shape, Shapes
from bpdocs.equations.evaluating.values import Value, Values, too_many_indices, union
from bpdocs.equations.networks.graph import Graph, Key, is_one
from bpdocs.equations.notation import STEPPED

TOLERANCE = 1e-9
SMALLEST_SCALE = 1e-3
MAX_LAYER_CHOICES = 400
_FAR = 10**6  # where a condition that states an end of a range is false


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
class _Comparison:
    """What the networks gave so far."""

    n_checked: int = 0
    worst_error: float = -1.0
    worst: tuple[str, float, float] | None = None
    shapes: list[tuple[Shapes, dict[str, int], Shape, Shape]] = field(default_factory=list)


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
    sides = (claim.left, claim.right)
    counting = layer_letters([*sides, *claim.conditions])
    letters = sorted((free_letters(claim.left) | free_letters(claim.right)) & counting)
    seen = _Comparison()
    for graph in graphs:
        for layers in layer_choices(claim, letters, graph):
            try:
                _compare(claim, graph, layers, frozenset(counting), seen)
            except NoLayerError as error:
                if not error.is_inside and _is_stated(claim, letters, layers, graph):
                    where = _describe(layers)
                    message = f"the stated range contains {where}, where {error}"
                    return Outcome(False, message, is_empty=is_numbered(claim.conditions))
            except MismatchError as error:
                where = f" at {_describe(layers)}" if layers else ""
                shapes = _shape_names(seen) if seen.shapes else ("", "")
                is_empty = isinstance(error, NoEntryError)
                message = f"{error}{where}"
                return Outcome(False, message, seen.n_checked, *shapes, is_empty=is_empty)
            if to_first and seen.worst_error >= TOLERANCE:
                return _conclude(seen)
    return _conclude(seen)


def _conclude(seen: _Comparison) -> Outcome:
    if not seen.n_checked:
        sentence = "there is no layer or index for which this says anything"
        return Outcome(False, sentence, is_empty=True)
    left, right = _shape_names(seen)
    if seen.worst is None or seen.worst_error < TOLERANCE:
        return Outcome(True, f"{seen.n_checked} numbers agree", seen.n_checked, left, right)
    where, a, b = seen.worst
    message = f"the sides differ: {a:.6g} is not {b:.6g}{where}"
    return Outcome(False, message, seen.n_checked, left, right, seen.worst)


def layer_choices(claim: t.Claim, letters: Sequence[str], graph: Graph) -> Iterator[dict[str, int]]:
    """Yield the choices of layers that a claim's conditions allow."""
    if (graph.n_layers + 1) ** len(letters) > MAX_LAYER_CHOICES:
        raise SizesError("too many letters count layers at once", claim.place[0], is_large=True)
    for choice in itertools.product(range(graph.n_layers + 1), repeat=len(letters)):
        layers = dict(zip(letters, choice, strict=True))
        if _layers_allowed(claim, layers, graph):
            yield layers


def _layers_allowed(claim: t.Claim, layers: Mapping[str, int], graph: Graph) -> bool:
    values = Values(graph, Shapes(graph, frozenset(layers)), {})
    for condition in claim.conditions:
        if free_letters(condition) <= set(layers):
            try:
                if not values.holds(condition, layers).data:
                    return False
            except NoLayerError:
                return False
    return True


def _is_stated(
    claim: t.Claim, letters: Sequence[str], layers: dict[str, int], graph: Graph
) -> bool:
    """Tell whether the text itself says that a layer belongs to the range.

    Beyond the low or high end, whichever is nearer, some condition must be false.
    """
    for letter in letters:
        is_low = layers[letter] <= graph.n_layers // 2
        beyond = {**layers, letter: -9 if is_low else graph.n_layers + 9}
        if not _layers_allowed(claim, beyond, graph):
            return True
    return False


def _compare(
    claim: t.Claim,
    graph: Graph,
    layers: dict[str, int],
    counting: frozenset[str],
    seen: _Comparison,
) -> None:
    shapes = Shapes(graph, counting)
    left_node = _assigned(claim, graph)
    left = shapes.of(left_node, layers)
    if isinstance(claim.right, t.Space):
        _compare_space(left, claim.right, shapes, layers, seen)
        _ranges(claim, shapes, layers)
        return
    right_node = _assigning(claim)
    right = shapes.of(right_node, layers)
    is_zero = isinstance(claim.right, t.Number) and claim.right.value == 0
    seen.shapes.append((shapes, layers, left, left if is_zero else right))
    if left != right and not is_zero:
        raise MismatchError(
            f"the left side is {shapes.describe(left, layers)} and the right side "
            f"{shapes.describe(right, layers)}"
        )
    ranges = _ranges(claim, shapes, layers)
    sources = _sources(claim, graph, layers)
    values = Values(graph, shapes, ranges, sources)
    with np.errstate(all="ignore"):
        a, b = values.of(left_node, layers), values.of(right_node, layers)
    mask = Value(np.array(True))
    for condition in claim.conditions:
        held = values.holds(condition, layers)
        letters = union(mask, held)
        mask = Value(mask.on(letters) & held.on(letters), letters)
    _record(a, b, mask, layers, seen, claim)


def _assigned(claim: t.Claim, graph: Graph) -> t.Node:
    """Return the left side; of an assignment, the quantity after the step."""
    if claim.relation != "<-":
        return claim.left
    left = claim.left
    base = left.base if isinstance(left, t.Element) else left
    if not isinstance(base, t.Quantity) or base.name not in STEPPED:
        raise UnreadableError("an assignment is to a parameter, W^l or b^l", left.place[0])
    if (f"{base.name}_new", graph.n_layers) not in graph:
        raise UnreadableError("an assignment is read in the model training", left.place[0])
    after = replace(base, name=f"{base.name}_new")
    return replace(left, base=after) if isinstance(left, t.Element) else after


def _assigning(claim: t.Claim) -> t.Node:
    """Return the right side; a parameter moves by the velocity that the step has just made."""
    left = claim.left.base if isinstance(claim.left, t.Element) else claim.left
    if claim.relation != "<-" or not isinstance(left, t.Quantity) or left.name not in {"W", "b"}:
        return claim.right

    def renew(node: t.Node) -> t.Node:
        if isinstance(node, t.Quantity) and node.name in {"V", "V_b"}:
            return replace(node, name=f"{node.name}_new")
        return node.rebuild(renew)

    return renew(claim.right)


def _compare_space(
    shape: Shape, space: t.Space, shapes: Shapes, layers: dict[str, int], seen: _Comparison
) -> None:
    wanted: Shape = tuple(shapes.axis(node, layers) for node in space.dimensions)
    if len(wanted) == 1:
        is_row = shapes.graph.rows and bool(shape) and is_one(shape[0])
        wanted = (1, *wanted) if is_row else (*wanted, 1)
    seen.shapes.append((shapes, layers, shape, wanted))
    seen.n_checked += 1
    if shape != wanted:
        raise MismatchError(
            f"the left side is {shapes.describe(shape, layers)}, not "
            f"{shapes.describe(wanted, layers)}"
        )


def _ranges(
    claim: t.Claim, shapes: Shapes, layers: Mapping[str, int]
) -> dict[str, tuple[int, int]]:
    ranges = {}
    free = free_letters(claim.left) | free_letters(claim.right)
    for condition in claim.conditions:
        shapes.pair(condition.sides)
    for letter in sorted(free - set(layers)):
        length = shapes.only_length(letter, shapes.lengths(letter), layers)
        if length is None:
            raise UnreadableError(f"no axis tells the range of {letter}", claim.place[0])
        ranges[letter] = (1, length)
    if np.prod([upper for _, upper in ranges.values()], dtype=float) > 1e6:
        raise too_many_indices(claim.place[0])
    for letter, (_, length) in ranges.items():
        _require_on_axis(claim, shapes, layers, letter, length)
    return ranges


def _require_on_axis(
    claim: t.Claim, shapes: Shapes, layers: Mapping[str, int], letter: str, length: int
) -> None:
    """Refuse conditions that state a range of a letter which goes beyond its axis."""
    alone = {letter, *layers}
    mine = [c for c in claim.conditions if letter in free_letters(c) <= alone]

    def allows(value: int) -> bool:
        values = Values(shapes.graph, shapes, {letter: (value, value)})
        return all(values.holds(condition, layers).data.all() for condition in mine)

    for beyond, far in ((0, -_FAR), (length + 1, _FAR)):
        if mine and allows(beyond) and not allows(far):
            name = shapes.name(length, layers)
            kind = NoEntryError if far > 0 and is_numbered(mine) else MismatchError
            raise kind(f"the stated range of {letter} goes beyond its axis of {name}")


def _sources(claim: t.Claim, graph: Graph, layers: Mapping[str, int]) -> dict[Key, np.ndarray]:
    """Return what varies: quantities under a differential that follow from no other of them."""
    keys: set[Key] = set()
    for base in claim.differentials:
        for node in base.walk():
            if isinstance(node, t.Quantity) and free_letters(node) <= set(layers):
                keys.add(key_of(node, graph, layers))
    if not keys:
        return {}
    sources = [key for key in keys if not any(key in graph.descendants({k}) for k in keys - {key})]
    return {
        key: np.random.default_rng(sum(map(ord, key[0])) + key[1]).normal(size=graph.shape(key))
        for key in sources
    }


def _record(
    a: Value,
    b: Value,
    mask: Value,
    layers: Mapping[str, int],
    seen: _Comparison,
    claim: t.Claim,
) -> None:
    letters = union(a, b, mask)
    is_matrix = a.is_matrix or b.is_matrix
    left, right = a.on(letters, as_matrix=is_matrix), b.on(letters, as_matrix=is_matrix)
    where = mask.on(letters, as_matrix=is_matrix)
    shape = np.broadcast_shapes(left.shape, right.shape, where.shape)
    left, right, where = (np.broadcast_to(x, shape) for x in (left, right, where))
    if not where.any():
        return
    if not (np.isfinite(left[where]).all() and np.isfinite(right[where]).all()):
        raise UnreadableError(
            "a side is not a finite number, such as the logarithm of a negative one",
            claim.place[0],
        )
    seen.n_checked += int(where.sum())
    difference = np.where(where, np.abs(left - right), 0)
    # An array counts as one: its rounding errors are those of its largest entry.
    own = tuple(range(len(letters), len(shape)))
    size = np.maximum(np.abs(left), np.abs(right)).max(axis=own, keepdims=True)
    error = difference / np.maximum(size, SMALLEST_SCALE)
    at = np.unravel_index(int(error.argmax()), shape)
    if error[at] > seen.worst_error:
        seen.worst_error = float(error[at])
        indices = dict(zip(letters, (int(i) + 1 for i in at), strict=False))
        place = _describe({**layers, **indices})
        if len(at) > len(letters):
            entry = ", ".join(str(int(i) + 1) for i in at[len(letters) :])
            place = f"{place}, entry ({entry})" if place else f"entry ({entry})"
        place = f" at {place}" if place else ""
        seen.worst = (place, float(np.real(left[at])), float(np.real(right[at])))


def _describe(letters: Mapping[str, int]) -> str:
    return ", ".join(f"{letter} = {value}" for letter, value in letters.items())


def _shape_names(seen: _Comparison) -> tuple[str, str]:
    """Return the shapes of both sides in letters that are right for every layer."""
    return _shape_name(seen, 2), _shape_name(seen, 3)


def _shape_name(seen: _Comparison, side: Literal[2, 3]) -> str:
    common: list[list[str]] | None = None
    for entry in seen.shapes:
        shape = entry[side]
        if not shape:
            return NUMBER
        axes = [entry[0].names(length, entry[1]) for length in shape]
        if common is None:
            common = axes
        if len(common) == len(axes):
            common = [
                [name for name in kept if name in axis] or axis
                for kept, axis in zip(common, axes, strict=True)
            ]
    return " × ".join(axis[0] for axis in common or [])
