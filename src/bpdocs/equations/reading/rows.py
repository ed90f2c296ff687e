r"""One row of a statement: its steps, definitions, memberships and cases."""

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from lark import Token

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.notation import STEPPED
from bpdocs.equations.reading.conditions import read_block
from bpdocs.equations.reading.context import Context, Definition
from bpdocs.equations.reading.definitions import define, is_new, require_small, start_definition
from bpdocs.equations.reading.expressions import read
from bpdocs.equations.reading.indices import read_index
from bpdocs.equations.reading.line_parts import Part, parts_of_line
from bpdocs.equations.reading.parse_tree import (
    Branch,
    base_and_scripts,
    items_of,
    parts_of,
    place_of,
    rule_of,
    unwrap,
)
from bpdocs.equations.reading.statements import Row, Statement

_KINDS = {"EQUALS": "=", "DEFINES": ":=", "IN": "in", "ARROW": "<-"}


def read_row(
    statement: Statement, part: Part, listed: Sequence[Branch], context: Context
) -> list[Row]:
    r"""Read one part of a line into a statement; cases make a row each.

    Parameters
    ----------
    statement : Statement
        New, or with the rows above, with which the part goes on.
    part : Part
        With one relation at least.
    listed : sequence of branches
        What stands in front of it, separated by commas: Z and A in Z, A \in R^{N \times M}.
    context : Context
        Takes up what is defined.

    Returns
    -------
    list of Row
        The rows that were added.
    """
    if part.leading is not None and statement.end is None:
        raise UnreadableError("a chain ends with its cases", part.place[0])
    row = Row()
    last = statement.end if part.leading is not None else None
    statement.last = last
    chain: list[tuple[Token | None, Branch]] = list(
        zip([part.leading, *part.relations], part.sides, strict=True)
    )
    if part.leading is None and rule_of(part.relations[0]) == "DEFINES":
        started = start_definition(part.sides[0], context)
        if started is not None:
            meaning = _read_side(part.sides[1], context)
            known = context.definitions.get(started[0])
            if known is not None and isinstance(known.meaning, t.Free):
                # It was introduced with a shape, which its definition must have.
                row.steps.append((meaning, "in", t.Space(known.meaning.dimensions)))
            define(*started, meaning, context)
            name = replace(meaning, place=place_of(part.sides[0]))
            row.steps.append((name, ":=", meaning))
            statement.last = meaning
            chain = chain[2:]
    if part.relations and rule_of(part.relations[-1]) == "IN":
        space = read_space(part.sides[-1])
        row.steps += [(_read_side(side, context), "in", space) for side in listed]
    cases = chain.pop() if chain and rule_of(chain[-1][1]) == "cases" else None
    for sign, side in chain:
        _add_step(row, statement, sign, side, context)
    rows = [row] if row.steps else []
    if cases is not None:
        rows += _read_cases(statement, *cases, context)
    statement.rows += rows
    return rows


def _add_step(
    row: Row, statement: Statement, sign: Token | None, side: Branch, context: Context
) -> None:
    kind = _KINDS.get(rule_of(sign)) if sign is not None else ""
    if kind is None:
        raise UnreadableError(
            f"{sign} between values is not checked; = is", place_of(cast("Token", sign))[0]
        )
    node = read_space(side) if kind == "in" else _read_side(side, context)
    if kind:
        left = cast("t.Node", statement.last)
        if _is_update(left, kind, node, context):
            kind = "<-"
        row.steps.append((left, kind, node))
    if kind != "in":
        statement.last = node


def _read_side(side: Branch, context: Context) -> t.Node:
    """Return a side with the place of all that its author wrote, brackets included."""
    node = read(side, context)
    require_small(node)
    return replace(node, place=place_of(side))


def _is_update(left: t.Node, kind: str, right: t.Node, context: Context) -> bool:
    r"""Tell whether := or = is an assignment.

    What stands on its right side too is not defined; and no parameter equals itself less a step.
    """
    base = left.base if isinstance(left, t.Element) else left
    is_parameter = isinstance(base, t.Quantity) and base.name in STEPPED
    if r"\eta" not in context.names or not is_parameter or base not in right.walk():
        return False
    rates = {n.name for n in right.walk() if isinstance(n, t.Quantity)} & {"eta", "momentum"}
    return kind == ":=" or (kind == "=" and bool(rates))


