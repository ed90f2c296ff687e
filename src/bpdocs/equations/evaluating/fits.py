r"""What fits and what does not: rules on shapes, with the cure where there is one."""

from collections.abc import Sequence

from bpdocs.equations import tree as t
from bpdocs.equations.errors import MismatchError, NoLayerError, UnreadableError
from bpdocs.equations.evaluating.counting import Layers, whole_number
from bpdocs.equations.evaluating.lengths import Shape, shape_name
from bpdocs.equations.networks.graph import Graph, is_one


def shape_of_application(
    node: t.Apply, shapes: Sequence[Shape], graph: Graph, layers: Layers
) -> Shape:
    """Return the shape of a function of arguments of given shapes."""
    name = node.function.name
    first = shapes[0]
    if name in {"max", "min"}:
        return _shape_of_extremum(node, shapes, graph, layers)
    if name == "Loss":
        return _shape_of_loss(node, shapes, graph)
    if name == r"\sigma":
        _require_activation(node, first, graph, layers)
    elif name == "softmax" and not first:
        raise UnreadableError("softmax acts on whole columns", node.place[0])
    elif name == "tr":
        if not first or first[0] != first[1]:
            raise MismatchError(f"the trace of {shape_name(first, layers, graph)} does not exist")
        return ()
    elif name == "diag":
        return _shape_of_diagonal(first, node, graph, layers)
    return first


def _shape_of_extremum(
    node: t.Apply, shapes: Sequence[Shape], graph: Graph, layers: Layers
) -> Shape:
    if any(isinstance(argument, t.Number) for argument in node.arguments):
        return max(shapes, key=len)
    if len(set(shapes)) > 1:
        names = " and ".join(shape_name(shape, layers, graph) for shape in shapes)
        raise MismatchError(f"{node.function.name} of {names} does not fit")
    return shapes[0]


def _shape_of_loss(node: t.Apply, shapes: Sequence[Shape], graph: Graph) -> Shape:
    """Refuse a loss of anything but outputs and targets: C(W, b) names what C depends on."""
    if any(shape != graph.axes(("Y", 0)) for shape in shapes):
        raise UnreadableError(
            r"the loss takes the output and the targets, C(\bm{A}^{L}, \bm{Y})", node.place[0]
        )
    return ()


def _require_activation(node: t.Apply, shape: Shape, graph: Graph, layers: Layers) -> None:
    if node.function.layer is None:
        return
    layer = whole_number(node.function.layer, graph, layers)
    if layer not in graph.activations:
        raise NoLayerError(r"\sigma", layer, is_inside=False)
    if layer in graph.coupled and not shape:
        raise UnreadableError("softmax acts on whole columns, not on an entry", node.place[0])


def _shape_of_diagonal(shape: Shape, node: t.Node, graph: Graph, layers: Layers) -> Shape:
    if not shape:
        raise UnreadableError("diag takes an array", node.place[0])
    if any(map(is_one, shape)):
        length = shape[0] if is_one(shape[1]) else shape[1]
        return (length, length)
    if shape[0] != shape[1]:
        name = shape_name(shape, layers, graph)
        raise MismatchError(f"the diagonal of {name} does not exist")
    return (shape[0], 1)


def require_norm(node: t.Norm, shape: Shape) -> None:
    """Refuse a norm that can mean several things."""
    if node.name == "abs" and shape:
        raise UnreadableError(
            r"bars around an array can mean several things; write \lVert and \rVert_F",
            node.place[0],
        )
    if node.name == "2" and shape and not any(map(is_one, shape)):
        raise UnreadableError("the norm 2 of a matrix is not read; F is", node.place[0])


def indices_on(node: t.Element, shape: Shape) -> tuple[t.Node, ...]:
    """Return the two indices of an entry; one index on a column or row counts along it."""
    indices = node.indices
    if len(indices) == 1 and any(map(is_one, shape)):
        first = t.Number(1)
        return (*indices, first) if is_one(shape[1]) else (first, *indices)
    if len(shape) != 2 or len(indices) != 2:
        count = f"{len(indices)} {'index stands' if len(indices) == 1 else 'indices stand'}"
        what = "a number" if not shape else "an array of two axes"
        raise UnreadableError(f"{count} on {what}", node.place[0])
    return indices


def broadcast_cure(first: Shape, second: Shape) -> str:
    """Return how to add one column to every column, which NumPy does by broadcasting."""
    if first and second and first[0] == second[0] and 1 in {int(first[1]), int(second[1])}:
        return (
            r"; for the same column in every sample write \bm{b}^{l} \, \mathbf{1}_{M}^\mathsf{T}"
        )
    if first and second and first[1] == second[1] and 1 in {int(first[0]), int(second[0])}:
        return r"; for the same row in every sample write \mathbf{1}_{M} \, \bm{b}^{l}"
    return ""


def require_first_order(node: t.Node) -> None:
    """Refuse a derivative of a derivative."""
    for inner in node.walk():
        derived = isinstance(inner, t.Quantity) and (
            inner.name == "Delta" or inner.name.endswith("_new")
        )
        if derived or isinstance(inner, t.Derivative | t.Differential):
            raise UnreadableError("a derivative of a derivative is not read", inner.place[0])
