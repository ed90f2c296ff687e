r"""Indices: layers in superscripts, elements in subscripts, limits. They need no context."""

from collections.abc import Callable

from lark import Token

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.notation import INDEX_LETTERS
from bpdocs.equations.reading.parse_tree import (
    BRACKETS,
    Branch,
    base_and_scripts,
    count_primes,
    items_of,
    parts_of,
    place_of,
    rule_of,
    unwrap,
)

_COUNTS = {"L", "M"}


def is_index(branch: Branch) -> bool:
    """Tell whether a branch is an index expression, dots included."""
    branch = unwrap(branch)
    what = rule_of(branch)
    if isinstance(branch, Token):
        is_name = what == "NAME" and (str(branch) in INDEX_LETTERS or str(branch) in _COUNTS)
        return what in {"NUMBER", "DOTS"} or is_name
    if what == "scripted":
        first, *scripts = parts_of(branch)
        return str(first) == "N" and [rule_of(script) for script in scripts] == ["subscript"]
    if what == "expression":
        return all(
            rule_of(part) in {"PLUS", "MINUS"} or is_index(part) for part in parts_of(branch)
        )
    if what == "neighbours":
        return all(is_index(factor) for factor in parts_of(branch))
    if what in {"paren", "group"}:
        return len(items_of(branch)) == 1 and is_index(items_of(branch)[0])
    return False


def read_index(branch: Branch) -> t.Node:
    """Return the typed tree of an index: l, l+1, N_l, 3."""
    branch = unwrap(branch)
    what = rule_of(branch)
    place = place_of(branch)
    if what in {"group", "paren", "bracket", "list"}:
        inner = items_of(branch)
        if len(inner) == 1:
            return read_index(inner[0])
    elif what == "COLON":
        return t.Whole(place=place)
    elif what == "NUMBER" and str(branch).isdigit():
        return t.Number(int(str(branch)), place=place)
    elif what == "NAME":
        if str(branch) in _COUNTS:
            return t.Constant(str(branch), place=place)
        if str(branch) in INDEX_LETTERS:
            return t.Letter(str(branch), place=place)
    elif what == "scripted":
        base, scripts = base_and_scripts(branch)
        if not scripts:
            return read_index(base)
        if str(base) == "N" and len(scripts) == 1 and rule_of(scripts[0]) == "subscript":
            return t.Size(read_index(parts_of(scripts[0])[-1]), place=place)
    elif what == "expression":
        return read_addition(branch, read_index)
    elif what == "neighbours":
        factors = [read_index(factor) for factor in parts_of(branch)]
        product = factors[0]
        for factor in factors[1:]:
            product = t.Product("", product, factor, place=place)
        if not any(isinstance(node, t.Letter) for node in product.walk()):
            return product
    raise UnreadableError("an index is expected here, such as j, l+1 or N_l", place[0])


def read_indices(script: Branch) -> tuple[t.Node, ...]:
    """Return the indices of a subscript, written with commas or without."""
    found: list[t.Node] = []
    for item in items_of(parts_of(script)[-1]):
        single = unwrap(item)
        if rule_of(single) in BRACKETS:
            found += [read_index(inner) for inner in items_of(single)]
        elif rule_of(single) == "neighbours":
            found += [read_index(factor) for factor in parts_of(single)]
        else:
            found.append(read_index(single))
    return tuple(found)


def read_layer(script: Branch) -> tuple[t.Node | None, int, int]:
    """Return the layer in a superscript, if any, the number of transposes, and of primes."""
    content = parts_of(script)
    transposes = sum(rule_of(item) == "T" for item in content)
    primes = sum(rule_of(item) == "PRIME" for item in content)
    rest = [item for item in content if rule_of(item) not in {"T", "PRIME"}]
    if not rest:
        return None, transposes, primes
    inside = items_of(rest[0])
    if len(inside) != 1 or len(rest) > 1:
        raise UnreadableError("one layer is expected in the superscript", place_of(script)[0])
    base, scripts = base_and_scripts(inside[0])
    if scripts and (count := count_primes(scripts)):
        return _layer(base, script), transposes, primes + count
    return _layer(inside[0], script), transposes, primes


def _layer(branch: Branch, script: Branch) -> t.Node:
    layer = read_index(branch)
    if isinstance(layer, t.Addition) and len(layer.terms) == 1:
        raise UnreadableError(
            "a superscript is a layer, and layers are not negative; an inverse is not read",
            place_of(script)[0],
        )
    return layer


def read_letter(branch: Branch) -> t.Letter:
    """Return an index that must be a letter."""
    index = read_index(branch)
    if not isinstance(index, t.Letter):
        raise UnreadableError("an index letter is expected below the sum", place_of(branch)[0])
    return index


def read_addition(branch: Branch, read: Callable[[Branch], t.Node]) -> t.Node:
    """Return a sum of signed terms, each read by `read`."""
    terms: list[tuple[int, t.Node]] = []
    sign = 1
    for part in parts_of(branch):
        if rule_of(part) in {"PLUS", "MINUS"}:
            sign = -1 if rule_of(part) == "MINUS" else 1
        else:
            terms.append((sign, read(part)))
    return t.Addition(tuple(terms), place=place_of(branch))
