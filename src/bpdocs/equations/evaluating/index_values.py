r"""Index expressions for all values of their letters at once, and where conditions hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.evaluating.counting import Layers, whole_number
from bpdocs.equations.evaluating.value import Value, align
from bpdocs.equations.networks.graph import Graph

_COMPARE: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "=": np.equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "!=": np.not_equal,
}


@dataclass
class IndexValues:
    """Counts elements, from 1, along the axes of their letters.

    Attributes
    ----------
    graph : Graph
        The network, which has the sizes.
    letters : dict of str to Value
        The values of each letter, along an axis of its own.
    """

    graph: Graph
    letters: dict[str, Value] = field(default_factory=dict)

    @classmethod
    def of_ranges(cls, graph: Graph, ranges: Mapping[str, tuple[int, int]]) -> "IndexValues":
        """Return the letters with their first and last values."""
        found = cls(graph)
        found.add(ranges)
        return found

    def add(self, ranges: Mapping[str, tuple[int, int]]) -> None:
        """Let letters run from their first to their last values."""
        for letter, (first, last) in ranges.items():
            self.letters[letter] = Value(np.arange(first, last + 1), (letter,))

    def of(self, node: t.Node, layers: Layers) -> Value:
        """Return an index expression's values."""
        if isinstance(node, t.Letter) and node.name in self.letters:
            return self.letters[node.name]
        if isinstance(node, t.Addition):
            total = Value(np.array(0))
            for sign, term in node.terms:
                letters, (a, b) = align(total, self.of(term, layers))
                total = Value(a + sign * b, letters)
            return total
        return Value(np.array(whole_number(node, self.graph, layers)))

    def hold(self, condition: t.Condition, layers: Layers) -> Value:
        """Return where a condition is true."""
        match condition:
            case t.Comparison():
                sides = [self.of(side, layers) for side in condition.sides]
                pairs = zip(condition.relations, sides, sides[1:], strict=False)
                return _every([self._compare(*pair) for pair in pairs])
            case t.Range():
                low, index, high = (
                    self.of(side, layers)
                    for side in (condition.low, condition.index, condition.high)
                )
                return _every([self._compare("<=", low, index), self._compare("<=", index, high)])
            case t.AllOf():
                return _every([self.hold(part, layers) for part in condition.parts])
            case t.AnyOf():
                return _negated(
                    _every([_negated(self.hold(part, layers)) for part in condition.parts])
                )
            case t.Not():
                return _negated(self.hold(condition.part, layers))
        raise UnreadableError("this is no condition", condition.place[0])

    def _compare(self, relation: str, left: Value, right: Value) -> Value:
        letters, (a, b) = align(left, right)
        return Value(_COMPARE[relation](a, b), letters)


def _every(truths: list[Value]) -> Value:
    letters, arrays = align(*truths)
    result = np.array(True)
    for array in arrays:
        result = result & array
    return Value(result, letters)


def _negated(truth: Value) -> Value:
    return Value(~truth.data, truth.letters)
