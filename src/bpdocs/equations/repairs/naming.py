r"""Which mistake makes an equation false: the small change that makes it true has its name."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import replace

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.evaluating.claims import evaluate
from bpdocs.equations.networks.graph import Graph
from bpdocs.equations.printing.latex import Printer
from bpdocs.equations.repairs.catalogue import MISTAKES, Mistake, plainness
from bpdocs.equations.repairs.edits import Edit, repairs
from bpdocs.equations.repairs.factor_names import names_of_factor
from bpdocs.equations.repairs.factors import is_error_column
from bpdocs.equations.repairs.names_of_repairs import names_of_edit
from bpdocs.equations.repairs.ratio import find_factor

MAX_NAMES = 4
MAX_TRIALS = 400
MAX_NODES = 120  # of a claim: the longest of the corpus has 84, and the time grows quadratically

_SUMS = ("sum superfluous", "wrong sum")  # may be off by a constant factor as well


def name_mistakes(claim: t.Claim, graphs: Sequence[Graph], printer: Printer) -> tuple[Mistake, ...]:
    """Return what is wrong with a false claim: all explanations that fit, the plainest first.

    Parameters
    ----------
    claim : Claim
        A claim that fails.
    graphs : sequence of Graph
        The networks on which it failed.
    printer : Printer
        Prints in the notation of the model.

    Returns
    -------
    tuple of Mistake
        Four at most, each name once; empty if no change of the catalogue makes the claim true.
    """
    found: dict[str, Mistake] = {}
    if sum(1 for _ in claim.walk()) <= MAX_NODES and _speaks_of_network(claim.left):
        for name, repaired in _explanations(claim, graphs):
            if not found and _is_true(replace(claim, right=t.Number(0)), graphs):
                break  # all that makes it true is that the right side becomes 0 as well
            text = printer.claim(replace(repaired, conditions=()))
            found.setdefault(name, Mistake(name, text))
            if len(found) == MAX_NAMES:
                break
    if not found and is_softmax_slope(claim, graphs):
        found["⊙ with softmax"] = Mistake("⊙ with softmax")
    if len(found) < MAX_NAMES and _is_misfit(claim, graphs):
        found["shapes do not fit"] = Mistake("shapes do not fit")
    return tuple(found.values())


def _speaks_of_network(side: t.Node) -> bool:
    """Tell whether a side has a quantity in it: what is said of numbers alone has no repair."""
    return any(isinstance(node, t.Quantity) for node in side.walk())


def _is_misfit(claim: t.Claim, graphs: Sequence[Graph]) -> bool:
    try:
        outcome = evaluate(claim, graphs, to_first=True)
    except UnreadableError:
        return False
    is_range = "range" in outcome.message
    return not (outcome.is_true or outcome.is_empty or outcome.worst or is_range)


def _explanations(claim: t.Claim, graphs: Sequence[Graph]) -> Iterator[tuple[str, t.Claim]]:
    if isinstance(claim.right, t.Space):
        turned = replace(claim.right, dimensions=claim.right.dimensions[::-1])
        yield from _true_ones([("rows and columns exchanged", turned)], claim, graphs)
        return
    if claim.right == t.Number(0):
        return
    factor = find_factor(claim, graphs)
    if factor is not None:
        repaired = replace(claim, right=factor.times(claim.right))
        yield from ((name, repaired) for name in names_of_factor(factor, claim.right))
        yield from _searched(claim, graphs, is_right=True, cures=_SUMS)
        return
    has_found = False
    for name, repaired in _searched(claim, graphs, is_right=True):
        has_found = True
        yield name, repaired
    if not has_found and _is_bare(claim.right) and not _is_bare(claim.left):
        yield from _searched(claim, graphs, is_right=False)


def _true_ones(
    sides: Iterable[tuple[str, t.Node]], claim: t.Claim, graphs: Sequence[Graph]
) -> Iterator[tuple[str, t.Claim]]:
    for name, side in sides:
        repaired = replace(claim, right=side)
        if repaired != claim and _is_true(repaired, graphs):
            yield name, repaired


def _searched(
    claim: t.Claim, graphs: Sequence[Graph], *, is_right: bool, cures: Container[str] = MISTAKES
) -> Iterator[tuple[str, t.Claim]]:
    fitting = (edit for edit in repairs(claim, is_right=is_right) if edit.cure in cures)
    trials = sorted(fitting, key=_rank)
    for edit in trials[:MAX_TRIALS]:
        says_something = edit.claim.left != edit.claim.right
        if says_something and _is_true(edit.claim, graphs):
            yield from ((name, edit.claim) for name in names_of_edit(edit))


def _rank(edit: Edit) -> tuple[int, int]:
    """Return the place of a repair: by the catalogue, then the one of the largest part."""
    return plainness(edit.cure), -sum(1 for _ in edit.before.walk())


def _is_bare(side: t.Node) -> bool:
    """Tell whether a side is one name: a quantity, a derivative by one, or an entry of either."""
    match side:
        case t.Element(base) | t.Transpose(base):
            return _is_bare(base)
        case t.Product():
            return is_error_column(side)
    return isinstance(side, t.Quantity | t.Derivative)


def _is_true(claim: t.Claim, graphs: Sequence[Graph]) -> bool:
    try:
        return evaluate(claim, graphs, to_first=True).is_true
    except UnreadableError:
        return False


def is_softmax_slope(claim: t.Claim, graphs: Sequence[Graph]) -> bool:
    r"""Tell whether \sigma' is multiplied entry by entry where \sigma is softmax."""
    layers = {layer for graph in graphs for layer in graph.coupled}
    return bool(layers) and any(
        isinstance(node, t.Product)
        and node.operator == "odot"
        and any(
            isinstance(side, t.Apply)
            and side.function.primes
            and side.function.layer == t.Constant("L")
            for side in (node.left, node.right)
        )
        for node in claim.walk()
    )
