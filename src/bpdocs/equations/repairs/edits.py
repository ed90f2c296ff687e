r"""Small changes of a claim, one symbol at a time.

They serve twice: made in a true claim they are mistakes, which the check must find; made in a false
one they are corrections, whose kind names the mistake.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bpdocs.equations import tree as t
from bpdocs.equations.repairs.changes import Change, Surroundings
from bpdocs.equations.repairs.missing import MissingParts

# What is changed, and how the published table calls it.
KINDS = {
    "transpose": "transpose dropped, added or moved",
    "order": "factors swapped",
    "product": "⊙ and matrix product exchanged",
    "layer": "another layer",
    "index": "another index",
    "sum": "sum dropped, over another index or to another limit",
    "slope": "σ′ dropped, or taken for σ",
    "1/M": "1/M dropped, doubled or added",
    "sign": "sign changed",
}


@dataclass(frozen=True)
class Edit:
    """A changed claim.

    Attributes
    ----------
    kind : str
        A key of KINDS; "repair" for what serves as a repair alone.
    cure : str
        The name, in the catalogue, of the mistake that the change puts right.
    claim : Claim
        The changed claim.
    before, after : Node
        The part that was changed, and what it became.
    """

    kind: str
    cure: str
    claim: t.Claim
    before: t.Node
    after: t.Node


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
    surroundings = Surroundings(claim)
    seen = {claim}
    for is_right in (True, False):
        for edit in _edits_of_side(claim, surroundings.changes, is_right=is_right):
            if edit.claim not in seen:
                seen.add(edit.claim)
                yield edit


def repairs(claim: t.Claim, *, is_right: bool = True) -> Iterator[Edit]:
    """Yield the changes of one side that may correct a false claim: all edits, and missing parts.

    Parameters
    ----------
    claim : Claim
        A claim.
    is_right : bool
        Whether its right side is changed, or the left one.

    Yields
    ------
    Edit
        Each different from the claim, and from the others.
    """
    surroundings = Surroundings(claim)
    missing = MissingParts(claim, surroundings, is_right=is_right)
    side = claim.right if is_right else claim.left
    seen: set[tuple[str, t.Claim]] = set()
    for edit in (
        *_edits_of_side(claim, surroundings.changes, is_right=is_right),
        *_edits_of_side(claim, missing.parts, is_right=is_right),
        *(_edit(claim, change, side, change.node, is_right) for change in missing.of_side(side)),
    ):
        if edit.claim != claim and (edit.cure, edit.claim) not in seen:
            seen.add((edit.cure, edit.claim))
            yield edit


def _edits_of_side(
    claim: t.Claim, changes: Callable[[t.Node], Iterator[Change]], *, is_right: bool
) -> Iterator[Edit]:
    side = claim.right if is_right else claim.left
    if isinstance(side, t.Space):
        return
    for change, before, whole in _everywhere(side, changes):
        yield _edit(claim, change, before, whole, is_right)


def _edit(claim: t.Claim, change: Change, before: t.Node, whole: t.Node, is_right: bool) -> Edit:
    changed = replace(claim, right=whole) if is_right else replace(claim, left=whole)
    return Edit(change.kind, change.cure, changed, before, change.node)


def _everywhere(
    node: t.Node, changes: Callable[[t.Node], Iterator[Change]]
) -> Iterator[tuple[Change, t.Node, t.Node]]:
    """Yield each change at each node, with the node and the whole tree that it makes."""
    for change in changes(node):
        yield change, node, change.node
    for at, child in enumerate(node.children):
        for change, before, new in _everywhere(child, changes):
            if isinstance(node, t.Derivative) and at == 1 and not isinstance(new, t.Quantity):
                continue
            if isinstance(node, t.Element) and before is child and change.kind in {"1/M", "sign"}:
                continue  # made to the entry itself
            yield change, before, _with_child(node, at, new)


def _with_child(node: t.Node, at: int, new: t.Node) -> t.Node:
    """Return a node with its child number `at` replaced."""
    numbers = itertools.count()
    return node.rebuild(lambda old: new if next(numbers) == at else old)
