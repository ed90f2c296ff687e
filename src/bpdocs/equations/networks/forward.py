"""The networks of each model, forward only."""

from collections.abc import Callable
from functools import partial

import numpy as np

from bpdocs.equations.networks.graph import Graph, Values


def _sigmoid(z: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-z))


def _softplus(z: np.ndarray) -> np.ndarray:
    return np.log1p(np.exp(z))


def _wave(z: np.ndarray) -> np.ndarray:
    return z + np.sin(z) / 2


def _bump(z: np.ndarray) -> np.ndarray:
    return np.exp(-z * z / 8) + z / 3


def softmax(z: np.ndarray) -> np.ndarray:
    """Return softmax of each column."""
    powers = np.exp(z - np.real(z).max(axis=-2, keepdims=True))
    return powers / powers.sum(axis=-2, keepdims=True)


# None of them is odd, even or the derivative of another, up to tanh.
_ACTIVATIONS = (np.tanh, _sigmoid, _softplus, _wave, _bump)


def _activation(l: int, is_same: bool) -> Callable[[np.ndarray], np.ndarray]:
    return _wave if is_same else _ACTIVATIONS[(l - 1) % len(_ACTIVATIONS)]


def _half_squared(output: np.ndarray, targets: np.ndarray) -> np.ndarray:
    return ((output - targets) ** 2).sum(axis=-2, keepdims=True) / 2


def _cross_entropy(output: np.ndarray, targets: np.ndarray) -> np.ndarray:
    return -(targets * np.log(output)).sum(axis=-2, keepdims=True)


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


def _add_activation(graph: Graph, l: int, sigma: Callable[[np.ndarray], np.ndarray]) -> None:
    graph.activations[l] = sigma
    graph.add(("A", l), (("Z", l),), lambda v: sigma(v["Z", l]))


def _add_loss(graph: Graph, targets: np.ndarray) -> None:
    loss, output = graph.loss, ("A", graph.n_layers)
    assert loss is not None  # noqa: S101
    axis = -2 if graph.rows else -1

    def by_sample(v: Values) -> np.ndarray:
        if graph.rows:
            turned = loss(np.swapaxes(v[output], -1, -2), np.swapaxes(v["Y", 0], -1, -2))
            return np.swapaxes(turned, -1, -2)
        return loss(v[output], v["Y", 0])

    graph.add_given(("Y", 0), targets)
    graph.add(("C_m", 0), (output, ("Y", 0)), by_sample)
    graph.add(("C", 0), (("C_m", 0),), lambda v: v["C_m", 0].mean(axis=axis)[..., 0])
    for l in range(1, graph.n_layers + 1):
        graph.add_derived(("Delta", l), partial(graph.gradient, ("C", 0), ("Z", l)))


def dense(sizes: tuple[int, ...], n_samples: int, rng: np.random.Generator, same: bool) -> Graph:
    """Return dense layers with samples as columns."""
    graph = Graph(sizes, n_samples, loss=_half_squared)
    graph.add_given(("A", 0), rng.normal(size=(sizes[0], n_samples)))
    for l in range(1, len(sizes)):
        _add_dense(graph, l, rng)
        _add_activation(graph, l, _activation(l, same))
    _add_loss(graph, rng.normal(size=(sizes[-1], n_samples)))
    return graph


def single_sample(sizes: tuple[int, ...], _: int, rng: np.random.Generator, same: bool) -> Graph:
    """Return dense layers for one sample, which has no M."""
    graph = dense(sizes, 1, rng, same)
    graph.has_batch = False
    return graph


def softmax_output(
    sizes: tuple[int, ...], n_samples: int, rng: np.random.Generator, same: bool
) -> Graph:
    """Return dense layers whose last activation is softmax, under cross-entropy."""
    graph = Graph(sizes, n_samples, loss=_cross_entropy, coupled=frozenset({len(sizes) - 1}))
    graph.add_given(("A", 0), rng.normal(size=(sizes[0], n_samples)))
    for l in range(1, len(sizes)):
        _add_dense(graph, l, rng)
        _add_activation(graph, l, softmax if l == graph.n_layers else _activation(l, same))
    _add_loss(graph, softmax(rng.normal(size=(sizes[-1], n_samples))))
    return graph


