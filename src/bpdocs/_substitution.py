"""A copy of a layer with an attribute that its constructor would refuse."""

import copy
from typing import Any

from bpdocs.layers import Layer


def substitute(layer: Layer, **attributes: Any) -> Layer:
    """Return a copy of the layer with other attributes, unchecked: it never leaves the package."""
    changed = copy.copy(layer)
    for name, value in attributes.items():
        object.__setattr__(changed, name, value)  # layers are frozen
    return changed
