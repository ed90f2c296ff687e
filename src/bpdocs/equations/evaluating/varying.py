r"""What varies in a statement with differentials, and into which direction.

Of all quantities under a differential those vary that follow from no other of them: in
dC = <Delta, dZ> it is Z, in a total differential all weights and biases: a sum over layers that
leaves one of them out is none.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from bpdocs.equations import tree as t
from bpdocs.equations.errors import NoLayerError
from bpdocs.equations.evaluating.counting import Layers, key_of, layers_of_sum
from bpdocs.equations.letters import free_letters, layer_letters
from bpdocs.equations.networks.graph import Graph, Key

_DATA: set[Key] = {("A", 0), ("Y", 0)}
_PARAMETERS = frozenset({"W", "b", "gamma", "beta"})


def directions_of(sides: Sequence[t.Node], graph: Graph, layers: Layers) -> dict[Key, np.ndarray]:
    """Return the quantities that vary, each with a random direction of its shape."""
    counting = layer_letters(sides)
    summed = {name for side in sides for name in _summed_parameters(side, counting, set())}
    keys = {(name, l) for name in summed for l in range(1, graph.n_layers + 1)}
    keys = {key for key in keys if key in graph}
    keys |= {key for side in sides for key in _keys_in(side, graph, layers, counting, False)}
    # A key moves only if it does not follow from another one, which would move it as well.
    sources = [key for key in keys if not any(key in graph.descendants({k}) for k in keys - {key})]
    return {
        key: np.random.default_rng([*key[0].encode(), key[1]]).normal(size=graph.shape(key))
        for key in sources
    }


def _summed_parameters(node: t.Node, counting: set[str], bound: set[str]) -> Iterator[str]:
    """Yield the parameters whose differential is summed over layers."""
    if isinstance(node, t.Differential) and isinstance(node.base, t.Quantity):
        if node.base.name in _PARAMETERS and free_letters(node.base) & bound:
            yield node.base.name
        return
    if isinstance(node, t.Reduction):
        bound = bound | ({b.letter for b in node.bounds} & counting)
    for child in node.children:
        yield from _summed_parameters(child, counting, bound)


def _keys_in(
    node: t.Node, graph: Graph, layers: Layers, counting: set[str], is_inside: bool
) -> Iterator[Key]:
    """Yield the quantities under a differential; a sum over layers has those of each layer."""
    if isinstance(node, t.Quantity):
        if is_inside and free_letters(node) <= set(layers):
            try:
                key = key_of(node, graph, layers)
            except NoLayerError:
                return  # of another step of the statement
            if key not in _DATA:
                yield key
        return
    if isinstance(node, t.Differential) and isinstance(node.base, t.Quantity):
        # Inputs and targets are given; they vary only where \mathrm{d} stands on them themselves.
        is_here = free_letters(node) <= set(layers) and node.base.name in {"A", "Y"}
        if is_here and (data := key_of(node.base, graph, layers)) in _DATA:
            yield data
            return
    inside = is_inside or isinstance(node, t.Differential)
    choices: list[Layers] = [layers]
    if isinstance(node, t.Reduction) and {b.letter for b in node.bounds} & counting:
        if free_letters(*node.bounds) - set(layers):
            return
        choices = list(layers_of_sum(node, graph, layers))
    for choice in choices:
        for child in node.children:
            yield from _keys_in(child, graph, choice, counting, inside)
