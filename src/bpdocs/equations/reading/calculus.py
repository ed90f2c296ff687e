r"""Sums, maxima, fractions and derivatives."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from lark import Token, Tree

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.reading.parse_tree import (
    Branch,
    compare,
    data,
    is_function,
    items,
    place_of,
    sides_of,
    strip,
    subtrees,
)
from bpdocs.equations.reading.symbols import SymbolReader


class CalculusReader(SymbolReader):
    """Reads what runs over an index or acts on what stands behind it."""

    def read_sum(self, branch: Tree[Token]) -> t.Node:
        """Return a sum over one index or several."""
        _, *scripts, body = subtrees(branch)
        is_negative = bool(scripts) and data(scripts[-1]) == "MINUS"
        found = self.reduce("sum", scripts[:-1] if is_negative else scripts, body, branch)
        return t.Addition(((-1, found),), place=found.place) if is_negative else found

    def reduce(
        self,
        function: Literal["sum", "max", "min"],
        scripts: Sequence[Branch],
        body: Branch,
        at: Branch,
    ) -> t.Node:
        """Return a sum or an extremum over the indices that its scripts name."""
        below = [script for script in scripts if data(script) == "subscript"]
        above = [script for script in scripts if data(script) == "superscript"]
        place = place_of(at)
        if len(below) != 1 or len(above) > 1 or len(below) + len(above) != len(scripts):
            raise UnreadableError("the sum needs its index below it", place[0])
        upper = self._upper(above[0]) if above else None
        bounds: list[t.Bound] = []
        conditions: list[t.Condition] = []
        for item in items(subtrees(below[0])[-1]):
            self._read_bound(item, upper, bounds, conditions)
        if not bounds:
            bounds = [t.Bound(name, None, upper) for name in _first_letters(conditions)]
        if len({bound.letter for bound in bounds}) != len(bounds):
            raise UnreadableError("an index stands twice under the sum", place_of(below[0])[0])
        return t.Reduction(function, tuple(bounds), tuple(conditions), self.read(body), place=place)

    def _upper(self, script: Branch) -> t.Node:
        content = subtrees(script)
        if len(content) != 1 or data(content[0]) in {"T", "PRIME"}:
            raise UnreadableError("an upper limit is expected above the sum", place_of(script)[0])
        return self.index(content[0])

    def _read_bound(
        self,
        item: Branch,
        upper: t.Node | None,
        bounds: list[t.Bound],
        conditions: list[t.Condition],
    ) -> None:
        sides, relations = sides_of(item)
        if [data(r) for r in relations] == ["IN"] and upper is None:
            bounds.append(t.Bound(self.letter(sides[0]).name, *self.ends(sides[1])))
        elif not relations:
            letters = subtrees(item) if data(item) == "neighbours" else [item]
            for letter in letters:
                bounds.append(t.Bound(self.letter(letter).name, None, upper))
        elif [data(r) for r in relations] == ["EQUALS"]:
            for bound in bounds:  # \sum_{j,k=1}^{N}: both begin at 1
                bounds[bounds.index(bound)] = replace(
                    bound, lower=bound.lower or self.index(sides[1])
                )
            bounds.append(t.Bound(self.letter(sides[0]).name, self.index(sides[1]), upper))
        elif [data(r) for r in relations] == ["COMPARE", "COMPARE"] and upper is None:
            if not all(compare(str(r)) == "<=" for r in relations):
                raise UnreadableError(r"a \le k \le b is expected", place_of(item)[0])
            low, letter, high = sides
            bounds.append(t.Bound(self.letter(letter).name, self.index(low), self.index(high)))
        elif all(data(r) == "COMPARE" for r in relations):
            conditions.append(self.condition(sides, relations))
        else:
            raise UnreadableError("this is not read below a sum", place_of(item)[0])

    def read_fraction(self, branch: Tree[Token]) -> t.Node:
        """Return a fraction, or a derivative."""
        above, below = subtrees(branch)
        place = place_of(branch)
        top, bottom = strip(above), strip(below)
        kinds = {data(top), data(bottom)}
        if kinds == {"partial"} or kinds == {"differential"}:
            return self.derivative(subtrees(top)[1], subtrees(bottom)[1], place)
        if data(top) == "neighbours" and data(bottom) == data(subtrees(top)[0]):
            first, *rest = subtrees(top)  # of \partial \log P, the application is differentiated
            if data(first) in {"partial", "differential"} and is_function(subtrees(first)[1]):
                whole = Tree("neighbours", [subtrees(first)[1], *rest], top.meta)  # type: ignore[union-attr]
                return self.derivative(whole, subtrees(bottom)[1], place)
        if "partial" in kinds:
            raise UnreadableError(r"one \partial is expected above and one below", place[0])
        return t.Fraction(self.read(above), self.read(below), place=place)

    def derivative(self, above: Branch, below: Branch, place: tuple[int, int]) -> t.Node:
        """Return the derivative of what stands above by what stands below."""
        return self.differentiate(self.read(above), self.read(below), place)

    def differentiate(self, above: t.Node, below: t.Node, place: tuple[int, int]) -> t.Node:
        """Return the derivative; by an element it is that element of the derivative."""
        if isinstance(below, t.Element):
            inner = self.differentiate(above, below.base, place)
            return t.Element(inner, below.indices, place=place)
        if isinstance(below, t.Transpose):
            return t.Transpose(self.differentiate(above, below.base, place), place=place)
        if not isinstance(below, t.Quantity):
            raise UnreadableError(
                "a derivative is taken by a quantity of the network or an element of one",
                below.place[0],
            )
        return t.Derivative(above, below, place=place)


def _first_letters(conditions: Sequence[t.Condition]) -> list[str]:
    names = [
        node.name
        for condition in conditions
        for node in condition.walk()
        if isinstance(node, t.Letter)
    ]
    return names[:1]
