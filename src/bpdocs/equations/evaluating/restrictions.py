r"""Which layers and elements a claim speaks of, by its conditions.

Two questions are asked of a condition. Where does it hold? And which values does it *name*: of
1 \le l \le L+1 these are 1 to L+1, so that a layer which does not exist is claimed to. A layer that
no condition names, such as 0 in a claim about W^l, is passed over. An equation between letters, as
p = l+1, names p wherever another condition names l.
"""

import itertools
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from bpdocs.equations import tree as t
from bpdocs.equations.errors import (
    NoLayerError,
    SizesError,
    UnreadableError,
)
from bpdocs.equations.evaluating.counting import MAX_LENGTH, Layers, whole_number
from bpdocs.equations.evaluating.index_values import IndexValues
from bpdocs.equations.letters import free_letters
from bpdocs.equations.networks.graph import Graph

MAX_LAYER_CHOICES = 400

_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}
_DENIED = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "=": "!=", "!=": "="}


def layer_choices(
    conditions: Sequence[t.Condition], letters: Sequence[str], graph: Graph
) -> Iterator[tuple[dict[str, int], frozenset[str]]]:
    """Yield the choices of layers that conditions allow, and the letters whose value they name.

    Conditions on sizes alone allow all choices or none.
    """
    mine = [c for c in conditions if free_letters(c) <= set(letters)]
    # Those on elements as well may name a layer: l = 0 or j = 1.
    named = {letter: named_by_all(conditions, letter, graph, {}) for letter in letters}
    ranges = {letter: {*range(graph.n_layers + 1), *named[letter]} for letter in letters}
    _require_few(ranges, conditions)
    joint = [c for c in mine if len(free_letters(c)) > 1]
    for letter in letters if joint else ():
        ranges[letter] |= _named_by_others(joint, letter, graph, ranges)
    _require_few(ranges, conditions)
    indices = IndexValues(graph)
    for choice in itertools.product(*(sorted(ranges[letter]) for letter in letters)):
        layers = dict(zip(letters, choice, strict=True))
        if _allows(mine, indices, layers):
            sure = frozenset(letter for letter in letters if layers[letter] in named[letter])
            yield layers, _with_followers(joint, sure, layers, graph)


def _require_few(ranges: Mapping[str, Collection[int]], conditions: Sequence[t.Condition]) -> None:
    if math.prod(map(len, ranges.values())) > MAX_LAYER_CHOICES:
        place = conditions[0].place[0] if conditions else 0
        raise SizesError("too many letters count layers at once", place, is_large=True)


def _named_by_others(
    joint: Sequence[t.Condition],
    letter: str,
    graph: Graph,
    ranges: Mapping[str, Collection[int]],
) -> set[int]:
    """Return the values of a letter that conditions name by some choice of the other letters."""
    found: set[int] = set()
    for condition in joint:
        if letter not in free_letters(condition):
            continue
        others = sorted(free_letters(condition) - {letter})
        for choice in itertools.product(*(ranges[other] for other in others)):
            layers = dict(zip(others, choice, strict=True))
            found |= named_values(condition, letter, graph, layers, is_by_others=True)
    return found


def _with_followers(
    joint: Sequence[t.Condition], sure: frozenset[str], layers: Layers, graph: Graph
) -> frozenset[str]:
    """Return named letters with those whose value follows from theirs."""
    known = {letter: layers[letter] for letter in sure}
    for letter in layers.keys() - sure:
        named = [named_values(c, letter, graph, known, is_by_others=True) for c in joint]
        if layers[letter] in set().union(*named):
            return _with_followers(joint, sure | {letter}, layers, graph)
    return sure


def _allows(conditions: Iterable[t.Condition], indices: IndexValues, layers: Layers) -> bool:
    try:
        return all(bool(indices.hold(condition, layers).data) for condition in conditions)
    except NoLayerError:
        return False


def named_by_all(
    conditions: Iterable[t.Condition], letter: str, graph: Graph, layers: Layers
) -> set[int]:
    """Return the values of a letter that any of several conditions names."""
    found: set[int] = set()
    for condition in conditions:
        found |= named_values(condition, letter, graph, layers)
    return found


def named_values(
    condition: t.Condition,
    letter: str,
    graph: Graph,
    layers: Layers,
    *,
    is_denied: bool = False,
    is_by_others: bool = False,
) -> set[int]:
    """Return the values of a letter that a condition names.

    Of a range these are all in it; of a bound on one side, the last one inside it, unless other
    letters tell it: p > l does not claim that there is a p beyond each l.
    """
    match condition:
        case t.Range():
            if not isinstance(condition.index, t.Letter):
                sides = (condition.low, condition.index, condition.high)
                between = t.Comparison(sides, ("<=", "<="), place=condition.place)
                return named_values(between, letter, graph, layers, is_denied=is_denied)
            low, high = (_number(end, graph, layers) for end in (condition.low, condition.high))
            if is_denied or condition.index != t.Letter(letter):
                return set()
            if low is None or high is None:
                return {end for end in (low, high) if end is not None}
            return _values(low, high, condition.place[0])
        case t.AllOf() | t.AnyOf():
            found = [
                named_values(
                    part, letter, graph, layers, is_denied=is_denied, is_by_others=is_by_others
                )
                for part in condition.parts
            ]
            return set().union(*found)
        case t.Not():
            return named_values(
                condition.part,
                letter,
                graph,
                layers,
                is_denied=not is_denied,
                is_by_others=is_by_others,
            )
        case t.Comparison():
            return _named_by_comparison(
                condition, letter, graph, layers, is_denied=is_denied, is_by_others=is_by_others
            )


def _named_by_comparison(
    condition: t.Comparison,
    letter: str,
    graph: Graph,
    layers: Layers,
    *,
    is_denied: bool,
    is_by_others: bool,
) -> set[int]:
    lows: list[int] = []
    highs: list[int] = []
    chain = zip(condition.sides, condition.relations, condition.sides[1:], strict=False)
    for left, relation, right in chain:
        for side, sign, other in ((left, relation, right), (right, _TURNED[relation], left)):
            number, is_turned = _solved(side, letter, other, graph, layers)
            if number is None:
                continue
            sign = _TURNED[sign] if is_turned else sign
            sign = _DENIED[sign] if is_denied else sign
            if sign in {"=", ">=", ">"}:
                lows.append(number + (sign == ">"))
            if sign in {"=", "<=", "<"}:
                highs.append(number - (sign == "<"))
    if lows and highs and not is_denied:
        return _values(max(lows), min(highs), condition.place[0])
    return set() if is_by_others else {*lows, *highs}


def _solved(
    side: t.Node, letter: str, other: t.Node, graph: Graph, layers: Layers
) -> tuple[int | None, bool]:
    """Return the number beside which a letter stands: 1 + l of p - l = 1; and if it is negated."""
    number = _number(other, graph, layers)
    if side == t.Letter(letter) or number is None:
        return number if side == t.Letter(letter) else None, False
    if not isinstance(side, t.Addition):
        return None, False
    mine = [sign for sign, term in side.terms if term == t.Letter(letter)]
    rest = [(sign, term) for sign, term in side.terms if term != t.Letter(letter)]
    numbers = [(sign, _number(term, graph, layers)) for sign, term in rest]
    if len(mine) != 1 or any(found is None for _, found in numbers):
        return None, False
    left_over = number - sum(sign * (found or 0) for sign, found in numbers)
    return int(mine[0] * left_over), mine[0] < 0


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
