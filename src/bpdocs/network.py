r"""A network of dense layers: the forward pass that keeps $Z$ and $A$, and the backward pass.

Everything is indexed by the layer number of the pages: `trace.A[0]` is $X$, `trace.Z[1]` is $Z^1$.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from bpdocs._checks import require_instance, require_matrix
from bpdocs.activations import Activation
from bpdocs.formulas import bias_gradient, output_delta, propagate_delta, weight_gradient
from bpdocs.layers import Dense
from bpdocs.losses import Loss, half_squared_error

ByLayer = dict[int, np.ndarray]


@dataclass(frozen=True, eq=False)
class Trace:
    """What a forward pass leaves behind for the backward pass.

    Attributes
    ----------
    Z : dict of int to ndarray of shape (N_l, M)
        Preactivations of the layers 1 to L.
    A : dict of int to ndarray of shape (N_l, M)
        Activations of the layers 0 to L; `A[0]` is the input batch.
    """

    Z: ByLayer
    A: ByLayer

    @property
    def output(self) -> np.ndarray:
        """The activation of the last layer, $A^L$, of shape (N_L, M)."""
        return self.A[len(self.Z)]


@dataclass(frozen=True, eq=False)
class Gradients:
    r"""What a backward pass gives, each by layer number, 1 to L.

    Attributes
    ----------
    delta : dict of int to ndarray of shape (N_l, M)
        $\Delta^l = \partial C / \partial Z^l$.
    weight : dict of int to ndarray of shape (N_l, N_{l-1})
        $\partial C / \partial W^l$.
    bias : dict of int to ndarray of shape (N_l, 1)
        $\partial C / \partial b^l$.
    """

    delta: ByLayer
    weight: ByLayer
    bias: ByLayer


class Network:
    """A fully connected network of $L$ dense layers.

    Parameters
    ----------
    layers : sequence of Dense
        Layer 1 first; each takes as many inputs as the one before has neurons.

    Attributes
    ----------
    layers : dict of int to Dense
        The layers by their number: `layers[1]` holds $W^1$ and $b^1$.

    Raises
    ------
    TypeError
        If an entry of `layers` is not a `Dense`, or the dtypes differ.
    ValueError
        If there is no layer, or two neighbours do not fit.

    Examples
    --------
    >>> import numpy as np
    >>> network = Network.from_sizes([2, 3, 1], ["tanh", "identity"], rng=np.random.default_rng(0))
    >>> network
    Network(2 -> 3 tanh -> 1 identity)
    >>> trace = network.forward(np.ones((2, 5)))
    >>> trace.output.shape
    (1, 5)
    >>> network.backward(trace, np.zeros((1, 5))).weight[1].shape
    (3, 2)
    """

    layers: dict[int, Dense]

    def __init__(self, layers: Sequence[Dense]) -> None:
        if not layers:
            raise ValueError("Network: layers must have at least one layer, got none")
        for number, layer in enumerate(layers, start=1):
            require_instance("Network", f"layer {number}", layer, Dense)
        for number, (before, layer) in enumerate(pairwise(layers), start=2):
            if layer.n_in != before.n_out:
                raise ValueError(
                    f"Network: layer {number} must have n_in {before.n_out}, "
                    f"as many as layer {number - 1} has neurons, got {layer.n_in}"
                )
            if layer.weight.dtype != before.weight.dtype:
                raise TypeError(
                    f"Network: layer {number} must have the dtype of layer 1, "
                    f"{before.weight.dtype}, got {layer.weight.dtype}"
                )
        self.layers = dict(enumerate(layers, start=1))

    @classmethod
    def from_sizes(
        cls,
        sizes: Sequence[int],
        activations: Sequence[str | Activation],
        rng: np.random.Generator,
        dtype: Any = np.float64,
    ) -> "Network":
        """Return a network with random weights and zero biases.

        Parameters
        ----------
        sizes : sequence of int
            $N_0$ to $N_L$, at least two sizes.
        activations : sequence of str or Activation
            One for each of the layers 1 to $L$.
        rng : numpy.random.Generator
            Draws the weights.
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
            If the numbers of sizes and activations do not fit, or an activation is unknown.
        """
        if len(sizes) < 2:
            raise ValueError(f"Network.from_sizes: sizes must name two sizes or more, got {sizes}")
        if isinstance(activations, str) or len(activations) != len(sizes) - 1:
            got = repr(activations) if isinstance(activations, str) else len(activations)
            raise ValueError(
                f"Network.from_sizes: activations must have one entry a layer, "
                f"{len(sizes) - 1}, got {got}"
            )
        return cls(
            [
                Dense.random(n_in, n_out, activation, rng, dtype)
                for n_in, n_out, activation in zip(sizes, sizes[1:], activations, strict=False)
            ]
        )

    @property
    def n_layers(self) -> int:
        """Number of layers, $L$."""
        return len(self.layers)

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
            If `inputs` has another number of rows than $N_0$, or is not finite.
        """
        require_matrix("Network.forward", "inputs", inputs, (self.layers[1].n_in, "M"))
        Z: ByLayer = {}
        A: ByLayer = {0: inputs}
        for l, layer in self.layers.items():
            Z[l], A[l] = layer.forward(A[l - 1])
        return Trace(Z, A)

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
        targets : ndarray of shape (N_L, M)
            $Y$.
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
            If `targets` has another shape than the output, or the trace is of another network.
        """
        require_instance("Network.backward", "trace", trace, Trace)
        require_instance("Network.backward", "loss", loss, Loss)
        L, Z, A, layers = self.n_layers, trace.Z, trace.A, self.layers
        self._require_own(trace)

        delta = {L: output_delta(loss.gradient(A[L], targets), Z[L], layers[L].activation)}
        for l in range(L - 1, 0, -1):
            W_next = layers[l + 1].weight
            delta[l] = propagate_delta(W_next, delta[l + 1], Z[l], layers[l].activation)
        return Gradients(
            delta={l: delta[l] for l in layers},
            weight={l: weight_gradient(delta[l], A[l - 1]) for l in layers},
            bias={l: bias_gradient(delta[l]) for l in layers},
        )

    def _require_own(self, trace: Trace) -> None:
        """Raise unless the trace has the layers, sizes and dtype of this network."""
        function = "Network.backward"
        if len(trace.Z) != self.n_layers:
            raise ValueError(
                f"{function}: trace must have {self.n_layers} layers, got {len(trace.Z)}"
            )
        for l, layer in self.layers.items():
            got = (layer.n_out, layer.n_in)
            want = (trace.Z[l].shape[0], trace.A[l - 1].shape[0])
            if got != want:
                raise ValueError(
                    f"{function}: trace must be of this network, whose layer {l} has "
                    f"{layer.n_in} inputs and {layer.n_out} neurons, got {want[1]} and {want[0]}"
                )
            if trace.Z[l].dtype != layer.weight.dtype:
                raise TypeError(
                    f"{function}: trace must have the dtype of the network, "
                    f"{layer.weight.dtype}, got {trace.Z[l].dtype}"
                )

    def __repr__(self) -> str:
        chain = [f"{layer.n_out} {layer.activation.name}" for layer in self.layers.values()]
        return f"Network({' -> '.join([str(self.layers[1].n_in), *chain])})"
