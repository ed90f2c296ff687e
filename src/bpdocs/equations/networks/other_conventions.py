r"""Networks in other conventions: an equation that fails may be true in another book.

Whether $C$ is a mean or a sum, whether $\Delta$ holds the $1/M$, which loss stands at the end:
texts differ, and none of them is wrong. So that an author is not told that he is, a claim that
failed can be judged again on networks with the same letters and another convention.
"""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from bpdocs.equations.networks import forward
from bpdocs.equations.networks.forward import Build
from bpdocs.equations.networks.graph import Graph
from bpdocs.equations.networks.models import MODELS, ROW_LAYOUTS, STEPS, Model, build_networks
from bpdocs.equations.networks.objectives import (
    BINARY_CROSS_ENTROPY,
    CROSS_ENTROPY,
    HALF_SQUARED,
    Objective,
    mean_squared,
    squared,
)
from bpdocs.equations.networks.training_steps import down_the_velocity, training

Convention = tuple[str, Build]

_SUM = "true if the loss is the sum over the samples"
_SQUARED = "true if the loss is the squared error without the 1/2"
_OWN_ERRORS = (
    "true if Δ is the error of each sample's own loss, M times ∂C/∂Z, and the 1/M stands in dW"
)
_SOFTMAX = "true if the output is softmax and the loss its cross-entropy"
_SIGMOID = (
    "true if the output is a sigmoid and the loss the binary cross-entropy, summed over outputs"
)
_AND_OWN_ERRORS = ", and Δ is the error of each sample's own loss, M times ∂C/∂Z"


def conventions(
    model: Model, layout: str, is_same: bool
) -> Iterator[tuple[str, tuple[Graph, ...]]]:
    """Yield networks in other conventions, the commonest first; each is built when it is asked for.

    Parameters
    ----------
    model : Model
        The model in which a claim failed. The networks have the sizes, M and activations of its own
        ones, also where a reader chose others: on few and equal sizes much is true by chance.
    layout : str
        The layout in which it failed, a key of `model.layouts`; where another convention has a
        layout of its own, all of that are tried.
    is_same : bool
        Whether all layers have the same activation.

    Yields
    ------
    (str, tuple of Graph)
        In which convention a claim is true that holds on all of the networks, as a sentence without
        its full stop, "true if the loss is the sum over the samples"; and the networks, with the
        shapes of the model's own: only what the letters stand for differs. Where samples are rows
        instead of columns, each shape is that of `rows`.
    """
    for sentence, build in _FAMILIES[model.name](layout):
        yield sentence, build_networks(build, MODELS[model.name].sizes, is_same)


def _squared(make: Callable[[Objective], Build]) -> Iterator[Convention]:
    """Yield the conventions of a batch under the squared error."""
    yield _SUM, make(HALF_SQUARED.with_sum())
    yield _SQUARED, make(Objective(squared))
    yield _OWN_ERRORS, make(HALF_SQUARED.with_own_errors())
    yield (
        "true if the loss is the mean over all entries, 1/(M N_L) and no 1/2, as PyTorch's MSELoss",
        make(Objective(mean_squared)),
    )
    yield (
        "true if the loss is the sum of all squared errors, without 1/M and 1/2",
        make(Objective(squared).with_sum()),
    )


def _probabilities(make: Callable[[Objective], Build]) -> Iterator[Convention]:
    """Yield the conventions of a batch under a cross-entropy."""
    for sentence, objective in ((_SOFTMAX, CROSS_ENTROPY), (_SIGMOID, BINARY_CROSS_ENTROPY)):
        yield sentence, make(objective)
        yield sentence + _AND_OWN_ERRORS, make(objective.with_own_errors())


def _dense(_: str) -> Iterator[Convention]:
    yield from _squared(forward.columns)
    yield from _probabilities(forward.columns)
    for layout, make in ROW_LAYOUTS.items():
        yield f"true if the samples are rows: {layout}", make()


def _rows(layout: str) -> Iterator[Convention]:
    yield from _squared(ROW_LAYOUTS[layout])
    yield from _probabilities(ROW_LAYOUTS[layout])
    yield "true if the samples are columns: W is N_l x N_{l-1} and b a column", forward.columns()


def _single_sample(_: str) -> Iterator[Convention]:
    yield _SOFTMAX, forward.single_sample(CROSS_ENTROPY)
    yield _SIGMOID, forward.single_sample(BINARY_CROSS_ENTROPY)
    yield _SQUARED, forward.single_sample(Objective(squared))
    yield (
        "true if the loss is the mean of the squared errors, 1/N_L and no 1/2",
        forward.single_sample(Objective(mean_squared)),
    )


def _softmax(_: str) -> Iterator[Convention]:
    yield _SUM, forward.columns(CROSS_ENTROPY.with_sum())
    yield _OWN_ERRORS, forward.columns(CROSS_ENTROPY.with_own_errors())


def _norms(axis: int, _: str) -> Iterator[Convention]:
    yield "true if s has no ε", forward.norms(axis, deviation=_without_epsilon)
    yield "true if ε stands outside the root", forward.norms(axis, deviation=_epsilon_outside)
    counted = "M" if axis == -1 else "N_l"
    yield f"true if the variance is divided by {counted} - 1", forward.norms(axis, n_fewer=1)
    yield from _squared(partial(forward.norms, axis))


def _without_epsilon(variance: np.ndarray, _: np.ndarray) -> np.ndarray:
    deviation: np.ndarray = np.sqrt(variance)
    return deviation


def _epsilon_outside(variance: np.ndarray, epsilon: np.ndarray) -> np.ndarray:
    deviation: np.ndarray = np.sqrt(variance) + epsilon
    return deviation


def _training(layout: str) -> Iterator[Convention]:
    yield (
        "true if the velocity is a moving average, v <- μ v + (1 - μ) g and w <- w - η v",
        training(down_the_velocity, lambda v, g, momentum, _: momentum * v + (1 - momentum) * g),
    )
    yield (
        "true if the rate is inside the velocity, v <- μ v + η g and w <- w - v",
        training(lambda v, *_: -v, lambda v, g, momentum, rate: momentum * v + rate * g),
    )
    yield (
        "true if the velocity points down, v <- μ v - η g and w <- w + v",
        training(lambda v, *_: v, lambda v, g, momentum, rate: momentum * v - rate * g),
    )
    yield from _squared(lambda objective: STEPS[layout](objective=objective))


_FAMILIES: dict[str, Callable[[str], Iterator[Convention]]] = {
    "dense": _dense,
    "rows": _rows,
    "single_sample": _single_sample,
    "softmax": _softmax,
    "batch_norm": partial(_norms, -1),
    "layer_norm": partial(_norms, -2),
    "training": _training,
}
