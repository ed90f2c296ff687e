r"""What stands side by side, read from left to right: a function takes what follows it.

`Factors` holds what waits to be read. A factor that acts on others (a function, \nabla, a
derivative in front) takes them away from the front, so that the next product begins behind them.
"""

import re
from collections.abc import Sequence
from typing import Literal, cast

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.reading.context import Context, Read
from bpdocs.equations.reading.operators import differentiate, read_reduction
from bpdocs.equations.reading.parse_tree import (
    BRACKETS,
    Branch,
    base_and_scripts,
    count_primes,
    is_function,
    is_plain_one,
    is_power,
    items_of,
    parts_of,
    place_of,
    rule_of,
    tokens_of,
    unwrap,
    without_braces,
)
from bpdocs.equations.reading.symbols import read_indicator
from bpdocs.equations.reading.value_scripts import require_value, with_scripts

_NAMED = {"exp", "log", "tanh", "sigmoid", "softplus", "relu"}  # an argument needs no bracket
_SYNONYMS = {"ln": "log", "Tr": "tr", "ReLU": "relu"}


def arguments_of(branch: Branch) -> list[Branch]:
    """Return what stands in brackets, separated by commas alone."""
    words = [mark for mark in tokens_of(branch, "COMMA") if str(mark) != ","]
    if words:
        raise UnreadableError("words stand inside a formula", words[0].start_pos)
    return items_of(branch)


def read_function(base: Branch, scripts: Sequence[Branch]) -> t.Function:
    r"""Return a named function: \exp, \operatorname{softmax}'."""
    word = re.findall("[A-Za-z]+", str(base))[-1]
    name = _SYNONYMS.get(word, word)
    primes = count_primes(scripts)
    if primes is None:
        raise UnreadableError(
            f"a script on {name} is read as neither an index nor a layer; use brackets",
            place_of(scripts[0])[0],
        )
    return t.Function(name, None, primes, place=place_of(base))


