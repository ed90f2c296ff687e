r"""The four formulas for one sample: vectors in place of matrices, and no factor $1/M$ anywhere.

The loss is $C_m$, that of sample $m$ alone, and $\delta^l = \partial C_m / \partial z^l$. The mean
over the samples of the gradients given here is the gradient of the batch; the page is
[From one sample to a batch](../derivation/batch.md#mean-loss).
"""

import numpy as np

from bpdocs._checks import (
    finite_result,
    overflow_told,
    require_instance,
    require_matrix,
    require_same_dtype,
    require_vector,
)
from bpdocs.activations import Activation, find_activation
from bpdocs.layers import Dense
from bpdocs.losses import Loss, half_squared_error
from bpdocs.network import Network
from bpdocs.trace import Gradients, Trace, require_finite_trace


def require_dense(function: str, network: Network) -> dict[int, Dense]:
    """Return the layers by number; raise unless all of them are dense."""
    require_instance(function, "network", network, Network)
    layers = {l: layer for l, layer in network.layers.items() if isinstance(layer, Dense)}
    for l, layer in network.layers.items():
        if l not in layers:
            raise TypeError(
                f"{function}: network must have dense layers only, "
                f"got {type(layer).__name__} in layer {l}"
            )
    return layers


def forward_of_sample(network: Network, sample: np.ndarray) -> Trace:
    r"""Run one sample through a network of dense layers.

    For each layer $z^l = W^l a^{l-1} + b^l$ and $a^l = \sigma^l(z^l)$, with $a^0 = x$: column $m$
    of the [forward pass](../derivation/forward.md#forward).

    Parameters
    ----------
    network : Network
        Of dense layers only.
    sample : ndarray of shape (N_0,)
        $x$.

    Returns
    -------
    Trace
        Its arrays are vectors of shape (N_l,).

    Raises
    ------
    TypeError
        If a layer is not dense, or `sample` is not an ndarray of the network's dtype.
    ValueError
        If `sample` has another size than $N_0$ or is not finite, or a result is too large for the
        dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from bpdocs import Dense, Network
    >>> network = Network([Dense(np.array([[1.0, 2.0]]), np.array([[0.5]]), "relu")])
    >>> forward_of_sample(network, np.array([1.0, 1.0])).output
    array([3.5])
    """
    function = "forward_of_sample"
    layers = require_dense(function, network)
    require_vector(function, "sample", sample, layers[1].n_in)
    require_same_dtype(function, {"weight[1]": layers[1].weight, "sample": sample})
    z, a = {}, {0: sample.copy()}
    with overflow_told():
        for l, layer in layers.items():
            z[l] = layer.weight @ a[l - 1] + layer.bias[:, 0]
            a[l] = layer.activation.rule(z[l])
    return require_finite_trace(function, Trace(z, a))


@finite_result
def output_delta_of_sample(
    loss_gradient: np.ndarray, preactivation: np.ndarray, activation: str | Activation
) -> np.ndarray:
    r"""Return the error of the output layer for one sample.

    $\delta^L = \partial C_m / \partial a^L \odot (\sigma^L)'(z^L)$, column $m$ of
    [BP1](../derivation/loss.md#output-delta) times $M$.

    Parameters
    ----------
    loss_gradient : ndarray of shape (N_L,)
        $\partial C_m / \partial a^L$, which is $a^L - y$ for the half squared error.
    preactivation : ndarray of shape (N_L,)
        $z^L$.
    activation : str or Activation
        $\sigma^L$; for softmax $\odot (\sigma^L)'$ becomes its vector-Jacobian product.

    Returns
    -------
    ndarray of shape (N_L,)
        $\delta^L$.

    Raises
    ------
    TypeError
        If an argument is not a float32 or float64 ndarray, or the dtypes differ.
    ValueError
        If the sizes differ, a value is not finite, or the activation's name is unknown;
        or if the result is too large for the dtype.

    Examples
    --------
    >>> import numpy as np
    >>> output_delta_of_sample(np.array([3.0, 5.0]), np.array([1.0, -1.0]), "relu")
    array([3., 0.])
    """
    function = "output_delta_of_sample"
    sigma = find_activation(activation, function)
    require_vector(function, "loss_gradient", loss_gradient, "N_L")
    require_vector(function, "preactivation", preactivation, len(loss_gradient))
    require_same_dtype(function, {"loss_gradient": loss_gradient, "preactivation": preactivation})
    return sigma.pull(preactivation, loss_gradient)


