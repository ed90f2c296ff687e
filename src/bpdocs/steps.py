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
        If a number of the two passes, or a new parameter, is too large for the dtype.

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
    require_step("training_step", network, loss, optimizer)
    value, gradients, trace = loss_and_gradients(network, inputs, targets, loss)
    averaged = _with_running_means(network, trace)
    moved, state = move_parameters(averaged, gradients, optimizer, state)
    return moved, state, value


def require_step(function: str, network: Network, loss: Loss, optimizer: Optimizer) -> None:
    """Raise unless the arguments that every step needs are of their types."""
    require_instance(function, "network", network, Network)
    require_instance(function, "loss", loss, Loss)
    require_instance(function, "optimizer", optimizer, Optimizer)


def loss_and_gradients(
    network: Network, inputs: np.ndarray, targets: np.ndarray, loss: Loss
) -> tuple[float, Parameters, Trace]:
    """Return the loss of a batch, its gradients by the parameters, and the trace."""
    trace = network.forward(inputs)
    value = loss(trace.output, targets)
    return value, network.backward(trace, targets, loss).parameters, trace


def move_parameters(
    network: Network, gradients: Parameters, optimizer: Optimizer, state: OptimizerState | None
) -> tuple[Network, OptimizerState]:
    """Return the network after a step of the optimizer, and its state."""
    parameters, state = optimizer.step(network.parameters, gradients, state)
    return network.with_parameters(parameters), state


def _with_running_means(network: Network, trace: Trace) -> Network:
    return Network(
        [
            layer.updated(trace.A[l - 1])
            if isinstance(layer, BatchNorm) and layer.is_training
            else layer
            for l, layer in network.layers.items()
        ]
    )


def has_batch_norm(network: Network) -> bool:
    """Tell whether samples interact: whether a batch norm of the network is in training."""
    return any(
        isinstance(layer, BatchNorm) and layer.is_training for layer in network.layers.values()
    )
