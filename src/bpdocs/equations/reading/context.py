"""What a display is read in: the notation of its model, and what its page has defined."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bpdocs.equations import tree as t
from bpdocs.equations.notation import Name
from bpdocs.equations.reading.parse_tree import Branch


@dataclass(frozen=True)
class Definition:
    """What a page's own name stands for.

    Attributes
    ----------
    layer : str
        The letter of its layer, or "".
    indices : tuple of str
        The letters of its entries where it was defined by them.
    meaning : Node
        What it stands for.
    """

    layer: str
    indices: tuple[str, ...]
    meaning: t.Node


Definitions = Mapping[str, Definition]


@dataclass
class Context:
    """What symbols mean while a display is read; its definitions grow from left to right.

    Attributes
    ----------
    names : mapping of str to Name
        The notation of the model.
    definitions : dict of str to Definition
        Names that the page has defined.
    """

    names: Mapping[str, Name]
    definitions: dict[str, Definition]


Read = Callable[[Branch, Context], t.Node]
"""How an expression is read; what stands below it in the call takes it as an argument."""
