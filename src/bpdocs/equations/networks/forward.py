"""The networks of each model, forward only."""

from collections.abc import Callable
from functools import partial

import numpy as np

from bpdocs.equations.networks.graph import Graph
from bpdocs.equations.networks.objectives import HALF_SQUARED, Objective, softmax
from bpdocs.equations.networks.smooth_functions import draw_activations, draw_positive

__all__ = ["Build", "columns", "norms", "rows", "single_sample", "softmax"]

# From sizes, M, a generator and whether all layers have the same activation.
Build = Callable[[tuple[int, ...], int, np.random.Generator, bool], Graph]
Turn = Callable[[np.ndarray], np.ndarray]


def _begin(
    sizes: tuple[int, ...],
    n_samples: int,
    rng: np.random.Generator,
    same: bool,
    objective: Objective,
    *,
    rows: bool = False,
) -> Graph:
    """Return a network with its activations and its input.

    The activations are drawn first: models of the same sizes have the same ones.
    """
    activations = dict(draw_activations(len(sizes) - 1, rng, same))
    last = objective.last_activation(rows=rows)
    if last is not None:
        activations[len(sizes) - 1] = last
    graph = Graph(
        sizes,
        n_samples,
        activations,
        coupled=frozenset({len(sizes) - 1} if objective.is_coupled else ()),
        loss=objective.loss,
        total=objective.total,
        rows=rows,
    )
    inputs = rng.normal(size=(sizes[0], n_samples))
    graph.add_given(("A", 0), inputs.T if rows else inputs)
    return graph


def _end(graph: Graph, rng: np.random.Generator, objective: Objective) -> Graph:
    """Return the network with its targets, its loss and the errors of its layers."""
    output, targets = ("A", graph.n_layers), ("Y", 0)
    size, factor = graph.sizes[-1], graph.n_samples if objective.has_own_errors else 1

    def error(l: int) -> np.ndarray:
        return factor * graph.gradient(("C", 0), ("Z", l))

    graph.add_given(targets, objective.draw_targets(size, graph.n_samples, rng, rows=graph.rows))
    graph.add(("C_m", 0), (output, targets), lambda v: graph.sample_losses(v[output], v[targets]))
    graph.add(("C", 0), (("C_m", 0),), lambda v: graph.total(v["C_m", 0]))
    for l in range(1, graph.n_layers + 1):
        graph.add_derived(("Delta", l), partial(error, l))
    return graph


