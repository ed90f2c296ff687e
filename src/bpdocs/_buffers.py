r"""The memory of a workspace: which numbers lie beside which.

- $[W^l\ b^l]$ is one matrix, and $A^{l-1}$ has a row of ones below it, so that one product gives
  $W^l A^{l-1} + b^l 1_M^\mathsf{T}$ and one product gives BP3 and BP4 side by side.
- All parameters lie in one array, all gradients in another: an update is two operations.
- Matrices are stored row by row (C order). A step was 5 to 40 % slower with samples stored column
  by column; the order of the weights made no difference.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from bpdocs.network import Network


@dataclass(eq=False)
class LayerBuffers:
    """The matrices of one dense layer; those that hold samples are cut to the size of the batch."""

    parameters: np.ndarray  # [W b]
    gradient: np.ndarray  # of [W b]
    inputs: np.ndarray  # A of the layer before, with a row of ones below it
    activation: np.ndarray
    delta: np.ndarray
    scratch: np.ndarray  # shared by all layers


def weight_and_bias(matrix: np.ndarray) -> dict[str, np.ndarray]:
    """Return the two parts of [W b], not copied."""
    return {"weight": matrix[:, :-1], "bias": matrix[:, -1:]}


class Buffers:
    """Memory for a network of dense layers, its gradients and a batch of up to `n_samples`."""

    def __init__(self, network: Network, n_samples: int) -> None:
        sizes = [network.layers[1].n_in, *(layer.n_out for layer in network.layers.values())]

        def empty(size: int) -> np.ndarray:
            return np.empty(size, network.dtype)

        self.largest, self.n_samples = n_samples, 0
        self.parameters = empty(sum(n_out * (n_in + 1) for n_in, n_out in pairwise(sizes)))
        self.gradients = np.empty_like(self.parameters)
        self._activations = [empty((size + 1) * n_samples) for size in sizes]
        self._deltas = [empty(size * n_samples) for size in sizes[1:]]
        self._targets = empty(sizes[-1] * n_samples)
        self._scratch = empty(max(sizes[1:]) * n_samples)
        # For targets that are classes: where in the one-hot matrix the ones belong.
        self._places = np.empty(n_samples, np.intp)
        self._samples = np.arange(n_samples, dtype=np.intp)

        self.layers: list[LayerBuffers] = []
        start, none = 0, empty(0)
        for layer in network.layers.values():
            stop = start + layer.n_out * (layer.n_in + 1)
            parameters, gradient = (
                array[start:stop].reshape(layer.n_out, -1)
                for array in (self.parameters, self.gradients)
            )
            parameters[:, :-1], parameters[:, -1:] = layer.parameters.values()
            self.layers.append(LayerBuffers(parameters, gradient, none, none, none, none))
            start = stop
        self.lay_out(n_samples)

    def lay_out(self, n_samples: int) -> None:
        """Cut the memory to matrices of `n_samples` columns without gaps between the rows."""
        if n_samples == self.n_samples:
            return
        self.n_samples = n_samples

        def matrix(buffer: np.ndarray, n_rows: int) -> np.ndarray:
            return buffer[: n_rows * n_samples].reshape(n_rows, n_samples)

        for l, layer in enumerate(self.layers):
            n_out, n_columns = layer.parameters.shape
            layer.inputs = matrix(self._activations[l], n_columns)
            layer.inputs[-1] = 1
            layer.activation = matrix(self._activations[l + 1], n_out)
            layer.delta = matrix(self._deltas[l], n_out)
            layer.scratch = matrix(self._scratch, n_out)
        self.targets = matrix(self._targets, n_out)

    def update(self, learning_rate: float) -> bool:
        """Subtract the gradients, which it scales by the learning rate, from the parameters.

        Return False, and leave the parameters, if the product overflows.
        """
        step = self.gradients
        np.multiply(step, learning_rate, out=step)
        # A sum of squares that is finite has finite terms; one that is not may only be large.
        if not (math.isfinite(np.vdot(step, step)) or np.isfinite(step).all()):
            return False
        np.subtract(self.parameters, step, out=self.parameters)
        return True

    def take_classes(self, targets: Any) -> bool:
        """Write integer classes as one-hot columns; return False if they are no such classes."""
        Y, n_samples = self.targets, self.n_samples
        if not (
            type(targets) is np.ndarray
            and np.issubdtype(targets.dtype, np.integer)
            and targets.shape == (n_samples,)
            and 0 <= targets.min() <= targets.max() < len(Y)
        ):
            return False
        places = self._places[:n_samples]
        np.copyto(places, targets, casting="unsafe")
        np.multiply(places, n_samples, out=places)
        np.add(places, self._samples[:n_samples], out=places)
        Y.fill(0)
        Y.put(places, 1)
        return True
