r"""What one symbol of an equation could be instead, and the mistake that each change puts right."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from bpdocs.equations import tree as t
from bpdocs.equations.letters import free_letters, layer_letters

ONE, M, LAST = t.Number(1), t.Constant("M"), t.Constant("L")
ONE_OVER_M = t.Fraction(ONE, M)
NUMBERS = frozenset({"C", "C_m", "eta", "epsilon", "momentum"})  # have no transpose
_SAMPLES = {"m": "n", "n": "m"}


class Change(NamedTuple):
    """What a node becomes: the kind of the change, the mistake that it cures, and the new node."""

    kind: str
    cure: str
    node: t.Node


class Surroundings:
    """The letters and layers of a claim, from which changes are made.

    Attributes
    ----------
    layer : Node
        The letter that counts layers, or L where there is none.
    letters : list of str
        The other letters of the claim.
    """

    def __init__(self, claim: t.Claim) -> None:
        counting = layer_letters([claim])
        self.layer: t.Node = t.Letter(min(counting)) if counting else LAST
        names = {n.name for n in claim.walk() if isinstance(n, t.Letter)}
        names |= {n.letter for n in claim.walk() if isinstance(n, t.Bound)}
        self.letters = sorted(names - counting)
        self.layer_above = t.Addition(((1, self.layer), (1, ONE)))
        self.layer_below = t.Addition(((1, self.layer), (-1, ONE)))

    def changes(self, node: t.Node) -> Iterator[Change]:
        """Yield what one symbol of a node could be instead."""
        match node:
            case t.Transpose():
                yield Change("transpose", "transpose", node.base)
            case t.Quantity():
                yield from self._quantity(node)
            case t.Function():
                yield from self._function(node)
            case t.Size():
                yield from self._layers(node)
            case t.Apply():
                yield from self._both_layers(node)
            case t.Element():
                yield from self._element(node)
            case t.Kronecker():
                for first, second in self._indices((node.first, node.second)):
                    yield Change("index", "wrong index", replace(node, first=first, second=second))
            case t.Ones() | t.Identity():
                yield from self._lengths(node)
            case t.Product():
                yield from _product(node)
            case t.Fraction():
                yield from _fraction(node)
            case t.Addition():
                yield from _signs(node)
            case t.Derivative():
                yield from _factors(node)
            case t.Reduction():
                yield from self._sum(node)

    def _quantity(self, node: t.Quantity) -> Iterator[Change]:
        if node.name not in NUMBERS:
            yield Change("transpose", "transpose", t.Transpose(node))
        yield from self._layers(node)
        if _is_error(node):
            yield from _factors(node)

    def _function(self, node: t.Function) -> Iterator[Change]:
        yield from self._layers(node)
        if node.primes:
            yield Change("slope", "σ′ for σ", replace(node, primes=0))
        elif node.name == r"\sigma":
            yield Change("slope", "σ for σ′", replace(node, primes=1))

    def _layers(self, node: t.Quantity | t.Function | t.Size) -> Iterator[Change]:
        if node.layer is None:
            return
        for other in (self.layer, self.layer_above, self.layer_below, LAST):
            if other != node.layer:
                yield Change("layer", "wrong layer", replace(node, layer=other))

    def _both_layers(self, node: t.Apply) -> Iterator[Change]:
        r"""Yield \sigma' of another layer, at the preactivation of that layer."""
        match node.arguments:
            case (t.Quantity(_, layer) | t.Element(t.Quantity(_, layer)),):
                if layer is not None and node.function.layer == layer:
                    for other in (self.layer, self.layer_above, self.layer_below, LAST):
                        if other != layer:
                            yield Change("layer", "wrong layer", substituted(node, layer, other))

    def _indices(self, indices: tuple[t.Node, ...]) -> Iterator[tuple[t.Node, ...]]:
        """Yield indices of which one letter is another, of the claim or a second sample."""
        others = [*self.letters, *(_SAMPLES[x] for x in self.letters if x in _SAMPLES)]
        for at, index in enumerate(indices):
            for other in dict.fromkeys(others):
                if isinstance(index, t.Letter) and other != index.name:
                    yield (*indices[:at], t.Letter(other), *indices[at + 1 :])

    def _element(self, node: t.Element) -> Iterator[Change]:
        if isinstance(node.base, t.Derivative) or _is_error(node.base):
            yield from _factors(node)
        for indices in self._indices(node.indices):
            yield Change("index", "wrong index", replace(node, indices=indices))
        if len(node.indices) == 2 and node.indices[0] != node.indices[1]:
            yield Change("index", "indices swapped", replace(node, indices=node.indices[::-1]))

    def _lengths(self, node: t.Ones | t.Identity) -> Iterator[Change]:
        for length in (M, t.Size(self.layer), t.Size(self.layer_below)):
            if length != node.length:
                yield Change("index", "wrong length", replace(node, length=length))

    def _sum(self, node: t.Reduction) -> Iterator[Change]:
        taken = {bound.letter for bound in node.bounds}
        if not node.conditions:
            for bounds in _without_one(node.bounds):
                kept = replace(node, bounds=bounds) if bounds else node.body
                yield Change("sum", "sum superfluous", kept)
        for at, bound in enumerate(node.bounds):
            others = [
                changed
                for letter in sorted(free_letters(node.body) - taken)
                if letter in self.letters
                for changed in (replace(bound, letter=letter), t.Bound(letter))
            ]
            if bound.upper is not None:
                lengths = (M, t.Size(self.layer), t.Size(self.layer_below))
                others += [replace(bound, upper=upper) for upper in lengths if upper != bound.upper]
            for other in others:
                bounds = (*node.bounds[:at], other, *node.bounds[at + 1 :])
                yield Change("sum", "wrong sum", replace(node, bounds=bounds))
        yield Change("1/M", "sum for a mean", t.Product("", ONE_OVER_M, node))


