r"""The backward pass three times, once for each way in which the pages derive it.

Element by element, by differentials, and as a mean over samples: the three agree with each other
and with `Network.backward` up to rounding. The page is
[Gradients of W and b](../derivation/gradients.md#algorithm).
"""

import numpy as np

from bpdocs._checks import overflow_told, require_instance, require_matrix, require_same_dtype
from bpdocs.activations import Activation, softmax
from bpdocs.layers import Dense
from bpdocs.losses import Loss, half_squared_error
from bpdocs.network import Network
from bpdocs.single_sample import backward_of_sample, require_dense
from bpdocs.trace import ByLayer, Gradients, Trace, require_finite_gradients


@overflow_told()
def backward_by_element(
    network: Network, inputs: np.ndarray, targets: np.ndarray, loss: Loss = half_squared_error
) -> Gradients:
    r"""Return the gradients of the batch by the formulas for single entries, in Python loops.

    Implements [BP1](../derivation/loss.md#chain-output),
    [BP2](../derivation/error.md#propagate-element),
    [BP3](../derivation/gradients.md#weight-element) and
    [BP4](../derivation/gradients.md#bias-element). Left out are the terms that are proved to be
    zero: other samples $n \ne m$, and for an element-wise activation other neurons.

    Parameters
    ----------
    network : Network
        Of dense layers only, with element-wise activations or softmax.
    inputs : ndarray of shape (N_0, M)
        $X$.
    targets : ndarray of shape (N_L, M), or integers of shape (M,)
        $Y$, or classes where the loss takes them.
    loss : Loss
        $C$.

    Returns
    -------
    Gradients
        Equal to those of `Network.backward`.

    Raises
    ------
    TypeError
        If a layer is not dense, its activation is neither element-wise nor softmax, or an array is
        not an ndarray of the network's dtype.
    ValueError
        If a shape does not fit, or a value is not finite or none for which the loss is defined;
        or if a result is too large for the dtype.

    Examples
    --------
    One weight, two samples with the errors 1 and 3; the mean of 1 * 1 and 3 * 3:

    >>> import numpy as np
    >>> from bpdocs import Dense, Network
    >>> network = Network([Dense(np.array([[1.0]]), np.array([[0.0]]))])
    >>> backward_by_element(network, np.array([[1.0, 3.0]]), np.zeros((1, 2))).weight[1]
    array([[5.]])
    """
    function = "backward_by_element"
    layers, trace, Y = _begin(function, network, inputs, targets, loss)
    _require_known_slopes(function, layers)
    L, Z, A = len(layers), trace.Z, trace.A
    M = inputs.shape[1]
    delta: ByLayer = {}
    parameters = {}
    dA = loss.gradient(A[L], Y)
    for l in range(L, 0, -1):
        delta[l] = np.empty_like(Z[l])
        slope = _slopes(layers[l].activation, Z[l])
        for j, m in np.ndindex(Z[l].shape):
            # The neurons of layer l whose activation depends on neuron j of the same layer.
            reached = [j] if layers[l].activation.is_elementwise else range(layers[l].n_out)
            if l == L:
                delta[l][j, m] = sum(dA[i, m] * slope[i, j, m] for i in reached)
            else:
                W, N = layers[l + 1].weight, layers[l + 1].n_out
                delta[l][j, m] = sum(
                    delta[l + 1][k, m] * W[k, i] * slope[i, j, m] for k in range(N) for i in reached
                )
        dW, db = np.empty_like(layers[l].weight), np.empty_like(layers[l].bias)
        for j, i in np.ndindex(dW.shape):
            dW[j, i] = sum(delta[l][j, m] * A[l - 1][i, m] for m in range(M))
        for j in range(len(db)):
            db[j, 0] = sum(delta[l][j, m] for m in range(M))
        parameters[l] = {"weight": dW, "bias": db}
    return _in_order(function, delta, parameters)


@overflow_told()
def backward_by_differential(
    network: Network, inputs: np.ndarray, targets: np.ndarray, loss: Loss = half_squared_error
) -> Gradients:
    r"""Return the gradients of the batch by the adjoint of each step of the forward pass.

    The steps are $P = W^l A^{l-1}$, $Z^l = P + b^l 1_M^\mathsf{T}$ and $A^l = \sigma^l(Z^l)$. With
    $\mathrm{d}C = \langle \Delta, \mathrm{d}Z \rangle$ each factor moves to the other side of the
    bracket, as in [the differential](../derivation/gradients.md#differential).

    Parameters
    ----------
    network : Network
        Of dense layers only.
    inputs : ndarray of shape (N_0, M)
        $X$.
    targets : ndarray of shape (N_L, M), or integers of shape (M,)
        $Y$, or classes where the loss takes them.
    loss : Loss
        $C$.

    Returns
    -------
    Gradients
        Equal to those of `Network.backward`.

    Raises
    ------
    TypeError
        If a layer is not dense, or an array is not an ndarray of the network's dtype.
    ValueError
        If a shape does not fit, or a value is not finite or none for which the loss is defined;
        or if a result is too large for the dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from bpdocs import Dense, Network
    >>> network = Network([Dense(np.array([[1.0]]), np.array([[0.0]]))])
    >>> backward_by_differential(network, np.array([[1.0, 3.0]]), np.zeros((1, 2))).weight[1]
    array([[5.]])
    """
    function = "backward_by_differential"
    layers, trace, Y = _begin(function, network, inputs, targets, loss)
    L, Z, A = len(layers), trace.Z, trace.A
    delta: ByLayer = {}
    parameters = {}
    dA = loss.gradient(A[L], Y)
    for l in range(L, 0, -1):
        delta[l] = layers[l].activation.pull(Z[l], dA)
        dP, db = _pull_bias(delta[l])
        dW, dA = _pull_product(dP, layers[l].weight, A[l - 1])
        parameters[l] = {"weight": dW, "bias": db}
    return _in_order(function, delta, parameters)


