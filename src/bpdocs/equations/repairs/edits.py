r"""Small changes of a claim, one symbol at a time.

They serve twice: made in a true claim they are mistakes, which the check must find; made in a false
one they are corrections, whose kind names the mistake.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bpdocs.equations import tree as t
from bpdocs.equations.evaluating.letters import free_letters, layer_letters

# What is changed, and how the published table calls it.
KINDS = {
    "transpose": "transpose dropped, added or moved",
    "order": "factors swapped",
    "product": "⊙ and matrix product exchanged",
    "layer": "another layer",
    "index": "another index",
    "sum": "sum over another index or to another limit",
    "slope": "σ′ dropped",
    "1/M": "1/M dropped, doubled or added",
    "sign": "sign changed",
}


@dataclass(frozen=True)
class Edit:
    """A changed claim; `kind` is a key of KINDS, `how` says what was done to `node`."""

    kind: str
    how: str
    claim: t.Claim
    node: t.Node | None = None


Change = tuple[str, str, t.Node]  # kind, how, the new node
Changed = tuple[str, str, t.Node, t.Node]  # and the node that was changed

_ONE_OVER_M = t.Fraction(t.Number(1), t.Constant("M"))
_M = t.Constant("M")


def edits(claim: t.Claim) -> Iterator[Edit]:
    """Yield every claim that differs from this one by one symbol.

    Parameters
    ----------
    claim : Claim
        A claim; its conditions stay.

    Yields
    ------
    Edit
        Each different from the claim, and from the others.
    """
    seen: set[t.Claim] = {claim}
    surroundings = _Surroundings(claim)
    for side in (claim.right, claim.left):
        if isinstance(side, t.Space):
            continue
        for kind, how, new, node in _everywhere(side, surroundings.changes):
            is_right = side is claim.right
            changed = replace(claim, right=new) if is_right else replace(claim, left=new)
            if changed not in seen:
                seen.add(changed)
                yield Edit(kind, how, changed, node)


def repairs(claim: t.Claim) -> Iterator[Edit]:
    """Yield the changes that may correct a false claim: all edits, and missing factors."""
    yield from edits(claim)
    if isinstance(claim.right, t.Space):
        return
    right = claim.right
    for kind, how, factor in (("1/M", "missing", _ONE_OVER_M), ("1/M", "twice", _M)):
        yield Edit(kind, how, replace(claim, right=t.Product("", factor, right)))
    yield Edit("sum", "missing", replace(claim, right=t.Product("", right, t.Ones(_M))))
    minus = t.Addition(((-1, right),))
    yield Edit("sign", "flipped", replace(claim, right=minus))
    yield Edit("transpose", "of the whole side", replace(claim, right=t.Transpose(right)))
    for layer in _layers_of(claim):
        slope = t.Apply(t.Function(r"\sigma", layer, 1), (t.Quantity("Z", layer),))
        yield Edit("slope", "missing", replace(claim, right=t.Product("odot", right, slope)))
        for indices in _element_indices(claim):
            entry = t.Apply(slope.function, (t.Element(slope.arguments[0], indices),))
            yield Edit("slope", "missing", replace(claim, right=t.Product("", right, entry)))


def _layers_of(claim: t.Claim) -> list[t.Node]:
    found = [n.layer for n in claim.walk() if isinstance(n, t.Quantity) and n.layer is not None]
    return list(dict.fromkeys(found))


def _element_indices(claim: t.Claim) -> list[tuple[t.Node, ...]]:
    found = [n.indices for n in claim.left.walk() if isinstance(n, t.Element)]
    return list(dict.fromkeys(found))


def _everywhere(node: t.Node, changes: Callable[[t.Node], Iterator[Change]]) -> Iterator[Changed]:
    """Yield the tree with each change made at each of its nodes."""
    for kind, how, new in changes(node):
        yield kind, how, new, node
    for at, child in enumerate(node.children):
        for kind, how, new, changed in _everywhere(child, changes):
            if isinstance(node, t.Derivative) and at == 1 and not isinstance(new, t.Quantity):
                continue
            yield kind, how, _with_child(node, at, new), changed


def _with_child(node: t.Node, at: int, new: t.Node) -> t.Node:
    """Return a node with its child number `at` replaced."""
    numbers = itertools.count()
    return node.rebuild(lambda old: new if next(numbers) == at else old)


class _Surroundings:
    """The letters and layers of a claim, from which changes are made."""

    def __init__(self, claim: t.Claim) -> None:
        counting = layer_letters([claim])
        self.layer_letter = next(iter(sorted(counting)), None)
        self.letters = sorted(
            {n.name for n in claim.walk() if isinstance(n, t.Letter)} - counting
            | {n.letter for n in claim.walk() if isinstance(n, t.Bound)} - counting
        )

    def changes(self, node: t.Node) -> Iterator[Change]:
        """Yield what one symbol of a node could be instead."""
        match node:
            case t.Transpose():
                yield "transpose", "dropped", node.base
            case t.Quantity() if node.name not in {"C", "C_m", "eta", "epsilon", "momentum"}:
                yield "transpose", "added", t.Transpose(node)
        yield from self._layer(node)
        yield from self._index(node)
        yield from self._product(node)
        yield from self._numbers(node)
        yield from self._sum(node)

    def _layer(self, node: t.Node) -> Iterator[Change]:
        layer = getattr(node, "layer", None)
        if layer is None:
            return
        letter = t.Letter(self.layer_letter) if self.layer_letter else t.Constant("L")
        near: list[t.Node] = [
            letter,
            t.Addition(((1, letter), (1, t.Number(1)))),
            t.Addition(((1, letter), (-1, t.Number(1)))),
            t.Constant("L"),
        ]
        for other in near:
            if other != layer and isinstance(node, t.Quantity | t.Function | t.Size):
                yield "layer", "another", replace(node, layer=other)

    def _index(self, node: t.Node) -> Iterator[Change]:
        if isinstance(node, t.Element | t.Kronecker):
            indices = node.indices if isinstance(node, t.Element) else (node.first, node.second)
            options = [*self.letters, *({"m": "n", "n": "m"}.get(x, "") for x in self.letters)]
            for at, index in enumerate(indices):
                for other in dict.fromkeys(filter(None, options)):
                    if isinstance(index, t.Letter) and other != index.name:
                        new = (*indices[:at], t.Letter(other), *indices[at + 1 :])
                        yield "index", f"{other} for {index.name}", _with_indices(node, new)
            if isinstance(node, t.Element) and len(indices) == 2 and indices[0] != indices[1]:
                yield "index", "swapped", replace(node, indices=indices[::-1])
        if isinstance(node, t.Ones | t.Identity):
            for length in (_M, *(t.Size(layer) for layer in self._near_layers())):
                if length != node.length:
                    yield "index", "another length", replace(node, length=length)

    def _near_layers(self) -> list[t.Node]:
        letter = t.Letter(self.layer_letter) if self.layer_letter else t.Constant("L")
        return [letter, t.Addition(((1, letter), (-1, t.Number(1))))]

    def _product(self, node: t.Node) -> Iterator[Change]:
        if not isinstance(node, t.Product):
            return
        if node.operator == "":
            yield "order", "swapped", replace(node, left=node.right, right=node.left)
            yield "product", r"\odot for a product", replace(node, operator="odot")
            if isinstance(node.left, t.Transpose) and not isinstance(node.right, t.Transpose):
                moved = t.Product("", node.left.base, t.Transpose(node.right))
                yield "transpose", "moved", moved
            if isinstance(node.right, t.Transpose) and not isinstance(node.left, t.Transpose):
                moved = t.Product("", t.Transpose(node.left), node.right.base)
                yield "transpose", "moved", moved
        elif node.operator == "odot":
            yield "product", r"a product for \odot", replace(node, operator="")
        for kept, dropped in ((node.left, node.right), (node.right, node.left)):
            if isinstance(dropped, t.Apply) and dropped.function.primes:
                yield "slope", "dropped", kept
            if dropped == _ONE_OVER_M:
                yield "1/M", "dropped", kept
            if dropped == _M:
                yield "1/M", "M dropped", kept

    def _numbers(self, node: t.Node) -> Iterator[Change]:
        match node:
            case t.Function() if node.primes:
                yield "slope", "prime dropped", replace(node, primes=0)
            case t.Fraction() if any(inner == _M for inner in node.below.walk()):
                below = _without_m(node.below)
                plain = node.above if below == t.Number(1) else replace(node, below=below)
                yield "1/M", "dropped", plain
                yield "1/M", "doubled", replace(node, below=t.Product("", _M, node.below))
            case t.Addition():
                for at, (sign, term) in enumerate(node.terms):
                    flipped = (*node.terms[:at], (-sign, term), *node.terms[at + 1 :])
                    yield "sign", "flipped", replace(node, terms=flipped)
        if isinstance(node, t.Derivative) or (
            isinstance(node, t.Quantity) and node.name == "Delta"
        ):
            yield "1/M", "added", t.Product("", _ONE_OVER_M, node)
            yield "sign", "flipped", t.Addition(((-1, node),))

    def _sum(self, node: t.Node) -> Iterator[Change]:
        if not isinstance(node, t.Reduction):
            return
        for at, bound in enumerate(node.bounds):
            taken = {other.letter for other in node.bounds}
            for letter in sorted(free_letters(node.body) - taken):
                if letter in self.letters:
                    changed = (
                        *node.bounds[:at],
                        replace(bound, letter=letter),
                        *node.bounds[at + 1 :],
                    )
                    yield "sum", f"over {letter}", replace(node, bounds=changed)
                    plain = (*node.bounds[:at], t.Bound(letter), *node.bounds[at + 1 :])
                    yield "sum", f"over all {letter}", replace(node, bounds=plain)
            if bound.upper is not None:
                for upper in (_M, *(t.Size(layer) for layer in self._near_layers())):
                    if upper != bound.upper:
                        limits = replace(bound, upper=upper)
                        changed = (*node.bounds[:at], limits, *node.bounds[at + 1 :])
                        yield "sum", "another limit", replace(node, bounds=changed)
        yield "1/M", "mean for sum", t.Product("", _ONE_OVER_M, node)


def _with_indices(node: t.Element | t.Kronecker, indices: tuple[t.Node, ...]) -> t.Node:
    if isinstance(node, t.Element):
        return replace(node, indices=indices)
    return replace(node, first=indices[0], second=indices[1])


def _without_m(node: t.Node) -> t.Node:
    if node == _M:
        return t.Number(1)
    if node == t.Power(_M, t.Number(2)):
        return _M
    if isinstance(node, t.Product):
        if node.left == _M:
            return node.right
        if node.right == _M:
            return node.left
    return node.rebuild(_without_m)