def rows(is_transposed: bool) -> Callable[..., Graph]:
    """Return the model of rows; W is N_l x N_{l-1} where `is_transposed`, as PyTorch keeps it."""

    def build(
        sizes: tuple[int, ...], n_samples: int, rng: np.random.Generator, same: bool
    ) -> Graph:
        graph = Graph(sizes, n_samples, loss=_half_squared, rows=True)
        graph.add_given(("A", 0), rng.normal(size=(n_samples, sizes[0])))

        def turn(parameter: np.ndarray) -> np.ndarray:
            return np.swapaxes(parameter, -1, -2) if is_transposed else parameter

        for l in range(1, len(sizes)):
            graph.add_given(("W", l), turn(_matrix(rng, sizes[l - 1], sizes[l])))
            graph.add_given(("b", l), turn(rng.normal(size=(1, sizes[l]))))
            _add_rows(graph, l, turn)
            _add_activation(graph, l, _activation(l, same))
        _add_loss(graph, rng.normal(size=(n_samples, sizes[-1])))
        return graph

    return build


def _add_rows(graph: Graph, l: int, turn: Callable[[np.ndarray], np.ndarray]) -> None:
    ones = np.ones((graph.n_samples, 1))
    graph.add(("b_hat", l), (("b", l),), lambda v: ones @ turn(v["b", l]))
    graph.add(
        ("Z", l),
        (("W", l), ("A", l - 1), ("b_hat", l)),
        lambda v: v["A", l - 1] @ turn(v["W", l]) + v["b_hat", l],
    )


def norms(axis: int) -> Callable[..., Graph]:
    """Dense layers, with a norm behind every other one; axis -1 is batch norm, -2 layer norm."""

    def build(
        sizes: tuple[int, ...], n_samples: int, rng: np.random.Generator, same: bool
    ) -> Graph:
        graph = Graph(sizes, n_samples, loss=_half_squared)
        graph.add_given(("A", 0), rng.normal(size=(sizes[0], n_samples)))
        graph.add_given(("epsilon", 0), np.array(0.1))
        for l in range(1, len(sizes)):
            if sizes[l] == sizes[l - 1]:
                _add_norm(graph, l, axis, rng)
            else:
                _add_dense(graph, l, rng)
            _add_activation(graph, l, _activation(l, same))
        _add_loss(graph, rng.normal(size=(sizes[-1], n_samples)))
        return graph

    return build


def _add_norm(graph: Graph, l: int, axis: int, rng: np.random.Generator) -> None:
    before, mean, deviation = ("A", l - 1), ("mu", l), ("s", l)
    graph.add_given(("gamma", l), rng.normal(size=(graph.sizes[l], 1)))
    graph.add_given(("beta", l), rng.normal(size=(graph.sizes[l], 1)))
    graph.add(mean, (before,), lambda v: v[before].mean(axis=axis, keepdims=True))
    graph.add(
        deviation,
        (before, mean),
        lambda v: np.sqrt(
            ((v[before] - v[mean]) ** 2).mean(axis=axis, keepdims=True) + v["epsilon", 0]
        ),
    )
    hat = ("A_hat", l - 1)
    graph.add(hat, (before, mean, deviation), lambda v: (v[before] - v[mean]) / v[deviation])
    graph.add(
        ("Z", l),
        (hat, ("gamma", l), ("beta", l)),
        lambda v: v["gamma", l] * v[hat] + v["beta", l],
    )


def training(*, has_momentum: bool) -> Callable[..., Graph]:
    """Return the model of a step down the gradient, or down a velocity that sums gradients up."""

    def build(
        sizes: tuple[int, ...], n_samples: int, rng: np.random.Generator, same: bool
    ) -> Graph:
        graph = dense(sizes, n_samples, rng, same)
        graph.add_given(("eta", 0), np.array(0.3))
        graph.add_given(("momentum", 0), np.array(0.8))
        for parameter, velocity in (("W", "V"), ("b", "V_b")):
            for l in range(1, len(sizes)):
                graph.add_given((velocity, l), rng.normal(size=graph.shape((parameter, l))))
                _add_step(graph, parameter, velocity, l, has_momentum=has_momentum)
        return graph

    return build


def _add_step(graph: Graph, parameter: str, velocity: str, l: int, *, has_momentum: bool) -> None:
    def new_velocity() -> np.ndarray:
        old = graph.value((velocity, l))
        return graph.value(("momentum", 0)) * old + graph.gradient(("C", 0), (parameter, l))

    def new_parameter() -> np.ndarray:
        gradient = graph.gradient(("C", 0), (parameter, l))
        step = new_velocity() if has_momentum else gradient
        return graph.value((parameter, l)) - graph.value(("eta", 0)) * step

    graph.add_derived((f"{velocity}_new", l), new_velocity)
    graph.add_derived((f"{parameter}_new", l), new_parameter)
