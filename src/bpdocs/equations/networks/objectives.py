r"""How a network ends: its last activation, its targets, and the loss that judges them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from bpdocs.equations.networks.graph import mean_of_samples

Loss = Callable[[np.ndarray, np.ndarray], np.ndarray]


def softmax(z: np.ndarray, *, axis: int = -2) -> np.ndarray:
    """Return softmax along an axis: of each column, unless given; -1 where samples are rows."""
    powers = np.exp(z - np.real(z).max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def sigmoid(z: np.ndarray) -> np.ndarray:
    """Return 1/(1 + e^-z)."""
    return 1 / (1 + np.exp(-z))


def half_squared(output: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return half the squared error of each column."""
    return squared(output, targets) / 2


def squared(output: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return the squared error of each column."""
    return ((output - targets) ** 2).sum(axis=-2, keepdims=True)


def mean_squared(output: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return the mean of the squared errors of each column."""
    return ((output - targets) ** 2).mean(axis=-2, keepdims=True)


def cross_entropy(output: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return the cross-entropy of each column, in nats."""
    return -(targets * np.log(output)).sum(axis=-2, keepdims=True)


def binary_cross_entropy(output: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Return the binary cross-entropies of each column's entries, summed, in nats."""
    each = targets * np.log(output) + (1 - targets) * np.log(1 - output)
    return -each.sum(axis=-2, keepdims=True)


def sum_of_samples(losses: np.ndarray) -> np.ndarray:
    """Return $C$ as the sum of the samples' losses."""
    return losses.sum(axis=(-2, -1))


@dataclass(frozen=True)
class Objective:
    r"""What stands at the end of a network.

    Attributes
    ----------
    loss : callable
        The loss of each sample, (1, M), from output and targets, both (N_L, M).
    total : callable
        $C$ from the losses of the samples.
    output : callable or None
        The last activation, on (N_L, M); drawn like any other where None.
    is_coupled : bool
        Whether an entry of the output depends on all entries of its column of $Z^L$.
    has_own_errors : bool
        Whether $\Delta^l$ is of each sample's own loss, M times $\partial C / \partial Z^l$.
    """

    loss: Loss
    total: Callable[[np.ndarray], np.ndarray] = mean_of_samples
    output: Callable[[np.ndarray], np.ndarray] | None = None
    is_coupled: bool = False
    has_own_errors: bool = False

    def draw_targets(
        self, size: int, n_samples: int, rng: np.random.Generator, *, rows: bool
    ) -> np.ndarray:
        """Return targets that the loss can judge: probabilities where the output is such."""
        drawn = rng.normal(size=(size, n_samples))
        targets = drawn if self.output is None else self.output(drawn)
        return targets.T if rows else targets

    def last_activation(self, *, rows: bool) -> Callable[[np.ndarray], np.ndarray] | None:
        """Return the last activation on arrays with samples as columns or as rows."""
        output = self.output
        if output is None or not rows:
            return output
        return lambda z: np.swapaxes(output(np.swapaxes(z, -1, -2)), -1, -2)

    def with_sum(self) -> "Objective":
        """Return the objective whose $C$ is the sum over the samples."""
        return replace(self, total=sum_of_samples)

    def with_own_errors(self) -> "Objective":
        r"""Return the objective whose $\Delta^l$ is of each sample's own loss."""
        return replace(self, has_own_errors=True)


HALF_SQUARED = Objective(half_squared)
CROSS_ENTROPY = Objective(cross_entropy, output=softmax, is_coupled=True)
BINARY_CROSS_ENTROPY = Objective(binary_cross_entropy, output=sigmoid)
