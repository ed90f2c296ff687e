r"""Symbols with their scripts: quantities of the network, sizes, ones, Kronecker's delta."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.notation import INDEX_LETTERS, NEURON_LETTERS, STEPPED, Name, describe
from bpdocs.equations.reading.indices import IndexReader
from bpdocs.equations.reading.parse_tree import (
    Branch,
    count_primes,
    data,
    flatten,
    is_transpose,
    items,
    only_side,
    place_of,
    sides_of,
    subtrees,
    tokens_of,
)


@dataclass(frozen=True)
class Definition:
    """What a page's own name stands for.

    Attributes
    ----------
    layer : str
        The letter of its layer, or "".
    indices : tuple of str
        The letters of its entries where it was defined by them.
    meaning : Node
        What it stands for.
    """

    layer: str
    indices: tuple[str, ...]
    meaning: t.Node


class SymbolReader(IndexReader, ABC):
    """Reads symbols in the notation of one model; `read` comes with `Reader`.

    Parameters
    ----------
    names : mapping of str to Name
        What letters mean.
    definitions : mapping of str to Definition
        Names that the page defined.
    numbers : mapping of str to str
        Index letters that may stand for a number: {"m": "M"} reads 1/m as 1/M.
    """

    def __init__(
        self,
        names: Mapping[str, Name],
        definitions: Mapping[str, Definition] | None = None,
        numbers: Mapping[str, str] | None = None,
    ) -> None:
        self.names = names
        self.definitions = dict(definitions or {})
        self.numbers = dict(numbers or {})

    @abstractmethod
    def read(self, branch: Branch) -> t.Node:
        """Return the typed tree of an expression that is a value."""

    def with_scripts(self, value: t.Node, scripts: Sequence[Branch]) -> t.Node:
        """Return a value with its transposes, indices and powers, in the order of writing.

        Indices come first where the author wrote a power in front: x^2_j is (x_j)^2.
        """
        ordered = sorted(scripts, key=lambda script: data(script) != "subscript")
        if any(is_transpose(script) for script in scripts):
            ordered = list(scripts)
        for script in ordered:
            place = (value.place[0], place_of(script)[1])
            if data(script) == "subscript":
                value = t.Element(value, self.indices(script), place=place)
            elif data(script) == "PRIME":
                raise UnreadableError(
                    "a prime stands on something that is not a function", place_of(script)[0]
                )
            else:
                value = self._superscript(value, script, place)
        return value

    def _superscript(self, value: t.Node, script: Branch, place: tuple[int, int]) -> t.Node:
        content = subtrees(script)
        kinds = [data(item) for item in content]
        if kinds == ["T"]:
            return t.Transpose(value, place=place)
        if "PRIME" in kinds:
            raise UnreadableError(
                "a prime stands on something that is not a function", place_of(script)[0]
            )
        if kinds == ["ODOT", "NUMBER"]:
            return t.Power(value, t.Number(float(str(content[1]))), True, place=place)
        if "T" in kinds or len(items(content[0])) != 1:
            raise UnreadableError("the superscript is not understood here", place_of(script)[0])
        return t.Power(value, self.read(items(content[0])[0]), place=place)

    def read_ones(self, base: Branch, scripts: list[Branch], place: tuple[int, int]) -> t.Node:
        """Return a column of ones."""
        if not scripts or data(scripts[0]) != "subscript":
            raise UnreadableError(
                r"a column of ones needs its length: \mathbf{1}_{M}", place_of(base)[0]
            )
        inside = items(subtrees(scripts[0])[-1])
        if len(inside) == 1 and data(only_side(inside[0])) == "set":
            inside = items(only_side(inside[0]))
        if len(inside) == 1 and data(inside[0]) == "chain":
            return self.with_scripts(self.indicator(inside[0]), scripts[1:])
        return self.with_scripts(
            t.Ones(self.index(subtrees(scripts[0])[-1]), place=place), scripts[1:]
        )

    def indicator(self, relation: Branch) -> t.Node:
        r"""Return \mathbf{1}[j = k]."""
        sides, relations = sides_of(relation)
        place = place_of(relation)
        if [data(sign) for sign in relations] != ["EQUALS"]:
            raise UnreadableError("an indicator is read of one equality of indices", place[0])
        first, second = (self.index(side) for side in sides)
        return t.Kronecker(first, second, place=place)

    def read_norm(self, norm: t.Norm, script: Branch) -> t.Node:
        """Return a norm with its name: F, or 2."""
        name = "".join(
            str(token) for token in tokens_of(script) if token.type in {"NAME", "NUMBER"}
        )
        if name not in {"F", "2"}:
            raise UnreadableError(f"the norm {name} is not known; F is", place_of(script)[0])
        return t.Norm(norm.base, name)

    def read_symbol(self, base: Branch, scripts: list[Branch], place: tuple[int, int]) -> t.Node:
        """Return what a name with its scripts means."""
        key = self.key_of(base)
        if data(base) == "hat":
            _, inner = flatten(subtrees(base)[0])
            scripts = [*inner, *scripts]
        if key == r"\sigma":
            return self._sigma(scripts, place)
        if key == "N":
            return self._size(base, scripts, place)
        if key == r"\delta" and not any(
            data(script) == "superscript" and self.layer(script)[0] is not None
            for script in scripts
        ):
            return self._kronecker(base, scripts, place)
        if key == "I" and scripts and data(scripts[0]) == "subscript":
            identity = t.Identity(self.index(subtrees(scripts[0])[-1]), place=place)
            return self.with_scripts(identity, scripts[1:])
        if key == "e" and scripts and data(scripts[0]) == "superscript":
            return self._exponential(scripts, place)
        if key in self.definitions:
            return self._defined(key, scripts, place)
        if key in self.names:
            return self._quantity(self.names[key], key, scripts, place)
        if key in {"L", "M"}:
            return self.with_scripts(t.Constant(key, place=place_of(base)), scripts)
        if key in INDEX_LETTERS and not scripts:
            return t.Letter(key, place=place)
        raise UnreadableError(
            f"{key.lstrip(chr(92))} is not a name of this model; it has "
            f"{describe(self.names)}. Define others by :=",
            place_of(base)[0],
        )

    def key_of(self, base: Branch) -> str:
        """Return the name by which a symbol is looked up."""
        if data(base) == "hat":
            inner, _ = flatten(subtrees(base)[0])
            return rf"\hat {inner}"
        return str(base)

    def _sigma(self, scripts: list[Branch], place: tuple[int, int]) -> t.Node:
        layer: t.Node | None = None
        primes = 0
        for script in scripts:
            count = count_primes([script])
            if count is not None:
                primes += count
            elif data(script) == "superscript" and layer is None:
                level, transposes, more = self.layer(script)
                if transposes or level is None:
                    raise UnreadableError("a function has no transpose", place_of(script)[0])
                layer, primes = level, primes + more
            else:
                raise UnreadableError(
                    r"\sigma takes a layer and primes, nothing else", place_of(script)[0]
                )
        return t.Function(r"\sigma", layer, primes, place=place)

    def _size(self, base: Branch, scripts: list[Branch], place: tuple[int, int]) -> t.Node:
        if not scripts or data(scripts[0]) != "subscript":
            raise UnreadableError("N needs its layer as a subscript", place_of(base)[0])
        size = t.Size(self.index(subtrees(scripts[0])[-1]), place=place)
        return self.with_scripts(size, scripts[1:])

    def _kronecker(self, base: Branch, scripts: list[Branch], place: tuple[int, int]) -> t.Node:
        indices = self.indices(scripts[0]) if scripts and data(scripts[0]) == "subscript" else ()
        if len(indices) != 2 or len(scripts) > 1:
            raise UnreadableError(
                r"\delta takes a layer, or two subscripts as Kronecker's", place_of(base)[0]
            )
        return t.Kronecker(*indices, place=place)

    def _exponential(self, scripts: list[Branch], place: tuple[int, int]) -> t.Node:
        inside = items(subtrees(scripts[0])[0])
        if len(inside) != 1 or len(scripts) > 1:
            raise UnreadableError("one exponent is expected on e", place[0])
        return t.Apply(t.Function("exp"), (self.read(inside[0]),), place=place)

    def _quantity(
        self, name: Name, key: str, scripts: list[Branch], place: tuple[int, int]
    ) -> t.Node:
        layer, transposes, rest = self._take_layer(name, key, scripts, place)
        quantity = t.Quantity(name.node, layer, place=place)
        node: t.Node = quantity
        if name.kind in {"column", "error column"}:
            node, rest = self._column(name, key, node, rest, place)
        elif name.node == "C" and rest and data(rest[0]) == "subscript":
            node = t.Quantity("C_m", place=place)
        elif rest and (step := self._step(name, quantity, rest)):
            node, rest = step, rest[1:]
        for _ in range(transposes):
            node = t.Transpose(node, place=place)
        return self.with_scripts(node, rest)

    def _step(self, name: Name, quantity: t.Quantity, rest: Sequence[Branch]) -> t.Node | None:
        """Return a parameter before or after a step of training: W^l_t, W^l_{t+1}."""
        if r"\eta" not in self.names or name.node not in STEPPED or data(rest[0]) != "subscript":
            return None
        step = self.indices(rest[0])
        now = t.Letter("t")
        if step == (now,):
            return quantity
        if step == (t.Addition(((1, now), (1, t.Number(1)))),):
            return replace(quantity, name=f"{name.node}_new")
        return None

    def _take_layer(
        self, name: Name, key: str, scripts: Sequence[Branch], place: tuple[int, int]
    ) -> tuple[t.Node | None, int, list[Branch]]:
        layer: t.Node | None = None
        transposes = 0
        rest: list[Branch] = []
        for script in scripts:
            if name.is_layered and layer is None and data(script) == "superscript":
                found, more, primes = self.layer(script)
                if primes:
                    raise UnreadableError("a prime stands on an array", place_of(script)[0])
                if found is None:
                    rest.append(script)
                else:
                    layer = found
                    transposes += more
            else:
                rest.append(script)
        if name.is_layered and layer is None:
            raise UnreadableError(
                f"{key.lstrip(chr(92))} needs its layer as a superscript", place[0]
            )
        if name.fixed_layer:
            layer = t.Number(0) if name.fixed_layer == "0" else t.Constant("L")
        return layer, transposes, rest

    def _column(
        self, name: Name, key: str, node: t.Node, rest: list[Branch], place: tuple[int, int]
    ) -> tuple[t.Node, list[Branch]]:
        at = next((n for n, script in enumerate(rest) if data(script) == "subscript"), None)
        short = key.lstrip("\\")
        if at is None:
            raise UnreadableError(
                f"{short} needs its sample as a subscript; for one sample alone use the model "
                "single_sample",
                place[0],
            )
        indices = self.indices(rest[at])
        if len(indices) == 1 and getattr(indices[0], "name", "") in NEURON_LETTERS:
            raise UnreadableError(
                f"{short} has a neuron's index but no sample; for one sample alone use the model "
                "single_sample",
                place_of(rest[at])[0],
            )
        whole = (t.Whole(),) if len(indices) == 1 else ()
        node = t.Element(node, (*whole, *indices), place=place)
        if name.kind == "error column":
            node = t.Product("", t.Constant("M", place=place), node, place=place)
        return node, [*rest[:at], *rest[at + 1 :]]

    def _defined(self, key: str, scripts: list[Branch], place: tuple[int, int]) -> t.Node:
        definition = self.definitions[key]
        name = Name(key, is_layered=bool(definition.layer))
        layer, transposes, rest = self._take_layer(name, key, scripts, place)
        values: dict[str, t.Node] = {} if layer is None else {definition.layer: layer}
        if definition.indices:
            at = next((n for n, script in enumerate(rest) if data(script) == "subscript"), None)
            indices = () if at is None else self.indices(rest[at])
            if len(indices) != len(definition.indices) or t.Whole() in indices:
                raise UnreadableError(
                    f"{key.lstrip(chr(92))} is defined by its entries and needs "
                    f"{len(definition.indices)} of its indices here",
                    place[0],
                )
            values |= dict(zip(definition.indices, indices, strict=True))
            rest = [script for n, script in enumerate(rest) if n != at]
        node = substitute(definition.meaning, values)
        for _ in range(transposes):
            node = t.Transpose(node)
        return self.with_scripts(replace(node, place=place), rest)


def substitute(node: t.Node, values: Mapping[str, t.Node]) -> t.Node:
    """Return a tree with index expressions in the place of letters.

    A letter under a sum is renamed where an index of this name would come under the sum.
    """
    if isinstance(node, t.Letter):
        return values.get(node.name, node)
    if not isinstance(node, t.Reduction):
        return node.rebuild(lambda child: substitute(child, values))
    bound = {limit.letter for limit in node.bounds}
    inside = {letter: value for letter, value in values.items() if letter not in bound}
    taken = {n.name for value in inside.values() for n in value.walk() if isinstance(n, t.Letter)}
    used = taken | bound | {n.name for n in node.walk() if isinstance(n, t.Letter)}
    free = iter(sorted(INDEX_LETTERS - used))
    renamed = {letter: next(free) for letter in sorted(bound & taken)}
    inside |= {letter: t.Letter(name) for letter, name in renamed.items()}
    changed = node.rebuild(
        lambda child: substitute(child, values if isinstance(child, t.Bound) else inside)
    )
    limits = tuple(replace(b, letter=renamed.get(b.letter, b.letter)) for b in changed.bounds)
    return replace(changed, bounds=limits)
