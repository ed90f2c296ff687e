r"""Batches: the samples of an epoch in random order, and gradients of parts put together.

The loss is a mean over samples, so parts of unequal size count by their size: with the gradients
$G_s$ of shards of $M_s$ samples, the gradient of all $M = \sum_s M_s$ is $\sum_s (M_s / M) \, G_s$.
"""

# NumPy loads numpy.random on first use; annotations must not be a use.
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from bpdocs._checks import (
    is_classes,
    require_floats,
    require_instance,
    require_matrix,
    require_same_dtype,
    require_size,
)
from bpdocs._parameters import Parameters, map_parameters, require_alike, require_parameters


def shuffled_batches(
    inputs: np.ndarray, targets: np.ndarray, batch_size: int, rng: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Return the batches of one epoch: every sample once, in an order that `rng` draws.

    Parameters
    ----------
    inputs : ndarray of shape (N_0, M)
        $X$, one sample a column.
    targets : ndarray of shape (N_L, M), or integers of shape (M,)
        $Y$, or classes.
    batch_size : int
        Samples of a batch, at least 1; the last batch holds what is left and may be smaller.
    rng : numpy.random.Generator
        Draws one permutation, at the call.

    Returns
    -------
    iterator of (ndarray, ndarray)
        Inputs and targets of a batch, copied.

    Raises
    ------
    TypeError
        If `inputs` is not a float32 or float64 ndarray, `targets` neither one of the same dtype nor
        one of integers, `batch_size` no integer or `rng` no Generator.
    ValueError
        If the numbers of samples differ, a value is not finite, or `batch_size` is below 1.

    Examples
    --------
    >>> import numpy as np
    >>> X, classes = np.array([[0.0, 10.0, 20.0]]), np.array([0, 1, 2])
    >>> for inputs, targets in shuffled_batches(X, classes, 2, np.random.default_rng(0)):
    ...     print(inputs, targets)
    [[20.  0.]] [2 0]
    [[10.]] [1]
    """
    function = "shuffled_batches"
    require_samples(function, inputs, targets)
    batch_size = require_size(function, "batch_size", batch_size)
    require_instance(function, "rng", rng, np.random.Generator)
    n_samples = inputs.shape[1]
    order = rng.permutation(n_samples)
    parts = (order[start : start + batch_size] for start in range(0, n_samples, batch_size))
    return ((np.take(inputs, part, axis=1), np.take(targets, part, axis=-1)) for part in parts)


def combine_gradients(
    gradients: Sequence[Parameters], n_samples: Sequence[int]
) -> dict[int, dict[str, np.ndarray]]:
    r"""Return the gradients of a whole batch from those of its shards, weighted by their sizes.

    For gradient accumulation, and for shards on several machines. $\Delta^l$ is not combined: its
    columns belong to single samples. Column $m$ of a shard's $\Delta^l$ is $\delta^l(x_m) / M_s$,
    so $M_s / M$ times the shards' columns, side by side, are the $\Delta^l$ of the batch.

    It does not hold through a batch norm in training: the mean of a shard is not that of the batch,
    and the result is the gradient of a network that normalises each shard by itself.

    Parameters
    ----------
    gradients : sequence of mapping of int to mapping of str to ndarray
        `Gradients.parameters` of each shard, of the same names, shapes and dtype.
    n_samples : sequence of int
        $M_s$, the number of samples of each shard, at least 1.

    Returns
    -------
    dict of int to dict of str to ndarray
        $\sum_s (M_s / M) \, G_s$, added up in the order of the shards.

    Raises
    ------
    TypeError
        If an argument is no sequence, a gradient no mapping of float32 or float64 arrays, a size no
        integer, or the dtypes differ.
    ValueError
        If there is no shard, the numbers of shards, names or shapes differ, a value is not finite,
        or a size is below 1.

    Examples
    --------
    Shards of three samples and of one:

    >>> import numpy as np
    >>> first, second = {1: {"bias": np.array([[4.0]])}}, {1: {"bias": np.array([[8.0]])}}
    >>> combine_gradients([first, second], [3, 1])[1]["bias"]
    array([[5.]])
    """
    function = "combine_gradients"
    require_instance(function, "gradients", gradients, Sequence)
    require_instance(function, "n_samples", n_samples, Sequence)
    if not gradients:
        raise ValueError(f"{function}: gradients must have at least one shard, got none")
    if len(n_samples) != len(gradients):
        raise ValueError(
            f"{function}: n_samples must have one entry a shard, {len(gradients)}, "
            f"got {len(n_samples)}"
        )
    require_parameters(function, "gradients[0]", gradients[0])
    for s, shard in enumerate(gradients):
        require_alike(function, (f"gradients[{s}]", "gradients[0]"), shard, gradients[0])
    sizes = [require_size(function, f"n_samples[{s}]", size) for s, size in enumerate(n_samples)]
    shares = [size / sum(sizes) for size in sizes]

    def weighted_sum(*shards: np.ndarray) -> Any:
        return sum(share * G for share, G in zip(shares, shards, strict=True))

    return map_parameters(weighted_sum, *gradients)


def require_samples(function: str, inputs: np.ndarray, targets: np.ndarray) -> None:
    """Raise unless `inputs` is a batch and `targets` are numbers or classes of as many samples."""
    require_matrix(function, "inputs", inputs, ("N_0", "M"))
    if not is_classes(targets):
        require_floats(function, "targets", targets)
        require_same_dtype(function, {"inputs": inputs, "targets": targets})
    n_samples, n_dimensions = inputs.shape[1], 1 if is_classes(targets) else 2
    if targets.ndim != n_dimensions or targets.shape[-1] != n_samples or not targets.size:
        raise ValueError(
            f"{function}: targets must have shape (N_L, {n_samples}), or ({n_samples},) for "
            f"classes, got {targets.shape}"
        )
