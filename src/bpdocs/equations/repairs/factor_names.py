"""What a constant factor is called that is missing, or too many."""

from collections.abc import Iterator

from bpdocs.equations import tree as t
from bpdocs.equations.letters import layer_letters
from bpdocs.equations.repairs.changes import LAST, M
from bpdocs.equations.repairs.factors import TWO, Factor, without


def names_of_factor(factor: Factor, side: t.Node) -> Iterator[str]:
    """Yield what a constant factor is called that is missing, or stands there once too often.

    Parameters
    ----------
    factor : Factor
        By which the side is to be multiplied.
    side : Node
        Of a false claim.

    Yields
    ------
    str
        Keys of `MISTAKES`.
    """
    if factor.sign < 0:
        yield "wrong sign"
    if factor.samples > 0:
        yield from names_of_surplus(side, is_sum=not factor.neurons and has_sum(side))
    elif factor.samples:
        has_m = without(side, M) is not None
        yield "factor M" if has_m else "1/M missing"
        if has_sum(side) and not (has_m or factor.neurons):
            yield "sum for a mean"
    if factor.twos:
        is_there = without(side, TWO, is_below=factor.twos > 0) is not None
        yield "factor 1/2" if is_there == (factor.twos > 0) else "factor 2"
    if factor.neurons:
        yield "factor N_L" if factor.layer == LAST else "factor N_l"


def names_of_surplus(side: t.Node, *, is_sum: bool, whole: t.Node | None = None) -> Iterator[str]:
    """Yield what a 1/M too many is called, or an M that is missing where there is no 1/M.

    Parameters
    ----------
    side : Node
        Where it stands.
    is_sum : bool
        Whether a mean was taken for a sum.
    whole : Node, optional
        The whole of a side, of which `side` is a part.

    Yields
    ------
    str
        Keys of `MISTAKES`.
    """
    rest = without(side, M, is_below=True)
    if rest is None:
        yield "factor M"
        return
    is_twice = has_mean(whole or rest) or without(rest, M, is_below=True) is not None
    if is_twice:
        yield "1/M twice"
    if is_sum:
        yield "mean for a sum"
    elif not is_twice:
        yield "1/M superfluous"


def has_mean(side: t.Node) -> bool:
    """Tell whether a side has the 1/M of the loss in it."""
    return any(isinstance(n, t.Quantity) and n.name in {"Delta", "C"} for n in side.walk())


def has_sum(side: t.Node) -> bool:
    """Tell whether something is summed over samples or neurons; layers are another matter."""
    layers = layer_letters([side])
    for node in side.walk():
        match node:
            case t.Ones() | t.Norm():
                return True
            case t.Reduction() if layers.isdisjoint(bound.letter for bound in node.bounds):
                return True
    return False
