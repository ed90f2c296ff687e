r"""Which mistake makes an equation false: the small change that makes it true has its name."""

from collections.abc import Sequence
from dataclasses import replace

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.evaluating.claims import evaluate
from bpdocs.equations.networks.graph import Graph
from bpdocs.equations.printing.latex import Printer
from bpdocs.equations.repairs.edits import Edit, repairs

# By the kind of the correction, what its absence is called.
_NAMES = {
    "transpose": "transpose missing, superfluous or on the wrong factor",
    "order": "factors in the wrong order",
    "layer": "wrong layer",
    "index": "wrong index",
    "product": "matrix product for ⊙",
    "sum": "sum over the wrong index",
    "sign": "wrong sign",
    "slope": "σ′ missing",
}
# Where several corrections serve, the first of these names the mistake.
_ORDER = ("1/M", "slope", "transpose", "sign", "product", "sum", "layer", "order", "index")
MAX_TRIALS = 400
MAX_NODES = 120  # of a claim: the longest of the corpus has 84, and the time grows quadratically


def name_mistake(claim: t.Claim, graphs: Sequence[Graph], printer: Printer) -> str:
    """Return what is wrong with a false claim, with the claim put right, or "".

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
    str
        Empty if no single change of the catalogue makes it true.
    """
    if is_softmax_slope(claim, graphs):
        return "⊙ with softmax, whose derivative is no array of slopes"
    if sum(1 for _ in claim.walk()) > MAX_NODES:
        return ""
    trials = sorted(repairs(claim), key=lambda edit: _rank(edit, claim))[:MAX_TRIALS]
    for edit in trials:
        if _says_something(edit, claim) and _is_true(edit.claim, graphs):
            return (
                f"{_name(edit, claim)}; true is {printer.claim(replace(edit.claim, conditions=()))}"
            )
    return ""


def _rank(edit: Edit, claim: t.Claim) -> tuple[int, bool, int]:
    """Return the place of a correction: by kind, the right side first, the plainest first."""
    is_swap = edit.how == "swapped" and edit.kind == "index"
    kind = "transpose" if is_swap else edit.kind
    changes_left = edit.claim.right == claim.right
    plainness = {"missing": 0, "twice": 2}.get(edit.how, 0 if is_swap else 1)
    return _ORDER.index(kind), changes_left, plainness


def _says_something(edit: Edit, claim: t.Claim) -> bool:
    """Tell whether a correction, if it is true, is true for a reason.

    Both sides drawn together are not; nor are the zero derivatives of what does not depend.
    """
    is_zero = claim.right == t.Number(0) and edit.kind in {"layer", "slope", "1/M"}
    return edit.claim.left != edit.claim.right and not is_zero


def _is_true(claim: t.Claim, graphs: Sequence[Graph]) -> bool:
    try:
        return evaluate(claim, graphs, to_first=True).is_true
    except UnreadableError:
        return False


def _name(edit: Edit, claim: t.Claim) -> str:
    has_mean = any(isinstance(n, t.Reduction | t.Ones) for n in claim.right.walk())
    if edit.kind == "1/M":
        is_more = edit.how in {"missing", "added", "doubled", "mean for sum", "M dropped"}
        if is_more == (edit.claim.left == claim.left):  # more on the right is less on the left
            return "1/M missing"
        return "1/M twice" + (": a mean for a sum" if has_mean else "")
    if edit.kind == "product" and edit.how.startswith(r"\odot"):
        return "matrix product for ⊙"
    if edit.kind == "product":
        return "⊙ for a matrix product"
    if edit.kind == "slope" and edit.how == "dropped":
        return "σ′ where none belongs"
    if edit.kind == "slope" and edit.how == "prime dropped":
        return "σ′ for σ"
    if edit.kind == "index" and edit.how == "swapped":
        return "indices in the wrong order"
    if edit.kind == "sum" and edit.how == "missing":
        return "sum over the samples missing"
    if edit.kind == "layer":
        return "wrong layer (l, l+1, l-1 or L for another)"
    return _NAMES[edit.kind]


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
