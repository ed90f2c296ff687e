r"""Parse tree to typed tree: every symbol gets its meaning, or an error with its place.

`Reader` reads expressions; `statements` cuts a display into claims.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal, cast

from lark import Token, Tree

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.reading.calculus import CalculusReader
from bpdocs.equations.reading.parse_tree import (
    BRACKETS,
    Branch,
    alone,
    count_primes,
    data,
    flatten,
    is_frobenius,
    is_one,
    is_power,
    items,
    only_side,
    place_of,
    strip,
    subtrees,
)

_OPERATORS: dict[str, t.Operator] = {
    "ODOT": "odot",
    "OSLASH": "oslash",
    "TIMES": "times",
    "CDOT": "cdot",
    "SLASH": "slash",
}
_NAMED = {"exp", "log", "tanh", "sigmoid", "softplus"}  # take an argument without a bracket too


class Reader(CalculusReader):
    """Reads expressions: what stands side by side, and what acts on what follows."""

    def read(self, branch: Branch) -> t.Node:
        """Return the typed tree of an expression that is a value."""
        node = _require_value(self.read_any(branch), place_of(branch))
        if isinstance(node, t.Letter):
            if node.name not in self.numbers:
                raise UnreadableError(
                    f"{node.name} is an index and has no value as a number", place_of(branch)[0]
                )
            return t.Constant(self.numbers[node.name], place=node.place)
        return node

    def read_any(self, branch: Branch) -> t.Node:
        """Return the typed tree of an expression, which may be a function or a letter."""
        branch = only_side(branch)
        what = data(branch)
        if isinstance(branch, Token) or what == "hat":
            branch = alone(branch)
            what = "scripted"
        reading: dict[str, Callable[[Tree[Token]], t.Node]] = {
            "expression": lambda b: self.read_addition(b, self.read),
            "product": self._read_product,
            "term": self._read_product,
            "opposite": self._read_opposite,
            "neighbours": self._read_neighbours,
            "sum": self.read_sum,
            "scripted": self._read_scripted,
            "fraction": self.read_fraction,
            "root": lambda b: t.Root(self.read(subtrees(b)[0])),
            "group": self._read_bracket,
            "paren": self._read_bracket,
            "bracket": self._read_bracket,
            "set": self._read_bracket,
            "norm": self._read_norm,
            "inner": self._read_inner,
            "differential": lambda b: t.Differential(self.read(subtrees(b)[1])),
        }
        if what not in reading:
            complaints = {
                "partial": r"\partial stands alone; write a fraction of two",
                "derivative_by": "there is nothing behind the derivative that it could act on",
                "chain": "a relation stands inside an expression",
                "cases": "cases stand alone behind a relation",
            }
            raise UnreadableError(
                complaints.get(what, f"{what} is not a value"), place_of(branch)[0]
            )
        node = reading[what](branch)
        return node if node.place != (0, 0) else replace(node, place=place_of(branch))

    def _read_scripted(self, branch: Tree[Token]) -> t.Node:
        base, scripts = flatten(branch)
        place = place_of(branch)
        what = data(base)
        if what == "FUNCTION":
            return self._function(base, scripts)
        if what in {"NAME", "hat"}:
            return self.read_symbol(base, scripts, place)
        if what == "ONES" or (what == "NUMBER" and scripts and data(scripts[0]) == "subscript"):
            return self.read_ones(base, scripts, place)
        if what == "NUMBER":
            return self.with_scripts(t.Number(float(str(base)), place=place_of(base)), scripts)
        if isinstance(base, Token):
            raise UnreadableError(f"{base} is not a value", place[0])
        if what == "scripted":
            raise UnreadableError("the symbol is missing", place[0])
        value = self.read_any(base)
        if isinstance(value, t.Function):
            primes = count_primes(scripts)
            if primes is None:
                raise UnreadableError("a function takes primes only", place_of(scripts[0])[0])
            return replace(value, primes=value.primes + primes, place=place)
        if data(base) == "inner" and scripts and is_frobenius(scripts[0]):
            scripts = scripts[1:]
        elif isinstance(value, t.Norm) and scripts and data(scripts[0]) == "subscript":
            value, scripts = self.read_norm(value, scripts[0]), scripts[1:]
        elif isinstance(value, t.Norm) and len(scripts) == 2 and data(scripts[1]) == "subscript":
            value, scripts = self.read_norm(value, scripts[1]), scripts[:1]
        return self.with_scripts(value, scripts)

    def _read_norm(self, branch: Tree[Token]) -> t.Node:
        is_bar = str(branch.children[0]) in {"|", r"\vert", r"\lvert"}
        return t.Norm(self.read(subtrees(branch)[0]), "abs" if is_bar else "")

    def _read_opposite(self, branch: Tree[Token]) -> t.Node:
        return t.Addition(((-1, self.read(subtrees(branch)[1])),), place=place_of(branch))

    def _read_bracket(self, branch: Tree[Token]) -> t.Node:
        inside = items(branch)
        if len(inside) != 1:
            raise UnreadableError("a list stands where one value is expected", place_of(branch)[0])
        node = self.read_any(inside[0])
        # A symbol's place is its own; a formula's has its brackets.
        is_symbol = isinstance(node, t.Quantity | t.Element | t.Function | t.Letter)
        return node if is_symbol else replace(node, place=place_of(branch))

    def _read_inner(self, branch: Tree[Token]) -> t.Node:
        sides = items(subtrees(branch)[0])
        if len(sides) != 2:
            raise UnreadableError("an inner product takes two arguments", place_of(branch)[0])
        return t.Inner(self.read(sides[0]), self.read(sides[1]))

    def _read_product(self, branch: Tree[Token]) -> t.Node:
        left, sign, right = subtrees(branch)
        operator = _OPERATORS[cast("Token", subtrees(sign)[0]).type]
        place = place_of(branch)
        if operator == "slash":
            return self._read_slash(left, right, place)
        return t.Product(operator, self.read(left), self.read(right), place=place)

    def _read_slash(self, left: Branch, right: Branch, place: tuple[int, int]) -> t.Node:
        above = subtrees(left) if data(left) == "neighbours" else [left]
        below = subtrees(right) if data(right) == "neighbours" else [right]
        if data(above[-1]) == "partial" and data(below[0]) == "partial":
            derivative = self.derivative(subtrees(above[-1])[1], subtrees(below[0])[1], place)
            return self._join([*above[:-1], derivative, *below[1:]], place)
        if len(below) > 1:
            raise UnreadableError(
                r"a / b c can be read in two ways; write \frac", place_of(right)[0]
            )
        return t.Fraction(self.read(left), self.read(right), place=place)

    def _read_neighbours(self, branch: Tree[Token]) -> t.Node:
        factors: list[Branch | t.Node] = []
        for child in subtrees(branch):  # before a sum they stand in a branch of their own
            factors += subtrees(child) if data(child) == "neighbours" else [child]
        return self._join(factors, place_of(branch))

    def _join(self, factors: Sequence[Branch | t.Node], place: tuple[int, int]) -> t.Node:
        """Return the product of neighbours; a function takes what follows it."""
        waiting = list(factors)
        product: t.Node | None = None
        while waiting:
            factor = waiting.pop(0)
            node = factor if isinstance(factor, t.Node) else self._read_factor(factor, waiting)
            if product is None:
                product = node
            else:
                left, right = _require_value(product, place), _require_value(node, place)
                product = t.Product("", left, right, place=(left.place[0], right.place[1]))
        assert product is not None  # noqa: S101 - the grammar has one factor at least
        return product

    def _read_factor(self, factor: Branch, waiting: list[Branch | t.Node]) -> t.Node:
        if data(factor) == "scripted":
            base, scripts = flatten(factor)
            if data(base) == "derivative_by":
                return self._derivative_of_rest(base, scripts, factor, waiting)
            if data(base) == "NABLA":
                return self._read_gradient(scripts, factor, waiting)
            if (
                data(base) == "FUNCTION"
                and str(base).lstrip("\\") in {"max", "min"}
                and any(data(script) == "subscript" for script in scripts)
            ):
                return self._read_extremum(base, scripts, factor, waiting)
            if is_one(factor) and waiting and (indicator := self._indicator(waiting)):
                return indicator
            power = scripts[0] if data(base) == "FUNCTION" and len(scripts) == 1 else None
            if power is not None and is_power(power) and waiting:
                function = self._function(base, [])
                return self.with_scripts(self._apply(function, factor, waiting), scripts)
        node = self.read_any(factor)
        if isinstance(node, t.Letter):
            return self.read(factor)
        while isinstance(node, t.Function) and waiting:
            node = self._apply(node, factor, waiting)
        return node

    def _indicator(self, waiting: list[Branch | t.Node]) -> t.Node | None:
        r"""Return \mathbf{1}[j = k], which is Kronecker's delta, if that is what follows a one."""
        following = waiting[0]
        if isinstance(following, t.Node) or data(only_side(following)) not in BRACKETS:
            return None
        inside = items(only_side(following))
        if len(inside) != 1 or data(inside[0]) != "chain":
            return None
        waiting.pop(0)
        return self.indicator(inside[0])

    def _derivative_of_rest(
        self,
        base: Branch,
        scripts: list[Branch],
        factor: Branch,
        waiting: list[Branch | t.Node],
    ) -> t.Node:
        below = strip(subtrees(base)[-1])
        if scripts or data(below) != "partial":
            raise UnreadableError(r"one \partial is expected below", place_of(base)[0])
        if not waiting:
            raise UnreadableError("there is nothing behind the derivative", place_of(base)[1])
        rest = list(waiting)
        waiting.clear()
        place = (place_of(factor)[0], place_of(factor)[1])
        above = _require_value(self._join(rest, place), place)
        return self.differentiate(above, self.read(subtrees(below)[1]), place)

    def _read_gradient(
        self, scripts: list[Branch], factor: Branch, waiting: list[Branch | t.Node]
    ) -> t.Node:
        place = place_of(factor)
        if len(scripts) != 1 or data(scripts[0]) != "subscript":
            raise UnreadableError(r"\nabla needs its variable as a subscript", place[0])
        if not waiting or isinstance(waiting[0], t.Node):
            raise UnreadableError(r"there is nothing behind \nabla", place[1])
        variable = items(subtrees(scripts[0])[-1])
        if len(variable) != 1:
            raise UnreadableError(r"\nabla takes one variable", place[0])
        below = self._variable(variable[0])
        return self.differentiate(self.read(cast("Branch", waiting.pop(0))), below, place)

    def _variable(self, branch: Branch) -> t.Node:
        r"""Return what \nabla differentiates by; \nabla_a is Nielsen's gradient by the output."""
        name = self.names.get(str(branch))
        if name is not None and name.node == "A" and name.is_layered and name.kind == "array":
            return t.Quantity("A", t.Constant("L"), place=place_of(branch))
        return self.read(branch)

    def _read_extremum(
        self, base: Branch, scripts: list[Branch], at: Branch, waiting: list[Branch | t.Node]
    ) -> t.Node:
        if len(waiting) != 1 or isinstance(waiting[0], t.Node):
            raise UnreadableError(
                "one factor is expected behind the maximum; use brackets", place_of(at)[1]
            )
        function: Literal["max", "min"] = "max" if "max" in str(base) else "min"
        return self.reduce(function, scripts, cast("Branch", waiting.pop()), at)

    def _apply(self, function: t.Function, at: Branch, waiting: list[Branch | t.Node]) -> t.Node:
        following = waiting.pop(0)
        if isinstance(following, t.Node):
            raise UnreadableError("the function has no argument", place_of(at)[0])
        place = (place_of(at)[0], place_of(following)[1])
        base, scripts = flatten(following) if data(following) == "scripted" else (following, [])
        if data(base) in BRACKETS:
            arguments = tuple(self.read(item) for item in items(base))
            self._require_count(function, arguments, at)
            return self.with_scripts(t.Apply(function, arguments, place=place), scripts)
        if function.name in _NAMED | {"tr", "diag"} and not waiting:
            return t.Apply(function, (self.read(following),), place=place)
        raise UnreadableError(
            f"the function {function.name.lstrip(chr(92))} needs its argument in brackets",
            place_of(following)[0],
        )

    def _require_count(
        self, function: t.Function, arguments: tuple[t.Node, ...], at: Branch
    ) -> None:
        wanted = 2 if function.name in {"Loss", "max", "min"} else 1
        if len(arguments) != wanted:
            raise UnreadableError(
                f"{function.name} takes {wanted} argument{'s' * (wanted > 1)}, "
                f"got {len(arguments)}",
                place_of(at)[0],
            )

    def _function(self, base: Branch, scripts: list[Branch]) -> t.Function:
        word = re.findall("[A-Za-z]+", str(base))[-1]
        name = {"ln": "log", "Tr": "tr"}.get(word, word)
        primes = count_primes(scripts)
        if primes is None:
            raise UnreadableError(
                f"a script on {name} is read as neither an index nor a layer; use brackets",
                place_of(scripts[0])[0],
            )
        return t.Function(name, None, primes, place=place_of(base))


def _require_value(node: t.Node, place: tuple[int, int]) -> t.Node:
    if isinstance(node, t.Function):
        name = node.name.lstrip("\\")
        raise UnreadableError(
            f"the function {name} has no argument; write it in brackets behind", place[0]
        )
    return node
