r"""Indices: layers in superscripts, elements in subscripts, limits and conditions."""

from collections.abc import Callable, Sequence

from lark import Token

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.notation import INDEX_LETTERS
from bpdocs.equations.reading.parse_tree import (
    BRACKETS,
    Branch,
    compare,
    count_primes,
    data,
    flatten,
    items,
    only_side,
    place_of,
    subtrees,
)


class IndexReader:
    """Reads what counts layers, neurons and samples."""

    def index(self, branch: Branch) -> t.Node:
        """Return the typed tree of an index: l, l+1, N_l, 3."""
        branch = only_side(branch)
        what = data(branch)
        place = place_of(branch)
        if what in {"group", "paren", "bracket", "list"}:
            inner = items(branch)
            if len(inner) == 1:
                return self.index(inner[0])
        elif what == "COLON":
            return t.Whole(place=place)
        elif what == "NUMBER" and str(branch).isdigit():
            return t.Number(int(str(branch)), place=place)
        elif what == "NAME":
            if str(branch) in {"L", "M"}:
                return t.Constant(str(branch), place=place)
            if str(branch) in INDEX_LETTERS:
                return t.Letter(str(branch), place=place)
        elif what == "scripted":
            base, scripts = flatten(branch)
            if not scripts:
                return self.index(base)
            if str(base) == "N" and len(scripts) == 1 and data(scripts[0]) == "subscript":
                return t.Size(self.index(subtrees(scripts[0])[-1]), place=place)
        elif what == "expression":
            return self.read_addition(branch, self.index)
        elif what == "neighbours":
            factors = [self.index(factor) for factor in subtrees(branch)]
            product = factors[0]
            for factor in factors[1:]:
                product = t.Product("", product, factor, place=place)
            if not any(isinstance(node, t.Letter) for node in product.walk()):
                return product
        raise UnreadableError("an index is expected here, such as j, l+1 or N_l", place[0])

    def indices(self, script: Branch) -> tuple[t.Node, ...]:
        """Return the indices of a subscript, written with commas or without."""
        found: list[t.Node] = []
        for item in items(subtrees(script)[-1]):
            single = only_side(item)
            if data(single) in BRACKETS:
                found += [self.index(inner) for inner in items(single)]
            elif data(single) == "neighbours":
                found += [self.index(factor) for factor in subtrees(single)]
            else:
                found.append(self.index(single))
        return tuple(found)

    def layer(self, script: Branch) -> tuple[t.Node | None, int, int]:
        """Return the layer in a superscript, if any, the number of transposes, and of primes."""
        content = subtrees(script)
        transposes = sum(data(item) == "T" for item in content)
        rest = [item for item in content if data(item) not in {"T", "PRIME"}]
        primes = sum(data(item) == "PRIME" for item in content)
        if not rest:
            return None, transposes, primes
        inside = items(rest[0])
        if len(inside) != 1 or len(rest) > 1:
            raise UnreadableError("one layer is expected in the superscript", place_of(script)[0])
        level = inside[0]
        base, scripts = flatten(level)
        if scripts and (count := count_primes(scripts)):
            return self.index(base), transposes, primes + count
        return self.index(level), transposes, primes

    def letter(self, branch: Branch) -> t.Letter:
        """Return an index that must be a letter."""
        index = self.index(branch)
        if not isinstance(index, t.Letter):
            raise UnreadableError("an index letter is expected below the sum", place_of(branch)[0])
        return index

    def ends(self, branch: Branch) -> tuple[t.Node, t.Node]:
        r"""Return the first and last of \{1, \dots, M\}."""
        inside = items(branch)
        if data(branch) != "set" or not any(data(item) == "DOTS" for item in inside):
            raise UnreadableError(r"a set is read as \{1, \dots, M\}", place_of(branch)[0])
        return self.index(inside[0]), self.index(inside[-1])

    def condition(self, sides: Sequence[Branch], relations: Sequence[Token]) -> t.Condition:
        """Return a relation between index expressions."""
        return t.Condition(
            tuple(self.index(side) for side in sides),
            tuple(compare(str(relation)) for relation in relations),
        )

    def read_addition(self, branch: Branch, read: Callable[[Branch], t.Node]) -> t.Node:
        """Return a sum of signed terms, each read by `read`."""
        terms: list[tuple[int, t.Node]] = []
        sign = 1
        for child in subtrees(branch):
            if data(child) in {"PLUS", "MINUS"}:
                sign = -1 if data(child) == "MINUS" else 1
            else:
                terms.append((sign, read(child)))
        return t.Addition(tuple(terms), place=place_of(branch))
