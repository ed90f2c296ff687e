r"""A display as claims: chains cut into steps, conditions put to the steps that they restrict."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from lark import Token

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.notation import INDEX_LETTERS, STEPPED, Name
from bpdocs.equations.reading.expressions import Reader
from bpdocs.equations.reading.parse_tree import (
    Branch,
    data,
    flatten,
    items,
    only_side,
    place_of,
    sides_of,
    subtrees,
)
from bpdocs.equations.reading.parser import parse
from bpdocs.equations.reading.parts import (
    cut,
    factors,
    is_index,
    names_in,
    open_brackets,
    range_after,
)
from bpdocs.equations.reading.symbols import Definition

Definitions = Mapping[str, Definition]


@dataclass
class Statement:
    """A chain, over one line or several, with its conditions."""

    steps: list[tuple[t.Node, str, t.Node]] = field(default_factory=list)
    last: t.Node | None = None
    conditions: list[t.Condition] = field(default_factory=list)


@dataclass(frozen=True)
class Display:
    """What a displayed equation claims and defines."""

    claims: tuple[t.Claim, ...]
    definitions: Definitions


def read_display(
    latex: str,
    names: Mapping[str, Name],
    definitions: Definitions | None = None,
    numbers: Mapping[str, str] | None = None,
) -> Display:
    r"""Return the claims of a displayed equation.

    Parameters
    ----------
    latex : str
        LaTeX as it stands in a display.
    names : mapping of str to Name
        The notation of the model.
    definitions : mapping, optional
        What earlier displays of the page defined.
    numbers : mapping, optional
        Index letters that may stand for a number.

    Returns
    -------
    Display
        One claim at least.

    Raises
    ------
    UnreadableError
        If it cannot be read, or claims nothing.
    """
    reader = Reader(names, definitions, numbers)
    cutter = _Cutter(reader)
    for line in subtrees(parse(latex)):
        if data(line) == "line":
            cutter.read_line([part for part in subtrees(line) if data(part) == "part"])
    claims = tuple(claim for statement in cutter.statements for claim in _claims(statement))
    if not claims:
        raise UnreadableError("nothing is claimed here; write a relation", 0)
    _require_used([c for statement in cutter.statements for c in statement.conditions], claims)
    return Display(claims, reader.definitions)


def _claims(statement: Statement) -> list[t.Claim]:
    varying = tuple(
        node.base
        for left, _, right in statement.steps
        for side in (left, right)
        for node in side.walk()
        if isinstance(node, t.Differential)
    )
    claims = []
    for left, relation, right in statement.steps:
        letters = _letters(left) | _letters(right)
        mine = [c for c in statement.conditions if _letters(c) <= letters]
        place = (left.place[0], right.place[1])
        claims.append(t.Claim(left, relation, right, tuple(mine), varying, place=place))
    return claims


def _require_used(conditions: list[t.Condition], claims: tuple[t.Claim, ...]) -> None:
    used = {id(condition) for claim in claims for condition in claim.conditions}
    for condition in conditions:
        if id(condition) not in used:
            missing = ", ".join(sorted(_letters(condition)))
            raise UnreadableError(
                f"there is a condition on {missing}, but no step that has all of these letters",
                condition.place[0],
            )


def _letters(node: t.Node) -> set[str]:
    return {inner.name for inner in node.walk() if isinstance(inner, t.Letter)} | {
        inner.letter for inner in node.walk() if isinstance(inner, t.Bound)
    }


class _Cutter:
    """Goes over the parts of a display from left to right."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.statements: list[Statement] = []
        self.line_above = 0  # where its statements begin

    def read_line(self, parts: list[Branch]) -> None:
        """Read the parts of one line; conditions restrict all statements of the line.

        A line of conditions alone restricts those of the line above.
        """
        first = len(self.statements)
        conditions: list[t.Condition] = []
        waiting: list[Branch] = []  # sides without a relation: names of a list, or ends of a range
        parts = open_brackets(parts)
        at = 0
        while at < len(parts):
            leading, sides, relations = cut(parts[at])
            at += 1
            if leading is None and not relations:
                waiting.append(sides[0])
                continue
            if leading is None and self._is_condition(sides, relations):
                more, at = range_after(parts, at)
                conditions += self._conditions(waiting, sides, relations, more)
                waiting = []
            else:
                begun = self._read_chain(leading, sides, relations, waiting)
                waiting = []
                if begun is False:
                    first = min(first, len(self.statements) - 1)
        for left in waiting:
            if not is_index(left):
                raise UnreadableError(
                    "nothing is claimed of this; write a relation", place_of(left)[0]
                )
            if conditions and str(only_side(left)) not in INDEX_LETTERS:
                raise UnreadableError(
                    r"this belongs to no range; one is written l = 1, \dots, L", place_of(left)[0]
                )
        if first == len(self.statements):
            first = self.line_above
        if conditions and not self.statements[first:]:
            raise UnreadableError("there is a condition without a claim", conditions[0].place[0])
        for statement in self.statements[first:]:
            statement.conditions += conditions
        self.line_above = first

    def _is_condition(self, sides: list[Branch], relations: list[Token]) -> bool:
        if data(sides[-1]) == "set" and [data(r) for r in relations] == ["IN"]:
            return True
        has_letter = any(
            str(token) in INDEX_LETTERS and str(token) not in self.reader.names
            for side in sides
            for token in names_in(side)
        )
        comparisons = all(data(r) in {"EQUALS", "COMPARE"} for r in relations)
        return comparisons and has_letter and all(is_index(side) for side in sides)

    def _conditions(
        self,
        waiting: list[Branch],
        sides: list[Branch],
        relations: list[Token],
        more: list[Branch],
    ) -> list[t.Condition]:
        letters = [side for side in waiting if is_index(side)]
        if len(letters) != len(waiting):
            raise UnreadableError("nothing is claimed of this", place_of(waiting[0])[0])
        if data(sides[-1]) == "set":
            low, high = self.reader.ends(sides[-1])
        elif more:
            low, high = self.reader.index(sides[-1]), self.reader.index(more[-1])
        else:
            place = (place_of(sides[0])[0], place_of(sides[-1])[1])
            return [replace(self.reader.condition(sides, relations), place=place)]
        found = []
        for letter in [*letters, *sides[:-1]]:
            place, index = place_of(letter), self.reader.index(letter)
            if index in {*low.walk(), *high.walk()}:
                raise UnreadableError("the range of an index is stated by itself", place[0])
            low, high = sorted((low, high), key=_size)
            found.append(t.Condition((low, index, high), ("between",), place=place))
        return found

    def _read_chain(
        self,
        leading: Token | None,
        sides: list[Branch],
        relations: list[Token],
        waiting: list[Branch],
    ) -> bool:
        """Read a chain; return False where it goes on with the one above."""
        above = self.statements[-1] if self.statements else None
        goes_on = leading is not None
        if leading is not None and above is None:
            raise UnreadableError("there is nothing to the left of this", place_of(leading)[0])
        if goes_on and above is not None and above.last is None:
            raise UnreadableError("a chain ends with its cases", place_of(sides[0])[0])
        statement = above if goes_on and above is not None else Statement()
        chain = list(zip([leading, *relations], sides, strict=True))
        is_definition = not goes_on and relations and data(relations[0]) == "DEFINES"
        if is_definition and (meaning := self._define(sides)) is not None:
            statement.steps.append((meaning, ":=", meaning))
            statement.last = meaning
            chain = chain[2:]
        if relations and data(relations[-1]) == "IN":
            for side in waiting:
                node = self.reader.read(side)
                statement.steps.append((node, "in", self._space(sides[-1])))
        elif waiting:
            bad = next((side for side in waiting if not is_index(side)), None)
            if bad is not None:
                raise UnreadableError(
                    "nothing is claimed of this; write a relation", place_of(bad)[0]
                )
        cases = chain.pop() if chain and data(chain[-1][1]) == "cases" else None
        for sign, side in chain:
            self._add_step(statement, sign, side)
        if not goes_on and (statement.steps or cases is None):
            self.statements.append(statement)
        if cases is not None:
            self._read_cases(statement, *cases)
        return not goes_on

    def _read_cases(self, statement: Statement, sign: Token | None, cases: Branch) -> None:
        """Read each case as a statement of its own, under its condition."""
        place = place_of(cases)
        if statement.last is None or sign is None:
            raise UnreadableError("cases stand alone at the end of a chain", place[0])
        others: list[t.Condition] = []
        for row in subtrees(cases):
            value, *relations = items(row)
            conditions = [self._case_condition(relation) for relation in relations]
            if not conditions:  # otherwise
                conditions = [_opposite(condition) for condition in others]
            elif len(conditions) == 1:
                others += conditions
            if not conditions:
                raise UnreadableError("a case needs its condition", place_of(value)[0])
            case = Statement(last=statement.last, conditions=conditions)
            self._add_step(case, sign, value)
            case.last = None
            self.statements.append(case)

    def _case_condition(self, relation: Branch) -> t.Condition:
        sides, relations = sides_of(relation)
        if not relations or not self._is_condition(sides, relations):
            raise UnreadableError("a condition on indices is expected here", place_of(relation)[0])
        return self._conditions([], sides, relations, [])[0]

    def _add_step(self, statement: Statement, sign: Token | None, side: Branch) -> None:
        kind = {"EQUALS": "=", "DEFINES": ":=", "IN": "in", "ARROW": "<-", None: ""}.get(
            data(sign) if sign is not None else None
        )
        if kind is None:
            raise UnreadableError(
                f"{sign} between values is not checked; = is", place_of(cast("Token", sign))[0]
            )
        node = self._space(side) if kind == "in" else self.reader.read(side)
        if kind:
            assert statement.last is not None  # noqa: S101
            if kind == ":=" and self._is_step(statement.last, node):
                kind = "<-"
            statement.steps.append((statement.last, kind, node))
        if kind != "in":
            statement.last = node

    def _space(self, side: Branch) -> t.Node:
        base, scripts = flatten(side)
        dimensions: list[t.Node] = []
        if (data(base) != "REALS" and str(base) != "R") or len(scripts) > 1:
            raise UnreadableError(r"\mathbb{R} is expected behind \in", place_of(side)[0])
        for script in scripts:
            content = subtrees(script)
            if data(script) != "superscript" or len(content) != 1:
                raise UnreadableError("the shape is not understood", place_of(script)[0])
            dimensions += [self.reader.index(factor) for factor in factors(content[0])]
        if len(dimensions) > 2:
            raise UnreadableError("an array has two axes at most", place_of(side)[0])
        return t.Space(tuple(dimensions), place=place_of(side))

    def _is_step(self, left: t.Node, right: t.Node) -> bool:
        r"""Tell whether := is an assignment: what stands on its right side too is not defined."""
        base = left.base if isinstance(left, t.Element) else left
        is_parameter = isinstance(base, t.Quantity) and base.name in STEPPED
        return r"\eta" in self.reader.names and is_parameter and base in right.walk()

    # Definitions

    def _defined_name(self, side: Branch) -> tuple[str, Definition | None]:
        """Return the name of what may be defined, without its meaning; None if it is no name."""
        base, scripts = flatten(side)
        if data(base) not in {"NAME", "hat"}:
            return "", None
        key = self.reader.key_of(base)
        letter, indices = "", tuple[str, ...]()
        for script in scripts:
            if data(script) == "superscript" and not letter:
                layer, transposes, primes = self.reader.layer(script)
                if transposes or primes or not isinstance(layer, t.Letter):
                    return key, None
                letter = layer.name
            elif data(script) == "subscript" and not indices:
                found = self.reader.indices(script)
                indices = tuple(index.name for index in found if isinstance(index, t.Letter))
                if len(set(indices)) < len(found):
                    return key, None
            else:
                return key, None
        return key, Definition(letter, indices, t.Number(0))

    def _define(self, sides: list[Branch]) -> t.Node | None:
        """Take a definition of a new name; a name that the model has is claimed instead."""
        key, definition = self._defined_name(sides[0])
        known = {*self.reader.names, r"\sigma", "N", "L", "M", r"\delta", "e", "I"}
        if not key or key in known:
            return None
        if definition is None or key in INDEX_LETTERS:
            raise UnreadableError(
                "only an array can be defined, or its entries, with or without a layer",
                place_of(sides[0])[0],
            )
        self.reader.definitions.pop(key, None)
        meaning = self.reader.read(sides[1])
        self.reader.definitions[key] = replace(definition, meaning=meaning)
        return meaning


def _size(end: t.Node) -> float:
    """Return about how large an end of a range is in a large network: L-1, ..., 1 counts down."""
    match end:
        case t.Number():
            return end.value
        case t.Addition():
            return sum(sign * _size(term) for sign, term in end.terms)
        case t.Product():
            return _size(end.left) * _size(end.right)
    return 500 if isinstance(end, t.Letter) else 1000


_OPPOSITES = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def _opposite(condition: t.Condition) -> t.Condition:
    """Return the condition that holds where this one does not."""
    if len(condition.relations) != 1 or condition.relations[0] not in _OPPOSITES:
        raise UnreadableError("write the condition of this case", condition.place[0])
    return replace(condition, relations=(_OPPOSITES[condition.relations[0]],))
