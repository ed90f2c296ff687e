r"""A training step without allocation: every array is made once and written again at each step.

The four formulas are those of `Network.forward` and `Network.backward`, to which a test holds this
equal; read them there. `_buffers` says where the numbers lie, `_inplace` has the rules.
"""

import math
from typing import Any

import numpy as np

from bpdocs._buffers import Buffers, weight_and_bias
from bpdocs._checks import (
    NotFiniteError,
    overflow_told,
    require_floats,
    require_instance,
    require_matrix,
    require_positive,
    require_same_dtype,
    require_size,
)
from bpdocs._inplace import IN_PLACE_LOSSES, find_rules
from bpdocs.losses import Loss, half_squared_error
from bpdocs.network import Network
from bpdocs.trace import Gradients


class Workspace:
    r"""Arrays for training steps of one network: forward, backward and update without allocation.

    It has parameters of its own, copied from the network, and `network` gives a network back.
    A step is held equal to [the algorithm](../derivation/gradients.md#algorithm) in its plain form.

    Parameters
    ----------
    network : Network
        Of dense layers, with activations of this package.
    n_samples : int
        The largest batch. A smaller one, such as the last of an epoch, is laid out anew in the
        same memory, so that it is as fast as a workspace of its size; only the step at which the
        size changes makes some views.
    loss : Loss
        $C$, one of this package; the half squared error unless another is given.

    Raises
    ------
    TypeError
        If `network` is not a Network, a layer is not a `Dense`, or `n_samples` is not an integer.
    ValueError
        If `n_samples` is below 1, or an activation or the loss is not of this package.

    Examples
    --------
    One weight, two samples: $A = (1, 3)$, $\Delta = (0.5, 1.5)$, so the gradients are 5 and 2.

    >>> import numpy as np
    >>> from bpdocs import Dense, Network
    >>> network = Network([Dense(np.array([[1.0]]), np.array([[0.0]]))])
    >>> workspace = Workspace(network, n_samples=2)
    >>> X, Y = np.array([[1.0, 3.0]]), np.array([[0.0, 0.0]])
    >>> workspace.step(X, Y, learning_rate=0.1)
    2.5
    >>> workspace.network().parameters[1]
    {'weight': array([[0.5]]), 'bias': array([[-0.2]])}
    """

    def __init__(self, network: Network, n_samples: int, loss: Loss = half_squared_error) -> None:
        require_instance("Workspace", "network", network, Network)
        require_size("Workspace", "n_samples", n_samples)
        require_instance("Workspace", "loss", loss, Loss)
        self._activations = [find_rules(l, layer) for l, layer in network.layers.items()]
        if loss not in IN_PLACE_LOSSES:
            raise ValueError(f"Workspace: loss must be one of bpdocs.losses, got {loss.name}")
        self._network, self._loss, self._rules = network, loss, IN_PLACE_LOSSES[loss]
        self._buffers = Buffers(network, int(n_samples))
        self._has_output = self._has_gradients = False

    @overflow_told()
    def forward(self, inputs: np.ndarray) -> np.ndarray:
        r"""Return the output $A^L$ for a batch.

        Parameters
        ----------
        inputs : ndarray of shape (N_0, M)
            $X$, one sample a column, $M$ at most `n_samples`; it is copied.

        Returns
        -------
        ndarray of shape (N_L, M)
            $A^L$: memory of the workspace, written again by the next call.

        Raises
        ------
        TypeError
            If `inputs` is not an ndarray of the network's dtype.
        ValueError
            If `inputs` has another number of rows than $N_0$, too many columns, or is not finite.
        """
        self._take_inputs(inputs)
        for layer, rules in zip(self._buffers.layers, self._activations, strict=True):
            np.matmul(layer.parameters, layer.inputs, out=layer.activation)
            rules.activate(layer.activation, layer.scratch)
        self._has_output = True
        return layer.activation

    @overflow_told()
    def backward(self, targets: np.ndarray) -> float:
        r"""Return the loss of the batch that `forward` was given, and fill `gradients`.

        Parameters
        ----------
        targets : ndarray of shape (N_L, M), or integers of shape (M,)
            $Y$, or classes where the loss takes them.

        Returns
        -------
        float
            $C$.

        Raises
        ------
        RuntimeError
            If no `forward` came since the parameters changed.
        TypeError
            If `targets` is not an ndarray of the network's dtype.
        ValueError
            If `targets` does not fit the output or the loss, or the loss is not finite.
        """
        value = self._take_loss(targets)
        layers = self._buffers.layers
        for l in range(len(layers) - 1, -1, -1):
            layer, rules = layers[l], self._activations[l]
            rules.pull(layer.activation, layer.delta, layer.scratch)  # BP1, then BP2
            np.matmul(layer.delta, layer.inputs.T, out=layer.gradient)  # BP3 and BP4
            if l > 0:
                np.matmul(layer.parameters[:, :-1].T, layer.delta, out=layers[l - 1].delta)
        self._has_gradients = True
        return value

    @overflow_told()
    def step(self, inputs: np.ndarray, targets: np.ndarray, learning_rate: float) -> float:
        r"""Train on one batch: forward, backward, and $W^l$, $b^l$ less $\eta$ times the gradients.

        Parameters
        ----------
        inputs : ndarray of shape (N_0, M)
            $X$, one sample a column, $M$ at most `n_samples`.
        targets : ndarray of shape (N_L, M), or integers of shape (M,)
            $Y$, or classes where the loss takes them.
        learning_rate : float
            $\eta$, > 0.

        Returns
        -------
        float
            $C$ before the update.

        Raises
        ------
        TypeError
            If an array is not an ndarray of the network's dtype, or `learning_rate` not a number.
        ValueError
            If an array does not fit, the loss or $\eta$ times a gradient is not finite, or
            `learning_rate` is not positive. The parameters are then as they were.
        """
        require_positive("Workspace.step", "learning_rate", learning_rate)
        self.forward(inputs)
        value = self.backward(targets)
        self._has_output = self._has_gradients = False
        if not self._buffers.update(float(learning_rate)):
            raise NotFiniteError(
                "Workspace.step: learning_rate times the gradients must be finite, got infinity"
            )
        return value

    @property
    def gradients(self) -> Gradients:
        """What the last `backward` left: views of the workspace, written again by the next step."""
        if not self._has_gradients:
            raise RuntimeError(
                "Workspace.gradients: backward must come first, got none since the last step"
            )
        layers = dict(enumerate(self._buffers.layers, start=1))
        return Gradients(
            delta={l: layer.delta for l, layer in layers.items()},
            parameters={l: weight_and_bias(layer.gradient) for l, layer in layers.items()},
        )

    def network(self) -> Network:
        """Return a network with copies of the parameters as they are now.

        Returns
        -------
        Network
            Of the same layers as the one that the workspace was made from.
        """
        return self._network.with_parameters(
            {
                l: {name: part.copy() for name, part in weight_and_bias(layer.parameters).items()}
                for l, layer in enumerate(self._buffers.layers, start=1)
            }
        )

    def _take_inputs(self, inputs: np.ndarray) -> None:
        """Copy the batch into the buffers."""
        function, buffers, n_in = "Workspace.forward", self._buffers, self._network.layers[1].n_in
        self._has_output = self._has_gradients = False
        if not _is_matrix(inputs, self._network.dtype, n_in):
            require_matrix(function, "inputs", inputs, (n_in, "M"))
            require_same_dtype(function, {"weight[1]": buffers.parameters, "inputs": inputs})
        if inputs.shape[1] > buffers.largest:
            raise ValueError(
                f"{function}: inputs must have at most {buffers.largest} samples, "
                f"got {inputs.shape[1]}"
            )
        buffers.lay_out(inputs.shape[1])
        X = buffers.layers[0].inputs[:-1]
        np.copyto(X, inputs)
        # A sum of squares that is finite has finite terms; one that is not may only be large.
        if not math.isfinite(np.vdot(X, X)):
            require_floats(function, "inputs", inputs)

    def _take_targets(self, function: str, targets: np.ndarray) -> None:
        """Copy the targets into the buffers, classes as one-hot columns."""
        Y = self._buffers.targets
        if _is_matrix(targets, Y.dtype, *Y.shape):
            np.copyto(Y, targets)
            if math.isfinite(np.vdot(Y, Y)):
                return
        elif self._loss.takes_classes and self._buffers.take_classes(targets):
            return
        # What is left is an error, for which the loss has the words, or has large squares.
        np.copyto(Y, self._loss.encode(function, self._buffers.layers[-1].activation, targets))

    def _take_loss(self, targets: np.ndarray) -> float:
        r"""Return $C$ and leave its gradient in the last delta."""
        function = "Workspace.backward"
        if not self._has_output:
            raise RuntimeError(f"{function}: forward must come first, got none since the last step")
        self._has_gradients = False
        self._take_targets(function, targets)
        last, Y = self._buffers.layers[-1], self._buffers.targets
        if not self._rules.accepts(last.activation, Y, last.delta, last.scratch):
            self._loss.encode(function, last.activation, Y)
        value = self._rules.value(last.activation, Y, last.delta, last.scratch)
        if not math.isfinite(value):
            self._loss.encode(function, last.activation, Y)
            raise ValueError(f"{function}: loss must be finite, got {value}")
        return value


def _is_matrix(value: Any, dtype: np.dtype[Any], n_rows: int, n_columns: int | None = None) -> bool:
    return (
        type(value) is np.ndarray
        and value.dtype == dtype
        and value.ndim == 2
        and value.shape == (n_rows, n_columns or max(value.shape[1], 1))
    )
