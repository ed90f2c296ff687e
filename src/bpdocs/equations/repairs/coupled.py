"""What may be missing where entries depend on each other: under softmax and in norms."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bpdocs.equations import tree as t
from bpdocs.equations.repairs.changes import LAST, Change, M


def second_term(node: t.Node, dummy: str) -> Iterator[Change]:
    """Yield P ⊙ G with the mean of G under P taken off, as softmax's derivative has it."""
    output = t.Quantity("A", LAST)
    name = "softmax without its second term"
    match node:
        case t.Product("odot", first, second):
            for one, other in ((first, second), (second, first)):
                if one == output:
                    yield Change("missing", name, _softmax_pulled(other))
                elif isinstance(one, t.Apply) and one.function.primes:
                    yield Change("missing", "⊙ with softmax", _softmax_pulled(other))
        case t.Product(_, first, second):
            for one, other in ((first, second), (second, first)):
                if isinstance(one, t.Element) and one.base == output:
                    yield Change("missing", name, _entry_pulled(one, other, dummy))
                if isinstance(one, t.Kronecker):
                    yield from _jacobian(one, other, name)


def _entry_pulled(entry: t.Element, slope: t.Node, dummy: str) -> t.Node:
    neuron = entry.indices[0]
    other = t.Letter(dummy)
    moved = t.Product("", _renamed(entry, neuron, other), _renamed(slope, neuron, other))
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
        yield Change("missing", name, _centred(side, normed, t.Ones(M), is_column=False))
        ones = t.Ones(t.Size(layer))
        yield Change("missing", name, _centred(side, normed, ones, is_column=True))
        for indices in entries:
            for index, length in zip(indices, (t.Size(layer), M), strict=False):
                if len(indices) == 2:
                    entry = t.Element(normed, indices)
                    yield Change("missing", name, _entry_centred(side, entry, index, length, dummy))


def _entry_centred(
    side: t.Node, entry: t.Element, index: t.Node, length: t.Node, dummy: str
) -> t.Node:
    other, bounds = t.Letter(dummy), (t.Bound(dummy, t.Number(1), length),)
    moved, moved_entry = _renamed(side, index, other), _renamed(entry, index, other)
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
    if not isinstance(entry, t.Element) or entry.base != t.Quantity("A", LAST):
        return
    for index, other in ((same.first, same.second), (same.second, same.first)):
        if entry.indices[0] == index:
            second = replace(entry, indices=(other, *entry.indices[1:]))
            yield Change(
                "missing", name, t.Product("", entry, t.Addition(((1, same), (-1, second))))
            )


def _renamed(node: t.Node, index: t.Node, other: t.Node) -> t.Node:
    return other if node == index else node.rebuild(lambda child: _renamed(child, index, other))


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
