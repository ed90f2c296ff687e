r"""Parse tree to typed tree: every symbol gets its meaning, or an error with its place.

`read` is the one entry; `products` joins what stands side by side, `symbols` and `operators` read
what has scripts and what acts on something.
"""

from dataclasses import replace

from lark import Token, Tree

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.reading import products
from bpdocs.equations.reading.context import Context
from bpdocs.equations.reading.indices import read_addition
from bpdocs.equations.reading.operators import (
    read_derivative_of_sum,
    read_fraction,
    read_sum,
    require_variable,
)
from bpdocs.equations.reading.parse_tree import (
    Branch,
    base_and_scripts,
    count_primes,
    is_frobenius,
    items_of,
    parts_of,
    place_of,
    rule_of,
    tokens_of,
    unwrap,
    without_scripts,
)
from bpdocs.equations.reading.side_by_side import arguments_of, read_function
from bpdocs.equations.reading.symbols import read_constant_column, read_symbol
from bpdocs.equations.reading.value_scripts import number, require_value, with_scripts

_COMPLAINTS = {
    "partial": r"\partial stands alone; write a fraction of two",
    "derivative_by": "there is nothing behind the derivative that it could act on",
    "chain": "a relation stands inside an expression",
    "cases": "cases stand alone behind a relation",
    "DOTS": "dots have no value",
}


def read(branch: Branch, context: Context) -> t.Node:
    """Return the typed tree of an expression that is a value."""
    return require_value(read_any(branch, context), place_of(branch))


def read_any(branch: Branch, context: Context) -> t.Node:
    """Return the typed tree of an expression, which may be a function or a letter."""
    branch = unwrap(branch)
    if isinstance(branch, Token) or rule_of(branch) == "hat":
        branch = without_scripts(branch)
    node = _read_rule(branch, context)
    return node if node.place != (0, 0) else replace(node, place=place_of(branch))


def _read_rule(branch: Tree[Token], context: Context) -> t.Node:
    match rule_of(branch):
        case "expression":
            return read_addition(branch, lambda term: read(term, context))
        case "product" | "term":
            return products.read_product(branch, context, read_any)
        case "opposite":
            return t.Addition(((-1, read(parts_of(branch)[1], context)),))
        case "neighbours":
            return products.read_neighbours(branch, context, read_any)
        case "sum":
            return read_sum(branch, context, read)
        case "scripted":
            return _read_scripted(branch, context)
        case "fraction":
            return read_fraction(branch, context, read)
        case "derivative_of_sum":
            return read_derivative_of_sum(branch, context, read)
        case "root":
            return t.Root(read(parts_of(branch)[0], context))
        case "group" | "paren" | "bracket" | "set":
            return _read_bracket(branch, context)
        case "norm":
            is_bar = str(branch.children[0]) in {"|", r"\vert", r"\lvert"}
            return t.Norm(read(parts_of(branch)[0], context), "abs" if is_bar else "")
        case "inner":
            return _read_inner(branch, context)
        case "differential":
            node = read(parts_of(branch)[1], context)
            require_variable(node, place_of(branch))
            return t.Differential(node)
        case rule:
            message = _COMPLAINTS.get(rule, f"{rule} is not a value")
            raise UnreadableError(message, place_of(branch)[0])


def _read_scripted(branch: Tree[Token], context: Context) -> t.Node:
    base, scripts = base_and_scripts(branch)
    place = place_of(branch)
    what = rule_of(base)
    has_subscript = bool(scripts) and rule_of(scripts[0]) == "subscript"
    if what == "FUNCTION":
        return read_function(base, scripts)
    if what in {"NAME", "hat"}:
        if str(base) == "e" and scripts and rule_of(scripts[0]) == "superscript":
            return _read_exponential(scripts, place, context)
        return with_scripts(*read_symbol(base, scripts, place, context), context, read_any)
    if what == "ONES" or (str(base) in {"0", "1"} and has_subscript):
        return with_scripts(*read_constant_column(base, scripts, place), context, read_any)
    if what == "NUMBER" and has_subscript:
        raise UnreadableError(
            rf"a number takes no subscript; write {base} \, \mathbf{{1}}_{{M}} for a column",
            place[0],
        )
    if what == "NUMBER":
        return with_scripts(
            t.Number(number(str(base)), place=place_of(base)), scripts, context, read_any
        )
    if what in _COMPLAINTS:
        raise UnreadableError(_COMPLAINTS[what], place[0])
    if isinstance(base, Token):
        raise UnreadableError(f"{base} is not a value", place[0])
    if what == "scripted":
        raise UnreadableError("the symbol is missing", place[0])
    return _scripts_on_bracket(base, scripts, place, context)


def _scripts_on_bracket(
    base: Branch, scripts: list[Branch], place: tuple[int, int], context: Context
) -> t.Node:
    value = read_any(base, context)
    if isinstance(value, t.Function):
        primes = count_primes(scripts)
        if primes is None:
            raise UnreadableError(
                "a function takes primes only; an inverse is not read", place_of(scripts[0])[0]
            )
        return replace(value, primes=value.primes + primes, place=place)
    if rule_of(base) == "inner" and scripts and is_frobenius(scripts[0]):
        scripts = scripts[1:]
    elif isinstance(value, t.Norm):
        named = next((n for n, s in enumerate(scripts) if rule_of(s) == "subscript"), None)
        if named is not None:
            value = _named_norm(value, scripts[named])
            scripts = [*scripts[:named], *scripts[named + 1 :]]
    return with_scripts(value, scripts, context, read_any)


def _named_norm(norm: t.Norm, script: Branch) -> t.Node:
    tokens = [token for token in tokens_of(script) if token.type in {"NAME", "NUMBER"}]
    name = "".join("F" if is_frobenius(script) else str(token) for token in tokens)
    if name not in {"F", "2"}:
        raise UnreadableError(f"the norm {name} is not known; F is", place_of(script)[0])
    return replace(norm, name=name)


def _read_exponential(scripts: list[Branch], place: tuple[int, int], context: Context) -> t.Node:
    inside = items_of(parts_of(scripts[0])[0]) if parts_of(scripts[0]) else []
    if len(inside) != 1 or len(scripts) > 1 or rule_of(inside[0]) in {"T", "PRIME"}:
        raise UnreadableError("one exponent is expected on e", place[0])
    return t.Apply(t.Function("exp"), (read(inside[0], context),), place=place)


def _read_bracket(branch: Tree[Token], context: Context) -> t.Node:
    inside = arguments_of(branch)
    if len(inside) != 1:
        raise UnreadableError("a list stands where one value is expected", place_of(branch)[0])
    node = read_any(inside[0], context)
    # A symbol's place is its own; a formula's has its brackets.
    is_symbol = isinstance(node, t.Quantity | t.Element | t.Function | t.Letter)
    return node if is_symbol else replace(node, place=place_of(branch))


def _read_inner(branch: Tree[Token], context: Context) -> t.Node:
    sides = arguments_of(parts_of(branch)[0])
    if len(sides) != 2:
        raise UnreadableError("an inner product takes two arguments", place_of(branch)[0])
    return t.Inner(read(sides[0], context), read(sides[1], context))
