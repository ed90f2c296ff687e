r"""The error of central differences against their step: it falls like $h^2$, then rounding wins."""

import numpy as np

from bpdocs._checks import overflow_told, require_floats, require_instance, require_result
from bpdocs._norms import relative_error
from bpdocs.entry_derivative import Parameter
from bpdocs.gradient_check import require_float64, require_step
from bpdocs.losses import Loss, half_squared_error
from bpdocs.network import Network


@overflow_told()
def step_curve(
    network: Network,
    inputs: np.ndarray,
    targets: np.ndarray,
    loss: Loss = half_squared_error,
    steps: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    r"""Return the relative error of central differences for every step.

    A long step leaves the error $h^2 C''' / 6$ of the formula, a short one the rounding of $C$
    divided by $h$; both are smallest together near $h = 10^{-5}$.
    The page is [Gradients of W and b](../derivation/gradients.md#check).

    Parameters
    ----------
    network : Network
        In float64; it is not modified.
    inputs : ndarray of shape (N_0, M)
        $X$.
    targets : ndarray of shape (N_L, M), or integers of shape (M,)
        $Y$, or classes where the loss takes them.
    loss : Loss
        $C$.
    steps : ndarray of shape (K,), or None
        The steps $h > 0$; $10^{-1}$ to $10^{-12}$ if None.

    Returns
    -------
    steps, errors : ndarray of shape (K,)
        The steps, and for each the relative error of the gradient of all parameters together.

    Raises
    ------
    TypeError
        If the network is not a float64 `Network`, or `steps` is not an ndarray of floats.
    ValueError
        If a shape does not fit, a value is not finite, a step is not positive or too small to move
        a parameter; or if a difference quotient is too large for the dtype.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> network = Network.from_sizes([2, 3, 1], ["tanh", "sigmoid"], rng=rng)
    >>> X, Y = rng.standard_normal((2, 4)), rng.standard_normal((1, 4))
    >>> steps, errors = step_curve(network, X, Y, steps=np.array([1e-1, 1e-2, 1e-3]))
    >>> (errors[:-1] / errors[1:]).round(-1)
    array([100., 100.])
    """
    require_instance("step_curve", "network", network, Network)
    require_float64("step_curve", "network", network)
    steps = 10.0 ** -np.arange(1.0, 13.0) if steps is None else steps
    require_floats("step_curve", "steps", steps)
    if steps.ndim != 1:
        raise ValueError(f"step_curve: steps must have shape (K,), got {steps.shape}")
    if (steps <= 0).any():
        raise ValueError(f"step_curve: steps must be positive, got {steps.min()}")
    trace = network.forward(inputs)
    gradients = network.backward(trace, targets, loss)
    encoded = loss.encode("step_curve", trace.output, targets)
    parameters = Parameter.of_network(network, trace, loss, encoded)
    analytic = np.concatenate([gradients.parameters[p.layer][p.name].ravel() for p in parameters])
    errors = np.empty(steps.shape)
    for k, step in enumerate(steps.tolist()):
        require_step("step_curve", step, *(p.value for p in parameters))
        derivatives = [p.differentiate(np.ones(p.value.shape, bool), step) for p in parameters]
        numeric = np.concatenate([d.ravel() for d in derivatives])
        require_result("step_curve", f"difference quotient of step {step}", numeric)
        errors[k] = relative_error(analytic, numeric)
    return steps, errors
