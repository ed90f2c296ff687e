r"""A network of layers: the forward pass that keeps $Z$ and $A$, and the backward pass.

Everything is indexed by the layer number of the pages: `trace.A[0]` is $X$, `trace.Z[1]` is $Z^1$.
"""

# NumPy loads numpy.random on first use; annotations must not be a use.
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from bpdocs._checks import (
    overflow_told,
    require_instance,
    require_matrix,
    require_same_dtype,
)
from bpdocs.activations import Activation
from bpdocs.layers import Dense, Layer
from bpdocs.losses import Loss, half_squared_error
from bpdocs.normalization import BatchNorm
from bpdocs.trace import ByLayer, Gradients, Trace, require_finite_gradients, require_finite_trace


class Network:
    """A network of $L$ layers.

    Parameters
    ----------
    layers : iterable of Layer
        Layer 1 first; each takes as many inputs as the one before has neurons.

    Attributes
    ----------
    layers : dict of int to Layer
        The layers by their number: `layers[1]` holds $W^1$ and $b^1$.

    Raises
    ------
    TypeError
        If an entry of `layers` is not a `Layer`, or the dtypes differ.
    ValueError
        If there is no layer, or two neighbours do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> network = Network.from_sizes([2, 3, 1], ["tanh", "identity"], rng=np.random.default_rng(0))
    >>> network
    Network 2 -> 3 -> 1, float64, 13 parameters
      1  Dense  2 -> 3  tanh      9
      2  Dense  3 -> 1  identity  4
    >>> trace = network.forward(np.ones((2, 5)))
    >>> trace.output.shape
    (1, 5)
    >>> network.backward(trace, np.zeros((1, 5))).weight[1].shape
    (3, 2)
    """

    layers: dict[int, Layer]

    def __init__(self, layers: Iterable[Layer]) -> None:
        require_instance("Network", "layers", layers, Iterable)
        layers = list(layers)
        if not layers:
            raise ValueError("Network: layers must have at least one layer, got none")
        for number, layer in enumerate(layers, start=1):
            require_instance("Network", f"layer {number}", layer, Layer)
        for number, (before, layer) in enumerate(pairwise(layers), start=2):
            if layer.n_in != before.n_out:
                raise ValueError(
                    f"Network: layer {number} must have n_in {before.n_out}, "
                    f"as many as layer {number - 1} has neurons, got {layer.n_in}"
                )
            if layer.dtype != before.dtype:
                raise TypeError(
                    f"Network: layer {number} must have the dtype of layer 1, "
                    f"{before.dtype}, got {layer.dtype}"
                )
        self.layers = dict(enumerate(layers, start=1))

    @classmethod
    def from_sizes(
        cls,
        sizes: Sequence[int],
        activations: Sequence[str | Activation],
        rng: np.random.Generator,
        initialization: str = "xavier",
        dtype: Any = np.float64,
    ) -> Network:
        """Return a network of dense layers with random weights and zero biases.

        Parameters
        ----------
        sizes : sequence of int
            $N_0$ to $N_L$, at least two sizes.
        activations : sequence of str or Activation
            One for each of the layers 1 to $L$.
        rng : numpy.random.Generator
            Draws the weights, layer 1 first.
        initialization : str
            "xavier" or "he", see `initial_weight`.
        dtype : dtype
            float64 or float32.

        Returns
        -------
        Network
            With $L$ = `len(sizes) - 1` layers.

        Raises
        ------
        TypeError
            If a size is not an integer or `rng` is not a Generator.
        ValueError
            If the numbers of sizes and activations do not fit, or a name is unknown.
        """
        # A set has no order, and a number no length.
        if not isinstance(sizes, Sequence) or len(sizes) < 2:
            raise ValueError(
                f"Network.from_sizes: sizes must be a list of two sizes or more, got {sizes}"
            )
        is_list = isinstance(activations, Sequence) and not isinstance(activations, str)
        if not is_list or len(activations) != len(sizes) - 1:
            got = len(activations) if is_list else repr(activations)
            raise ValueError(
                f"Network.from_sizes: activations must have one entry a layer, "
                f"{len(sizes) - 1}, got {got}"
            )
        return cls(
            [
                Dense.random(n_in, n_out, activation, rng, initialization, dtype)
                for (n_in, n_out), activation in zip(pairwise(sizes), activations, strict=True)
            ]
        )

    @property
    def n_layers(self) -> int:
        """Number of layers, $L$."""
        return len(self.layers)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of all parameters."""
        return self.layers[1].dtype

    @property
    def parameters(self) -> dict[int, dict[str, np.ndarray]]:
        """The parameters by layer number and name, not copied."""
        return {l: layer.parameters for l, layer in self.layers.items()}

    def with_parameters(self, parameters: Mapping[int, Mapping[str, np.ndarray]]) -> Network:
        """Return a copy of the network in which some parameters are others.

        Parameters
        ----------
        parameters : mapping of int to mapping of str to ndarray
            By layer number and name; what is not named stays.

        Returns
        -------
        Network
            With the same layers otherwise.

        Raises
        ------
        ValueError
            If a layer or a parameter does not exist, a shape does not fit, or a value is not
            finite.
        TypeError
            If an argument is no mapping, or an array is not of the network's dtype.
        """
        function = "Network.with_parameters"
        require_instance(function, "parameters", parameters, Mapping)
        for l, arrays in parameters.items():
            if l not in self.layers:
                raise ValueError(
                    f"{function}: parameters must be of the layers 1 to {self.n_layers}, got {l!r}"
                )
            require_instance(function, f"parameters[{l}]", arrays, Mapping)
            known = self.layers[l].parameters
            for name, array in arrays.items():
                argument = f"{name}[{l}]"
                if name not in known:
                    raise ValueError(
                        f"{function}: {argument} must name a parameter of the network, "
                        f"got none of that layer and name"
                    )
                require_matrix(function, argument, array, known[name].shape)
                require_same_dtype(function, {"the network": known[name], argument: array})
        return Network(
            [
                layer.with_parameters(**parameters[l]) if l in parameters else layer
                for l, layer in self.layers.items()
            ]
        )

    def for_inference(self) -> Network:
        """Return a copy in which batch norms use their running means, so samples do not interact.

        Returns
        -------
        Network
            Of the same parameters; without batch norm it computes the same.
        """
        return Network(
            [
                replace(layer, is_training=False) if isinstance(layer, BatchNorm) else layer
                for layer in self.layers.values()
            ]
        )

    def forward(self, inputs: np.ndarray) -> Trace:
        r"""Run the batch through the network and keep every $Z^l$ and $A^l$.

        The page is [Forward pass](../derivation/forward.md).

        Parameters
        ----------
        inputs : ndarray of shape (N_0, M)
            $X$, one sample a column.

        Returns
        -------
        Trace
            `Z` by layer number from 1, `A` from 0.

        Raises
        ------
        TypeError
            If `inputs` is not an ndarray of the network's dtype.
        ValueError
            If `inputs` has another number of rows than $N_0$ or is not finite, or a result is too
            large for the dtype.
        """
        function = "Network.forward"
        require_matrix(function, "inputs", inputs, (self.layers[1].n_in, "M"))
        name, parameter = next(iter(self.layers[1].parameters.items()))
        require_same_dtype(function, {f"{name}[1]": parameter, "inputs": inputs})
        Z: ByLayer = {}
        A: ByLayer = {0: inputs}
        with overflow_told():
            for l, layer in self.layers.items():
                Z[l] = layer.preactivate(A[l - 1])
                A[l] = layer.activation.rule(Z[l])
        return require_finite_trace(function, Trace(Z, A))

    def backward(
        self, trace: Trace, targets: np.ndarray, loss: Loss = half_squared_error
    ) -> Gradients:
        r"""Return the error of every layer and the gradients of every parameter.

        The four formulas in their order; the page is
        [Gradients of W and b](../derivation/gradients.md#algorithm).

        Parameters
        ----------
        trace : Trace
            What `forward` returned for the batch.
        targets : ndarray of shape (N_L, M), or integers of shape (M,)
            $Y$, or classes where the loss takes them.
        loss : Loss
            $C$; the half squared error unless another is given.

        Returns
        -------
        Gradients
            `delta`, `weight` and `bias` by layer number from 1.

        Raises
        ------
        TypeError
            If `trace` is not a Trace, or `targets` is not an ndarray of the network's dtype.
        ValueError
            If `targets` has another shape than the output, the trace is of another network, or a
            gradient is too large for the dtype.
        """
        function = "Network.backward"
        require_instance(function, "trace", trace, Trace)
        require_instance(function, "loss", loss, Loss)
        self._require_own(function, trace)
        L, Z, A = self.n_layers, trace.Z, trace.A
        delta: ByLayer = {}
        parameters = {}
        dA = loss.gradient(A[L], targets)
        with overflow_told():
            for l in range(L, 0, -1):
                layer = self.layers[l]
                delta[l] = layer.activation.pull(Z[l], dA)  # BP1 for l = L, then BP2
                parameters[l] = layer.parameter_gradients(delta[l], A[l - 1])  # BP3 and BP4
                if l > 1:
                    dA = layer.pull_back(delta[l], A[l - 1])
        gradients = Gradients(
            delta={l: delta[l] for l in self.layers},
            parameters={l: parameters[l] for l in self.layers},
        )
        return require_finite_gradients(function, gradients)

    def _require_own(self, function: str, trace: Trace) -> None:
        """Raise unless the trace has the layers, sizes and dtype of this network."""
        require_instance(function, "trace.Z", trace.Z, Mapping)
        require_instance(function, "trace.A", trace.A, Mapping)
        if set(trace.Z) != set(self.layers) or set(trace.A) != {0, *self.layers}:
            raise ValueError(
                f"{function}: trace must have {self.n_layers} layers, got {len(trace.Z)}"
            )
        require_matrix(function, "trace.A[0]", trace.A[0], (self.layers[1].n_in, "M"))
        arrays = {
            "the network": next(iter(self.layers[1].parameters.values())),
            "trace.A[0]": trace.A[0],
        }
        for l, layer in self.layers.items():
            for name, array in ((f"trace.Z[{l}]", trace.Z[l]), (f"trace.A[{l}]", trace.A[l])):
                require_matrix(function, name, array, (layer.n_out, trace.A[0].shape[1]))
                arrays[name] = array
        require_same_dtype(function, arrays)

    def __repr__(self) -> str:
        sizes = [self.layers[1].n_in, *(layer.n_out for layer in self.layers.values())]
        counts = {
            l: sum(array.size for array in layer.parameters.values())
            for l, layer in self.layers.items()
        }
        rows = [
            (
                str(l),
                type(layer).__name__,
                f"{layer.n_in} -> {layer.n_out}",
                layer.activation.name,
                f"{counts[l]:,}",
            )
            for l, layer in self.layers.items()
        ]
        widths = [max(len(row[column]) for row in rows) for column in range(5)]
        head = (
            f"Network {' -> '.join(map(str, sizes))}, {self.dtype}, "
            f"{sum(counts.values()):,} parameters"
        )
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            for row in rows
        ]
        return "\n".join([head, *("  " + line.rstrip() for line in lines)])
