"""The loss as a function of one entry of one parameter, and its derivative in two ways."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bpdocs._substitution import substitute
from bpdocs.activations import Activation
from bpdocs.losses import Loss
from bpdocs.network import Network
from bpdocs.trace import Trace

# f(x + ih) = f(x) + ih f'(x) + O(h²): the derivative is the imaginary part over h. No difference is
# taken, so no digits cancel, and h may be so small that its square vanishes beside 1.
IMAGINARY_STEP = 1e-30

Index = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Parameter:
    """One parameter of a network, with all that the loss depends on besides.

    Attributes
    ----------
    network, trace, loss
        The network, its forward pass at the parameter's own value, and the loss.
    targets : ndarray of shape (N_L, M)
        As `Loss.encode` returns them.
    layer : int
        The number of the parameter's layer.
    name : str
        The parameter's name in that layer.
    """

    network: Network
    trace: Trace
    loss: Loss
    targets: np.ndarray
    layer: int
    name: str

    @classmethod
    def of_network(
        cls, network: Network, trace: Trace, loss: Loss, targets: np.ndarray
    ) -> list["Parameter"]:
        """Return all parameters of a network, layer 1 first."""
        return [
            cls(network, trace, loss, targets, l, name)
            for l, arrays in network.parameters.items()
            for name in arrays
        ]

    @property
    def value(self) -> np.ndarray:
        """The parameter itself."""
        return self.network.parameters[self.layer][self.name]

    def differentiate(self, entries: np.ndarray, step: float | None) -> np.ndarray:
        """Return the derivative at these entries, NaN elsewhere; without a step a complex one."""
        derivatives = np.full(self.value.shape, np.nan)
        for index in np.argwhere(entries):
            entry = tuple(index)
            derivatives[entry] = (
                self.complex_step(entry) if step is None else self.central_difference(entry, step)
            )
        return derivatives

    def central_difference(self, index: Index, step: float) -> float:
        """Return (C(x + h) - C(x - h)) / 2h for one entry x."""
        here = self.value[index]
        above, below = here + step, here - step
        difference = self._loss_at(index, above) - self._loss_at(index, below)
        # here ± step is rounded: divide by the distance really gone.
        return float(difference / (above - below))

    def complex_step(self, index: Index) -> float:
        """Return the imaginary part of C(x + ih) over h for one entry x."""
        value = self._loss_at(index, complex(self.value[index], IMAGINARY_STEP))
        return float(np.imag(value) / IMAGINARY_STEP)

    def bend(self, index: Index, step: float) -> float:
        """Return |C(x + h) - 2 C(x) + C(x - h)| for one entry x, about h² times the curvature."""
        here = self.value[index]
        above, middle, below = (self._loss_at(index, x) for x in (here + step, here, here - step))
        return float(abs(above - 2 * middle + below))

    def slopes_at_kink(self, index: Index, step: float) -> list[float]:
        """Return the slopes that count as right if a kink lies within a step of the entry x.

        They are the two one-sided differences, and the complex step, which stays on its side.
        Without a kink the list is empty.
        """
        here = self.value[index]
        below, above = here - step, here + step
        sides = [self._sides(index, entry) for entry in (below, here, above)]
        if all((sides[1] == other).all() for other in sides):
            return []
        losses = [self._loss_at(index, entry) for entry in (below, here, above)]
        return [
            float((losses[1] - losses[0]) / (here - below)),
            float((losses[2] - losses[1]) / (above - here)),
            self.complex_step(index),
        ]

    def _loss_at(self, index: Index, entry: complex) -> Any:
        *_, (_, output) = self._forward(index, entry)
        return self.loss.rule(output, self.targets)

    def _sides(self, index: Index, entry: float) -> np.ndarray:
        """Return -1, 0 or 1 for every unit below, at or above the kink of its activation."""
        layers = [layer for l, layer in self.network.layers.items() if l >= self.layer]
        sides = [
            np.sign(Z - layer.activation.kink).ravel()
            for layer, (Z, _) in zip(layers, self._forward(index, entry), strict=True)
            if layer.activation.kink is not None
        ]
        return np.concatenate([np.empty(0), *sides])

    def _forward(self, index: Index, entry: complex) -> list[tuple[np.ndarray, np.ndarray]]:
        """Return Z and A of the parameter's layer and all above, with one entry changed."""
        moved = self.value.astype(complex if isinstance(entry, complex) else self.value.dtype)
        moved[index] = entry
        A, passed = self.trace.A[self.layer - 1], []
        for l in range(self.layer, self.network.n_layers + 1):
            layer = self.network.layers[l]
            if l == self.layer:
                layer = substitute(layer, **{self.name: moved})
            Z = layer.preactivate(A)
            A = layer.activation.rule(Z)
            passed.append((Z, A))
        return passed


def with_true_slopes(
    network: Network, loss: Loss, output: np.ndarray, targets: np.ndarray
) -> tuple[Network, Loss]:
    """Return the network and the loss with slopes taken from their rules by a complex step.

    The loss then has a gradient at this output and these targets alone.
    """
    layers = [
        substitute(layer, activation=_with_true_slope(layer.activation))
        for layer in network.layers.values()
    ]
    gradient = np.empty_like(output)
    for index in np.ndindex(output.shape):
        moved = output.astype(complex)
        moved[index] += 1j * IMAGINARY_STEP
        gradient[index] = np.imag(loss.rule(moved, targets)) / IMAGINARY_STEP
    return Network(layers), replace(loss, slope=lambda *_: gradient)


def _with_true_slope(sigma: Activation) -> Activation:
    if sigma.slope is None:
        return sigma
    return replace(
        sigma, slope=lambda Z: np.imag(sigma.rule(Z + 1j * IMAGINARY_STEP)) / IMAGINARY_STEP
    )
