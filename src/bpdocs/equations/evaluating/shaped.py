"""A node of a tree with its shape, on one network and for one choice of the layers."""

from collections.abc import Iterator
from dataclasses import dataclass

from bpdocs.equations import tree as t
from bpdocs.equations.evaluating.axes import Ranges
from bpdocs.equations.evaluating.counting import Layers
from bpdocs.equations.evaluating.lengths import Shape
from bpdocs.equations.networks.graph import Key


@dataclass(frozen=True)
class Shaped:
    """A node with its shape, and its parts with theirs.

    Attributes
    ----------
    node : Node
        As it was read.
    shape : tuple of int
        () for a number, or (rows, columns).
    layers : mapping of str to int
        The layers for which it is so.
    parts : tuple of Shaped
        What it is computed from; of a sum over layers, the body for each layer.
    key : Key or None
        Of a quantity or a derivative, which value of the network is meant.
    ranges : dict or None
        Of a sum over elements, the first and last value of each letter.
    is_number : bool
        Of a matrix product, whether it is a number: a row times a column.
    """

    node: t.Node
    shape: Shape
    layers: Layers
    parts: tuple["Shaped", ...] = ()
    key: Key | None = None
    ranges: Ranges | None = None
    is_number: bool = False

    def walk(self) -> Iterator["Shaped"]:
        """Yield this node and all from which it is computed."""
        yield self
        for part in self.parts:
            yield from part.walk()
