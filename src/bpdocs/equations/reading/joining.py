r"""How conditions combine, by the words that join them.

"or" makes alternatives; a comma or "and" makes conditions that all hold; both in one breath can be
read in two ways and are refused, unless brackets tell. "unless" negates all that follows it, as in
speech; "not" the next condition alone.
"""

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError

Terms = list[tuple[frozenset[str], list[t.Condition]]]
"""Conditions with the roles of what stands before them."""


def join(terms: Terms, place: tuple[int, int]) -> list[t.Condition]:
    """Return conditions that all hold, from terms with the words that join them."""
    for number, (roles, conditions) in enumerate(terms):
        if roles & {"iff", "otherwise"} or (number and roles & {"so", "colon"}):
            raise UnreadableError("conditions are not joined by these words", place[0])
        if "unless" in roles:
            if "or" in roles or (number and any("or" in r for r, _ in terms[1:number])):
                raise UnreadableError("or and unless together are not read", place[0])
            inner = [(roles - {"unless"}, conditions), *terms[number + 1 :]]
            denied = _all_of(join(inner, place), place)
            return [*join(terms[:number], place), t.Not(denied, place=place)]
    alternatives = [number for number, (roles, _) in enumerate(terms) if number and "or" in roles]
    read = [_term(roles, conditions, place) for roles, conditions in terms]
    if not alternatives:
        return [condition for conditions in read for condition in conditions]
    if len(alternatives) < len(terms) - 1:
        raise UnreadableError(
            "and (or a comma) and or stand together; put brackets, or write two lines", place[0]
        )
    return [t.AnyOf(tuple(_all_of(conditions, place) for conditions in read), place=place)]


def _term(
    roles: frozenset[str], conditions: list[t.Condition], place: tuple[int, int]
) -> list[t.Condition]:
    if "not" not in roles:
        return conditions
    return [t.Not(_all_of(conditions, place), place=place)]


def _all_of(conditions: list[t.Condition], place: tuple[int, int]) -> t.Condition:
    if not conditions:
        raise UnreadableError("a condition is expected behind these words", place[0])
    return conditions[0] if len(conditions) == 1 else t.AllOf(tuple(conditions), place=place)
