"""Conditions that name elements beyond their axis: j = 1, ..., N_l + 1."""

from collections.abc import Iterator, Mapping, Sequence

from bpdocs.equations import tree as t
from bpdocs.equations.budget import spend
from bpdocs.equations.errors import MismatchError, NoEntryError
from bpdocs.equations.evaluating.counting import Layers
from bpdocs.equations.evaluating.index_values import IndexValues
from bpdocs.equations.evaluating.lengths import length_name
from bpdocs.equations.evaluating.restrictions import named_by_all, named_values
from bpdocs.equations.letters import free_letters, is_numbered
from bpdocs.equations.networks.graph import Graph


def require_on_axis(
    conditions: Sequence[t.Condition],
    ranges: Mapping[str, tuple[int, int]],
    graph: Graph,
    layers: Layers,
) -> None:
    """Refuse conditions that name values of a letter beyond its axis."""
    known = {*ranges, *layers}
    mine = [c for c in conditions if free_letters(c) <= known]
    for letter, (_, length) in ranges.items():
        for fixed, condition in _named_elements(mine, letter, length, graph, layers):
            within = {**ranges, **{name: (value, value) for name, value in fixed.items()}}
            indices = IndexValues.of_ranges(graph, within)
            spend(len(mine) / 10, condition.place[0])
            near = {*layers, *free_letters(condition)}
            together = [c for c in mine if free_letters(c) <= near]
            if indices.hold(t.AllOf(tuple(together)), layers).data.any():
                name = length_name(length, layers, graph)
                is_beyond = fixed[letter] > length and is_numbered(together)
                kind = NoEntryError if is_beyond else MismatchError
                raise kind(f"the stated range of {letter} goes beyond its axis of {name}")


def _named_elements(
    mine: Sequence[t.Condition], letter: str, length: int, graph: Graph, layers: Layers
) -> Iterator[tuple[dict[str, int], t.Condition]]:
    """Yield values of a letter beyond its axis, with any other that tells it, and what names it."""
    for condition in mine:
        others = free_letters(condition) - {letter, *layers}
        found = named_values(condition, letter, graph, layers) - {*range(1, length + 1)}
        yield from (({letter: value}, condition) for value in found)
        for other in others if len(others) == 1 else ():
            for known in named_by_all(mine, other, graph, layers):
                both = {**layers, other: known}
                for value in named_values(condition, letter, graph, both, is_by_others=True):
                    if not 1 <= value <= length:
                        yield {letter: value, other: known}, condition
