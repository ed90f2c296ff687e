r"""Why a claim with another symbol in it is still true: no mistake, but a second true statement.

Each excuse is a rule that can be seen on the two claims, or that is decided on arrays which are no
network's; that the mutant is true on the networks excuses nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.evaluating.claims import evaluate
from bpdocs.equations.letters import free_letters
from bpdocs.equations.networks.graph import Graph
from bpdocs.equations.notation import NEURON_LETTERS
from bpdocs.equations.repairs.algebra import Pair, is_algebra
from bpdocs.equations.repairs.changes import is_index, substituted

ALGEBRA = "an identity of algebra, true of any arrays"
NUMBERS = "a number may stand anywhere in a product"
RENAMED = "the same statement of another index or layer"
ZERO = "0 stays 0 under any factor"
INDEPENDENT = "the derivative of what does not depend is 0"
SAMPLES = "all derivatives of one sample by another are 0"
OTHER_FACTOR = "where the two indices differ the other factor is 0"
SAME_FOR_ALL = "the derivative, or the sum, is the same for each of these indices"
ZERO_AS_WELL = "the derivative by the other one is 0 there as well"
SAME_VALUE = "under the condition both name the same"


def excuse(
    claim: t.Claim, mutant: t.Claim, graphs: Sequence[Graph], unrelated: Sequence[Graph]
) -> str:
    """Return why a mutant of a true claim is true as well, or "".

    Parameters
    ----------
    claim, mutant : Claim
        Both true.
    graphs : sequence of Graph
        The networks on which they are true.
    unrelated : sequence of Graph
        What `unrelated_arrays` made of them.

    Returns
    -------
    str
        One of the constants of this module.
    """
    pairs = list(_differing(claim, mutant))
    if _are_equal_under_conditions(claim, mutant):
        return SAME_VALUE
    if is_algebra(claim, pairs, unrelated):
        return ALGEBRA
    if _is_instance(claim, mutant, pairs[-1]):
        return RENAMED
    if any(_is_order_of_numbers(pair, graphs) for pair in pairs):
        return NUMBERS
    if any(side == t.Number(0) or isinstance(side, t.Zeros) for side in (claim.left, claim.right)):
        if _is_scaled(*pairs[-1]):
            return ZERO
        if _is_independent(mutant, graphs):
            return INDEPENDENT
        if any(_keeps_samples_apart(node) for node in mutant.walk()):
            return SAMPLES
        if all(_is_derivative(changed.left) for changed in (claim, mutant)):
            return ZERO_AS_WELL
    if any(_is_under_zero(pair, pairs[-1], graphs) for pair in pairs):
        return OTHER_FACTOR
    if any(_is_same_for_all(pair, pairs[-1]) and _is_true(claim, pair, graphs) for pair in pairs):
        return SAME_FOR_ALL
    return ""


def _is_derivative(side: t.Node) -> bool:
    """Tell whether a side is a derivative and nothing else, or an entry of one."""
    return isinstance(side.base if isinstance(side, t.Element) else side, t.Derivative)


def _differing(old: t.Node, new: t.Node) -> Iterator[Pair]:
    """Yield the parts in which two trees differ, from the outside in."""
    yield old, new
    if type(old) is type(new):
        parts = list(zip(old.children, new.children, strict=False))
        changed = [pair for pair in parts if pair[0] != pair[1]]
        if len(changed) == 1 and len(parts) == sum(1 for _ in old.children):
            yield from _differing(*changed[0])


def _is_instance(claim: t.Claim, mutant: t.Claim, deepest: Pair) -> bool:
    """Tell whether a mutant is the claim for another index, or another layer, throughout."""
    old, new = deepest
    if not isinstance(old, t.Letter | t.Addition) or not (is_index(old) and is_index(new)):
        return False
    rest = substituted(claim, old, t.Number(0))
    is_everywhere = not free_letters(old) & free_letters(rest)
    return is_everywhere and substituted(claim, old, new) == mutant


def _keeps_samples_apart(node: t.Node) -> bool:
    r"""Tell whether a node is the condition that two samples differ, n \ne m."""
    match node:
        case t.Comparison((t.Letter(first), t.Letter(second)), ("!=",)):
            return not NEURON_LETTERS & {first, second}
        case t.Not(part):
            equal = [n for n in part.walk() if isinstance(n, t.Comparison)]
            return any(
                n.relations == ("=",) and _keeps_samples_apart(_unequal(*n.sides))
                for n in equal
                if len(n.sides) == 2
            )
    return False


def _is_independent(mutant: t.Claim, graphs: Sequence[Graph]) -> bool:
    """Tell whether a mutant is a derivative of which every entry is 0, whatever the indices."""
    if not any(isinstance(node, t.Derivative) for node in mutant.walk()):
        return False
    try:
        everywhere = replace(mutant, conditions=())
        return evaluate(everywhere, graphs, to_first=True).is_true
    except UnreadableError:
        return False


def _unequal(first: t.Node, second: t.Node) -> t.Condition:
    return t.Comparison((first, second), ("!=",))


def _equalities(claim: t.Claim) -> Iterator[Pair]:
    for condition in claim.conditions:
        match condition:
            case t.Comparison((first, second), ("=",)) | t.Not(
                t.Comparison((first, second), ("!=",))
            ):
                yield first, second


def _are_equal_under_conditions(claim: t.Claim, mutant: t.Claim) -> bool:
    """Tell whether two claims are one where l = L or j = k, if that is their condition."""
    return any(
        substituted(side, letter, value) == substituted(other, letter, value)
        for letter, value in _equalities(claim)
        for side, other in ((claim.left, mutant.left), (claim.right, mutant.right))
        if side != other
    )


def _is_scaled(old: t.Node, new: t.Node) -> bool:
    """Tell whether a part was multiplied by a number, or lost such a factor."""
    match new:
        case t.Product("", t.Fraction(t.Number(), t.Constant()), inner) if inner == old:
            return True
        case t.Addition(((-1, inner),)) if inner == old:
            return True
        case t.Addition():
            return isinstance(old, t.Addition)
    return False


def _is_true(claim: t.Claim, pair: Pair, graphs: Sequence[Graph]) -> bool:
    """Tell whether two parts are equal on networks, for any indices."""
    try:
        part = t.Claim(pair[0], "=", pair[1], statement=claim.statement)
        return evaluate(part, graphs, to_first=True).is_true
    except UnreadableError:
        return False


def _is_order_of_numbers(pair: Pair, graphs: Sequence[Graph]) -> bool:
    r"""Tell whether two products differ in the order or the sign between factors, one a number."""
    old, new = pair
    if not isinstance(old, t.Product) or not isinstance(new, t.Product):
        return False
    if {old.left, old.right} != {new.left, new.right}:
        return False
    return any(_is_number(factor, graphs) for factor in (old.left, old.right))


def _is_number(node: t.Node, graphs: Sequence[Graph]) -> bool:
    if isinstance(node, t.Kronecker):
        return True
    try:
        return evaluate(t.Claim(node, "in", t.Space(())), graphs, to_first=True).is_true
    except UnreadableError:
        return False


def _is_under_zero(pair: Pair, deepest: Pair, graphs: Sequence[Graph]) -> bool:
    """Tell whether what was changed stands beside a factor that is 0 where it matters."""
    old, new = pair
    if not isinstance(old, t.Product) or not isinstance(new, t.Product):
        return False
    if not all(isinstance(node, t.Letter) for node in deepest):
        return False
    for factor, other in ((old.left, new.left), (old.right, new.right)):
        if factor != other:
            continue
        if any(
            node in factor.walk() for node in (t.Kronecker(*deepest), t.Kronecker(*deepest[::-1]))
        ):
            return True
        condition = _unequal(*deepest)
        try:
            zero = t.Claim(factor, "=", t.Number(0), (condition,))
            if evaluate(zero, graphs, to_first=True).is_true:
                return True
        except UnreadableError:
            continue
    return False


def _is_same_for_all(pair: Pair, deepest: Pair) -> bool:
    """Tell whether a derivative or a sum was changed in an index alone."""
    if not all(isinstance(node, t.Letter) for node in deepest):
        return False
    return all(
        isinstance(n, t.Reduction)
        or (isinstance(n, t.Element) and isinstance(n.base, t.Derivative))
        for n in pair
    )