@finite_result
def propagate_delta_of_sample(
    weight_next: np.ndarray,
    delta_next: np.ndarray,
    preactivation: np.ndarray,
    activation: str | Activation,
) -> np.ndarray:
    r"""Return the error of a layer from the error of the next one, for one sample.

    $\delta^l = ((W^{l+1})^\mathsf{T} \delta^{l+1}) \odot (\sigma^l)'(z^l)$, column $m$ of
    [BP2](../derivation/error.md#propagate-delta) times $M$.

    Parameters
    ----------
    weight_next : ndarray of shape (N_{l+1}, N_l)
        $W^{l+1}$.
    delta_next : ndarray of shape (N_{l+1},)
        $\delta^{l+1}$.
    preactivation : ndarray of shape (N_l,)
        $z^l$.
    activation : str or Activation
        $\sigma^l$; for softmax $\odot (\sigma^l)'$ becomes its vector-Jacobian product.

    Returns
    -------
    ndarray of shape (N_l,)
        $\delta^l$.

    Raises
    ------
    TypeError
        If an argument is not a float32 or float64 ndarray, or the dtypes differ.
    ValueError
        If the shapes do not fit, a value is not finite, or the activation's name is unknown;
        or if the result is too large for the dtype.

    Examples
    --------
    Two neurons feed one; each receives the error times its own weight:

    >>> import numpy as np
    >>> weight_next, delta_next = np.array([[2.0, 3.0]]), np.array([10.0])
    >>> propagate_delta_of_sample(weight_next, delta_next, np.zeros(2), "identity")
    array([20., 30.])
    """
    function = "propagate_delta_of_sample"
    sigma = find_activation(activation, function)
    require_vector(function, "delta_next", delta_next, "N_next")
    require_matrix(function, "weight_next", weight_next, (len(delta_next), "N_l"))
    require_vector(function, "preactivation", preactivation, weight_next.shape[1])
    require_same_dtype(
        function,
        {"delta_next": delta_next, "weight_next": weight_next, "preactivation": preactivation},
    )
    return sigma.pull(preactivation, weight_next.T @ delta_next)


@finite_result
def weight_gradient_of_sample(delta: np.ndarray, activation_prev: np.ndarray) -> np.ndarray:
    r"""Return the gradient of one sample's loss with respect to the weight.

    $\partial C_m / \partial W^l_{j,i} = \delta^l_j a^{l-1}_i$, an outer product; their mean over
    the samples is [BP3](../derivation/gradients.md#outer-products).

    Parameters
    ----------
    delta : ndarray of shape (N_l,)
        $\delta^l$.
    activation_prev : ndarray of shape (N_{l-1},)
        $a^{l-1}$, which is $x$ for the first layer.

    Returns
    -------
    ndarray of shape (N_l, N_{l-1})
        $\partial C_m / \partial W^l = \delta^l (a^{l-1})^\mathsf{T}$.

    Raises
    ------
    TypeError
        If an argument is not a float32 or float64 ndarray, or the dtypes differ.
    ValueError
        If an argument is not a vector, a value is not finite, or the result is too large for the
        dtype.

    Examples
    --------
    >>> import numpy as np
    >>> weight_gradient_of_sample(np.array([1.0, 10.0]), np.array([2.0, 3.0, 4.0]))
    array([[ 2.,  3.,  4.],
           [20., 30., 40.]])
    """
    function = "weight_gradient_of_sample"
    require_vector(function, "delta", delta, "N_l")
    require_vector(function, "activation_prev", activation_prev, "N_prev")
    require_same_dtype(function, {"delta": delta, "activation_prev": activation_prev})
    return np.outer(delta, activation_prev)


