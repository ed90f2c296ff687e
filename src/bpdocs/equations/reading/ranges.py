r"""Ranges of an index: 1, \dots, L and \{1, \dots, M\}, which count up or down."""

from collections import Counter
from collections.abc import Sequence

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.reading.indices import read_index
from bpdocs.equations.reading.parse_tree import Branch, items_of, place_of, rule_of, unwrap


def read_range(index: t.Node, entries: Sequence[Branch], place: tuple[int, int]) -> t.Range:
    r"""Return the range of an index from what is listed: 1, 2, \dots, L.

    Raises
    ------
    UnreadableError
        If it is not a first, perhaps a second, dots and a last, or does not go in steps of one.
    """
    is_dots = [rule_of(unwrap(entry)) == "DOTS" for entry in entries]
    if is_dots not in ([False, True, False], [False, False, True, False]):
        raise UnreadableError(r"a range is written 1, \dots, L", place[0])
    first, *second, last = (
        read_index(entry) for entry, dots in zip(entries, is_dots, strict=True) if not dots
    )
    if index in {*first.walk(), *last.walk()}:
        raise UnreadableError("the range of an index is stated by itself", place[0])
    step = difference(second[0], first) if second else (-1 if _counts_down(first, last) else 1)
    if step not in {1, -1}:
        raise UnreadableError("a range goes in steps of one", place[0])
    low, high = (first, last) if step == 1 else (last, first)
    return t.Range(low, index, high, place=place)


def read_set(branch: Branch, index: t.Node, place: tuple[int, int]) -> t.Range:
    r"""Return the range of an index in \{1, \dots, M\}."""
    if rule_of(branch) != "set":
        raise UnreadableError(r"a set is read as \{1, \dots, M\}", place_of(branch)[0])
    return read_range(index, items_of(branch), place)


def _counts_down(first: t.Node, last: t.Node) -> bool:
    """Tell whether a range falls, as L-1, ..., 1 does in every network that is large enough."""
    difference = _difference(last, first)
    letters = [count for name, count in difference.items() if name]
    return all(count < 0 for count in letters) if letters else difference[""] < 0


def difference(left: t.Node, right: t.Node) -> int | None:
    """Return left minus right where that is a number."""
    difference = {name: count for name, count in _difference(left, right).items() if count}
    return difference.get("", 0) if set(difference) <= {""} else None


def _difference(left: t.Node, right: t.Node) -> Counter[str]:
    """Return left minus right: how often each letter stands in it, and under "" the number."""
    found = _linear(left)
    found.subtract(_linear(right))
    return Counter({name: count for name, count in found.items() if count or not name})


def _linear(node: t.Node) -> Counter[str]:
    match node:
        case t.Number():
            return Counter({"": int(node.value)})
        case t.Addition():
            total: Counter[str] = Counter()
            for sign, term in node.terms:
                for name, count in _linear(term).items():
                    total[name] += sign * count
            return total
    return Counter({repr(node): 1})
