r"""Which mistake makes an equation false: the small change that makes it true has its name."""

from collections.abc import Sequence
from dataclasses import replace

from bpdocs.equations import tree as t
from bpdocs.equations.edits import Edit, repairs
from bpdocs.equations.evaluation import evaluate
from bpdocs.equations.graph import Graph
from bpdocs.equations.latex import Printer
from bpdocs.equations.tokens import UnreadableError

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
    trials = sorted(repairs(claim), key=lambda edit: _ORDER.index(edit.kind))[:MAX_TRIALS]
    for edit in trials:
        # Both sides drawn together, or a side that says nothing, would be true for no reason.
        if edit.claim.left == edit.claim.right:
            continue
        if _is_true(edit.claim, graphs):
            return (
                f"{_name(edit, claim)}; true is {printer.claim(replace(edit.claim, conditions=()))}"
            )
    return ""


def _is_true(claim: t.Claim, graphs: Sequence[Graph]) -> bool:
    try:
        return evaluate(claim, graphs, to_first=True).is_true
    except UnreadableError:
        return False


def _name(edit: Edit, claim: t.Claim) -> str:
    has_mean = any(isinstance(n, t.Reduction | t.Ones) for n in claim.right.walk())
    if edit.kind == "1/M":
        if edit.how in {"missing", "added", "doubled", "mean for sum", "M dropped"}:
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
