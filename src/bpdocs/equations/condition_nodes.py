"""The nodes of conditions: what restricts a claim to some layers and elements."""

from dataclasses import dataclass

from bpdocs.equations.tree_node import Node


@dataclass(frozen=True)
class Comparison(Node):
    r"""A relation between index expressions: 1 \le l < L, n \ne m.

    `relations` are written as in Python, but for "=": "<", "<=", ">", ">=", "!=".
    """

    sides: tuple[Node, ...]
    relations: tuple[str, ...]


@dataclass(frozen=True)
class Range(Node):
    r"""An index with its first and last value: l = 1, \dots, L. It counts up, however written."""

    low: Node
    index: Node
    high: Node


@dataclass(frozen=True)
class AllOf(Node):
    """Conditions of which each holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class AnyOf(Node):
    """Conditions of which one holds at least."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Not(Node):
    """A condition that does not hold."""

    part: "Condition"


Condition = Comparison | Range | AllOf | AnyOf | Not
