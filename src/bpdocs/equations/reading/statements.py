r"""Statements of a display with their conditions, and the claims that they make.

A statement is a chain over one line or several. Each line of it is a row with conditions of its
own: they restrict the steps of that row, and of no other.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.letters import free_letters


@dataclass
class Row:
    """The steps that a statement has on one line.

    Attributes
    ----------
    steps : list of (Node, str, Node)
        Left side, relation and right side.
    conditions : list of Condition
        What restricts them.
    """

    steps: list[tuple[t.Node, str, t.Node]] = field(default_factory=list)
    conditions: list[t.Condition] = field(default_factory=list)


@dataclass
class Statement:
    """A chain with its rows.

    Attributes
    ----------
    rows : list of Row
        At least one.
    last : Node or None
        Its last side; None where cases have ended it.
    """

    rows: list[Row] = field(default_factory=list)
    last: t.Node | None = None

    @property
    def end(self) -> t.Node | None:
        r"""The side with which a further row goes on.

        Behind "X, l = L" a row "= Y, l < L" is not about X, which is true of the layer L alone: it
        goes on with what stood to the left of X.
        """
        row = self.rows[-1] if self.rows else None
        return row.steps[0][0] if row and row.conditions and row.steps else self.last


def claims_of(statement: Statement) -> Iterator[t.Claim]:
    """Yield the claims of a statement, each with the conditions that speak of its letters."""
    rows = statement.rows
    sides = [side for row in rows for left, _, right in row.steps for side in (left, right)]
    values = tuple(dict.fromkeys(side for side in sides if not isinstance(side, t.Space)))
    for row in rows:
        others = [c for other in rows if other is not row for c in other.conditions]
        for left, relation, right in row.steps:
            left, right = (_with_limits(side, row.conditions) for side in (left, right))
            letters = free_letters(left, right)
            mine = [c for c in row.conditions if free_letters(c) <= letters]
            nearby = [c for c in others if free_letters(c) <= letters] if not mine else []
            place = (left.place[0], right.place[1])
            yield t.Claim(
                left,
                relation,
                right,
                tuple(mine),
                statement=values,
                nearby=tuple(nearby),
                place=place,
            )


def in_order(claims: Sequence[t.Claim]) -> Iterator[t.Claim]:
    """Yield claims in which a velocity is the old one down to the line that renews it."""
    for number, claim in enumerate(claims):
        later = {_assigned(other) for other in claims[number + 1 :]} & {"V", "V_b"}
        above = {_assigned(other) for other in claims[:number]} & {"V", "V_b"}
        right = _with_old(claim.right, later - above)
        if _assigned(claim) in {"W", "b"}:
            right = _renewed(right, above)
        yield replace(claim, right=right) if right != claim.right or later else claim


def _assigned(claim: t.Claim) -> str:
    """Return the name of what a claim assigns to, or ""."""
    left = claim.left.base if isinstance(claim.left, t.Element) else claim.left
    return left.name if claim.relation == "<-" and isinstance(left, t.Quantity) else ""


def _renewed(node: t.Node, names: set[str]) -> t.Node:
    if isinstance(node, t.Quantity) and node.name in names and not node.is_old:
        return replace(node, name=f"{node.name}_new")
    return node.rebuild(lambda child: _renewed(child, names))


def _with_old(node: t.Node, names: set[str]) -> t.Node:
    if isinstance(node, t.Quantity) and node.name in names:
        return replace(node, is_old=True)
    return node.rebuild(lambda child: _with_old(child, names))


def require_used(statements: Iterable[Statement]) -> None:
    """Refuse a condition that speaks of no step of its statements: it was meant to speak of one."""
    waiting: dict[t.Condition, list[Row]] = {}
    for statement in statements:
        for condition in dict.fromkeys(c for row in statement.rows for c in row.conditions):
            waiting.setdefault(condition, []).extend(statement.rows)
    for condition, rows in waiting.items():
        if not any(_restricts(condition, row) for row in rows):
            raise UnreadableError(
                f"there is a condition on {', '.join(sorted(free_letters(condition)))}, but no "
                "step that it restricts has all of these letters outside a sum",
                condition.place[0],
            )


def _restricts(condition: t.Condition, row: Row) -> bool:
    for left, _, right in row.steps:
        if free_letters(condition) <= free_letters(left, right):
            return True
        summed = {t.Letter(bound.letter) for bound in _open_bounds([left, right])}
        if isinstance(condition, t.Range) and condition.index in summed:
            return True
    return False


def _open_bounds(nodes: Sequence[t.Node]) -> Iterator[t.Bound]:
    """Yield the letters that sums bind without limits."""
    for node in nodes:
        for inner in node.walk():
            if isinstance(inner, t.Bound) and inner.lower is None and inner.upper is None:
                yield inner


def _with_limits(node: t.Node, conditions: Sequence[t.Condition]) -> t.Node:
    r"""Return a tree whose sums have the limits that stand behind it: \sum_m, m = 1, \dots, M."""
    ranges = {
        c.index.name: c
        for c in conditions
        if isinstance(c, t.Range) and isinstance(c.index, t.Letter)
    }

    def limit(inner: t.Node) -> t.Node:
        inner = inner.rebuild(limit)
        if isinstance(inner, t.Bound) and inner.letter in ranges:
            stated = ranges[inner.letter]
            if inner.lower is None and inner.upper is None:
                return replace(inner, lower=stated.low, upper=stated.high)
        return inner

    return limit(node) if ranges else node
