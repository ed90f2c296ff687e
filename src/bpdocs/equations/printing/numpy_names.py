r"""What layers, lengths and indices are called in NumPy: A_prev, N_next, W[j, i]."""

import re
from dataclasses import dataclass
from keyword import iskeyword

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.letters import free_letters
from bpdocs.equations.printing.fitting_sides import Views
from bpdocs.equations.printing.length_symbols import length_symbol

_NAMES = {"Delta": "delta", "C": "loss", "C_m": "losses"}
_SMALL = {"X", "Y", "Z", "A"}  # of one sample, columns that are written small
_COMPARED = {"=": "=="}
_DENIED = {"=": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}

# How tightly Python holds a condition together.
_OR, _AND = range(2)


def plain_number(node: t.Number) -> str:
    """Return a number as it was typed."""
    return repr(node.value)


@dataclass(frozen=True)
class Names:
    """Names in one claim.

    Attributes
    ----------
    model : str
        The model's name.
    letter : str
        The layer that stands without a suffix, "" if the claim speaks of no layer l.
    layer_letters : frozenset of str
        Letters that count layers; all others count elements.
    has_layer_sum : bool
        Whether the claim sums over layers; then every layer stands in brackets, W[l].
    """

    model: str
    letter: str
    layer_letters: frozenset[str]
    has_layer_sum: bool

    def suffix(self, layer: t.Node | None) -> str:
        """Return how a name tells its layer."""
        if layer is None:
            return ""
        if self.has_layer_sum:
            return f"[{self.counted(layer)}]"
        base, offset = _base_and_offset(layer)
        near = f"_next{offset}" if offset > 1 else f"_prev{-offset}" if offset < -1 else ""
        near = {1: "_next", -1: "_prev"}.get(offset, near)
        match base:
            case t.Letter():
                return near if base.name == self.letter else f"_{base.name}{near}"
            case t.Constant("L"):
                return f"_last{near}" if self.letter else near
            case t.Number():
                return f"_{int(base.value) + offset}"
        raise UnreadableError("a layer like this has no name in NumPy", layer.place[0])

    def quantity(self, node: t.Quantity) -> str:
        """Return the name of a quantity of the network."""
        is_input = node.name == "A" and node.layer == t.Number(0)
        name = "X" if is_input else _NAMES.get(node.name, node.name)
        if self.model == "single_sample" and name in _SMALL:
            name = name.lower()
        return name if is_input else name + self.suffix(node.layer)

    def free(self, node: t.Free) -> str:
        """Return the name of an array of the page's own; a hat stands behind, as in b_hat."""
        words = re.findall(r"[^\W_]+", node.name)
        name = "_".join([*words[1:], "hat"] if words[0] == "hat" and len(words) > 1 else words)
        return f"{name}_" if iskeyword(name) else name

    def counted(self, node: t.Node, more: int = 0) -> str:
        """Return an index expression plus a number, as it is counted on the page, from 1."""
        terms, constant = self._terms(node)
        constant += more
        text = "".join(f" {'-' if sign < 0 else '+'} {term}" for sign, term in terms)
        if not terms or (constant > 0 and terms[0][0] < 0):
            return f"{constant}{text}"
        rest = f" {'-' if constant < 0 else '+'} {abs(constant)}" if constant else ""
        return (text.removeprefix(" + ") + rest).strip()

    def index(self, node: t.Node) -> str:
        """Return an index counted from 0, as Python counts; letters of elements are so already."""
        if isinstance(node, t.Whole):
            return ":"
        return self.counted(node, self._sum_of_element_letters(node) - 1)

    def condition(self, node: t.Condition, level: int = _OR) -> str:
        """Return a condition on indices that count from 0."""
        match node:
            case t.Comparison():
                relations = [_COMPARED.get(relation, relation) for relation in node.relations]
                return self._compared(node.sides, relations)
            case t.Range():
                return self._compared((node.low, node.index, node.high), ["<=", "<="])
            case t.AllOf() | t.AnyOf() if len(node.parts) == 1:
                return self.condition(node.parts[0], level)
            case t.AllOf():
                text = " and ".join(self.condition(part, _AND) for part in node.parts)
                return f"({text})" if level > _AND else text
            case t.AnyOf():
                text = " or ".join(self.condition(part, _OR) for part in node.parts)
                return f"({text})" if level > _OR else text
            case t.Not(t.Comparison(sides, (relation,))):
                return self._compared(sides, [_DENIED[relation]])
            case t.Not():
                return f"not ({self.condition(node.part)})"

    def is_of_elements(self, condition: t.Condition) -> bool:
        """Tell whether a condition restricts elements, not layers alone."""
        return bool(free_letters(condition) - self.layer_letters)

    def length(self, views: Views, letter: str, place: int) -> str:
        """Return what the last value of a letter of a sum is called on all networks."""
        ends = [
            (view.graph, view.shaped.layers, (view.shaped.ranges or {})[letter][1])
            for view in views
        ]
        symbol = length_symbol(ends, self.letter)
        if symbol is None:
            raise UnreadableError(f"the range of {letter} has no name in NumPy", place)
        return self.counted(symbol)

    def _compared(self, sides: tuple[t.Node, ...], relations: list[str]) -> str:
        is_of_elements = any(free_letters(side) - self.layer_letters for side in sides)
        texts = [self.index(side) if is_of_elements else self.counted(side) for side in sides]
        pairs = zip(relations, texts[1:], strict=True)
        return " ".join([texts[0], *(f"{relation} {text}" for relation, text in pairs)])

    def _sum_of_element_letters(self, node: t.Node) -> int:
        """Return by how much an index expression grows if all letters of elements grow by 1."""
        match node:
            case t.Letter():
                return int(node.name not in self.layer_letters)
            case t.Addition():
                return sum(sign * self._sum_of_element_letters(term) for sign, term in node.terms)
        return 0

    def _terms(self, node: t.Node) -> tuple[list[tuple[int, str]], int]:
        """Return the terms of an index expression with their signs, and the number among them."""
        match node:
            case t.Letter() | t.Constant():
                return [(1, node.name)], 0
            case t.Number():
                return [], int(node.value)
            case t.Size():
                return [(1, "N" + self.suffix(node.layer))], 0
            case t.Addition():
                terms: list[tuple[int, str]] = []
                constant = 0
                for sign, term in node.terms:
                    inner, number = self._terms(term)
                    terms += [(sign * own, text) for own, text in inner]
                    constant += sign * number
                return terms, constant
            case t.Product():
                factors = [self.counted(side) for side in (node.left, node.right)]
                texts = [f"({factor})" if " " in factor else factor for factor in factors]
                return [(1, " * ".join(texts))], 0
        raise UnreadableError("an index like this has no NumPy", node.place[0])


def _base_and_offset(layer: t.Node) -> tuple[t.Node, int]:
    if isinstance(layer, t.Addition) and len(layer.terms) == 2:
        (first, base), (sign, step) = layer.terms
        if first > 0 and isinstance(step, t.Number):
            return base, sign * int(step.value)
    return layer, 0