def _read_cases(
    statement: Statement, sign: Token | None, cases: Branch, context: Context
) -> list[Row]:
    """Return a row for each case, under its condition; "otherwise" is what the others leave."""
    place = place_of(cases)
    left = statement.last
    if left is None or sign is None:
        raise UnreadableError("cases stand alone at the end of a chain", place[0])
    rows: list[Row] = []
    taken: list[t.Condition] = []
    branches = [branch for branch in parts_of(cases) if rule_of(branch) == "list"]
    for number, branch in enumerate(branches, 1):
        (value, *parts), trailing = parts_of_line(branch)
        conditions, end = read_block(parts, 0, context) if parts else ([], 0)
        if end < len(parts) or value.relations or value.roles - {",", "stop"}:
            at = parts[end].place if end < len(parts) else value.place
            raise UnreadableError("a condition on indices is expected here", at[0])
        trailing -= {"stop", "colon"}
        is_rest = "otherwise" in trailing or (not conditions and not trailing)
        if trailing - {"otherwise", "for", "if", "and"} or is_rest == bool(conditions):
            raise UnreadableError("a case needs one condition, or otherwise", value.place[0])
        if is_rest:
            if number < len(branches) or not taken:
                raise UnreadableError("a case needs its condition", value.place[0])
            conditions = [t.Not(t.AnyOf(tuple(taken)), place=value.place)]
        else:
            taken.append(conditions[0] if len(conditions) == 1 else t.AllOf(tuple(conditions)))
        row = Row(conditions=conditions)
        _add_step(row, Statement(last=left), sign, value.sides[0], context)
        rows.append(row)
    statement.last = None
    return rows


def introduce(sides: Sequence[Branch], space: Branch, context: Context) -> None:
    r"""Take up new letters that \in \mathbb{R}^{...} gives a shape: any arrays of it."""
    if not is_space(space):
        return
    dimensions = read_space(space).dimensions
    for side in sides:
        if is_new(side, context):
            started = start_definition(side, context)
            if started is not None:
                key, definition = started
                if definition.indices:
                    raise UnreadableError(
                        "an array is introduced without indices", place_of(side)[0]
                    )
                layer = t.Letter(definition.layer) if definition.layer else None
                free = t.Free(key.lstrip("\\"), dimensions, layer)
                define(key, Definition(definition.layer, (), free), free, context)


def is_space(side: Branch) -> bool:
    r"""Tell whether a side is \mathbb{R} with or without a shape."""
    base, _ = base_and_scripts(side)
    return rule_of(base) == "REALS" or str(base) == "R"


def read_space(side: Branch) -> t.Space:
    r"""Return \mathbb{R}^{a \times b}."""
    _, scripts = base_and_scripts(side)
    dimensions: list[t.Node] = []
    if not is_space(side) or len(scripts) > 1:
        raise UnreadableError(r"\mathbb{R} is expected behind \in", place_of(side)[0])
    for script in scripts:
        content = parts_of(script)
        if rule_of(script) != "superscript" or len(content) != 1:
            raise UnreadableError("the shape is not understood", place_of(script)[0])
        dimensions += [read_index(factor) for factor in factors_of(content[0])]
    if len(dimensions) > 2:
        raise UnreadableError("an array has two axes at most", place_of(side)[0])
    return t.Space(tuple(dimensions), place=place_of(side))


def factors_of(branch: Branch) -> list[Branch]:
    r"""Return a and b of a \times b."""
    branch = unwrap(branch)
    if rule_of(branch) in {"list", "group", "paren"} and len(items_of(branch)) == 1:
        return factors_of(items_of(branch)[0])
    if rule_of(branch) == "product":
        left, sign, right = parts_of(branch)
        if rule_of(parts_of(sign)[0]) == "TIMES":
            return [*factors_of(left), *factors_of(right)]
    return [branch]
