r"""Assignments of a training step: W^l \leftarrow W^l - \eta V^l."""

from dataclasses import replace

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.networks.graph import Graph
from bpdocs.equations.notation import STEPPED


def assigned(claim: t.Claim, graph: Graph) -> t.Node:
    """Return the left side; of an assignment, the quantity after the step."""
    left = claim.left
    if claim.relation != "<-":
        return left
    base = left.base if isinstance(left, t.Element) else left
    if not isinstance(base, t.Quantity) or base.name not in STEPPED:
        raise UnreadableError("an assignment is to a parameter, W^l or b^l", left.place[0])
    if (f"{base.name}_new", graph.n_layers) not in graph:
        raise UnreadableError("an assignment is read in the model training", left.place[0])
    after = replace(base, name=f"{base.name}_new")
    return replace(left, base=after) if isinstance(left, t.Element) else after


def assigning(claim: t.Claim) -> t.Node:
    """Return the right side; a parameter moves by the velocity that the step has just made.

    Where the gradient stands beside it, the step makes it there, of the old velocity.
    """
    left = claim.left.base if isinstance(claim.left, t.Element) else claim.left
    if claim.relation != "<-" or not isinstance(left, t.Quantity) or left.name not in {"W", "b"}:
        return claim.right
    has_gradient = any(
        isinstance(node, t.Derivative) or (isinstance(node, t.Quantity) and node.name == "Delta")
        for node in claim.right.walk()
    )
    if has_gradient:
        return claim.right

    def renew(node: t.Node) -> t.Node:
        if isinstance(node, t.Quantity) and node.name in {"V", "V_b"} and not node.is_old:
            return replace(node, name=f"{node.name}_new")
        return node.rebuild(renew)

    return renew(claim.right)
