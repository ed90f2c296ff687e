r"""Relations between index expressions: 1 \le l < L, n \ne m."""

from collections.abc import Sequence

from lark import Token

from bpdocs.equations import tree as t
from bpdocs.equations.reading.indices import read_index
from bpdocs.equations.reading.parse_tree import Branch, place_of

_SIGNS = {"≤": "<=", "≥": ">=", "≠": "!=", "not=": "!=", "lt": "<", "gt": ">"}


def comparison_sign(relation: str) -> str:
    r"""Return a comparison as Python writes it: \le and \leqslant are <=."""
    plain = relation.replace(" ", "").lstrip("\\")
    for start, sign in (("le", "<="), ("ge", ">="), ("ne", "!=")):
        if plain.startswith(start):
            return sign
    return _SIGNS.get(plain, plain)


def read_comparison(sides: Sequence[Branch], relations: Sequence[Token]) -> t.Comparison:
    """Return a relation between index expressions."""
    return t.Comparison(
        tuple(read_index(side) for side in sides),
        tuple(comparison_sign(str(relation)) for relation in relations),
        place=(place_of(sides[0])[0], place_of(sides[-1])[1]),
    )
