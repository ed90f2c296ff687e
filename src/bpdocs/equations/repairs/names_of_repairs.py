"""What the mistake is called that a repair puts right."""

from collections.abc import Iterator

from bpdocs.equations import tree as t
from bpdocs.equations.repairs.edits import Edit
from bpdocs.equations.repairs.factor_names import has_sum, names_of_surplus


def names_of_edit(edit: Edit) -> Iterator[str]:
    """Yield what the absence of a change is called, in the claim that needs it.

    Parameters
    ----------
    edit : Edit
        The change that makes the claim true.

    Yields
    ------
    str
        Keys of `MISTAKES`.
    """
    match edit.cure:
        case "1/M superfluous":
            whole = edit.claim.right
            yield from names_of_surplus(edit.before, is_sum=has_sum(edit.before), whole=whole)
        case "sum for a mean":
            yield "1/M missing"
            yield "sum for a mean"
        case "σ′ superfluous":
            yield "σ′ twice" if _has_slope(edit.claim.right) else "σ′ superfluous"
        case "γ superfluous":
            yield "γ twice" if _has_gamma(edit.claim.right) else "γ superfluous"
        case _:
            yield edit.cure


def _has_slope(side: t.Node) -> bool:
    r"""Tell whether a side has a \sigma' in it, written or as part of a derivative by Z."""
    for node in side.walk():
        match node:
            case t.Function() if node.primes:
                return True
            case t.Quantity("Delta") | t.Derivative(_, t.Quantity("Z")):
                return True
    return False


def _has_gamma(side: t.Node) -> bool:
    r"""Tell whether a side has a \gamma in it, written or as part of a derivative by \hat A."""
    for node in side.walk():
        match node:
            case t.Quantity("gamma") | t.Derivative(_, t.Quantity("A_hat")):
                return True
    return False
