r"""One step of training: the [four formulas](../derivation/gradients.md#algorithm), then the move.

The loss of a step is that of the parameters before it. The parts of a step stand on their own, for
a step whose gradients come from several machines is made of the same.
"""

import numpy as np

from bpdocs._checks import require_instance
from bpdocs._parameters import Parameters
from bpdocs.losses import Loss
from bpdocs.network import Network
from bpdocs.normalization import BatchNorm
from bpdocs.optimizers import Optimizer, OptimizerState
from bpdocs.trace import Trace

# What overflows is told in words by `_require_finite`, with the name of what it was.
_overflow_told = np.errstate(over="ignore", invalid="ignore", divide="ignore")


def training_step(
    network: Network,
    inputs: np.ndarray,
    targets: np.ndarray,
    *,
    loss: Loss,
    optimizer: Optimizer,
    state: OptimizerState | None = None,
) -> tuple[Network, OptimizerState, float]:
    """Return the network after one step on one batch.

    Parameters
    ----------
    network : Network
        Not modified.
    inputs : ndarray of shape (N_0, M)
        $X$.
    targets : ndarray of shape (N_L, M), or integers of shape (M,)
        $Y$, or classes where the loss takes them.
    loss : Loss
        $C$.
    optimizer : Optimizer
        `SGD`, `Momentum` or `Adam`.
    state : OptimizerState or None
        What the step before returned; None for the first step.

    Returns
    -------
    network : Network
        With new parameters; batch norms in training have taken the batch into their running means.
    state : OptimizerState
        To be given to the next step.
    loss : float
        $C$ of the batch before the step, in nats for the entropies.

    Raises
    ------
    TypeError
        If an argument is of another type, or an array not of the network's dtype.
    ValueError
        If a shape does not fit, or the arrays given are not finite.
    FloatingPointError
        If the output, the loss, a gradient or a new parameter is not finite.

    Examples
    --------
    The loss is $(w x - y)^2 / 2$ at $w = 1$, $x = 2$, $y = 0$; its derivative by $w$ is 4.

    >>> import numpy as np
    >>> from bpdocs import Dense, half_squared_error
    >>> from bpdocs.optimizers import SGD
    >>> network = Network([Dense(np.array([[1.0]]), np.array([[0.0]]))])
    >>> X, Y = np.array([[2.0]]), np.array([[0.0]])
    >>> network, _, C = training_step(network, X, Y, loss=half_squared_error, optimizer=SGD(0.125))
    >>> C, network.layers[1].weight
    (2.0, array([[0.5]]))
    """
    function = "training_step"
    require_step(function, network, loss, optimizer)
    value, gradients, trace = loss_and_gradients(function, network, inputs, targets, loss)
    averaged = _with_running_means(function, network, trace)
    moved, state = move_parameters(function, averaged, gradients, optimizer, state)
    return moved, state, value


def require_step(function: str, network: Network, loss: Loss, optimizer: Optimizer) -> None:
    """Raise unless the arguments that every step needs are of their types."""
    require_instance(function, "network", network, Network)
    require_instance(function, "loss", loss, Loss)
    require_instance(function, "optimizer", optimizer, Optimizer)


@_overflow_told
def loss_and_gradients(
    function: str, network: Network, inputs: np.ndarray, targets: np.ndarray, loss: Loss
) -> tuple[float, Parameters, Trace]:
    """Return the loss of a batch, its gradients by the parameters, and the trace, all finite."""
    trace = network.forward(inputs)
    _require_finite(function, "output", trace.output)
    value = loss(trace.output, targets)
    _require_finite(function, "loss", np.array(value))
    gradients = network.backward(trace, targets, loss).parameters
    _require_all_finite(function, "gradient of ", gradients)
    return value, gradients, trace


@_overflow_told
def move_parameters(
    function: str,
    network: Network,
    gradients: Parameters,
    optimizer: Optimizer,
    state: OptimizerState | None,
) -> tuple[Network, OptimizerState]:
    """Return the network after a step of the optimizer, and its state, all finite."""
    parameters, state = optimizer.step(network.parameters, gradients, state)
    _require_all_finite(function, "new ", parameters)
    for name, memory in state.memory.items():
        _require_all_finite(function, f"{name} of ", memory)
    return network.with_parameters(parameters), state


@_overflow_told
def _with_running_means(function: str, network: Network, trace: Trace) -> Network:
    layers = []
    for l, layer in network.layers.items():
        if isinstance(layer, BatchNorm) and layer.is_training:
            try:
                layer = layer.updated(trace.A[l - 1])
            except ValueError as error:
                raise FloatingPointError(f"{function}: layer {l}: {error}") from error
        layers.append(layer)
    return Network(layers)


def _require_finite(function: str, what: str, value: np.ndarray) -> None:
    if not np.isfinite(value).all():
        got = "NaN" if np.isnan(value).any() else "infinity"
        raise FloatingPointError(f"{function}: {what} must be finite, got {got}")


def _require_all_finite(function: str, what: str, parameters: Parameters) -> None:
    for l, row in parameters.items():
        for name, array in row.items():
            _require_finite(function, f"{what}{name}[{l}]", array)


def has_batch_norm(network: Network) -> bool:
    """Tell whether samples interact: whether a batch norm of the network is in training."""
    return any(
        isinstance(layer, BatchNorm) and layer.is_training for layer in network.layers.values()
    )
