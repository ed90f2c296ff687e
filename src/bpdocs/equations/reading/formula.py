r"""A formula inside a sentence: it claims something, states a condition, or names something."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from lark import Token

from bpdocs.equations import tree as t
from bpdocs.equations.errors import MismatchError, UnreadableClaimError, UnreadableError
from bpdocs.equations.notation import INDEX_LETTERS, STEPPED, Name
from bpdocs.equations.reading.conditions import read_block
from bpdocs.equations.reading.context import Context, Definitions
from bpdocs.equations.reading.display import Display, read_display
from bpdocs.equations.reading.expressions import read_any
from bpdocs.equations.reading.indices import is_index, read_index
from bpdocs.equations.reading.line_parts import Part, parts_of_line
from bpdocs.equations.reading.operators import GIVEN_NUMBERS
from bpdocs.equations.reading.parse_tree import (
    BRACKETS,
    Branch,
    items_of,
    parts_of,
    rule_of,
    tokens_of,
    unwrap,
)
from bpdocs.equations.reading.parser import parse
from bpdocs.equations.reading.rows import factors_of, is_space, read_space
from bpdocs.equations.reading.tokens import read_tokens

# Tokens that name nothing: an operator or a mark that a sentence speaks of, such as \odot.
_SIGNS = {
    *("PLUS", "MINUS", "ODOT", "OSLASH", "TIMES", "CDOT", "SLASH", "T", "PRIME", "DOTS", "SUM"),
    *("EQUALS", "DEFINES", "ARROW", "IN", "COMPARE", "COMMA", "PARTIAL", "NABLA", "SUP"),
    *("LBRACE", "RBRACE", "REALS", "LNORM", "RNORM", "LANGLE", "RANGLE", "COLON"),
}
# What relations of indices, sizes and numbers are made of.
_COUNTING = {
    *("NAME", "NUMBER", "PLUS", "MINUS", "TIMES", "CDOT", "SLASH", "SUP", "SUB", "FRAC", "DOTS"),
    *("LBRACE", "RBRACE", "LPAREN", "RPAREN", "LSET", "RSET", "COMMA"),
}


@dataclass(frozen=True)
class Formula:
    """What a formula inside a sentence is.

    Attributes
    ----------
    kind : {"claim", "condition", "expression"}
        Whether it claims something of the network, restricts indices, or only names something.
    display : Display or None
        Of a claim, what it claims.
    values : tuple of Node
        Of an expression, the values in it, whose shapes must fit.
    conditions : tuple of Condition
        Of a condition, what it says of indices, whose ranges must make sense.
    """

    kind: Literal["claim", "condition", "expression"]
    display: Display | None = None
    values: tuple[t.Node, ...] = ()
    conditions: tuple[t.Condition, ...] = ()


def read_formula(
    latex: str, names: Mapping[str, Name], definitions: Definitions | None = None
) -> Formula:
    """Return what a formula inside a sentence is.

    Raises
    ------
    UnreadableError
        If it cannot be read, or has a letter that the page does not know.
    """
    if all(token.type in _SIGNS for token in read_tokens(latex)):
        return Formula("expression")
    context = Context(names, dict(definitions or {}))
    parts = [part for line in parts_of(parse(latex)) for part in parts_of_line(line)[0]]
    if any(_is_claim(part, context) for part in parts):
        try:
            return Formula("claim", read_display(latex, names, definitions))
        except UnreadableError as error:
            raise UnreadableClaimError(str(error), error.place) from error
    if any(part.relations and not _is_map(part) for part in parts):
        return Formula("condition", conditions=_read_conditions(parts, context))
    values = [node for part in parts for side in part.sides for node in _read_side(side, context)]
    return Formula("expression", values=tuple(values))


def _is_map(part: Part) -> bool:
    r"""Tell whether arrows show what follows from what: Z^l \to A^l."""
    return {rule_of(relation) for relation in part.relations} == {"ARROW"}


def _is_claim(part: Part, context: Context) -> bool:
    """Tell whether a part has a relation that speaks of more than indices, sizes and numbers."""
    if not part.relations:
        return False
    if _is_map(part):
        trains = r"\eta" in context.names
        stepped = {key for key, name in context.names.items() if name.node in STEPPED}
        first = {str(token) for token in tokens_of(part.sides[0], "NAME")}
        return trains and bool(first & stepped)
    tokens = [token for side in part.sides for token in tokens_of(side)]
    kinds = {rule_of(relation) for relation in part.relations}
    names = {str(token) for token in tokens if token.type == "NAME"}
    if kinds == {"EQUALS"} and not names:
        return True  # of numbers alone
    is_set = kinds == {"IN"} and rule_of(part.sides[-1]) == "set"
    given = {key for key, name in context.names.items() if name.node in GIVEN_NUMBERS}
    counted = (INDEX_LETTERS | {"L", "M", "N"}) - {*context.names, *context.definitions}
    is_of_numbers = {token.type for token in tokens} <= _COUNTING and names <= counted | given
    return not (is_of_numbers and (kinds <= {"EQUALS", "COMPARE"} or is_set))


def _read_conditions(parts: Sequence[Part], context: Context) -> tuple[t.Condition, ...]:
    """Read relations of indices, sizes and numbers."""
    found: list[t.Condition] = []
    at = 0
    while at < len(parts):
        conditions, after = read_block(parts, at, context)
        found += conditions
        if after == at:
            for side in parts[at].sides:
                _read_side(side, context)
            after = at + 1
        at = after
    return tuple(found)


def _read_side(side: Branch, context: Context) -> list[t.Node]:
    """Return the values in a side; indices, shapes and lists of them have none."""
    side = unwrap(side)
    if rule_of(side) == "DOTS":
        return []
    if is_index(side) and not _is_product(side):
        read_index(side)
        return []
    if is_space(side):
        read_space(side)
        return []
    if isinstance(side, Token) and _is_layered(str(side), context):
        return []  # the letter alone, as a sentence speaks of it
    if rule_of(side) in BRACKETS and (inside := items_of(side)) and _is_list(side):
        return [node for item in inside for node in _read_side(item, context)]
    if (shapes := _shapes_in(side)) is not None:
        _require_fitting(shapes)
        return []
    return [read_any(side, context)]


def _is_product(side: Branch) -> bool:
    """Tell whether a side is a product of numbers, 2 N_l M, which is a value."""
    return rule_of(side) == "neighbours"


def _is_layered(key: str, context: Context) -> bool:
    return key in context.names and context.names[key].is_layered


def _is_list(side: Branch) -> bool:
    r"""Tell whether brackets hold a tuple, (j, m), or a shape, (N_l \times M)."""
    inside = items_of(side)
    return len(inside) > 1 or _shapes_in(inside[0]) is not None


def _shapes_in(side: Branch) -> list[list[t.Node]] | None:
    r"""Return the shapes of N_l \times M, or of the product (N_l \times M)(M \times 1)."""
    side = unwrap(side)
    if rule_of(side) == "neighbours":
        found = [_shapes_in(factor) for factor in parts_of(side)]
        return [shape for part in found if part for shape in part] if all(found) else None
    lengths = factors_of(side)
    if len(lengths) < 2 or not all(map(is_index, lengths)):
        return None
    return [[read_index(length) for length in lengths]]


def _require_fitting(shapes: list[list[t.Node]]) -> None:
    for left, right in itertools.pairwise(shapes):
        if left[-1] != right[0]:
            raise MismatchError("a product of these shapes does not fit")
