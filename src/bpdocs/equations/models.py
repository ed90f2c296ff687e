r"""The models: which network an equation speaks of, and in which layout.

Every size differs from every other, there are three layers or more, and each layer has an
activation of its own, so that what is equal by chance is rare. An equation must hold on all
networks of a model.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial

import numpy as np

from bpdocs.equations import names
from bpdocs.equations.graph import Graph, Values
from bpdocs.equations.names import Name

MAX_LAYERS = 6
MAX_SIZE = 20


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


@dataclass(frozen=True, eq=False)
class Model:
    """A kind of network, with what its letters mean.

    Attributes
    ----------
    name : str
        As it is asked for.
    names : mapping of str to Name
        The notation.
    layouts : mapping of str to callable
        The ways to lay out the parameters, or to step, by a phrase; most models have one. An
        equation holds if it holds in one of them throughout. Each makes a network from sizes, M,
        a generator and whether all layers have the same activation.
    sizes : tuple of (tuple of int, int)
        Sizes and M of the networks to check on.
    """

    name: str
    names: Mapping[str, Name]
    layouts: Mapping[str, Callable[[tuple[int, ...], int, np.random.Generator, bool], Graph]]
    sizes: tuple[tuple[tuple[int, ...], int], ...] = (((4, 3, 5, 2), 6), ((3, 5, 2, 7, 4), 6))

    def of_sizes(self, sizes: tuple[int, ...], n_samples: int | None) -> "Model":
        """Return the model with one network of these sizes.

        Raises
        ------
        ValueError
            If a size or the number of samples is not between 1 and 20, or there is not one layer
            at least and 6 at most.
        """
        samples = self.sizes[0][1] if n_samples is None else n_samples
        lengths = (*sizes, samples)
        if not 2 <= len(sizes) <= MAX_LAYERS + 1:
            raise ValueError(f"check: sizes must name 1 to {MAX_LAYERS} layers, got {list(sizes)}")
        if not all(1 <= length <= MAX_SIZE for length in lengths):
            raise ValueError(f"check: sizes must be between 1 and {MAX_SIZE}, got {list(lengths)}")
        return replace(self, sizes=((sizes, samples),))


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


def _dense(sizes: tuple[int, ...], n_samples: int, rng: np.random.Generator, same: bool) -> Graph:
    graph = Graph(sizes, n_samples, loss=_half_squared)
    graph.add_given(("A", 0), rng.normal(size=(sizes[0], n_samples)))
    for l in range(1, len(sizes)):
        _add_dense(graph, l, rng)
        _add_activation(graph, l, _activation(l, same))
    _add_loss(graph, rng.normal(size=(sizes[-1], n_samples)))
    return graph


def _single(sizes: tuple[int, ...], _: int, rng: np.random.Generator, same: bool) -> Graph:
    graph = _dense(sizes, 1, rng, same)
    graph.has_batch = False
    return graph


def _softmax_output(
    sizes: tuple[int, ...], n_samples: int, rng: np.random.Generator, same: bool
) -> Graph:
    graph = Graph(sizes, n_samples, loss=_cross_entropy, coupled=frozenset({len(sizes) - 1}))
    graph.add_given(("A", 0), rng.normal(size=(sizes[0], n_samples)))
    for l in range(1, len(sizes)):
        _add_dense(graph, l, rng)
        _add_activation(graph, l, softmax if l == graph.n_layers else _activation(l, same))
    _add_loss(graph, softmax(rng.normal(size=(sizes[-1], n_samples))))
    return graph


def _rows(is_transposed: bool) -> Callable[..., Graph]:
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


def _norms(axis: int) -> Callable[..., Graph]:
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


def _training(*, has_momentum: bool) -> Callable[..., Graph]:
    """Return the model of a step down the gradient, or down a velocity that sums gradients up."""

    def build(
        sizes: tuple[int, ...], n_samples: int, rng: np.random.Generator, same: bool
    ) -> Graph:
        graph = _dense(sizes, n_samples, rng, same)
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


_NORM_SIZES = (((4, 3, 3, 5, 5, 2), 6), ((3, 6, 6, 4, 4, 2), 5))
_KERAS = "W is N_{l-1} x N_l and b a row, as Keras keeps them"
_STEPS = {
    "a step of gradient descent": _training(has_momentum=False),
    "a step with momentum": _training(has_momentum=True),
}
_PYTORCH = "W is N_l x N_{l-1} and b a column, as PyTorch keeps them"

MODELS = {
    model.name: model
    for model in (
        Model("dense", names.DENSE, {"": _dense}),
        Model("rows", names.ROWS, {_KERAS: _rows(False), _PYTORCH: _rows(True)}),
        Model("single_sample", names.SINGLE_SAMPLE, {"": _single}),
        Model("softmax", names.SOFTMAX, {"": _softmax_output}),
        Model("batch_norm", names.NORMS, {"": _norms(-1)}, _NORM_SIZES),
        Model("layer_norm", names.NORMS, {"": _norms(-2)}, _NORM_SIZES),
        Model("training", names.TRAINING, _STEPS),
    )
}


# As people say it: "Dense rows", "single sample", "BatchNorm".
_SPELLINGS = {
    "columns": "dense",
    "densecolumns": "dense",
    "denserows": "rows",
    "single": "single_sample",
    "softmaxoutput": "softmax",
    "trainingstep": "training",
    **{name.replace("_", ""): name for name in MODELS},
}


def find_model(name: str) -> Model:
    """Return a model by name; blanks, hyphens and capitals do not count.

    Raises
    ------
    ValueError
        If there is none of the name.
    """
    plain = "".join(letter for letter in name.lower() if letter.isalpha())
    found = MODELS.get(_SPELLINGS.get(plain, ""))
    if found is None:
        raise ValueError(f"check: model must be one of {', '.join(MODELS)}, got {name!r}")
    return found


@cache
def networks(model: Model, layout: str, is_same: bool) -> tuple[Graph, ...]:
    """Return the networks on which an equation of a model is checked, always the same ones."""
    return tuple(
        model.layouts[layout](sizes, n_samples, np.random.default_rng(2020 + at), is_same)
        for at, (sizes, n_samples) in enumerate(model.sizes)
    )
