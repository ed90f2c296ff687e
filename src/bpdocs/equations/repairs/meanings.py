r"""Other meanings of its signs in which a false claim is true as it stands.

An author from elsewhere writes dW for a gradient, C for the loss of one sample, or lays a gradient
out as a row: what he says is right, and the verdict says what he means.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.evaluating.claims import evaluate
from bpdocs.equations.letters import free_letters
from bpdocs.equations.networks.graph import Graph
from bpdocs.equations.networks.models import Model, networks
from bpdocs.equations.networks.other_conventions import conventions
from bpdocs.equations.notation import NEURON_LETTERS
from bpdocs.equations.repairs.changes import M

_LOSS = t.Quantity("C")


def name_convention(
    claim: t.Claim, others: Sequence[t.Claim], model: Model, layout: str, is_same: bool
) -> str:
    r"""Return the convention in which a false claim is true without a change, or "".

    Parameters
    ----------
    claim : Claim
        A claim that fails.
    others : sequence of Claim
        The other claims of its display, which must be true in the same convention.
    model : Model
        The model of which it speaks.
    layout : str
        The layout of the model's parameters.
    is_same : bool
        Whether all layers have the same activation.

    Returns
    -------
    str
        Such as "true if the loss is the sum over the samples".
    """
    for sentence, graphs in conventions(model, layout, is_same):
        if all(_is_true(other, graphs) for other in (claim, *others)):
            return sentence
    graphs = networks(model, layout, is_same)
    for sentence, meant in _other_meanings(claim):
        if meant != claim and _is_true(meant, graphs):
            meanings = [(other, *_meanings_called(sentence, other)) for other in others]
            if all(any(_is_true(c, graphs) for c in meaning) for meaning in meanings):
                return sentence
    return ""


def _meanings_called(sentence: str, claim: t.Claim) -> list[t.Claim]:
    return [meant for name, meant in _other_meanings(claim) if name == sentence]


def _is_true(claim: t.Claim, graphs: Sequence[Graph]) -> bool:
    try:
        return evaluate(claim, graphs, to_first=True).is_true
    except UnreadableError:
        return False


def _other_meanings(claim: t.Claim) -> Iterator[tuple[str, t.Claim]]:
    """Yield the claim with other meanings of its signs, the plainest first."""
    yield from _gradients(claim)
    yield from _loss_of_one_sample(claim)
    sentence = "true in numerator layout, where a gradient has the transposed shape"
    for turned in (_turned, _turned_with_errors):
        yield sentence, _on_both_sides(claim, turned)


def _on_both_sides(claim: t.Claim, change: Callable[[t.Node], t.Node]) -> t.Claim:
    return replace(claim, left=change(claim.left), right=change(claim.right))


def _turned(node: t.Node) -> t.Node:
    """Return a tree with every gradient transposed."""
    match node:
        case t.Element(t.Derivative()):
            return node  # the derivative by an entry has no layout
        case t.Derivative():
            return t.Transpose(node)
    return node.rebuild(_turned)


def _turned_with_errors(node: t.Node) -> t.Node:
    r"""Return a tree with every gradient transposed, and \Delta, which is one."""
    match node:
        case t.Element(t.Derivative() | t.Quantity("Delta")):
            return node
        case t.Derivative() | t.Quantity("Delta"):
            return t.Transpose(node)
    return node.rebuild(_turned_with_errors)


def _gradients(claim: t.Claim) -> Iterator[tuple[str, t.Claim]]:
    r"""Yield a claim in which dW stands for the gradient, and dZ for it or for M times it."""
    bases = [n.base for n in claim.walk() if isinstance(n, t.Differential)]
    letters = [_letter(base) for base in bases if isinstance(base, t.Quantity)]
    if not letters:
        return
    names = list(dict.fromkeys(sorted(letters, key=lambda name: name not in {"W", "b"})))
    first = names[0]
    plain = rf"true if d{first} means the gradient \partial C / \partial {first}"
    yield plain, replace(_on_both_sides(claim, _gradient), statement=())
    errors = [name for name in names if name not in {"W", "b"}]
    if errors:
        error = rf"d{errors[0]} means M \partial C / \partial {errors[0]}"
        sentence = f"{plain} and {error}" if first not in errors else f"true if {error}"
        yield sentence, replace(_on_both_sides(claim, _gradient_of_sum), statement=())


def _letter(quantity: t.Quantity) -> str:
    return quantity.name.split("_")[0]


def _gradient(node: t.Node) -> t.Node:
    match node:
        case t.Differential(t.Quantity() as quantity):
            return t.Derivative(_LOSS, quantity)
    return node.rebuild(_gradient)


def _gradient_of_sum(node: t.Node) -> t.Node:
    """Return a tree in which dZ and dA are gradients of the sum over samples, dW and db of C."""
    match node:
        case t.Differential(t.Quantity("W" | "b" | "gamma" | "beta") as parameter):
            return t.Derivative(_LOSS, parameter)
        case t.Differential(t.Quantity() as quantity):
            return t.Product("", M, t.Derivative(_LOSS, quantity))
    return node.rebuild(_gradient_of_sum)


def _loss_of_one_sample(claim: t.Claim) -> Iterator[tuple[str, t.Claim]]:
    r"""Yield a claim in which C is the loss C_m of the sample that it speaks of."""
    letters = (free_letters(claim.left) | free_letters(claim.right)) - NEURON_LETTERS
    for letter in sorted(letters):
        entry = t.Element(t.Quantity("C_m"), (t.Letter(letter),))

        def of_sample(node: t.Node, entry: t.Node = entry) -> t.Node:
            return entry if node == _LOSS else node.rebuild(of_sample)

        sentence = f"true if C means the loss of one sample, C_{letter}"
        yield sentence, _on_both_sides(claim, of_sample)
