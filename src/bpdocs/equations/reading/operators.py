r"""Sums, maxima, fractions and derivatives: what runs over an index or acts on what follows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from lark import Token, Tree

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.reading.comparisons import comparison_sign, read_comparison
from bpdocs.equations.reading.context import Context, Read
from bpdocs.equations.reading.indices import read_index, read_letter
from bpdocs.equations.reading.parse_tree import (
    Branch,
    is_function,
    items_of,
    parts_of,
    place_of,
    rule_of,
    sides_of,
    tokens_of,
    without_braces,
)
from bpdocs.equations.reading.ranges import read_set

# Numbers that are given and follow from nothing: a derivative of them says nothing.
GIVEN_NUMBERS = {"eta", "epsilon", "momentum"}


def read_sum(branch: Tree[Token], context: Context, read: Read) -> t.Node:
    """Return a sum over one index or several."""
    _, *scripts, body = parts_of(branch)
    is_negative = bool(scripts) and rule_of(scripts[-1]) == "MINUS"
    scripts = scripts[:-1] if is_negative else scripts
    found = read_reduction("sum", scripts, read(body, context), place_of(branch))
    return t.Addition(((-1, found),), place=found.place) if is_negative else found


def read_reduction(
    function: Literal["sum", "max", "min"],
    scripts: Sequence[Branch],
    body: t.Node,
    place: tuple[int, int],
) -> t.Reduction:
    """Return a sum or an extremum over the indices that its scripts name."""
    below = [script for script in scripts if rule_of(script) == "subscript"]
    above = [script for script in scripts if rule_of(script) == "superscript"]
    if len(below) != 1 or len(above) > 1 or len(below) + len(above) != len(scripts):
        raise UnreadableError("the sum needs its index below it", place[0])
    _require_commas(below[0])
    upper = _upper(above[0]) if above else None
    bounds: list[t.Bound] = []
    conditions: list[t.Condition] = []
    for item in items_of(parts_of(below[0])[-1]):
        _read_bound(item, upper, bounds, conditions)
    if not bounds:
        first = (n for c in conditions for n in c.walk() if isinstance(n, t.Letter))
        bounds = [t.Bound(letter.name, None, upper) for letter in list(first)[:1]]
    if len({bound.letter for bound in bounds}) != len(bounds):
        raise UnreadableError("an index stands twice under the sum", place_of(below[0])[0])
    return t.Reduction(function, tuple(bounds), tuple(conditions), body, place=place)


def _require_commas(script: Branch) -> None:
    """Refuse words below a sum that join otherwise than a comma does."""
    for token in tokens_of(script, "COMMA"):
        if set(token.split()) - {",", "and", "for", "if", "all"} and "\\" not in token:
            raise UnreadableError("below a sum all conditions hold at once", token.start_pos)


def _upper(script: Branch) -> t.Node:
    content = parts_of(script)
    if len(content) != 1 or rule_of(content[0]) in {"T", "PRIME"}:
        raise UnreadableError("an upper limit is expected above the sum", place_of(script)[0])
    return read_index(content[0])


def _read_bound(
    item: Branch, upper: t.Node | None, bounds: list[t.Bound], conditions: list[t.Condition]
) -> None:
    sides, relations = sides_of(item)
    kinds = [rule_of(relation) for relation in relations]
    if kinds == ["IN"] and upper is None:
        letter = read_letter(sides[0])
        found = read_set(sides[1], letter, place_of(item))
        bounds.append(t.Bound(letter.name, found.low, found.high))
    elif not relations:
        letters = parts_of(item) if rule_of(item) == "neighbours" else [item]
        bounds += [t.Bound(read_letter(letter).name, None, upper) for letter in letters]
    elif kinds == ["EQUALS"]:
        lower = read_index(sides[1])
        # \sum_{j,k=1}^{N}: both begin at 1
        bounds[:] = [replace(bound, lower=bound.lower or lower) for bound in bounds]
        bounds.append(t.Bound(read_letter(sides[0]).name, lower, upper))
    elif kinds == ["COMPARE", "COMPARE"] and upper is None:
        if not all(comparison_sign(str(relation)) == "<=" for relation in relations):
            raise UnreadableError(r"a \le k \le b is expected", place_of(item)[0])
        low, middle, high = sides
        bounds.append(t.Bound(read_letter(middle).name, read_index(low), read_index(high)))
    elif set(kinds) == {"COMPARE"}:
        conditions.append(read_comparison(sides, relations))
    else:
        raise UnreadableError("this is not read below a sum", place_of(item)[0])


def read_fraction(branch: Tree[Token], context: Context, read: Read) -> t.Node:
    """Return a fraction, or a derivative."""
    above, below = parts_of(branch)
    place = place_of(branch)
    top, bottom = without_braces(above), without_braces(below)
    kinds = {rule_of(top), rule_of(bottom)}
    if kinds == {"partial"} or kinds == {"differential"}:
        top, bottom = parts_of(top)[1], parts_of(bottom)[1]
        return differentiate(read(top, context), read(bottom, context), place)
    if rule_of(top) == "neighbours" and rule_of(bottom) == rule_of(parts_of(top)[0]):
        first, *rest = parts_of(top)  # of \partial \log P, the application is differentiated
        if rule_of(first) in {"partial", "differential"} and is_function(parts_of(first)[1]):
            whole = Tree("neighbours", [parts_of(first)[1], *rest], top.meta)  # type: ignore[union-attr]
            return differentiate(read(whole, context), read(parts_of(bottom)[1], context), place)
    if "partial" in kinds:
        raise UnreadableError(r"one \partial is expected above and one below", place[0])
    return t.Fraction(read(above, context), read(below, context), place=place)


def read_derivative_of_sum(branch: Tree[Token], context: Context, read: Read) -> t.Node:
    r"""Return the derivative of a sum, which stands above without brackets."""
    sign, above, below = parts_of(branch)
    bottom = without_braces(below)
    wanted = {"PARTIAL": "partial", "D": "differential"}[rule_of(sign)]
    if rule_of(bottom) != wanted:
        raise UnreadableError(f"{sign} is expected below as it stands above", place_of(below)[0])
    variable = read(parts_of(bottom)[1], context)
    return differentiate(read(above, context), variable, place_of(branch))


def differentiate(above: t.Node, below: t.Node, place: tuple[int, int]) -> t.Node:
    """Return the derivative; by an element it is that element of the derivative."""
    require_variable(above, place)
    if isinstance(below, t.Element):
        inner = differentiate(above, below.base, place)
        return t.Element(inner, below.indices, place=place)
    if isinstance(below, t.Transpose):
        return t.Transpose(differentiate(above, below.base, place), place=place)
    if not isinstance(below, t.Quantity):
        raise UnreadableError(
            "a derivative is taken by a quantity of the network or an element of one",
            below.place[0],
        )
    return t.Derivative(above, below, place=place)


def require_variable(node: t.Node, place: tuple[int, int]) -> None:
    """Refuse the derivative or differential of what is no quantity: it is 0, whatever follows."""
    inner = list(node.walk())
    if any(isinstance(n, t.Quantity) and n.name not in GIVEN_NUMBERS for n in inner):
        return
    if t.Constant("L") in inner:
        raise UnreadableError(
            r"L is the number of layers, which has no derivative; the loss is C or \mathcal{L}",
            place[0],
        )
    raise UnreadableError("what is differentiated has no quantity of the network in it", place[0])
