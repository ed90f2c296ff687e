"""Constant factors of a side: multiplied in, cancelled, and what they are called."""

from collections.abc import Iterator
from dataclasses import dataclass

from bpdocs.equations import tree as t
from bpdocs.equations.networks.graph import Graph
from bpdocs.equations.repairs.changes import LAST, ONE, M

TWO = t.Number(2)
_PRODUCTS = frozenset({"", "times", "cdot"})


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
        return negated(node) if self.sign < 0 else node

    def values(self, graph: Graph) -> Iterator[float]:
        """Yield its value on a network; where its layer is a letter, for each layer."""
        sizes = graph.sizes[-1:] if self.layer == LAST else graph.sizes
        for size in sizes if self.neurons else (1,):
            samples = graph.n_samples**self.samples if self.samples else 1
            yield self.sign * 2.0**self.twos * samples * float(size) ** self.neurons


def negated(node: t.Node) -> t.Node:
    """Return a side with the other sign; two minus signs cancel."""
    match node:
        case t.Addition(((-1, inner),)):
            return inner
    return t.Addition(((-1, node),))


def is_error_column(node: t.Node) -> bool:
    r"""Tell whether a node is the error of one sample, \delta^l_m, which is M \Delta^l_{:,m}."""
    match node:
        case t.Product("", t.Constant("M"), t.Element(t.Quantity("Delta"))):
            return True
    return False


def _multiplied(node: t.Node, symbol: t.Node) -> t.Node:
    if node == ONE:
        return symbol
    smaller = without(node, symbol, is_below=True)
    return smaller if smaller is not None else t.Product("", symbol, node)


def _divided(node: t.Node, symbol: t.Node) -> t.Node:
    smaller = without(node, symbol)
    return smaller if smaller is not None else _over(node, symbol)


def _over(node: t.Node, symbol: t.Node) -> t.Node:
    """Return a side over a symbol; a number in front of it takes the symbol below."""
    match node:
        case t.Fraction(t.Number(), below):
            pair = (symbol, below) if isinstance(symbol, t.Number) else (below, symbol)
            return t.Fraction(node.above, t.Product("", *pair))
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
    if is_error_column(node):
        return None
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