def bias_gradient_of_sample(delta: np.ndarray) -> np.ndarray:
    r"""Return the gradient of one sample's loss with respect to the bias: the error itself.

    $\partial C_m / \partial b^l_j = \delta^l_j$; their mean over the samples is
    [BP4](../derivation/gradients.md#bias-gradient).

    Parameters
    ----------
    delta : ndarray of shape (N_l,)
        $\delta^l$.

    Returns
    -------
    ndarray of shape (N_l,)
        A copy of $\delta^l$.

    Raises
    ------
    TypeError
        If `delta` is not a float32 or float64 ndarray.
    ValueError
        If it is not a vector, or a value is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> bias_gradient_of_sample(np.array([1.0, 10.0]))
    array([ 1., 10.])
    """
    require_vector("bias_gradient_of_sample", "delta", delta, "N_l")
    return delta.copy()


def backward_of_sample(
    network: Network, sample: np.ndarray, target: np.ndarray, loss: Loss = half_squared_error
) -> Gradients:
    r"""Return the errors and the gradients of one sample's loss $C_m$.

    The four formulas above in their order; the page is
    [Gradients of W and b](../derivation/gradients.md#outer-products).

    Parameters
    ----------
    network : Network
        Of dense layers only.
    sample : ndarray of shape (N_0,)
        $x$.
    target : ndarray of shape (N_L,)
        $y$; a class as a column of `one_hot`.
    loss : Loss
        $C_m$ for a batch of this sample alone.

    Returns
    -------
    Gradients
        `weight[l]` of shape (N_l, N_{l-1}); `delta[l]` and `bias[l]` of shape (N_l,).

    Raises
    ------
    TypeError
        If a layer is not dense, or an array is not an ndarray of the network's dtype.
    ValueError
        If a size does not fit, or a value is not finite or none for which the loss is defined;
        or if a result is too large for the dtype.

    Examples
    --------
    One neuron gives 3 where 1 is wanted:

    >>> import numpy as np
    >>> from bpdocs import Dense, Network
    >>> network = Network([Dense(np.array([[1.0, 1.0]]), np.array([[0.0]]))])
    >>> backward_of_sample(network, np.array([1.0, 2.0]), np.array([1.0])).weight[1]
    array([[2., 4.]])
    """
    function = "backward_of_sample"
    layers = require_dense(function, network)
    require_instance(function, "loss", loss, Loss)
    require_vector(function, "sample", sample, layers[1].n_in)
    require_vector(function, "target", target, layers[len(layers)].n_out)
    require_same_dtype(
        function, {"weight[1]": layers[1].weight, "sample": sample, "target": target}
    )
    trace = forward_of_sample(network, sample)
    L, z, a = len(layers), trace.Z, trace.A
    column, target_column = a[L][:, np.newaxis], target[:, np.newaxis]
    with overflow_told():
        loss_gradient = loss.slope(column, loss.encode(function, column, target_column))[:, 0]
    delta = {L: output_delta_of_sample(loss_gradient, z[L], layers[L].activation)}
    for l in range(L - 1, 0, -1):
        delta[l] = propagate_delta_of_sample(
            layers[l + 1].weight, delta[l + 1], z[l], layers[l].activation
        )
    return Gradients(
        delta={l: delta[l] for l in layers},
        parameters={
            l: {
                "weight": weight_gradient_of_sample(delta[l], a[l - 1]),
                "bias": bias_gradient_of_sample(delta[l]),
            }
            for l in layers
        },
    )
