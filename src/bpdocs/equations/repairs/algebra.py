"""Identities of algebra: what is true of any arrays says nothing about a network."""

from collections.abc import Iterable, Sequence

import numpy as np

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.evaluating.claims import evaluate
from bpdocs.equations.letters import free_letters
from bpdocs.equations.networks.graph import Graph
from bpdocs.equations.networks.models import Model

Pair = tuple[t.Node, t.Node]
_NO_VALUES = (t.Claim, t.Bound, t.Comparison, t.Function, t.Letter, t.Whole)


def unrelated_arrays(graphs: Sequence[Graph], model: Model) -> tuple[Graph, ...]:
    """Return networks whose quantities have their shapes, and random values: no law of a network.

    Gradients of C and differentials are quantities there as well.

    Parameters
    ----------
    graphs : sequence of Graph
        Networks of a model.
    model : Model
        The model, for the names of its quantities.

    Returns
    -------
    tuple of Graph
        One for each.
    """
    names = {name.node for name in model.names.values()} | {"C_m"}
    names |= {f"{name}_new" for name in names}
    return tuple(_unrelated(graph, names, seed) for seed, graph in enumerate(graphs))


def _unrelated(graph: Graph, names: set[str], seed: int) -> Graph:
    rng = np.random.default_rng(seed)
    free = Graph(
        graph.sizes,
        graph.n_samples,
        activations=dict(graph.activations),
        coupled=graph.coupled,
        loss=graph.loss,
        rows=graph.rows,
        has_batch=graph.has_batch,
        apart=_unrelated(graph.apart, names, seed) if graph.apart else None,
    )
    for name in sorted(names):
        for layer in range(graph.n_layers + 1):
            if (name, layer) in graph:
                for key in (name, *_opaque(name)):
                    free.add_given((key, layer), rng.normal(size=graph.shape((name, layer))))
    return free


def _opaque(name: str) -> tuple[str, str]:
    return f"gradient by {name}", f"differential of {name}"


def is_algebra(claim: t.Claim, pairs: Iterable[Pair], unrelated: Sequence[Graph]) -> bool:
    """Tell whether a changed part, or a part around it, has the same value for any arrays.

    Parameters
    ----------
    claim : Claim
        The claim that was changed.
    pairs : iterable of (Node, Node)
        The parts, before and after, from the outside in.
    unrelated : sequence of Graph
        What `unrelated_arrays` made.

    Returns
    -------
    bool
        Whether the change says nothing about a network.
    """
    parts = [pair for pair in pairs if not any(isinstance(node, _NO_VALUES) for node in pair)]
    if parts:
        # The other side says for which layers the whole is meant.
        old, new = parts[0]
        other = claim.left if old == claim.right else claim.right
        parts.append((t.Addition(((1, other), (1, old))), t.Addition(((1, other), (1, new)))))
    return any(_is_equal(claim, old, new, unrelated) for old, new in parts)


def _is_equal(claim: t.Claim, old: t.Node, new: t.Node, unrelated: Sequence[Graph]) -> bool:
    old, new = _with_opaque_parts(old), _with_opaque_parts(new)
    if any(isinstance(n, t.Derivative | t.Differential) for n in (*old.walk(), *new.walk())):
        return False
    try:
        letters = free_letters(old, new)
        mine = tuple(c for c in claim.conditions if free_letters(c) <= letters)
        part = t.Claim(old, "=", new, mine)
        return evaluate(part, unrelated, to_first=True).is_true
    except UnreadableError:
        return False


def _with_opaque_parts(node: t.Node) -> t.Node:
    """Return a tree with a quantity of its own for each gradient and each differential."""
    match node:
        case t.Derivative(t.Quantity("C"), t.Quantity() as below):
            return t.Quantity(_opaque(below.name)[0], below.layer)
        case t.Differential(t.Quantity() as base):
            return t.Quantity(_opaque(base.name)[1], base.layer)
    return node.rebuild(_with_opaque_parts)