def _is_error(node: t.Node) -> bool:
    return isinstance(node, t.Quantity) and node.name == "Delta"


def substituted(node: t.Node, old: t.Node, new: t.Node) -> t.Node:
    """Return a tree with one node in the place of another, wherever it stands."""
    return new if node == old else node.rebuild(lambda child: substituted(child, old, new))


def _without_one(bounds: tuple[t.Bound, ...]) -> Iterator[tuple[t.Bound, ...]]:
    for at in range(len(bounds)):
        yield bounds[:at] + bounds[at + 1 :]


def is_index(node: t.Node) -> bool:
    """Tell whether an expression is made of letters and sizes alone, as a layer is."""
    return not any(isinstance(n, t.Quantity | t.Apply | t.Kronecker) for n in node.walk())


def _signs(node: t.Addition) -> Iterator[Change]:
    cure = "wrong layer" if is_index(node) else "wrong sign"
    for at, (sign, term) in enumerate(node.terms):
        flipped = (*node.terms[:at], (-sign, term), *node.terms[at + 1 :])
        yield Change("sign", cure, replace(node, terms=flipped))


def _factors(node: t.Node) -> Iterator[Change]:
    """Yield a derivative of the loss with 1/M once more, and with another sign."""
    yield Change("1/M", "1/M missing", t.Product("", ONE_OVER_M, node))
    yield Change("sign", "wrong sign", t.Addition(((-1, node),)))


def _product(node: t.Product) -> Iterator[Change]:
    left, right = node.left, node.right
    if node.operator == "":
        yield Change("order", "order of factors", replace(node, left=right, right=left))
        yield Change("product", "matrix product for ⊙", replace(node, operator="odot"))
        if isinstance(left, t.Transpose) and not isinstance(right, t.Transpose):
            moved = t.Product("", left.base, t.Transpose(right))
            yield Change("transpose", "transpose", moved)
        if isinstance(right, t.Transpose) and not isinstance(left, t.Transpose):
            moved = t.Product("", t.Transpose(left), right.base)
            yield Change("transpose", "transpose", moved)
    elif node.operator == "odot":
        yield Change("product", "⊙ for a matrix product", replace(node, operator=""))
    for kept, dropped in ((left, right), (right, left)):
        if isinstance(dropped, t.Apply) and dropped.function.primes:
            yield Change("slope", "σ′ superfluous", kept)
        if dropped == ONE_OVER_M:
            yield Change("1/M", "1/M superfluous", kept)
        if dropped == M:
            yield Change("1/M", "factor M", kept)


def _fraction(node: t.Fraction) -> Iterator[Change]:
    if any(inner == M for inner in node.below.walk()):
        below = _without_m(node.below)
        plain = node.above if below == ONE else replace(node, below=below)
        yield Change("1/M", "1/M superfluous", plain)
        doubled = replace(node, below=t.Product("", M, node.below))
        yield Change("1/M", "1/M missing", doubled)


def _without_m(node: t.Node) -> t.Node:
    if node == M:
        return ONE
    if node == t.Power(M, t.Number(2)):
        return M
    if isinstance(node, t.Product):
        if node.left == M:
            return node.right
        if node.right == M:
            return node.left
    return node.rebuild(_without_m)
