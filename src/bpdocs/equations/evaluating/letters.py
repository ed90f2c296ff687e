"""Letters and layers of a tree: which letters count layers, and which layer is meant."""

from collections.abc import Iterable, Mapping

from bpdocs.equations import tree as t
from bpdocs.equations.errors import NoLayerError, UnreadableError
from bpdocs.equations.networks.graph import Graph, Key

MAX_LENGTH = 1000

Layers = Mapping[str, int]


def layer_letters(nodes: Iterable[t.Node]) -> set[str]:
    """Return the letters that stand in layers."""
    found: set[str] = set()
    for root in nodes:
        for node in root.walk():
            layer = getattr(node, "layer", None)
            if layer is not None:
                found |= {inner.name for inner in layer.walk() if isinstance(inner, t.Letter)}
    return found


def free_letters(node: t.Node) -> set[str]:
    """Return the letters of a tree that no sum binds."""
    if isinstance(node, t.Letter):
        return {node.name}
    if isinstance(node, t.Reduction):
        bound = {bound.letter for bound in node.bounds}
        limits: set[str] = set()
        for limit in node.bounds:
            limits |= free_letters(limit)
        inside = [*node.conditions, node.body]
        return limits | (set().union(*map(free_letters, inside)) - bound)
    return set().union(*map(free_letters, node.children), set())


def is_numbered(nodes: Iterable[t.Node]) -> bool:
    """Tell whether index expressions are of numbers and letters alone, as in 1, ..., 3."""
    inner = (inner for node in nodes for inner in node.walk())
    return not any(isinstance(node, t.Constant | t.Size) for node in inner)


def key_of(node: t.Quantity, graph: Graph, layers: Layers) -> Key:
    """Return a quantity's key in the graph."""
    layer = 0 if node.layer is None else whole_number(node.layer, graph, layers)
    if (node.name, layer) not in graph:
        first, beyond_last = _REACH.get(node.name, (1, 1))
        is_inside = first <= layer < graph.n_layers + beyond_last
        raise NoLayerError(node.name.replace("_", " "), layer, is_inside=is_inside)
    return node.name, layer


# Of which layers, from one to L plus a number, there is a quantity; layers of norms lack some.
_REACH = {"A": (0, 1), "A_hat": (0, 0)}


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


def layer_values(node: t.Reduction, graph: Graph, layers: Layers) -> list[dict[str, int]]:
    """Return the choices of layers that a sum over layers goes through."""
    bound = node.bounds[0]
    assert bound.lower is not None  # noqa: S101 - Shapes has seen to it
    assert bound.upper is not None  # noqa: S101
    lower = whole_number(bound.lower, graph, layers)
    upper = whole_number(bound.upper, graph, layers)
    if upper - lower > MAX_LENGTH:
        raise UnreadableError(
            f"{bound.letter} runs over more than {MAX_LENGTH} layers", node.place[0]
        )
    return [{**layers, bound.letter: l} for l in range(lower, upper + 1)]
