r"""The four formulas of mini-batch back propagation, BP1 to BP4, one function each.

Samples are columns. `delta` is $\Delta^l = \partial C / \partial Z^l$ and carries the factor $1/M$.
"""

import numpy as np

from bpdocs._checks import finite_result, require_matrix, require_same_dtype
from bpdocs.activations import Activation, find_activation


@finite_result
def output_delta(
    loss_gradient: np.ndarray, preactivation: np.ndarray, activation: str | Activation
) -> np.ndarray:
    r"""Return the error of the output layer.

    Implements [BP1](../derivation/loss.md#output-delta),
    $\Delta^L = \partial C / \partial A^L \odot (\sigma^L)'(Z^L)$.

    Parameters
    ----------
    loss_gradient : ndarray of shape (N_L, M)
        $\partial C / \partial A^L$, for example from `half_squared_error.gradient`.
    preactivation : ndarray of shape (N_L, M)
        $Z^L$.
    activation : str or Activation
        $\sigma^L$; for softmax $\odot (\sigma^L)'$ becomes its vector-Jacobian product.

    Returns
    -------
    ndarray of shape (N_L, M)
        $\Delta^L$.

    Raises
    ------
    TypeError
        If an argument is not a float32 or float64 ndarray, or the dtypes differ.
    ValueError
        If the shapes differ, a value is not finite, or the activation's name is unknown;
        or if the result is too large for the dtype.

    Examples
    --------
    One output neuron, two samples, the second with a preactivation below the kink of relu:

    >>> import numpy as np
    >>> output_delta(np.array([[3.0, 5.0]]), np.array([[1.0, -1.0]]), "relu")
    array([[3., 0.]])
    """
    function = "output_delta"
    sigma = find_activation(activation, function)
    require_matrix(function, "loss_gradient", loss_gradient, ("N_L", "M"))
    require_matrix(function, "preactivation", preactivation, loss_gradient.shape)
    require_same_dtype(function, {"loss_gradient": loss_gradient, "preactivation": preactivation})
    return sigma.pull(preactivation, loss_gradient)


@finite_result
def propagate_delta(
    weight_next: np.ndarray,
    delta_next: np.ndarray,
    preactivation: np.ndarray,
    activation: str | Activation,
) -> np.ndarray:
    r"""Return the error of a layer from the error of the next one.

    Implements [BP2](../derivation/error.md#propagate-delta),
    $\Delta^l = ((W^{l+1})^\mathsf{T} \Delta^{l+1}) \odot (\sigma^l)'(Z^l)$ for $1 \le l < L$.

    Parameters
    ----------
    weight_next : ndarray of shape (N_{l+1}, N_l)
        $W^{l+1}$.
    delta_next : ndarray of shape (N_{l+1}, M)
        $\Delta^{l+1}$.
    preactivation : ndarray of shape (N_l, M)
        $Z^l$.
    activation : str or Activation
        $\sigma^l$; for softmax $\odot (\sigma^l)'$ becomes its vector-Jacobian product.

    Returns
    -------
    ndarray of shape (N_l, M)
        $\Delta^l$.

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
    >>> propagate_delta(np.array([[2.0, 3.0]]), np.array([[10.0]]), np.zeros((2, 1)), "identity")
    array([[20.],
           [30.]])
    """
    function = "propagate_delta"
    sigma = find_activation(activation, function)
    require_matrix(function, "delta_next", delta_next, ("N_next", "M"))
    n_next, n_samples = delta_next.shape
    require_matrix(function, "weight_next", weight_next, (n_next, "N_l"))
    require_matrix(function, "preactivation", preactivation, (weight_next.shape[1], n_samples))
    require_same_dtype(
        function,
        {"delta_next": delta_next, "weight_next": weight_next, "preactivation": preactivation},
    )
    return sigma.pull(preactivation, weight_next.T @ delta_next)


@finite_result
def weight_gradient(delta: np.ndarray, activation_prev: np.ndarray) -> np.ndarray:
    r"""Return the gradient of the loss with respect to the weight.

    Implements [BP3](../derivation/gradients.md#weight-gradient),
    $\partial C / \partial W^l = \Delta^l (A^{l-1})^\mathsf{T}$.

    Parameters
    ----------
    delta : ndarray of shape (N_l, M)
        $\Delta^l$.
    activation_prev : ndarray of shape (N_{l-1}, M)
        $A^{l-1}$, which is $X$ for the first layer.

    Returns
    -------
    ndarray of shape (N_l, N_{l-1})
        $\partial C / \partial W^l$; no further division by $M$ is due.

    Raises
    ------
    TypeError
        If an argument is not a float32 or float64 ndarray, or the dtypes differ.
    ValueError
        If the numbers of samples differ, a value is not finite, or the result is too large for the
        dtype.

    Examples
    --------
    One neuron with two inputs, three samples:

    >>> import numpy as np
    >>> delta = np.array([[1.0, 0.0, -1.0]])
    >>> activation_prev = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    >>> weight_gradient(delta, activation_prev)
    array([[-2., -2.]])
    """
    function = "weight_gradient"
    require_matrix(function, "delta", delta, ("N_l", "M"))
    require_matrix(function, "activation_prev", activation_prev, ("N_prev", delta.shape[1]))
    require_same_dtype(function, {"delta": delta, "activation_prev": activation_prev})
    return delta @ activation_prev.T


@finite_result
def bias_gradient(delta: np.ndarray) -> np.ndarray:
    r"""Return the gradient of the loss with respect to the bias.

    Implements [BP4](../derivation/gradients.md#bias-gradient),
    $\partial C / \partial b^l = \Delta^l 1_M$: a sum over the samples, kept as a column.

    Parameters
    ----------
    delta : ndarray of shape (N_l, M)
        $\Delta^l$.

    Returns
    -------
    ndarray of shape (N_l, 1)
        $\partial C / \partial b^l$; no further division by $M$ is due.

    Raises
    ------
    TypeError
        If `delta` is not a float32 or float64 ndarray.
    ValueError
        If it is not a matrix, a value is not finite, or the result is too large for the dtype.

    Examples
    --------
    Two neurons, three samples:

    >>> import numpy as np
    >>> bias_gradient(np.array([[1.0, 2.0, 3.0], [0.5, 0.0, -0.5]]))
    array([[6.],
           [0.]])
    """
    require_matrix("bias_gradient", "delta", delta, ("N_l", "M"))
    return delta.sum(axis=1, keepdims=True)
