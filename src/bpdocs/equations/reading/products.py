r"""What stands side by side: products, and functions, which take what follows them."""

from typing import cast

from lark import Token, Tree

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.reading.context import Context, Read
from bpdocs.equations.reading.operators import differentiate
from bpdocs.equations.reading.parse_tree import (
    Branch,
    parts_of,
    place_of,
    rule_of,
)
from bpdocs.equations.reading.side_by_side import Factors

MAX_FACTORS = 60  # side by side; each is a level of the tree

_OPERATORS: dict[str, t.Operator] = {
    "ODOT": "odot",
    "OSLASH": "oslash",
    "TIMES": "times",
    "CDOT": "cdot",
    "SLASH": "slash",
}
_NAMED = {"exp", "log", "tanh", "sigmoid", "softplus", "relu"}  # an argument needs no bracket
_SYNONYMS = {"ln": "log", "Tr": "tr", "ReLU": "relu"}


def read_product(branch: Tree[Token], context: Context, read_any: Read) -> t.Node:
    r"""Return a product with a sign: \odot, \times, \cdot, or a slash."""
    left, sign, right = parts_of(branch)
    operator = _OPERATORS[cast("Token", parts_of(sign)[0]).type]
    place = place_of(branch)
    if operator == "slash":
        return _read_slash(left, right, place, context, read_any)
    joined = [Factors([side], context, read_any).join(place_of(side)) for side in (left, right)]
    return t.Product(operator, joined[0], joined[1], place=place)


def _read_slash(
    left: Branch, right: Branch, place: tuple[int, int], context: Context, read_any: Read
) -> t.Node:
    above = parts_of(left) if rule_of(left) == "neighbours" else [left]
    below = parts_of(right) if rule_of(right) == "neighbours" else [right]
    factors: list[Branch | t.Node]
    if rule_of(above[-1]) == "partial" and rule_of(below[0]) == "partial":
        top, bottom = (
            Factors([parts_of(side)[1]], context, read_any).join(place)
            for side in (above[-1], below[0])
        )
        factors = [*above[:-1], differentiate(top, bottom, place), *below[1:]]
        return Factors(factors, context, read_any).join(place)
    if len(below) > 1:
        raise UnreadableError(r"a / b c can be read in two ways; write \frac", place_of(right)[0])
    top, bottom = (Factors([side], context, read_any).join(place) for side in (left, right))
    return t.Fraction(top, bottom, place=place)


def read_neighbours(branch: Tree[Token], context: Context, read_any: Read) -> t.Node:
    """Return the product of neighbours; it may be a function, where that stands alone."""
    factors: list[Branch | t.Node] = []
    for child in parts_of(branch):  # before a sum they stand in a branch of their own
        factors += parts_of(child) if rule_of(child) == "neighbours" else [child]
    if len(factors) > MAX_FACTORS:
        raise UnreadableError(
            f"more than {MAX_FACTORS} factors stand side by side", place_of(branch)[0]
        )
    return Factors(factors, context, read_any).join(place_of(branch), may_be_function=True)
