r"""Conditions as LaTeX again, joined and negated by the words that are read."""

from collections.abc import Callable, Sequence

from bpdocs.equations import tree as t

_SIGNS = {"<=": r"\le", ">=": r"\ge", "!=": r"\ne"}

Print = Callable[[t.Node], str]


def print_conditions(conditions: Sequence[t.Condition], of: Print) -> str:
    """Return conditions that all hold, as they stand behind a claim.

    Parameters
    ----------
    conditions : sequence of Condition
        None at all give nothing.
    of : callable
        Prints an index expression.

    Returns
    -------
    str
        With its commas; alternatives are in brackets, unless they stand alone.
    """
    text = ""
    for condition in conditions:
        if isinstance(condition, t.Not):
            text += rf" \quad \text{{unless }} {print_condition(condition.part, of)}"
        elif isinstance(condition, t.AnyOf) and len(conditions) > 1:
            text += rf", \quad {_in_brackets(condition, of)}"
        else:
            text += rf", \quad {print_condition(condition, of)}"
    return text


def print_condition(condition: t.Condition, of: Print) -> str:
    """Return a condition."""
    match condition:
        case t.Comparison():
            signs = [_SIGNS.get(relation, relation) for relation in condition.relations]
            first, *others = map(of, condition.sides)
            rest = (f" {sign} {side}" for sign, side in zip(signs, others, strict=True))
            return first + "".join(rest)
        case t.Range():
            return rf"{of(condition.index)} = {of(condition.low)}, \dots, {of(condition.high)}"
        case t.AllOf():
            return r" \text{ and } ".join(_in_brackets(part, of) for part in condition.parts)
        case t.AnyOf():
            return r" \text{ or } ".join(_in_brackets(part, of) for part in condition.parts)
        case t.Not():
            return rf"\text{{not }} {_in_brackets(condition.part, of)}"


def _in_brackets(condition: t.Condition, of: Print) -> str:
    text = print_condition(condition, of)
    return text if isinstance(condition, t.Comparison) else rf"\left({text}\right)"