def _matrix(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    return rng.normal(size=(rows, columns)) * (1.2 / np.sqrt(columns))


def _add_dense(graph: Graph, l: int, rng: np.random.Generator) -> None:
    ones = np.ones((1, graph.n_samples))
    graph.add_given(("W", l), _matrix(rng, graph.sizes[l], graph.sizes[l - 1]))
    graph.add_given(("b", l), rng.normal(size=(graph.sizes[l], 1)))
    graph.add(("b_hat", l), (("b", l),), lambda v: v["b", l] @ ones)
    graph.add(
        ("Z", l),
        (("W", l), ("A", l - 1), ("b_hat", l)),
        lambda v: v["W", l] @ v["A", l - 1] + v["b_hat", l],
    )


def _add_activation(graph: Graph, l: int) -> None:
    sigma = graph.activations[l]
    graph.add(("A", l), (("Z", l),), lambda v: sigma(v["Z", l]))


def columns(objective: Objective = HALF_SQUARED) -> Build:
    """Return the model of dense layers with samples as columns."""

    def build(
        sizes: tuple[int, ...], n_samples: int, rng: np.random.Generator, same: bool
    ) -> Graph:
        graph = _begin(sizes, n_samples, rng, same, objective)
        for l in range(1, len(sizes)):
            _add_dense(graph, l, rng)
            _add_activation(graph, l)
        return _end(graph, rng, objective)

    return build


def single_sample(objective: Objective = HALF_SQUARED) -> Build:
    """Return the model of dense layers for one sample, which has no M."""

    def build(sizes: tuple[int, ...], _: int, rng: np.random.Generator, same: bool) -> Graph:
        graph = columns(objective)(sizes, 1, rng, same)
        graph.has_batch = False
        return graph

    return build


def rows(
    objective: Objective = HALF_SQUARED,
    *,
    is_weight_transposed: bool = False,
    is_bias_transposed: bool = False,
) -> Build:
    """Return the model of samples as rows.

    Parameters
    ----------
    objective : Objective
        How the network ends.
    is_weight_transposed : bool
        Whether W is N_l x N_{l-1}, as PyTorch keeps it, and not N_{l-1} x N_l.
    is_bias_transposed : bool
        Whether b is a column, and not a row.
    """

    def build(
        sizes: tuple[int, ...], n_samples: int, rng: np.random.Generator, same: bool
    ) -> Graph:
        graph = _begin(sizes, n_samples, rng, same, objective, rows=True)
        turn_weight, turn_bias = _turn(is_weight_transposed), _turn(is_bias_transposed)
        for l in range(1, len(sizes)):
            graph.add_given(("W", l), turn_weight(_matrix(rng, sizes[l], sizes[l - 1]).T))
            graph.add_given(("b", l), turn_bias(rng.normal(size=(1, sizes[l]))))
            _add_rows(graph, l, turn_weight, turn_bias)
            _add_activation(graph, l)
        return _end(graph, rng, objective)

    return build


def _turn(is_transposed: bool) -> Turn:
    return (lambda array: np.swapaxes(array, -1, -2)) if is_transposed else (lambda array: array)


def _add_rows(graph: Graph, l: int, turn_weight: Turn, turn_bias: Turn) -> None:
    ones = np.ones((graph.n_samples, 1))
    graph.add(("b_hat", l), (("b", l),), lambda v: ones @ turn_bias(v["b", l]))
    graph.add(
        ("Z", l),
        (("W", l), ("A", l - 1), ("b_hat", l)),
        lambda v: v["A", l - 1] @ turn_weight(v["W", l]) + v["b_hat", l],
    )


# The deviation s from the variance and epsilon.
Deviation = Callable[[np.ndarray, np.ndarray], np.ndarray]


def root_of_sum(variance: np.ndarray, epsilon: np.ndarray) -> np.ndarray:
    """Return the deviation with epsilon below the root."""
    deviation: np.ndarray = np.sqrt(variance + epsilon)
    return deviation


def norms(
    axis: int,
    objective: Objective = HALF_SQUARED,
    *,
    deviation: Deviation = root_of_sum,
    n_fewer: int = 0,
) -> Build:
    """Return the model of dense layers with norms between, wherever a layer keeps its size.

    Parameters
    ----------
    axis : int
        -1 for batch norm, -2 for layer norm.
    objective : Objective
        How the network ends.
    deviation : callable
        s from the variance and epsilon.
    n_fewer : int
        By how much the sum of squares is divided less than by their number: 1 for the unbiased
        variance.
    """

    def build(
        sizes: tuple[int, ...], n_samples: int, rng: np.random.Generator, same: bool
    ) -> Graph:
        graph = _begin(sizes, n_samples, rng, same, objective)
        graph.add_given(("epsilon", 0), draw_positive(rng))
        for l in range(1, len(sizes)):
            if sizes[l] == sizes[l - 1]:
                _add_norm(graph, l, axis, rng, partial(_deviation, axis, n_fewer, deviation))
            else:
                _add_dense(graph, l, rng)
            _add_activation(graph, l)
        return _end(graph, rng, objective)

    return build


def _deviation(
    axis: int, n_fewer: int, rule: Deviation, distance: np.ndarray, epsilon: np.ndarray
) -> np.ndarray:
    squares = (distance**2).sum(axis=axis, keepdims=True)
    return rule(squares / (distance.shape[axis] - n_fewer), epsilon)


def _add_norm(graph: Graph, l: int, axis: int, rng: np.random.Generator, rule: Deviation) -> None:
    before, mean, deviation = ("A", l - 1), ("mu", l), ("s", l)
    graph.add_given(("gamma", l), rng.normal(size=(graph.sizes[l], 1)))
    graph.add_given(("beta", l), rng.normal(size=(graph.sizes[l], 1)))
    graph.add(mean, (before,), lambda v: v[before].mean(axis=axis, keepdims=True))
    graph.add(
        deviation,
        (before, mean, ("epsilon", 0)),
        lambda v: rule(v[before] - v[mean], v["epsilon", 0]),
    )
    hat = ("A_hat", l - 1)
    graph.add(hat, (before, mean, deviation), lambda v: (v[before] - v[mean]) / v[deviation])
    graph.add(
        ("Z", l),
        (hat, ("gamma", l), ("beta", l)),
        lambda v: v["gamma", l] * v[hat] + v["beta", l],
    )
