"""What may be missing from a claim, where no change of a symbol puts it right."""

import itertools
from collections.abc import Iterator
from dataclasses import replace

from bpdocs.equations import tree as t
from bpdocs.equations.evaluating.letters import free_letters
from bpdocs.equations.notation import NEURON_LETTERS
from bpdocs.equations.repairs.changes import Change, M, Surroundings
from bpdocs.equations.repairs.coupled import second_term, statistics

_ROW = t.Transpose(t.Ones(M))


class MissingParts:
    """Adds to the parts of a claim what people forget.

    Attributes
    ----------
    layers : list of Node
        The layers of the claim's quantities.
    entries : list of tuple of Node
        The indices that stand on its left side.
    free : set of str
        The letters that are free on its left side.
    """

    def __init__(self, claim: t.Claim, surroundings: Surroundings) -> None:
        quantities = [n for n in claim.walk() if isinstance(n, t.Quantity)]
        self.layers = list(dict.fromkeys(q.layer for q in quantities if q.layer is not None))
        found = [n.indices for n in claim.left.walk() if isinstance(n, t.Element)]
        self.entries = list(dict.fromkeys(found))
        self.free = free_letters(claim.left)
        self.surroundings = surroundings
        self.is_step = claim.relation == "<-"
        self.dummy = next(x for x in "pqrstuv" if x not in surroundings.letters)

    def of_side(self, side: t.Node) -> Iterator[Change]:
        """Yield the whole side with what it may lack."""
        yield Change("missing", "transpose", t.Transpose(side))
        yield Change("missing", "sum over the samples missing", t.Product("", side, t.Ones(M)))
        yield Change("missing", "sum over the samples missing", t.Product("", _ROW, side))
        yield from self._sums(side)
        for layer in self.layers:
            slope = t.Function(r"\sigma", layer, 1)
            yield Change("missing", "σ′ missing", _scaled(side, slope, t.Quantity("Z", layer)))
            gamma = t.Quantity("gamma", layer)
            column = t.Product("odot", t.Product("", gamma, _ROW), side)
            yield Change("missing", "γ missing", column)
            for indices in self.entries:
                yield Change("missing", "σ′ missing", _slope_of_entry(side, layer, indices))
                entry = t.Element(gamma, indices[:1])
                yield Change("missing", "γ missing", t.Product("", entry, side))
        yield from statistics(side, self.layers, self.entries, self.dummy)

    def parts(self, node: t.Node) -> Iterator[Change]:
        """Yield a part with what it may lack."""
        match node:
            case t.Derivative(_, t.Quantity("A", layer)) if layer is not None:
                slope = t.Function(r"\sigma", layer, 1)
                added = _scaled(node, slope, t.Quantity("Z", layer))
                yield Change("missing", "σ′ missing", added)
            case t.Element(t.Derivative(_, t.Quantity("A", layer))) if layer is not None:
                added = _slope_of_entry(node, layer, node.indices)
                yield Change("missing", "σ′ missing", added)
            case t.Quantity("b"):
                yield Change("missing", "bias without ones", t.Product("", node, _ROW))
                yield Change("missing", "bias without ones", t.Product("", t.Ones(M), node))
            case t.Quantity("V" | "V_b") if self.is_step:
                factor = t.Quantity("momentum")
                yield Change("missing", "momentum factor missing", t.Product("", factor, node))
            case t.Reduction() | t.Addition():
                yield from self._sums_of_terms(node)
        yield from _gamma_dropped(node)
        yield from second_term(node, self.dummy)

    def _sums(self, side: t.Node) -> Iterator[Change]:
        """Yield a side summed over letters that stand on it alone."""
        alone = sorted(free_letters(side) & set(self.surroundings.letters) - self.free)
        for count in range(1, min(len(alone), 2) + 1):
            for letters in itertools.combinations(alone, count):
                bounds = tuple(map(t.Bound, letters))
                is_neuron = any(letter in NEURON_LETTERS for letter in letters)
                what = "a neuron index" if is_neuron else "the samples"
                summed = t.Reduction("sum", bounds, (), side)
                yield Change("missing", f"sum over {what} missing", summed)

    def _sums_of_terms(self, node: t.Reduction | t.Addition) -> Iterator[Change]:
        if isinstance(node, t.Reduction):
            for change in self._sums(node.body):
                yield change._replace(node=replace(node, body=change.node))
            return
        for at, (sign, term) in enumerate(node.terms):
            for change in self._sums(term):
                terms = (*node.terms[:at], (sign, change.node), *node.terms[at + 1 :])
                yield change._replace(node=replace(node, terms=terms))


def _scaled(node: t.Node, function: t.Function, argument: t.Node) -> t.Node:
    return t.Product("odot", node, t.Apply(function, (argument,)))


def _slope_of_entry(node: t.Node, layer: t.Node, indices: tuple[t.Node, ...]) -> t.Node:
    entry = t.Element(t.Quantity("Z", layer), indices)
    return t.Product("", node, t.Apply(t.Function(r"\sigma", layer, 1), (entry,)))


def _is_gamma(node: t.Node) -> bool:
    """Tell whether a factor is made of γ alone."""
    names = {n.name for n in node.walk() if isinstance(n, t.Quantity)}
    return names == {"gamma"}


def _gamma_dropped(node: t.Node) -> Iterator[Change]:
    match node:
        case t.Product(_, first, second):
            for kept, dropped in ((first, second), (second, first)):
                if _is_gamma(dropped):
                    yield Change("missing", "γ superfluous", kept)
        case t.Fraction(above, below) if _is_gamma(above):
            yield Change("missing", "γ superfluous", t.Fraction(t.Number(1), below))
