r"""The network as a graph of values, of which any can be moved and all that follows recomputed.

Only the forward pass is here: no formula of back propagation, not even the derivative of an
activation. Derivatives come from moving an entry by $ih$ (complex step, Squire and Trapp 1998),
exact to rounding: $\partial f / \partial x = \mathrm{Im} f(x + ih) / h$.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

STEP = 1e-40

Key = tuple[str, int]  # name and layer; what has no layer has layer 0
Values = Mapping[Key, np.ndarray]
Rule = Callable[[Values], np.ndarray]


class Axis(int):
    """A length of an axis; `apart` is what it would be if no two lengths were equal by chance."""

    apart: int

    def __new__(cls, length: int, apart: int) -> "Axis":
        """Return a length that counts as `length` wherever numbers are compared."""
        axis = super().__new__(cls, length)
        axis.apart = apart
        return axis


def is_one(length: int) -> bool:
    """Tell whether a length is 1 whatever the sizes, as that of a column is across it."""
    return getattr(length, "apart", length) == 1


def differentiate(function: Callable[[Any], Any], z: np.ndarray) -> np.ndarray:
    r"""Return $f'(z)$ of an element-wise function, also where z moves by $ih$ itself.

    There the imaginary part, $f''$, comes from a difference quotient of fourth order, good to
    1e-11; the real part is exact to rounding.
    """
    slope = np.imag(function(np.real(z) + 1j * STEP)) / STEP
    if not np.iscomplexobj(z):
        return slope
    h = 1e-3

    def near(distance: float) -> np.ndarray:
        return np.imag(function(np.real(z) + distance + 1j * STEP)) / STEP

    bend = (8 * (near(h) - near(-h)) - (near(2 * h) - near(-2 * h))) / (12 * h)
    return slope + 1j * bend * np.imag(z)


@dataclass
class Graph:
    r"""Values in the order in which they are computed.

    Attributes
    ----------
    sizes : tuple of int
        $N_0$ to $N_L$.
    n_samples : int
        $M$.
    activations : dict of int to callable
        $\sigma^l$ by layer.
    coupled : frozenset of int
        Layers whose activation is softmax: its prime is the diagonal of its Jacobian.
    has_batch : bool
        Whether $M$ has a meaning; without it there is one sample.
    apart : Graph or None
        The same network with sizes that are above 1 and differ, where its own are or do not.
    """

    sizes: tuple[int, ...]
    n_samples: int
    activations: dict[int, Callable[[Any], Any]] = field(default_factory=dict)
    coupled: frozenset[int] = frozenset()
    loss: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None
    rows: bool = False
    has_batch: bool = True
    apart: "Graph | None" = None
    _rules: dict[Key, Rule] = field(default_factory=dict)
    _parents: dict[Key, tuple[Key, ...]] = field(default_factory=dict)
    _values: dict[Key, np.ndarray] = field(default_factory=dict)
    _derived: dict[Key, np.ndarray] = field(default_factory=dict)
    _moved: dict[Key, dict[Key, np.ndarray]] = field(default_factory=dict)

    @property
    def n_layers(self) -> int:
        """$L$."""
        return len(self.sizes) - 1

    def add(self, key: Key, parents: tuple[Key, ...], rule: Rule) -> None:
        """Add a value that follows from earlier ones; matrices, with batch axes in front."""
        self._rules[key] = rule
        self._parents[key] = parents
        self._values[key] = rule(self._values)

    def add_given(self, key: Key, value: np.ndarray) -> None:
        """Add a value that follows from nothing."""
        self.add(key, (), lambda _: value)

    def add_derived(self, key: Key, rule: Callable[[], np.ndarray]) -> None:
        """Add a value that is a derivative of others and is computed when asked for."""
        self._derived_rules[key] = rule

    def __post_init__(self) -> None:
        self._derived_rules: dict[Key, Callable[[], np.ndarray]] = {}

    def __contains__(self, key: Key) -> bool:
        return key in self._values or key in self._derived_rules

    def is_derived(self, key: Key) -> bool:
        """Tell whether a value is a derivative itself."""
        return key in self._derived_rules

    def value(self, key: Key) -> np.ndarray:
        """Return a value where nothing is moved."""
        if key in self._derived_rules:
            if key not in self._derived:
                self._derived[key] = self._derived_rules[key]()
            return self._derived[key]
        return self._values[key]

    def shape(self, key: Key) -> tuple[int, ...]:
        """Return the shape of a value; () for a number."""
        return self.value(key).shape

    def axes(self, key: Key) -> tuple[Axis, ...]:
        """Return the shape of a value with what its lengths would be where sizes differ."""
        apart = self.apart or self
        return tuple(map(Axis, self.shape(key), apart.shape(key)))

    def descendants(self, keys: set[Key]) -> set[Key]:
        """Return what changes with the given values, themselves included."""
        found = set(keys)
        for key, parents in self._parents.items():
            if found & set(parents):
                found.add(key)
        return found

    def moved(self, moves: Mapping[Key, np.ndarray]) -> dict[Key, np.ndarray]:
        """Return all values that change when some are moved by the given amounts.

        Parameters
        ----------
        moves : mapping of key to ndarray
            What is added to a value, with any batch axes in front of its own.

        Returns
        -------
        dict of key to ndarray
            The values that differ, with the batch axes.
        """
        changing = self.descendants(set(moves))
        now = dict(self._values)
        for key, rule in self._rules.items():
            if key in changing:
                value = rule(now) if self._parents[key] else self._values[key]
                now[key] = value + moves[key] if key in moves else value
        return {key: now[key] for key in self._rules if key in changing}

    def moved_by_entries(self, key: Key) -> dict[Key, np.ndarray]:
        """Return the values that change, with two axes in front: which entry of `key` moved."""
        if key not in self._moved:
            rows, columns = self._values[key].shape
            unit = np.eye(rows * columns).reshape(-1, rows, columns)
            found = self.moved({key: 1j * STEP * unit})
            self._moved[key] = {
                name: value.reshape(rows, columns, *value.shape[1:])
                for name, value in found.items()
            }
        return self._moved[key]

    def gradient(self, objective: Key, key: Key) -> np.ndarray:
        """Return the derivative of a number by a value, in the value's layout."""
        found = self.moved_by_entries(key).get(objective)
        if found is None:
            return np.zeros(self._values[key].shape)
        return np.imag(found) / STEP
