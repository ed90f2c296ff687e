"""Lengths of axes, and what they are called: N_l × M."""

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.evaluating.counting import MAX_LENGTH, Layers, whole_number
from bpdocs.equations.networks.graph import Axis, Graph

NUMBER = "a number"
Shape = tuple[int, ...]  # () or (rows, columns); 1 or an Axis each


def length_of(node: t.Node, graph: Graph, layers: Layers) -> Axis:
    """Return the length that an index expression gives."""
    apart = graph.apart or graph
    return Axis(whole_number(node, graph, layers), whole_number(node, apart, layers))


def require_length(node: t.Node, graph: Graph, layers: Layers) -> Axis:
    """Return the length of an array that is made, such as a column of ones."""
    length = length_of(node, graph, layers)
    if not 1 <= length <= MAX_LENGTH:
        raise UnreadableError(
            f"the length {length} is not between 1 and {MAX_LENGTH}", node.place[0]
        )
    return length


def length_names(length: int, layers: Layers, graph: Graph) -> list[str]:
    """Return what a length may be called, best first; sizes differ, so the number tells."""
    known = int(length)
    if isinstance(length, Axis) and graph.apart:
        graph, known = graph.apart, length.apart
    sizes = graph.sizes
    found = ["1"] if known == 1 else []
    for letter, layer in layers.items():
        for offset, sign in ((0, ""), (-1, "-1"), (1, "+1")):
            if 0 <= layer + offset < len(sizes) and sizes[layer + offset] == known:
                found.append(f"N_{{{letter}{sign}}}" if sign else f"N_{letter}")
    found += ["M"] * (known == graph.n_samples)
    found += ["N_L"] * (known == sizes[-1])
    found += [f"N_{layer}" for layer, size in enumerate(sizes) if size == known]
    return [*found, str(length)]


def length_name(length: int, layers: Layers, graph: Graph) -> str:
    """Return a length in letters."""
    return length_names(length, layers, graph)[0]


def shape_name(shape: Shape, layers: Layers, graph: Graph) -> str:
    """Return a shape in letters, N_l × M."""
    if not shape:
        return NUMBER
    return " × ".join(length_name(length, layers, graph) for length in shape)