@overflow_told()
def backward_by_samples(
    network: Network, inputs: np.ndarray, targets: np.ndarray, loss: Loss = half_squared_error
) -> Gradients:
    r"""Return the gradients of the batch as the mean of those of its samples, each run alone.

    Implements [the mean of outer products](../derivation/gradients.md#outer-products).

    Parameters
    ----------
    network : Network
        Of dense layers only.
    inputs : ndarray of shape (N_0, M)
        $X$.
    targets : ndarray of shape (N_L, M), or integers of shape (M,)
        $Y$, or classes where the loss takes them.
    loss : Loss
        $C$, which must be a mean of losses of single samples, as all in this package are.

    Returns
    -------
    Gradients
        Equal to those of `Network.backward`; column $m$ of `delta[l]` is $\delta^l_m / M$.

    Raises
    ------
    TypeError
        If a layer is not dense, or an array is not an ndarray of the network's dtype.
    ValueError
        If a shape does not fit, or a value is not finite or none for which the loss is defined;
        or if a result is too large for the dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from bpdocs import Dense, Network
    >>> network = Network([Dense(np.array([[1.0]]), np.array([[0.0]]))])
    >>> backward_by_samples(network, np.array([[1.0, 3.0]]), np.zeros((1, 2))).weight[1]
    array([[5.]])
    """
    function = "backward_by_samples"
    layers, _, Y = _begin(function, network, inputs, targets, loss)
    M = inputs.shape[1]
    alone = [backward_of_sample(network, inputs[:, m], Y[:, m], loss) for m in range(M)]
    delta = {l: np.stack([sample.delta[l] for sample in alone], axis=1) / M for l in layers}
    parameters = {
        l: {
            "weight": np.mean([sample.weight[l] for sample in alone], axis=0),
            "bias": np.mean([sample.bias[l] for sample in alone], axis=0)[:, np.newaxis],
        }
        for l in layers
    }
    return require_finite_gradients(function, Gradients(delta, parameters))


def _begin(
    function: str, network: Network, inputs: np.ndarray, targets: np.ndarray, loss: Loss
) -> tuple[dict[int, Dense], Trace, np.ndarray]:
    """Check the arguments; return the layers, the forward pass and the targets as a matrix."""
    layers = require_dense(function, network)
    require_instance(function, "loss", loss, Loss)
    require_matrix(function, "inputs", inputs, (layers[1].n_in, "M"))
    require_same_dtype(function, {"weight[1]": layers[1].weight, "inputs": inputs})
    trace = network.forward(inputs)
    return layers, trace, loss.encode(function, trace.output, targets)


def _require_known_slopes(function: str, layers: dict[int, Dense]) -> None:
    for l, layer in layers.items():
        if not (layer.activation.is_elementwise or layer.activation == softmax):
            raise TypeError(
                f"{function}: network must have activations that are element-wise or softmax, "
                f"got {layer.activation.name} in layer {l}"
            )


def _slopes(activation: Activation, Z: np.ndarray) -> np.ndarray:
    r"""Return $\partial A_{i,m} / \partial Z_{j,m}$ with the indices (i, j, m)."""
    same = np.eye(len(Z), dtype=Z.dtype)[:, :, np.newaxis]
    if activation.slope:
        return same * activation.slope(Z)
    P = softmax.rule(Z)
    return P[:, np.newaxis] * (same - P)


def _pull_product(dP: np.ndarray, W: np.ndarray, A: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the adjoint of P = W A: <dP, dW A + W dA> = <dP A^T, dW> + <W^T dP, dA>."""
    return dP @ A.T, W.T @ dP


def _pull_bias(dZ: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the adjoint of Z = P + b 1^T: <dZ, dP + db 1^T> = <dZ, dP> + <dZ 1, db>."""
    return dZ, dZ @ np.ones((dZ.shape[1], 1), dZ.dtype)


def _in_order(
    function: str, delta: ByLayer, parameters: dict[int, dict[str, np.ndarray]]
) -> Gradients:
    """Return gradients found from the last layer to the first, in the order of the layers."""
    order = sorted(delta)
    gradients = Gradients({l: delta[l] for l in order}, {l: parameters[l] for l in order})
    return require_finite_gradients(function, gradients)
