r"""Over which axes index letters run: the place where a letter stands tells."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bpdocs.equations import tree as t
from bpdocs.equations.errors import (
    MismatchError,
    NoAxisError,
    NoEntryError,
    SizesError,
    UnreadableError,
)
from bpdocs.equations.evaluating.counting import Layers, require_range, whole_number
from bpdocs.equations.evaluating.lengths import length_name, length_of
from bpdocs.equations.letters import is_numbered
from bpdocs.equations.networks.graph import Graph

Ranges = dict[str, tuple[int, int]]


@dataclass
class Axes:
    """The axes on which each letter of a claim stands, for one choice of the layers.

    Attributes
    ----------
    graph : Graph
        The network.
    layer_letters : frozenset of str
        Letters that count layers, and so no elements.
    lengths : dict of str to set of int
        By letter, the lengths of its axes; one, where the claim fits.
    pairs : list of (str, str)
        Letters that are compared: n of a Kronecker delta of n and m runs as far as m does.
    """

    graph: Graph
    layer_letters: frozenset[str]
    lengths: dict[str, set[int]] = field(default_factory=dict)
    pairs: list[tuple[str, str]] = field(default_factory=list)

    def stand(self, index: t.Node, length: int | None) -> None:
        """Note that an index expression stands on an axis of a length."""
        for inner in index.walk():
            if not isinstance(inner, t.Letter):
                continue
            if inner.name in self.layer_letters:
                raise UnreadableError(
                    f"{inner.name} counts layers and elements at once", inner.place[0]
                )
            lengths = self.lengths.setdefault(inner.name, set())
            if length is not None and inner is index:
                lengths.add(length)

    def pair(self, sides: Sequence[t.Node]) -> None:
        """Note which letters are compared."""
        letters = [side.name for side in sides if isinstance(side, t.Letter)]
        for pair in itertools.pairwise(letters):
            self.pairs += [pair, pair[::-1]]

    def pair_conditions(self, conditions: Sequence[t.Condition]) -> None:
        """Note which letters conditions compare."""
        for condition in conditions:
            for inner in condition.walk():
                if isinstance(inner, t.Comparison):
                    self.pair(inner.sides)

    def of(self, letter: str) -> set[int]:
        """Return the lengths of the axes of a letter, or else of those it is compared with."""
        own = self.lengths.get(letter)
        near = [self.lengths.get(other, set()) for first, other in self.pairs if first == letter]
        return own or set().union(*near)

    def only(self, letter: str, layers: Layers) -> int | None:
        """Return the length of the one axis on which a letter stands, or None."""
        lengths = self.of(letter)
        if len(lengths) > 1:
            names = ", ".join(length_name(n, layers, self.graph) for n in sorted(lengths))
            raise MismatchError(f"{letter} stands on axes of different length: {names}")
        return next(iter(lengths), None)

    def begin_sum(self, letters: set[str]) -> tuple[dict[str, set[int]], list[tuple[str, str]]]:
        """Forget what is known of letters that a sum binds; return it for `end_sum`."""
        outside = {name: self.lengths.pop(name) for name in letters if name in self.lengths}
        pairs, self.pairs = self.pairs, []
        return outside, pairs

    def end_sum(
        self,
        ranges: Ranges,
        bounds: Sequence[t.Bound],
        outside: Mapping[str, set[int]],
        pairs: list[tuple[str, str]],
    ) -> None:
        """Give letters outside a sum what it showed of them, and its own letters back.

        In a sum over n of a Kronecker delta of n and m nothing else may tell how far m runs. A
        limit that is a number does not.
        """
        telling = {b.letter for b in bounds if b.upper is None or not is_numbered([b.upper])}
        for letter, other in self.pairs:
            if letter not in ranges and other in ranges and not self.lengths.get(letter):
                limit = {ranges[other][1]} if other in telling else set()
                self.lengths[letter] = self.lengths.get(other) or limit
        for letter in ranges:
            self.lengths.pop(letter, None)
        self.pairs = pairs + [pair for pair in self.pairs if not set(ranges) & set(pair)]
        self.lengths.update(outside)

    def range_of(self, bound: t.Bound, layers: Layers, place: int) -> tuple[int, int]:
        """Return the first and last value of a letter under a sum."""
        name = bound.letter
        length = self.only(name, layers)
        lower = whole_number(bound.lower, self.graph, layers) if bound.lower else 1
        upper = length_of(bound.upper, self.graph, layers) if bound.upper else length
        if upper is None:
            raise NoAxisError(f"no axis tells the range of {name}", place)
        require_range(bound, lower, upper, place)
        if length is not None and upper > length:
            is_number = bound.upper is not None and is_numbered([bound.upper])
            kind = NoEntryError if is_number else MismatchError
            raise kind(
                f"{name} runs to {length_name(upper, layers, self.graph)} on an axis of "
                f"{length_name(length, layers, self.graph)}"
            )
        if lower < 1 and length is not None:
            raise MismatchError(f"{name} begins at {lower}; elements count from 1")
        return lower, upper

    def ranges_of_sum(self, node: t.Reduction, layers: Layers) -> Ranges:
        """Return the ranges of the letters that a sum binds, all other letters being known."""
        self.pair_conditions(node.conditions)
        for condition in node.conditions:
            self.stand(condition, None)
        ranges = {b.letter: self.range_of(b, layers, node.place[0]) for b in node.bounds}
        if node.function != "sum" and any(high < low for low, high in ranges.values()):
            raise SizesError("a maximum of nothing has no value", node.place[0], is_large=False)
        return ranges
