"""Constant factors: which one makes the two sides equal, and a side multiplied by it."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.evaluating.claims import evaluate
from bpdocs.equations.networks.graph import Graph
from bpdocs.equations.repairs.changes import LAST, ONE, M

TWO = t.Number(2)
_PRODUCTS = frozenset({"", "times", "cdot"})
_CLOSE = 1e-6  # of two ratios; no two factors of a network are nearer


@dataclass(frozen=True)
class Factor:
    """A product of powers by which a side is to be multiplied.

    Attributes
    ----------
    sign : {1, -1}
        Of the factor.
    twos, samples, neurons : {-1, 0, 1}
        The powers of 2, of M and of the number of neurons.
    layer : Node
        Whose neurons are counted.
    """

    sign: int = 1
    twos: int = 0
    samples: int = 0
    neurons: int = 0
    layer: t.Node = LAST

    @property
    def powers(self) -> tuple[tuple[t.Node, int], ...]:
        """The symbols with their powers."""
        return (TWO, self.twos), (M, self.samples), (t.Size(self.layer), self.neurons)

    def times(self, node: t.Node) -> t.Node:
        """Return a side multiplied by this factor; what cancels is cancelled."""
        for symbol, power in self.powers:
            if power:
                node = _multiplied(node, symbol) if power > 0 else _divided(node, symbol)
        return t.Addition(((-1, node),)) if self.sign < 0 else node

    def values(self, graph: Graph) -> Iterator[float]:
        """Yield its value on a network; where its layer is a letter, for each layer."""
        sizes = graph.sizes[-1:] if self.layer == LAST else graph.sizes
        for size in sizes if self.neurons else (1,):
            samples = graph.n_samples**self.samples if self.samples else 1
            yield self.sign * 2.0**self.twos * samples * float(size) ** self.neurons


def find_factor(claim: t.Claim, graphs: Sequence[Graph]) -> Factor | None:
    """Return the plainest constant factor that is missing on the right side.

    Parameters
    ----------
    claim : Claim
        A claim that fails.
    graphs : sequence of Graph
        The networks on which it failed.

    Returns
    -------
    Factor or None
        Such that left = factor × right wherever the claim was checked.
    """
    candidates = [factor for factor in _factors(claim) if factor.samples == 0 or _batched(graphs)]
    for graph in graphs:
        ratio = _ratio(claim, graph)
        if ratio is None:
            return None
        candidates = [f for f in candidates if _has_value(f, graph, ratio)]
    for factor in candidates:
        repaired = t.Claim(
            claim.left, "=", factor.times(claim.right), claim.conditions, claim.differentials
        )
        if evaluate(repaired, graphs, to_first=True).is_true:
            return factor
    return None


def _batched(graphs: Sequence[Graph]) -> bool:
    return all(graph.has_batch for graph in graphs)


def _ratio(claim: t.Claim, graph: Graph) -> float | None:
    """Return left over right at the first place where they differ, which all others must share."""
    try:
        worst = evaluate(claim, (graph,), to_first=True).worst
    except UnreadableError:
        return None
    if worst is None or not worst[1] or not worst[2]:
        return None
    return worst[1] / worst[2]


def _has_value(factor: Factor, graph: Graph, ratio: float) -> bool:
    return any(math.isclose(value, ratio, rel_tol=_CLOSE) for value in factor.values(graph))


def _factors(claim: t.Claim) -> list[Factor]:
    """Return the factors that people lose, those of fewer symbols first."""
    layers = [n.layer for n in claim.walk() if isinstance(n, t.Quantity) and n.layer is not None]
    found = [
        Factor(sign, twos, samples, neurons, layer)
        for layer in dict.fromkeys((LAST, *layers))
        for sign, twos, samples, neurons in itertools.product((1, -1), *[(0, 1, -1)] * 3)
        if (sign, twos, samples, neurons) != (1, 0, 0, 0) and (neurons or layer == LAST)
    ]
    return sorted(found, key=lambda f: sum(map(abs, (f.sign < 0, f.twos, f.samples, f.neurons))))


def _multiplied(node: t.Node, symbol: t.Node) -> t.Node:
    smaller = without(node, symbol, is_below=True)
    return smaller if smaller is not None else t.Product("", symbol, node)


def _divided(node: t.Node, symbol: t.Node) -> t.Node:
    smaller = without(node, symbol)
    return smaller if smaller is not None else _over(node, symbol)


def _over(node: t.Node, symbol: t.Node) -> t.Node:
    """Return a side over a symbol; a number in front of it takes the symbol below."""
    match node:
        case t.Fraction(t.Number(), below):
            return t.Fraction(node.above, t.Product("", below, symbol))
        case t.Product(operator, t.Fraction(t.Number()) as first, rest) if operator in _PRODUCTS:
            return t.Product(operator, _over(first, symbol), rest)
        case t.Product("odot", first, rest):
            return t.Product("odot", _over(first, symbol), rest)
    return t.Product("", t.Fraction(ONE, symbol), node)


def without(node: t.Node, symbol: t.Node, *, is_below: bool = False) -> t.Node | None:
    """Return a product without a factor, or without a divisor, that stands in it.

    Parameters
    ----------
    node : Node
        A side.
    symbol : Node
        The factor.
    is_below : bool
        Whether it is looked for below a fraction line.

    Returns
    -------
    Node or None
        None if it does not stand there.
    """
    if node == symbol:
        return None if is_below else ONE
    match node:
        case t.Product():
            return _product_without(node, symbol, is_below=is_below)
        case t.Fraction():
            above = without(node.above, symbol, is_below=is_below)
            if above is not None:
                return t.Fraction(above, node.below)
            below = without(node.below, symbol, is_below=not is_below)
            if below is not None:
                return node.above if below == ONE else t.Fraction(node.above, below)
        case t.Power(base, t.Number(2)) if base == symbol and not is_below:
            return symbol
        case t.Addition(((sign, term),)):
            inner = without(term, symbol, is_below=is_below)
            return None if inner is None else t.Addition(((sign, inner),))
        case t.Transpose():
            inner = without(node.base, symbol, is_below=is_below)
            return None if inner is None else t.Transpose(inner)
        case t.Reduction("sum"):
            inner = without(node.body, symbol, is_below=is_below)
            return (
                None if inner is None else t.Reduction("sum", node.bounds, node.conditions, inner)
            )
    return None


def _product_without(node: t.Product, symbol: t.Node, *, is_below: bool) -> t.Node | None:
    left = without(node.left, symbol, is_below=is_below)
    if left is not None:
        if left == ONE and node.operator in _PRODUCTS:
            return node.right
        return t.Product(node.operator, left, node.right)
    if node.operator in {"slash", "oslash"}:
        is_below = not is_below
    right = without(node.right, symbol, is_below=is_below)
    if right is None:
        return None
    if right == ONE and node.operator in {*_PRODUCTS, "slash"}:
        return node.left
    return t.Product(node.operator, node.left, right)
