"""What the mistake is called that a repair puts right."""

from collections.abc import Iterator

from bpdocs.equations import tree as t
from bpdocs.equations.repairs.changes import LAST, M
from bpdocs.equations.repairs.edits import Edit
from bpdocs.equations.repairs.factors import TWO, Factor, without


def names_of_factor(factor: Factor, claim: t.Claim) -> Iterator[str]:
    """Yield what a constant factor is called that is missing, or stands there once too often.

    Parameters
    ----------
    factor : Factor
        By which the right side of the claim is to be multiplied.
    claim : Claim
        The false claim.

    Yields
    ------
    str
        Keys of `MISTAKES`.
    """
    right = claim.right
    if factor.sign < 0:
        yield "wrong sign"
    if factor.samples > 0:
        yield from _names_of_surplus(right)
    elif factor.samples:
        has_m = without(right, M) is not None
        yield "factor M" if has_m else "1/M missing"
        if _has_sum(right) and not has_m:
            yield "sum for a mean"
    if factor.twos:
        is_there = without(right, TWO, is_below=factor.twos > 0) is not None
        yield "factor 1/2" if is_there == (factor.twos > 0) else "factor 2"
    if factor.neurons:
        yield "factor N_L" if factor.layer == LAST else "factor N_l"


def _names_of_surplus(side: t.Node) -> Iterator[str]:
    """Yield what a 1/M too many is called, or an M that is missing where there is no 1/M."""
    rest = without(side, M, is_below=True)
    if rest is None:
        yield "factor M"
        return
    is_twice = _has_mean(rest) or without(rest, M, is_below=True) is not None
    if is_twice:
        yield "1/M twice"
    if _has_sum(rest):
        yield "mean for a sum"
    elif not is_twice:
        yield "1/M superfluous"


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
            yield from _names_of_surplus(edit.before)
        case "sum for a mean":
            yield "1/M missing"
            yield "sum for a mean"
        case "σ′ superfluous":
            yield "σ′ twice" if _has_slope(edit.claim.right) else "σ′ superfluous"
        case "γ superfluous":
            yield "γ twice" if _has_gamma(edit.claim.right) else "γ superfluous"
        case _:
            yield edit.cure


def _has_mean(side: t.Node) -> bool:
    """Tell whether a side has the 1/M of the loss in it."""
    return any(isinstance(n, t.Quantity) and n.name in {"Delta", "C"} for n in side.walk())


def _has_sum(side: t.Node) -> bool:
    """Tell whether something is summed over samples or neurons."""
    return any(isinstance(node, t.Reduction | t.Ones | t.Norm) for node in side.walk())


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
