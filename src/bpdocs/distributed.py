r"""Data-parallel training on dask.distributed: shards over samples, one weighted sum of gradients.

    from distributed import Client
    from bpdocs.distributed import distributed_step, send_shards

    shards = send_shards(client, X, Y, n_shards=4)
    network, state, C = distributed_step(client, network, shards, loss=..., optimizer=...)

Needs the extra `distributed`. A worker may be lost at any time: the scheduler keeps the arguments
of every task, the shards among them, and runs on another worker what is missing. Data that is
scattered could not be made again, so nothing is. The shards do not depend on the workers, and the
sum is in the order of the shards, so neither does the result.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from bpdocs._checks import require_instance, require_positive, require_size
from bpdocs._parameters import Parameters
from bpdocs.batches import combine_gradients, require_samples
from bpdocs.losses import Loss
from bpdocs.network import Network
from bpdocs.optimizers import Optimizer, OptimizerState
from bpdocs.steps import has_batch_norm, loss_and_gradients, move_parameters, require_step

if TYPE_CHECKING:
    from distributed import Client, Future

# For what a second try may mend, such as a connection; the loss of a worker does not count.
RETRIES = 3


@dataclass(frozen=True, eq=False)
class Shard:
    """Some samples of a batch, on a worker.

    Attributes
    ----------
    samples : distributed.Future
        Of the shard's inputs and targets.
    n_samples : int
        How many they are, $M_s$.
    """

    samples: "Future[Any]"
    n_samples: int


def send_shards(
    client: "Client", inputs: np.ndarray, targets: np.ndarray, n_shards: int
) -> list[Shard]:
    """Return a batch in shards of neighbouring samples, sizes equal or one apart, on the workers.

    Parameters
    ----------
    client : distributed.Client
        Of a running cluster.
    inputs : ndarray of shape (N_0, M)
        $X$.
    targets : ndarray of shape (N_L, M), or integers of shape (M,)
        $Y$, or classes.
    n_shards : int
        1 to $M$; the result of a step depends on it by rounding, on the number of workers not.

    Returns
    -------
    list of Shard
        For as many steps as are made on this batch.

    Raises
    ------
    ImportError
        If the package `distributed` is not installed.
    TypeError
        If an argument is of another type.
    ValueError
        If the numbers of samples differ, a value is not finite, or there are more shards than
        samples.
    """
    function = "send_shards"
    require_instance(function, "client", client, _distributed(function).Client)
    require_samples(function, inputs, targets)
    require_size(function, "n_shards", n_shards)
    if n_shards > inputs.shape[1]:
        raise ValueError(
            f"{function}: n_shards must be at most the number of samples, {inputs.shape[1]}, "
            f"got {n_shards}"
        )
    parts = zip(
        np.array_split(inputs, n_shards, axis=1),
        np.array_split(targets, n_shards, axis=-1),
        strict=True,
    )
    # Copies: a slice would take its whole array along.
    samples = [(X.copy(), Y.copy()) for X, Y in parts]
    return [Shard(_submit(client, _hold, part), part[0].shape[1]) for part in samples]


def distributed_step(
    client: "Client",
    network: Network,
    shards: Sequence[Shard],
    *,
    loss: Loss,
    optimizer: Optimizer,
    state: OptimizerState | None = None,
    timeout: float = 600.0,
) -> tuple[Network, OptimizerState, float]:
    """Return the network after one step on a batch in shards: what `training_step` returns.

    The workers compute the gradients and their weighted sum; the step is made here.

    Parameters
    ----------
    client : distributed.Client
        Of a running cluster.
    network : Network
        Not modified; its activations may be your own, they travel along.
    shards : sequence of Shard
        From `send_shards`.
    loss : Loss
        $C$.
    optimizer : Optimizer
        `SGD`, `Momentum` or `Adam`.
    state : OptimizerState or None
        What the step before returned; None for the first step.
    timeout : float
        Seconds to wait for the workers, > 0.

    Returns
    -------
    network : Network
        With new parameters.
    state : OptimizerState
        To be given to the next step.
    loss : float
        $C$ of the whole batch before the step, in nats for the entropies.

    Raises
    ------
    ImportError
        If the package `distributed` is not installed.
    TypeError
        If an argument is of another type, or an array not of the network's dtype.
    ValueError
        If a shape does not fit, there is no shard, or a batch norm is in training: its means would
        be those of a shard.
    FloatingPointError
        If a number of the two passes, or a new parameter, is too large for the dtype.
    TimeoutError
        If the workers have not answered in time.
    """
    function = "distributed_step"
    dask = _distributed(function)
    require_instance(function, "client", client, dask.Client)
    require_step(function, network, loss, optimizer)
    _require_shards(function, shards)
    require_positive(function, "timeout", timeout)
    if has_batch_norm(network):
        raise ValueError(
            f"{function}: network must have no batch norm in training, whose means would be those "
            "of a shard, got one; LayerNorm or network.for_inference() can be used"
        )
    held = _submit(client, _hold, network)
    parts = [_submit(client, _shard_step, held, shard.samples, loss) for shard in shards]
    combined = _submit(client, _combine, parts, [shard.n_samples for shard in shards])
    try:
        value, gradients = combined.result(timeout=timeout)
    except dask.TimeoutError as error:
        raise TimeoutError(
            f"{function}: the workers must answer within {timeout} seconds, got no answer"
        ) from error
    moved, state = move_parameters(network, gradients, optimizer, state)
    return moved, state, value


def _submit(client: "Client", *call: Any) -> "Future[Any]":
    return client.submit(*call, pure=False, retries=RETRIES)


def _hold(value: Any) -> Any:
    """Keep a value on a worker as the result of a task, which can be run again."""
    return value


def _shard_step(
    network: Network, samples: tuple[np.ndarray, np.ndarray], loss: Loss
) -> tuple[float, Parameters]:
    value, gradients, _ = loss_and_gradients(network, *samples, loss)
    return value, gradients


def _combine(
    parts: Sequence[tuple[float, Parameters]], n_samples: Sequence[int]
) -> tuple[float, Parameters]:
    # The loss is a mean as well: it is combined like a gradient.
    values = [{0: {"loss": np.array(value)}} for value, _ in parts]
    value = combine_gradients(values, n_samples)[0]["loss"]
    return float(value), combine_gradients([gradients for _, gradients in parts], n_samples)


def _require_shards(function: str, shards: Sequence[Shard]) -> None:
    require_instance(function, "shards", shards, Sequence)
    if not shards:
        raise ValueError(f"{function}: shards must have at least one shard, got none")
    for number, shard in enumerate(shards):
        require_instance(function, f"shards[{number}]", shard, Shard)


def _distributed(function: str) -> ModuleType:
    try:
        import distributed
    except ImportError as error:
        raise ImportError(
            f"{function}: the package distributed must be installed, got none; "
            "run: pip install 'bpdocs[distributed]'"
        ) from error
    return distributed
