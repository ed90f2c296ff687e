"""Index expressions as numbers on one network, and which quantity of it is meant."""

from collections.abc import Mapping

from bpdocs.equations import tree as t
from bpdocs.equations.errors import NoLayerError, SizesError, UnreadableError
from bpdocs.equations.networks.graph import Graph, Key

MAX_LENGTH = 1000

Layers = Mapping[str, int]

# Of which layers, from one to L plus a number, there is a quantity; layers of norms lack some.
_REACH = {"A": (0, 1), "A_hat": (0, 0)}


def key_of(node: t.Quantity, graph: Graph, layers: Layers) -> Key:
    """Return a quantity's key in the graph."""
    layer = 0 if node.layer is None else whole_number(node.layer, graph, layers)
    if (node.name, layer) not in graph:
        first, beyond_last = _REACH.get(node.name, (1, 1))
        is_inside = first <= layer < graph.n_layers + beyond_last
        raise NoLayerError(node.name.replace("_", " "), layer, is_inside=is_inside)
    return node.name, layer


def whole_number(node: t.Node, graph: Graph, layers: Layers) -> int:
    """Return an index expression without element letters as a number."""
    match node:
        case t.Number():
            return int(node.value)
        case t.Letter() if node.name in layers:
            return layers[node.name]
        case t.Constant("L"):
            return graph.n_layers
        case t.Constant("M") if graph.has_batch:
            return graph.n_samples
        case t.Constant("M"):
            raise UnreadableError("this model has one sample, and so no M", node.place[0])
        case t.Size():
            layer = whole_number(node.layer, graph, layers)
            if not 0 <= layer <= graph.n_layers:
                raise NoLayerError("N", layer, is_inside=False)
            return graph.sizes[layer]
        case t.Addition():
            falls = any(sign < 0 and isinstance(term, t.Letter) for sign, term in node.terms)
            if falls and (1, t.Constant("L")) not in node.terms:
                raise UnreadableError("a layer is counted as l+1 or L-l", node.place[0])
            return sum(sign * whole_number(term, graph, layers) for sign, term in node.terms)
        case t.Product():
            left = whole_number(node.left, graph, layers)
            return left * whole_number(node.right, graph, layers)
    raise UnreadableError("a layer or a number is expected here", node.place[0])


def layers_of_sum(node: t.Reduction, graph: Graph, layers: Layers) -> list[dict[str, int]]:
    """Return the choices of layers that a sum over layers goes through; at least one.

    Raises
    ------
    UnreadableError
        If its limits are missing, far apart, or in the wrong order.
    """
    bound = node.bounds[0]
    if len(node.bounds) != 1 or bound.lower is None or bound.upper is None:
        raise UnreadableError(
            f"a sum over the layers {bound.letter} needs both limits", node.place[0]
        )
    if node.conditions:
        raise UnreadableError(
            "conditions below a sum over layers are not read; state its limits", node.place[0]
        )
    lower = whole_number(bound.lower, graph, layers)
    upper = whole_number(bound.upper, graph, layers)
    require_range(bound, lower, upper, node.place[0])
    return [{**layers, bound.letter: l} for l in range(lower, upper + 1)]


def require_range(bound: t.Bound, lower: int, upper: int, place: int) -> None:
    """Refuse a sum that is empty, counts down, or has absurd limits.

    An empty sum is 0 by convention; who writes one by mistake would see everything hold.
    """
    if max(abs(lower), abs(upper)) > MAX_LENGTH:
        raise UnreadableError(f"{bound.letter} runs over more than {MAX_LENGTH} values", place)
    if upper < lower:
        raise SizesError(
            f"{bound.letter} runs from {lower} to {upper}, so the sum is empty",
            place,
            is_large=False,
        )
