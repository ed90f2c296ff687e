r"""The network as a graph of values, of which any can be moved and all that follows recomputed.

Only the forward pass is here: no formula of back propagation, not even the derivative of an
activation. Derivatives come from moving an entry by $ih$ (complex step, Squire and Trapp 1998),
exact to rounding: $\partial f / \partial x = \mathrm{Im} f(x + ih) / h$.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bpdocs.equations.networks.moved_arrays import MovedArrays

STEP = 1e-40
MAX_BYTES = 4_000_000  # of the largest array while a gradient is taken

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


def mean_of_samples(losses: np.ndarray) -> np.ndarray:
    """Return $C$ as the mean of the samples' losses."""
    return losses.mean(axis=(-2, -1))


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
    loss : callable or None
        The loss of each sample, (1, M), from output and targets, both (N_L, M).
    total : callable
        $C$ from the losses of the samples.
    has_batch : bool
        Whether $M$ has a meaning; without it there is one sample.
    number : int
        Which of the networks of its model it is.
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
    number: int = 0
    apart: "Graph | None" = None
    total: Callable[[np.ndarray], np.ndarray] = mean_of_samples
    _rules: dict[Key, Rule] = field(default_factory=dict)
    _parents: dict[Key, tuple[Key, ...]] = field(default_factory=dict)
    _values: dict[Key, np.ndarray] = field(default_factory=dict)
    _derived_rules: dict[Key, Callable[[], np.ndarray]] = field(default_factory=dict)
    _derived: dict[Key, np.ndarray] = field(default_factory=dict)
    _name: object = field(default_factory=object)  # under which its moved arrays are kept

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

    def cost(self, output: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return $C$ of an output and targets, laid out as this network lays them out."""
        return self.total(self.sample_losses(output, targets))

    def sample_losses(self, output: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Return the loss of each sample: a row, or a column where samples are rows."""
        assert self.loss is not None  # noqa: S101 - a network has one
        if not self.rows:
            return self.loss(output, targets)
        turned = (np.swapaxes(array, -1, -2) for array in (output, targets))
        return np.swapaxes(self.loss(*turned), -1, -2)

    def descendants(self, keys: set[Key]) -> set[Key]:
        """Return what changes with the given values, themselves included."""
        found = set(keys)
        for key, parents in self._parents.items():
            if found & set(parents):
                found.add(key)
        return found

    def _between(self, moved: set[Key], targets: Collection[Key]) -> set[Key]:
        """Return what must be recomputed for the targets when some values are moved."""
        changing = self.descendants(moved)
        found = changing & set(targets)
        for key in reversed(self._parents):
            if key in found:
                found |= changing & set(self._parents[key])
        return found

    def moved(
        self, moves: Mapping[Key, np.ndarray], targets: Collection[Key] | None = None
    ) -> dict[Key, np.ndarray]:
        """Return all values that change when some are moved by the given amounts.

        Parameters
        ----------
        moves : mapping of key to ndarray
            What is added to a value, with any batch axes in front of its own.
        targets : collection of key, optional
            The values that are wanted; all unless given.

        Returns
        -------
        dict of key to ndarray
            The values that differ.
        """
        wanted = self._rules.keys() if targets is None else targets
        changing = self._between(set(moves), wanted)
        order = [key for key in self._rules if key in changing]
        # What only leads to the targets is let go after its last use: moved arrays are large.
        last_use = {parent: key for key in order for parent in self._parents[key]}
        now = dict(self._values)
        for key in order:
            parents = self._parents[key]
            value = self._rules[key](now) if parents else self._values[key]
            now[key] = value + moves[key] if key in moves else value
            for parent in parents:
                if parent not in wanted and last_use[parent] == key:
                    now[parent] = self._values[parent]
        return {key: now[key] for key in order if key in wanted}

    def moved_by_entries(
        self, key: Key, targets: Collection[Key] | None = None
    ) -> dict[Key, np.ndarray]:
        """Return the values that change, with two axes in front: which entry of `key` moved.

        Only the `targets`, if there are any, are computed; the last results are kept.
        """
        wanted = self.descendants({key}) & set(self._rules if targets is None else targets)
        known = _KEPT.find((self._name, key))
        missing = wanted - known.keys()
        if missing:
            rows, columns = self._values[key].shape
            unit = np.eye(rows * columns).reshape(-1, rows, columns)
            found = self.moved({key: 1j * STEP * unit}, missing)
            known = known | {
                name: value.reshape(rows, columns, *value.shape[1:])
                for name, value in found.items()
            }
            _KEPT.keep((self._name, key), known)
        return {name: known[name] for name in self._rules if name in wanted}

    def gradient(self, objective: Key, key: Key) -> np.ndarray:
        """Return the derivative of a number by a value, in the value's layout."""
        shape = self._values[key].shape
        changing = self._between({key}, {objective})
        if not changing:
            return np.zeros(shape)
        unit = np.eye(int(np.prod(shape)))
        largest = max(self._values[name].size for name in changing)
        n_entries = max(1, MAX_BYTES // (largest * np.dtype(complex).itemsize))
        pieces = [
            self.moved({key: 1j * STEP * piece.reshape(-1, *shape)}, {objective})[objective]
            for piece in np.split(unit, range(n_entries, len(unit), n_entries))
        ]
        return np.imag(np.concatenate(pieces)).reshape(shape) / STEP


# One for all networks: what is kept of many small ones is no more than of a large one.
_KEPT: MovedArrays[tuple[object, Key], Key] = MovedArrays()
