"""Index letters of a tree: which are free, and which count layers."""

from collections.abc import Iterable

from bpdocs.equations import tree as t


def free_letters(*nodes: t.Node) -> set[str]:
    """Return the letters of trees that no sum binds."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, t.Letter):
            found.add(node.name)
        elif isinstance(node, t.Reduction):
            bound = {bound.letter for bound in node.bounds}
            inside = free_letters(*node.conditions, node.body) - bound
            found |= free_letters(*node.bounds) | inside
        else:
            found |= free_letters(*node.children)
    return found


def layer_letters(nodes: Iterable[t.Node]) -> set[str]:
    """Return the letters that stand in layers."""
    found: set[str] = set()
    for root in nodes:
        for node in root.walk():
            layer = getattr(node, "layer", None)
            if layer is not None:
                found |= {inner.name for inner in layer.walk() if isinstance(inner, t.Letter)}
    return found


def is_numbered(nodes: Iterable[t.Node]) -> bool:
    """Tell whether index expressions are of numbers and letters alone, as in 1, ..., 3."""
    inner = (inner for node in nodes for inner in node.walk())
    return not any(isinstance(node, t.Constant | t.Size) for node in inner)
