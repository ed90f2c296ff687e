r"""Scripts on a value that are not part of its name: transposes, indices, powers."""

from collections.abc import Sequence

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.reading.context import Context, Read
from bpdocs.equations.reading.indices import read_indices
from bpdocs.equations.reading.parse_tree import (
    Branch,
    is_transpose,
    items_of,
    parts_of,
    place_of,
    rule_of,
)


def with_scripts(
    value: t.Node, scripts: Sequence[Branch], context: Context, read_any: Read
) -> t.Node:
    """Return a value with its transposes, indices and powers, in the order of writing.

    Indices come first where the author wrote a power in front: x^2_j is (x_j)^2.
    """
    ordered = sorted(scripts, key=lambda script: rule_of(script) != "subscript")
    if any(is_transpose(script) for script in scripts):
        ordered = list(scripts)
    for script in ordered:
        place = (value.place[0], place_of(script)[1])
        if rule_of(script) == "subscript":
            value = t.Element(value, read_indices(script), place=place)
        else:
            value = _superscript(value, script, place, context, read_any)
    return value


def _superscript(
    value: t.Node, script: Branch, place: tuple[int, int], context: Context, read_any: Read
) -> t.Node:
    content = parts_of(script)
    kinds = [rule_of(item) for item in content]
    if kinds == ["T"]:
        return t.Transpose(value, place=place)
    if rule_of(script) == "PRIME" or "PRIME" in kinds:
        raise UnreadableError(
            "a prime stands on something that is not a function", place_of(script)[0]
        )
    if kinds == ["ODOT", "NUMBER"]:
        times = t.Number(number(str(content[1])))
        return t.Power(value, times, is_elementwise=True, place=place)
    if "T" in kinds or len(items_of(content[0])) != 1:
        raise UnreadableError("the superscript is not understood here", place_of(script)[0])
    exponent = items_of(content[0])[0]
    node = require_value(read_any(exponent, context), place_of(exponent))
    return t.Power(value, node, place=place)


def number(text: str) -> float:
    """Return a number as it was typed: 3 stays whole."""
    if float(text) == float("inf"):
        raise UnreadableError("the number is too large", None)
    return float(text) if "." in text else int(text)


def require_value(node: t.Node, place: tuple[int, int]) -> t.Node:
    """Return a node that is a value; refuse a function without argument and an index."""
    if isinstance(node, t.Function):
        name = node.name.lstrip("\\")
        raise UnreadableError(
            f"the function {name} has no argument; write it in brackets behind", place[0]
        )
    if isinstance(node, t.Letter):
        hint = "; the number of samples is M" if node.name in {"m", "n"} else ""
        raise UnreadableError(
            f"{node.name} is an index and has no value as a number{hint}", node.place[0]
        )
    return node
