"""What a side may lack as a whole, where no change of a symbol puts it right."""

import itertools
from collections.abc import Iterator

from bpdocs.equations import tree as t
from bpdocs.equations.letters import free_letters
from bpdocs.equations.notation import NEURON_LETTERS
from bpdocs.equations.repairs.changes import NUMBERS, Change, M, Surroundings, substituted
from bpdocs.equations.repairs.coupled import second_term, statistics
from bpdocs.equations.repairs.terms import (
    RATE,
    ROW,
    gamma_at,
    slope_at,
    slope_at_entry,
    term_changes,
)


class MissingParts:
    """Adds to a side of a claim what people forget.

    Attributes
    ----------
    layers : list of Node
        The layers of the claim's quantities.
    entries : list of tuple of Node
        The indices that stand on its other side.
    free : set of str
        The letters that are free on its other side.
    dummy : str
        A letter that the claim does not have.
    """

    def __init__(self, claim: t.Claim, surroundings: Surroundings, *, is_right: bool) -> None:
        other = claim.left if is_right else claim.right
        quantities = [n for n in claim.walk() if isinstance(n, t.Quantity)]
        self.layers = list(dict.fromkeys(q.layer for q in quantities if q.layer is not None))
        elements = [n for n in other.walk() if isinstance(n, t.Element)]
        self.entries = list(dict.fromkeys(element.indices for element in elements))
        self.free = free_letters(other)
        self.letters = surroundings.letters
        self.is_step = claim.relation == "<-"
        self.dummy = next(x for x in "pqrstuv" if x not in self.letters)

    def of_side(self, side: t.Node) -> Iterator[Change]:
        """Yield the whole side with what it may lack."""
        yield Change("repair", "transpose", transposed(side))
        yield Change("repair", "transpose", t.Transpose(side))
        yield Change("repair", "sum over the samples missing", t.Product("", side, t.Ones(M)))
        yield Change("repair", "sum over the samples missing", t.Product("", ROW, side))
        yield from self._sums(side)
        for layer in self.layers:
            yield Change("repair", "σ′ missing", slope_at(side, layer))
            yield Change("repair", "γ missing", gamma_at(side, layer))
            for indices in self.entries:
                yield Change("repair", "σ′ missing", slope_at_entry(side, layer, indices))
                entry = t.Element(t.Quantity("gamma", layer), indices[:1])
                yield Change("repair", "γ missing", t.Product("", entry, side))
        yield from self._deltas(side)
        yield from self._exchanged(side)
        yield from statistics(side, self.layers, self.entries, self.dummy)

    def parts(self, node: t.Node) -> Iterator[Change]:
        """Yield a part with what it may lack, or have too much."""
        if isinstance(node, t.Addition):
            for at, (sign, term) in enumerate(node.terms):
                for change in (*self._of_term(term), *self._sums(term)):
                    terms = (*node.terms[:at], (sign, change.node), *node.terms[at + 1 :])
                    yield change._replace(node=t.Addition(terms))
        if isinstance(node, t.Reduction):
            for change in self._sums(node.body):
                summed = t.Reduction(node.function, node.bounds, node.conditions, change.node)
                yield change._replace(node=summed)
        if node == t.Number(1):  # of P_j (1 - P_k)
            for pair in self._pairs():
                yield Change("repair", "Kronecker delta missing", pair)
        yield from self._gammas(node)
        yield from term_changes(node, is_step=self.is_step)
        yield from second_term(node, self._pairs(), self.dummy)

    def _of_term(self, term: t.Node) -> Iterator[Change]:
        yield Change("repair", "transpose", transposed(term))
        if self.is_step:
            yield Change("repair", "learning rate missing", t.Product("", RATE, term))

    def _gammas(self, node: t.Node) -> Iterator[Change]:
        r"""Yield what stands behind a norm, or comes back to one, with its \gamma."""
        entry = node if isinstance(node, t.Element) else None
        match entry.base if entry else node:
            case t.Quantity("A_hat" | "Delta") | t.Derivative(_, t.Quantity("Z")):
                for layer in self.layers:
                    yield Change("repair", "γ missing", gamma_at(node, layer))

    def _sums(self, side: t.Node) -> Iterator[Change]:
        """Yield a side summed over letters that stand on it alone."""
        alone = sorted(free_letters(side) & set(self.letters) - self.free)
        for count in range(1, min(len(alone), 2) + 1):
            for letters in itertools.combinations(alone, count):
                summed = t.Reduction("sum", tuple(map(t.Bound, letters)), (), side)
                if not NEURON_LETTERS.issuperset(letters):
                    yield Change("repair", "sum over the samples missing", summed)
                if NEURON_LETTERS.intersection(letters):
                    yield Change("repair", "sum over a neuron index missing", summed)

    def _pairs(self) -> list[t.Kronecker]:
        """Return Kronecker's deltas of letters that stand in the same place of two entries."""
        found = [
            t.Kronecker(first, second)
            for one, other in itertools.combinations(self.entries, 2)
            for first, second in zip(one, other, strict=False)
            if isinstance(first, t.Letter) and isinstance(second, t.Letter) and first != second
        ]
        return list(dict.fromkeys(found))

    def _deltas(self, side: t.Node) -> Iterator[Change]:
        """Yield a derivative of an entry by an entry that is 0 where the indices differ."""
        pairs = self._pairs()
        for count in (1, 2):
            for chosen in itertools.combinations(pairs, count):
                product = side
                for pair in chosen:
                    product = t.Product("", product, pair)
                yield Change("repair", "Kronecker delta missing", product)

    def _exchanged(self, side: t.Node) -> Iterator[Change]:
        """Yield a side with two of the letters exchanged throughout."""
        letters = sorted(free_letters(side) & self.free & set(self.letters))
        for first, second in itertools.combinations(map(t.Letter, letters), 2):
            between = t.Letter(self.dummy)
            turned = substituted(substituted(side, first, between), second, first)
            yield Change("repair", "indices swapped", substituted(turned, between, second))


def transposed(node: t.Node) -> t.Node:
    """Return the transpose of a product as the product of the transposes, the other way round."""
    match node:
        case t.Transpose():
            return node.base
        case t.Product("", first, second) if _is_number(first):
            return t.Product("", first, transposed(second))
        case t.Product("", first, second):
            return t.Product("", transposed(second), transposed(first))
        case t.Product("odot", first, second):
            return t.Product("odot", transposed(first), transposed(second))
    return t.Transpose(node)


def _is_number(node: t.Node) -> bool:
    """Tell whether a factor is plainly a number: 1/M, a rate."""
    if isinstance(node, t.Quantity):
        return node.name in NUMBERS
    arrays = (t.Ones, t.Identity, t.Quantity)
    return not any(isinstance(part, arrays) for part in node.walk())
