"""Which layers that do not exist a claim speaks of all the same."""

from dataclasses import dataclass, field
from functools import cached_property

from bpdocs.equations import tree as t
from bpdocs.equations.errors import NoLayerError
from bpdocs.equations.evaluating.counting import Layers
from bpdocs.equations.letters import layer_letters

_Choice = frozenset[tuple[str, int]]


@dataclass
class Missing:
    """Collects, network by network, the choices of layers for which something does not exist.

    A choice is claimed to exist if conditions name its letters. Of letters that none names only
    those values count with which some choice exists: W^l has no layer 0, whatever p is.

    Attributes
    ----------
    claim : Claim
        What speaks of layers.
    """

    claim: t.Claim
    _present: list[_Choice] = field(default_factory=list)
    _absent: list[tuple[_Choice, str]] = field(default_factory=list)
    _by_size: str = ""

    def begin_network(self) -> None:
        """Forget the choices of the network before."""
        self._present.clear()
        self._absent.clear()

    def is_there(self, layers: Layers) -> None:
        """Note a choice that exists."""
        self._present.append(frozenset(layers.items()))

    def is_not_there(self, layers: Layers, named: frozenset[str], error: NoLayerError) -> None:
        """Note a choice that does not exist."""
        if self._counts_by_size:
            self._by_size = f"some networks lack what this speaks of: {error}"
        if named and not error.is_inside:
            choice = ", ".join(f"{letter} = {value}" for letter, value in layers.items())
            message = f"the stated range contains {choice}, where {error}"
            self._absent.append((_unnamed(layers, named), message))

    @cached_property
    def _counts_by_size(self) -> bool:
        return _counts_by_size(self.claim)  # once for all networks: it walks the whole claim

    def message(self) -> str:
        """Return what the claim says of layers that are not there, or ""."""
        present = self._present
        claimed = (
            text
            for rest, text in self._absent
            if not rest or any(rest <= choice for choice in present)
        )
        return next(claimed, self._by_size)


def _unnamed(layers: Layers, named: frozenset[str]) -> _Choice:
    return frozenset((letter, value) for letter, value in layers.items() if letter not in named)


def _counts_by_size(claim: t.Claim) -> bool:
    """Tell whether a layer is counted by M or a size, which networks choose as they like."""
    counting = layer_letters([claim.left, claim.right])
    for node in claim.walk():
        ends: list[t.Node | None] = [getattr(node, "layer", None)]
        if isinstance(node, t.Bound) and node.letter in counting:
            ends += [node.lower, node.upper]
        inner = (found for end in ends if end is not None for found in end.walk())
        if any(isinstance(found, t.Size) or found == t.Constant("M") for found in inner):
            return True
    return False
