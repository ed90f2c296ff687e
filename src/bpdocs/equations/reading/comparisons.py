r"""Relations between index expressions: 1 \le l < L, n \ne m."""

from collections.abc import Sequence

from lark import Token

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.reading.indices import is_index, read_index
from bpdocs.equations.reading.parse_tree import Branch, items_of, place_of, rule_of

_SIGNS = {"≤": "<=", "≥": ">=", "≠": "!=", "not=": "!=", "lt": "<", "gt": ">"}


def comparison_sign(relation: str) -> str:
    r"""Return a comparison as Python writes it: \le and \leqslant are <=."""
    plain = relation.replace(" ", "").lstrip("\\")
    for start, sign in (("le", "<="), ("ge", ">="), ("ne", "!=")):
        if plain.startswith(start):
            return sign
    return _SIGNS.get(plain, plain)


def is_tuple(side: Branch) -> bool:
    """Tell whether a side is a tuple of indices, (k, n)."""
    return (
        rule_of(side) == "paren" and len(items_of(side)) > 1 and all(map(is_index, items_of(side)))
    )


def read_tuples(sides: Sequence[Branch], relations: Sequence[Token]) -> t.Condition:
    r"""Return (k, n) = (j, m), which is k = j and n = m, or (k, n) \ne (j, m)."""
    place = (place_of(sides[0])[0], place_of(sides[-1])[1])
    sign = comparison_sign(str(relations[0]))
    firsts, seconds = (items_of(side) for side in sides)
    if len(firsts) != len(seconds) or sign not in {"=", "!="}:
        raise UnreadableError("tuples of indices are equal or not, entry by entry", place[0])
    equal = tuple(
        t.Comparison((read_index(first), read_index(second)), ("=",), place=place)
        for first, second in zip(firsts, seconds, strict=True)
    )
    both = t.AllOf(equal, place=place)
    return both if sign == "=" else t.Not(both, place=place)


def read_comparison(sides: Sequence[Branch], relations: Sequence[Token]) -> t.Comparison:
    """Return a relation between index expressions."""
    return t.Comparison(
        tuple(read_index(side) for side in sides),
        tuple(comparison_sign(str(relation)) for relation in relations),
        place=(place_of(sides[0])[0], place_of(sides[-1])[1]),
    )
