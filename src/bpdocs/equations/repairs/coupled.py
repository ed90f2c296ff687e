"""What may be missing where entries depend on each other: under softmax and in norms."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from bpdocs.equations import tree as t
from bpdocs.equations.repairs.changes import LAST, Change, M, substituted


def second_term(node: t.Node, pairs: Sequence[t.Kronecker], dummy: str) -> Iterator[Change]:
    r"""Yield P ⊙ G with the mean of G under P taken off, as softmax's derivative has it.

    That is missing in P ⊙ G itself, in P ⊙ (1 - P) ⊙ G, which is \sigma' for each output alone,
    and in the Jacobian P_j δ_jk; `pairs` are the deltas that it may have.
    """
    if not isinstance(node, t.Product):
        return
    factors = list(_factors(node))
    for at, factor in enumerate(factors):
        rest = factors[:at] + factors[at + 1 :]
        if isinstance(factor, t.Apply) and factor.function.primes and node.operator == "odot":
            yield Change("repair", "⊙ with softmax", _pulled(t.Quantity("A", LAST), rest, dummy))
        if not _is_output(factor):
            continue
        others = [other for other in rest if not _is_complement(other, factor)]
        name = "softmax without its second term" if others == rest else "⊙ with softmax"
        for same in others[:1] if len(others) == 1 else () if others else pairs:
            if isinstance(same, t.Kronecker):
                yield from _jacobian(same, factor, name)
        if others:
            yield Change("repair", name, _pulled(factor, others, dummy))


def _factors(node: t.Node) -> Iterator[t.Node]:
    """Yield the factors of a product that is taken entry by entry, or of numbers."""
    if isinstance(node, t.Product) and node.operator in {"", "odot", "cdot", "times"}:
        is_array = node.operator == "odot"
        for side in (node.left, node.right):
            inner = isinstance(side, t.Product) and (side.operator == "odot") == is_array
            yield from _factors(side) if inner else (side,)
    else:
        yield node


def _is_output(node: t.Node) -> bool:
    base = node.base if isinstance(node, t.Element) else node
    return base == t.Quantity("A", LAST)


def _is_complement(node: t.Node, output: t.Node) -> bool:
    """Tell whether a factor is 1 - P."""
    return isinstance(node, t.Addition) and len(node.terms) == 2 and (-1, output) in node.terms


def _pulled(output: t.Node, factors: Sequence[t.Node], dummy: str) -> t.Node:
    operator: Literal["", "odot"] = "" if isinstance(output, t.Element) else "odot"
    slope = factors[0]
    for factor in factors[1:]:
        slope = t.Product(operator, slope, factor)
    if isinstance(output, t.Element):
        return _entry_pulled(output, slope, dummy)
    return _softmax_pulled(slope)


def _entry_pulled(entry: t.Element, slope: t.Node, dummy: str) -> t.Node:
    neuron = entry.indices[0]
    other = t.Letter(dummy)
    moved = t.Product("", substituted(entry, neuron, other), substituted(slope, neuron, other))
    total = t.Reduction("sum", (t.Bound(dummy),), (), moved)
    return t.Product("", entry, t.Addition(((1, slope), (-1, total))))


def statistics(
    side: t.Node,
    layers: Sequence[t.Node],
    entries: Sequence[tuple[t.Node, ...]],
    dummy: str,
) -> Iterator[Change]:
    r"""Yield a side that held a norm's statistics fixed, with what moves through them.

    Where R is the derivative with mean and deviation fixed, the true one is R less its mean
    and less \hat A times the mean of R ⊙ \hat A, along the axis of the norm.
    """
    name = "statistics held fixed"
    for layer in layers:
        normed = t.Quantity("A_hat", layer)
        yield Change("repair", name, _centred(side, normed, t.Ones(M), is_column=False))
        ones = t.Ones(t.Size(layer))
        yield Change("repair", name, _centred(side, normed, ones, is_column=True))
        for indices in entries:
            for index, length in zip(indices, (t.Size(layer), M), strict=False):
                if len(indices) == 2:
                    entry = t.Element(normed, indices)
                    yield Change("repair", name, _entry_centred(side, entry, index, length, dummy))


def _entry_centred(
    side: t.Node, entry: t.Element, index: t.Node, length: t.Node, dummy: str
) -> t.Node:
    other, bounds = t.Letter(dummy), (t.Bound(dummy, t.Number(1), length),)
    moved, moved_entry = substituted(side, index, other), substituted(entry, index, other)
    share = t.Fraction(t.Number(1), length)
    mean = t.Product("", share, t.Reduction("sum", bounds, (), moved))
    both = t.Product("", moved, moved_entry)
    product = t.Product("", share, t.Reduction("sum", bounds, (), both))
    return t.Addition(((1, side), (-1, mean), (-1, t.Product("", entry, product))))


def _softmax_pulled(slope: t.Node) -> t.Node:
    output, ones = t.Quantity("A", LAST), t.Ones(t.Size(LAST))
    total = t.Product("", t.Transpose(ones), t.Product("odot", output, slope))
    return t.Product("odot", output, t.Addition(((1, slope), (-1, t.Product("", ones, total)))))


def _jacobian(same: t.Kronecker, entry: t.Node, name: str) -> Iterator[Change]:
    """Yield P_j δ_jk with the term - P_j P_k."""
    if not isinstance(entry, t.Element):
        return
    for index, other in ((same.first, same.second), (same.second, same.first)):
        if entry.indices[0] == index:
            second = replace(entry, indices=(other, *entry.indices[1:]))
            yield Change(
                "repair", name, t.Product("", entry, t.Addition(((1, same), (-1, second))))
            )


def _centred(side: t.Node, normed: t.Node, ones: t.Ones, *, is_column: bool) -> t.Node:
    r"""Return an array less its mean and less \hat A times the mean of both."""
    share = t.Fraction(t.Number(1), ones.length)

    def mean(node: t.Node) -> t.Node:
        if is_column:
            inner = t.Product("", ones, t.Product("", t.Transpose(ones), node))
        else:
            inner = t.Product("", t.Product("", node, ones), t.Transpose(ones))
        return t.Product("", share, inner)

    along = t.Product("odot", normed, mean(t.Product("odot", side, normed)))
    return t.Addition(((1, side), (-1, mean(side)), (-1, along)))
