"""The constant factor that makes the two sides of a false claim equal, if there is one."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.evaluating.claims import evaluate
from bpdocs.equations.networks.graph import Graph
from bpdocs.equations.repairs.changes import LAST
from bpdocs.equations.repairs.factors import Factor

_CLOSE = 1e-6  # of two ratios; no two factors of a network are nearer


def find_factor(claim: t.Claim, graphs: Sequence[Graph]) -> Factor | None:
    """Return the plainest constant factor that is missing on the right side.

    Parameters
    ----------
    claim : Claim
        A claim that fails.
    graphs : sequence of Graph
        The networks on which it failed.

    Returns
    -------
    Factor or None
        Such that left = factor × right wherever the claim was checked.
    """
    candidates = [factor for factor in _factors(claim) if factor.samples == 0 or _batched(graphs)]
    for graph in graphs:
        ratio = _ratio(claim, graph)
        if ratio is None:
            return None
        candidates = [f for f in candidates if _has_value(f, graph, ratio)]
    for factor in candidates:
        repaired = replace(claim, right=factor.times(claim.right))
        is_empty = repaired.left == repaired.right
        if not is_empty and evaluate(repaired, graphs, to_first=True).is_true:
            return factor
    return None


def _batched(graphs: Sequence[Graph]) -> bool:
    return all(graph.has_batch for graph in graphs)


def _ratio(claim: t.Claim, graph: Graph) -> float | None:
    """Return left over right at the first place where they differ, which all others must share."""
    try:
        outcome = evaluate(claim, (graph,), to_first=True)
    except UnreadableError:
        return None
    if outcome.is_true:
        return 1.0
    if outcome.worst is None or not outcome.worst[1] or not outcome.worst[2]:
        return None
    return outcome.worst[1] / outcome.worst[2]


def _has_value(factor: Factor, graph: Graph, ratio: float) -> bool:
    return any(math.isclose(value, ratio, rel_tol=_CLOSE) for value in factor.values(graph))


def _factors(claim: t.Claim) -> list[Factor]:
    """Return the factors that people lose, those of fewer symbols first."""
    layers = [n.layer for n in claim.walk() if isinstance(n, t.Quantity) and n.layer is not None]
    found = [
        Factor(sign, twos, samples, neurons, layer)
        for layer in dict.fromkeys((LAST, *layers))
        for sign, twos, samples, neurons in itertools.product((1, -1), *[(0, 1, -1)] * 3)
        if (sign, twos, samples, neurons) != (1, 0, 0, 0) and (neurons or layer == LAST)
    ]
    return sorted(found, key=lambda f: sum(map(abs, (f.sign < 0, f.twos, f.samples, f.neurons))))
