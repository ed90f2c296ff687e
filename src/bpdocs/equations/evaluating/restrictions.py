r"""Which layers and elements a claim speaks of, by its conditions.

Two questions are asked of a condition. Where does it hold? And which values does it *name*: of
1 \le l \le L+1 these are 1 to L+1, so that a layer which does not exist is claimed to. A layer that
no condition names, such as 0 in a claim about W^l, is passed over.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence

from bpdocs.equations import tree as t
from bpdocs.equations.budget import spend
from bpdocs.equations.errors import (
    MismatchError,
    NoEntryError,
    NoLayerError,
    SizesError,
    UnreadableError,
)
from bpdocs.equations.evaluating.counting import MAX_LENGTH, Layers, whole_number
from bpdocs.equations.evaluating.index_values import IndexValues
from bpdocs.equations.evaluating.lengths import length_name
from bpdocs.equations.letters import free_letters, is_numbered
from bpdocs.equations.networks.graph import Graph

MAX_LAYER_CHOICES = 400

_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_DENIED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}


def layer_choices(
    conditions: Sequence[t.Condition], letters: Sequence[str], graph: Graph
) -> Iterator[tuple[dict[str, int], bool]]:
    """Yield the choices of layers that conditions allow, and whether they name each of a choice.

    Conditions on sizes alone allow all choices or none.
    """
    mine = [c for c in conditions if free_letters(c) <= set(letters)]
    named = {letter: _named_by_all(mine, letter, graph, {}) for letter in letters}
    ranges = [sorted({*range(graph.n_layers + 1), *named[letter]}) for letter in letters]
    count = 1
    for values in ranges:
        count *= len(values)
    if count > MAX_LAYER_CHOICES:
        place = conditions[0].place[0] if conditions else 0
        raise SizesError("too many letters count layers at once", place, is_large=True)
    indices = IndexValues(graph)
    for choice in itertools.product(*ranges):
        layers = dict(zip(letters, choice, strict=True))
        if _allows(mine, indices, layers):
            yield layers, any(layers[letter] in named[letter] for letter in letters)


def _allows(conditions: Iterable[t.Condition], indices: IndexValues, layers: Layers) -> bool:
    try:
        return all(bool(indices.hold(condition, layers).data) for condition in conditions)
    except NoLayerError:
        return False


def _named_by_all(
    conditions: Iterable[t.Condition], letter: str, graph: Graph, layers: Layers
) -> set[int]:
    found: set[int] = set()
    for condition in conditions:
        found |= named_values(condition, letter, graph, layers)
    return found


def named_values(
    condition: t.Condition, letter: str, graph: Graph, layers: Layers, *, is_denied: bool = False
) -> set[int]:
    """Return the values of a letter that a condition names.

    Of a range these are all in it; of a bound on one side, the last one inside it.
    """
    match condition:
        case t.Range():
            low, high = (_number(end, graph, layers) for end in (condition.low, condition.high))
            if is_denied or condition.index != t.Letter(letter) or low is None or high is None:
                return set()
            return _values(low, high, condition.place[0])
        case t.AllOf() | t.AnyOf():
            found = [
                named_values(part, letter, graph, layers, is_denied=is_denied)
                for part in condition.parts
            ]
            return set().union(*found)
        case t.Not():
            return named_values(condition.part, letter, graph, layers, is_denied=not is_denied)
        case t.Comparison():
            return _named_by_comparison(condition, letter, graph, layers, is_denied=is_denied)


def _named_by_comparison(
    condition: t.Comparison, letter: str, graph: Graph, layers: Layers, *, is_denied: bool
) -> set[int]:
    lows: list[int] = []
    highs: list[int] = []
    chain = zip(condition.sides, condition.relations, condition.sides[1:], strict=False)
    for left, relation, right in chain:
        for side, sign, other in ((left, relation, right), (right, _TURNED[relation], left)):
            number = _number(other, graph, layers)
            if side != t.Letter(letter) or number is None:
                continue
            sign = _DENIED[sign] if is_denied else sign
            if sign in {"=", ">=", ">"}:
                lows.append(number + (sign == ">"))
            if sign in {"=", "<=", "<"}:
                highs.append(number - (sign == "<"))
    if lows and highs and not is_denied:
        return _values(max(lows), min(highs), condition.place[0])
    return {*lows, *highs}


def _values(first: int, last: int, place: int) -> set[int]:
    if last - first > MAX_LENGTH or max(abs(first), abs(last)) > 2**31:
        raise UnreadableError(f"the stated range has more than {MAX_LENGTH} values", place)
    return set(range(first, last + 1))


def _number(node: t.Node, graph: Graph, layers: Layers) -> int | None:
    """Return an end of a range, or None where it depends on other letters."""
    if free_letters(node) - set(layers):
        return None
    try:
        return whole_number(node, graph, layers)
    except NoLayerError:
        return None


def require_on_axis(
    conditions: Sequence[t.Condition], letter: str, length: int, graph: Graph, layers: Layers
) -> None:
    """Refuse conditions that name values of a letter beyond its axis."""
    alone = {letter, *layers}
    mine = [c for c in conditions if letter in free_letters(c) <= alone]
    for condition in mine:
        named = named_values(condition, letter, graph, layers)
        outside = {value for value in named if not 1 <= value <= length}
        others = [c for c in mine if c is not condition]
        spend(len(named) * len(mine) / 10, condition.place[0])
        for value in sorted(outside):
            indices = IndexValues.of_ranges(graph, {letter: (value, value)})
            if all(indices.hold(c, layers).data.all() for c in [condition, *others]):
                name = length_name(length, layers, graph)
                kind = NoEntryError if value > length and is_numbered(mine) else MismatchError
                raise kind(f"the stated range of {letter} goes beyond its axis of {name}")