class Factors:
    """Neighbours that wait to be read, from left to right: a function takes what follows it."""

    def __init__(
        self, factors: Sequence[Branch | t.Node], context: Context, read_any: Read
    ) -> None:
        self.waiting = list(factors)
        self.context = context
        self.read_any = read_any

    def join(self, place: tuple[int, int], *, may_be_function: bool = False) -> t.Node:
        """Return the product of all."""
        product = self._next()
        while self.waiting:
            node = require_value(self._next(), place)
            left = require_value(product, place)
            product = t.Product("", left, node, place=(left.place[0], node.place[1]))
        return product if may_be_function else require_value(product, place)

    def read(self, branch: Branch) -> t.Node:
        """Return a value."""
        return require_value(self.read_any(branch, self.context), place_of(branch))

    def _next(self) -> t.Node:
        factor = self.waiting.pop(0)
        if isinstance(factor, t.Node):
            return factor
        taken = self._taking(factor) if rule_of(factor) == "scripted" else None
        if taken is not None:
            return taken
        node = self.read_any(factor, self.context)
        if isinstance(node, t.Letter):
            return require_value(node, place_of(factor))
        if isinstance(node, t.Quantity) and node.name == "C" and (called := self._loss(node)):
            return called
        while isinstance(node, t.Function) and self.waiting:
            node = self._apply(node, place_of(factor))
        return node

    def _loss(self, node: t.Quantity) -> t.Node | None:
        """Return the loss of what follows in brackets, C(A^L, Y), or None if nothing does."""
        following = self.waiting[0] if self.waiting else node
        if isinstance(following, t.Node) or rule_of(following) != "scripted":
            return None
        base, scripts = base_and_scripts(following)
        if rule_of(base) != "paren" or scripts or len(items_of(base)) != 2:
            return None
        return self._apply(t.Function("Loss", place=node.place), node.place)

    def _taking(self, factor: Branch) -> t.Node | None:
        """Return what a factor makes of those that follow it; None if it takes none."""
        base, scripts = base_and_scripts(factor)
        what = rule_of(base)
        if what == "derivative_by":
            return self._derivative_of_rest(base, scripts, factor)
        if what == "NABLA":
            return self._gradient(scripts, factor)
        if is_plain_one(factor) and self.waiting:
            return self._indicator()
        if what != "FUNCTION":
            return None
        is_below = any(rule_of(script) == "subscript" for script in scripts)
        if str(base).lstrip("\\") in {"max", "min"} and is_below:
            return self._extremum(base, scripts, factor)
        if len(scripts) == 1 and is_power(scripts[0]) and self.waiting:
            applied = self._apply(read_function(base, []), place_of(factor))
            exponent = int(str(tokens_of(scripts[0], "NUMBER")[0]))
            return t.Power(applied, t.Number(exponent), place=applied.place)
        return None

    def _indicator(self) -> t.Node | None:
        r"""Return \mathbf{1}[j = k], which is Kronecker's delta, if that is what follows a one."""
        following = self.waiting[0]
        if isinstance(following, t.Node) or rule_of(unwrap(following)) not in BRACKETS:
            return None
        inside = items_of(unwrap(following))
        if len(inside) != 1 or rule_of(inside[0]) != "chain":
            return None
        self.waiting.pop(0)
        return read_indicator(inside[0])

    def _derivative_of_rest(self, base: Branch, scripts: list[Branch], factor: Branch) -> t.Node:
        sign, below = parts_of(base)[0], without_braces(parts_of(base)[-1])
        wanted = {"PARTIAL": "partial", "D": "differential"}[rule_of(sign)]
        if scripts or rule_of(below) != wanted:
            raise UnreadableError(f"one {sign} is expected below", place_of(base)[0])
        if not self.waiting:
            raise UnreadableError("there is nothing behind the derivative", place_of(base)[1])
        place = place_of(factor)
        above = self.join(place)
        return differentiate(above, self.read(parts_of(below)[1]), place)

    def _gradient(self, scripts: list[Branch], factor: Branch) -> t.Node:
        place = place_of(factor)
        if len(scripts) != 1 or rule_of(scripts[0]) != "subscript":
            raise UnreadableError(r"\nabla needs its variable as a subscript", place[0])
        if not self.waiting or isinstance(self.waiting[0], t.Node):
            raise UnreadableError(r"there is nothing behind \nabla", place[1])
        variable = items_of(parts_of(scripts[0])[-1])
        if len(variable) != 1:
            raise UnreadableError(r"\nabla takes one variable", place[0])
        below = self._variable(variable[0])
        return differentiate(self.read(cast("Branch", self.waiting.pop(0))), below, place)

    def _variable(self, branch: Branch) -> t.Node:
        r"""Return what \nabla differentiates by; \nabla_a is Nielsen's gradient by the output."""
        name = self.context.names.get(str(branch))
        if name is not None and name.node == "A" and name.is_layered and name.kind == "array":
            return t.Quantity("A", t.Constant("L"), place=place_of(branch))
        return self.read(branch)

    def _extremum(self, base: Branch, scripts: list[Branch], factor: Branch) -> t.Node:
        if len(self.waiting) != 1 or isinstance(self.waiting[0], t.Node):
            raise UnreadableError(
                "one factor is expected behind the maximum; use brackets", place_of(factor)[1]
            )
        function: Literal["max", "min"] = "max" if "max" in str(base) else "min"
        body = self.read(cast("Branch", self.waiting.pop()))
        return read_reduction(function, scripts, body, place_of(factor))

    def _apply(self, function: t.Function, at: tuple[int, int]) -> t.Node:
        following = self.waiting.pop(0)
        if isinstance(following, t.Node):
            raise UnreadableError("the function has no argument", at[0])
        place = (at[0], place_of(following)[1])
        is_scripted = rule_of(following) == "scripted"
        base, scripts = base_and_scripts(following) if is_scripted else (following, [])
        if rule_of(base) in BRACKETS:
            arguments = tuple(self.read(item) for item in arguments_of(base))
            _require_count(function, arguments, at)
            applied = t.Apply(function, arguments, place=place)
            return with_scripts(applied, scripts, self.context, self.read_any)
        if function.name in _NAMED and is_function(following):
            self.waiting.insert(0, following)  # \log \operatorname{softmax}(z)_j
            argument = self._next()
            return t.Apply(function, (argument,), place=(at[0], argument.place[1]))
        if function.name in _NAMED | {"tr", "diag"} and not self.waiting:
            return t.Apply(function, (self.read(following),), place=place)
        raise UnreadableError(
            f"the function {function.name.lstrip(chr(92))} needs its argument in brackets",
            place_of(following)[0],
        )


def _require_count(
    function: t.Function, arguments: tuple[t.Node, ...], at: tuple[int, int]
) -> None:
    wanted = 2 if function.name in {"Loss", "max", "min"} else 1
    if len(arguments) != wanted:
        raise UnreadableError(
            f"{function.name} takes {wanted} argument{'s' * (wanted > 1)}, got {len(arguments)}",
            at[0],
        )
