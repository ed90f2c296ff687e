"""What one part of a claim may lack, or have too much: factors, slopes, powers."""

from collections.abc import Iterator
from dataclasses import replace

from bpdocs.equations import tree as t
from bpdocs.equations.repairs.changes import Change, M, is_index
from bpdocs.equations.repairs.factor_names import names_of_factor
from bpdocs.equations.repairs.factors import Factor

ROW = t.Transpose(t.Ones(M))
RATE, _MOMENTUM = t.Quantity("eta"), t.Quantity("momentum")
_TERM_FACTORS = (Factor(twos=1), Factor(twos=-1), Factor(samples=1), Factor(samples=-1))
_TAKEN_FOR = {"A": ("Z", "A_hat"), "Z": ("A",), "A_hat": ("A",)}


def slope_at(node: t.Node, layer: t.Node) -> t.Node:
    r"""Return an array times \sigma' of a layer, entry by entry."""
    slope = t.Apply(t.Function(r"\sigma", layer, 1), (t.Quantity("Z", layer),))
    return t.Product("odot", node, slope)


def slope_at_entry(node: t.Node, layer: t.Node, indices: tuple[t.Node, ...]) -> t.Node:
    r"""Return a number times \sigma' of a layer at an entry."""
    entry = t.Element(t.Quantity("Z", layer), indices)
    return t.Product("", node, t.Apply(t.Function(r"\sigma", layer, 1), (entry,)))


def gamma_at(node: t.Node, layer: t.Node) -> t.Node:
    r"""Return an array, or an entry of one, times \gamma of a layer."""
    gamma = t.Quantity("gamma", layer)
    if isinstance(node, t.Element):
        return t.Product("", t.Element(gamma, node.indices[:1]), node)
    return t.Product("odot", t.Product("", gamma, ROW), node)


def term_changes(node: t.Node, *, is_step: bool) -> Iterator[Change]:
    """Yield a part with what it may lack, or without what it has too much.

    Parameters
    ----------
    node : Node
        The part.
    is_step : bool
        Whether it stands in a step of training.

    Yields
    ------
    Change
        Each of the kind "repair".
    """
    match node:
        case t.Derivative(_, t.Quantity("A", layer)) if layer is not None:
            yield Change("repair", "σ′ missing", slope_at(node, layer))
        case t.Element(t.Derivative(_, t.Quantity("A", layer))) if layer is not None:
            yield Change("repair", "σ′ missing", slope_at_entry(node, layer, node.indices))
        case t.Quantity():
            yield from _of_quantity(node, is_step=is_step)
        case t.Addition() if len(node.terms) > 1 and not is_index(node):
            yield from _of_terms(node)
        case t.Norm():
            yield Change("repair", "square missing", t.Power(node, t.Number(2)))
        case t.Product(_, first, second):
            for kept, dropped in ((first, second), (second, first)):
                if _is_of(dropped, "gamma"):
                    yield Change("repair", "γ superfluous", kept)
                if dropped == RATE:
                    yield Change("repair", "learning rate superfluous", kept)
        case t.Fraction(above, below) if _is_of(above, "gamma"):
            yield Change("repair", "γ superfluous", t.Fraction(t.Number(1), below))


def _of_quantity(node: t.Quantity, *, is_step: bool) -> Iterator[Change]:
    if node.name == "b":
        yield Change("repair", "bias without ones", t.Product("", node, ROW))
        yield Change("repair", "bias without ones", t.Product("", t.Ones(M), node))
    if node.name in {"V", "V_b"} and is_step:
        yield Change("repair", "momentum factor missing", t.Product("", _MOMENTUM, node))
    for name in _TAKEN_FOR.get(node.name, ()):
        yield Change("repair", "wrong quantity", replace(node, name=name))


def _of_terms(node: t.Addition) -> Iterator[Change]:
    """Yield a sum with a constant factor at one of its terms."""
    for at, (sign, term) in enumerate(node.terms):
        for factor in _TERM_FACTORS:
            terms = (*node.terms[:at], (sign, factor.times(term)), *node.terms[at + 1 :])
            for name in names_of_factor(factor, term):
                yield Change("repair", name, t.Addition(terms))


def _is_of(node: t.Node, name: str) -> bool:
    """Tell whether a factor is made of one quantity alone, and ones."""
    return {n.name for n in node.walk() if isinstance(n, t.Quantity)} == {name}
