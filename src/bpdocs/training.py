"""Training: epochs of steps over shuffled batches."""

# NumPy loads numpy.random on first use; annotations must not be a use.
from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from bpdocs._checks import (
    require_callable,
    require_instance,
    require_matrix,
    require_same_dtype,
    require_size,
)
from bpdocs.batches import shuffled_batches
from bpdocs.history import History, Progress
from bpdocs.losses import Loss
from bpdocs.network import Network
from bpdocs.optimizers import Optimizer
from bpdocs.steps import has_batch_norm, require_step, training_step

Batch = tuple[int, np.ndarray, np.ndarray]


def train(
    network: Network,
    inputs: np.ndarray,
    targets: np.ndarray,
    *,
    loss: Loss,
    optimizer: Optimizer,
    n_epochs: int,
    batch_size: int,
    rng: np.random.Generator,
    callback: Callable[[Progress], object] | None = None,
    progress: bool = True,
) -> tuple[Network, History]:
    r"""Train a network by mini-batches, in an order that is shuffled anew for every epoch.

    When a number overflows, or the loss refuses an output of the network, training stops: no error
    is raised, `History.stopped` says why in a sentence, the history is that of the steps before,
    and the network is the one whose loss is the last in the history.

    Parameters
    ----------
    network : Network
        Not modified.
    inputs : ndarray of shape (N_0, M)
        $X$, all samples.
    targets : ndarray of shape (N_L, M), or integers of shape (M,)
        $Y$, or classes where the loss takes them.
    loss : Loss
        $C$.
    optimizer : Optimizer
        `SGD`, `Momentum` or `Adam`; it starts without memory.
    n_epochs : int
        How often every sample is used, at least 1.
    batch_size : int
        Samples of a batch; the last one of an epoch may be smaller.
    rng : numpy.random.Generator
        Draws the order of the samples.
    callback : callable or None
        Called with a `Progress` after every step.
    progress : bool
        Whether to draw a bar at a terminal, if tqdm is installed.

    Returns
    -------
    network : Network
        With batch norms in training; use `network.for_inference()` to predict.
    history : History
        The loss of every step and every epoch.

    Raises
    ------
    TypeError
        If an argument is of another type, or an array not of the network's dtype.
    ValueError
        If a shape or value does not fit, or a batch of one sample would meet a batch norm.

    Examples
    --------
    Learn y = 2x from four samples:

    >>> import numpy as np
    >>> from bpdocs import half_squared_error
    >>> from bpdocs.optimizers import SGD
    >>> rng = np.random.default_rng(0)
    >>> network = Network.from_sizes([1, 1], ["identity"], rng)
    >>> X = np.array([[-1.0, 0.0, 1.0, 2.0]])
    >>> network, history = train(
    ...     network, X, 2 * X, loss=half_squared_error, optimizer=SGD(0.2), n_epochs=50,
    ...     batch_size=2, rng=rng,
    ... )
    >>> network.layers[1].weight.round(4)
    array([[2.]])
    >>> history.step_loss.shape, history.epoch_loss.shape
    ((100,), (50,))
    """
    _require_samples(network, inputs, targets, loss, optimizer)
    n_epochs, batch_size = _require_schedule(network, inputs.shape[1], n_epochs, batch_size, rng)
    require_instance("train", "progress", progress, bool)
    if callback is not None:
        require_callable("train", "callback", callback)
    batches = (
        (epoch, *batch)
        for epoch in range(1, n_epochs + 1)
        for batch in shuffled_batches(inputs, targets, batch_size, rng)
    )
    n_steps = n_epochs * -(-inputs.shape[1] // batch_size)
    measured, state = network, None
    steps: list[tuple[float, int, int]] = []
    for epoch, X, Y in _with_bar(batches, n_steps) if progress else batches:
        try:
            moved, state, value = training_step(
                network, X, Y, loss=loss, optimizer=optimizer, state=state
            )
        except (FloatingPointError, ValueError) as error:
            # A loss that refuses the first output is the wrong loss: nothing is lost by an error.
            if not (steps or isinstance(error, FloatingPointError)):
                raise
            cure = f"learning rate than {optimizer.learning_rate}" if steps else "input or weight"
            where = f"Training stopped in epoch {epoch} at step {len(steps) + 1}"
            return measured, History.of_steps(steps, f"{where}: {error}. Try a smaller {cure}.")
        steps.append((value, X.shape[1], epoch))
        measured, network = network, moved
        if callback:
            callback(Progress(len(steps), n_steps, epoch, n_epochs, value, network))
    return network, History.of_steps(steps)


def _require_samples(
    network: Network, inputs: np.ndarray, targets: np.ndarray, loss: Loss, optimizer: Optimizer
) -> None:
    require_step("train", network, loss, optimizer)
    require_matrix("train", "inputs", inputs, (network.layers[1].n_in, "M"))
    name, parameter = next(iter(network.layers[1].parameters.items()))
    require_same_dtype("train", {f"{name}[1]": parameter, "inputs": inputs})
    # An output that every loss takes, so that only the targets can be refused.
    n_out = network.layers[network.n_layers].n_out
    uniform = np.full((n_out, inputs.shape[1]), 1 / n_out, network.dtype)
    loss.encode("train", uniform, targets)


def _require_schedule(
    network: Network, n_samples: int, n_epochs: int, batch_size: int, rng: np.random.Generator
) -> tuple[int, int]:
    n_epochs = require_size("train", "n_epochs", n_epochs)
    batch_size = require_size("train", "batch_size", batch_size)
    require_instance("train", "rng", rng, np.random.Generator)
    if 1 in (batch_size, n_samples, n_samples % batch_size) and has_batch_norm(network):
        raise ValueError(
            "train: batch_size must leave at least 2 samples in every batch of a network with "
            f"batch norm in training, got {batch_size} for {n_samples} samples"
        )
    return n_epochs, batch_size


def _with_bar(batches: Iterable[Batch], n_steps: int) -> Iterable[Batch]:
    try:
        from tqdm import tqdm
    except ImportError:
        return batches
    # With disable=None it draws at a terminal only.
    return tqdm(batches, total=n_steps, desc="train", unit="step", disable=None)
