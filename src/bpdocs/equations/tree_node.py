"""What all nodes of a tree have: children, a place, and equality that does not ask for it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Self


@dataclass(frozen=True)
class Node:
    """A node of the tree."""

    place: tuple[int, int] = field(default=(0, 0), compare=False, repr=False, kw_only=True)

    @property
    def _parts(self) -> tuple[str, ...]:
        """The attributes but `place`, which is given by keyword; `dataclasses.fields` is slow."""
        return self.__match_args__

    @property
    def children(self) -> Iterator["Node"]:
        """The nodes below, from left to right."""
        for name in self._parts:
            yield from _nodes_in(getattr(self, name))

    def walk(self) -> Iterator["Node"]:
        """Yield this node and all below."""
        yield self
        for child in self.children:
            yield from child.walk()

    def rebuild(self, change: Any) -> Self:
        """Return this node with `change` applied to each child."""
        changes = {
            name: _changed(getattr(self, name), change)
            for name in self._parts
            if any(True for _ in _nodes_in(getattr(self, name)))
        }
        return replace(self, **changes) if changes else self


def _nodes_in(value: Any) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes_in(item)


def _changed(value: Any, change: Any) -> Any:
    if isinstance(value, Node):
        return change(value)
    if isinstance(value, tuple):
        return tuple(_changed(item, change) for item in value)
    return value
