"""What the laws draw, the definitions they compare with, and the arrays that must be refused.

Hypothesis draws sizes, names and a seed; the numbers come from NumPy's generator.
"""

import cmath
import re
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from bpdocs import BatchNorm, Dense, LayerNorm, Loss, Network
from bpdocs.activations import ACTIVATIONS
from bpdocs.losses import LOSSES as LIBRARY_LOSSES

LAW = settings(max_examples=25, deadline=None)
FEW = settings(max_examples=2, deadline=None)
FUZZ = settings(max_examples=100, deadline=None)

sizes = st.integers(1, 6)
depths = st.integers(1, 4)
seeds = st.integers(0, 2**32 - 1)
activations = st.sampled_from(sorted(ACTIVATIONS))
# Sizes 0 and 1 are frequent: they are what NumPy would broadcast.
any_shapes = st.one_of(
    st.tuples(st.integers(0, 3), st.integers(0, 3)), st.lists(st.integers(0, 3), max_size=3)
).map(tuple)

# Not part of the package: a loss of the reader's own.
log_cosh = Loss(
    "log_cosh",
    lambda A, Y: np.log(np.cosh(A - Y)).sum() / A.shape[1],
    lambda A, Y: np.tanh(A - Y) / A.shape[1],
)
LOSSES = LIBRARY_LOSSES | {"log_cosh": log_cosh}
losses = st.sampled_from(sorted(LOSSES))

# One number to one number, complex so that a complex step can differentiate them.
ELEMENTWISE = {
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + cmath.exp(-z)),
    "tanh": cmath.tanh,
    "relu": lambda z: z if z.real > 0 else 0 * z,
    "leaky_relu": lambda z: z if z.real > 0 else z / 100,
    "softplus": lambda z: cmath.log(1 + cmath.exp(z)),
}


def _softmax(column):
    powers = [cmath.exp(z) for z in column]
    return [power / sum(powers) for power in powers]


# One column to one column.
DEFINITIONS = {
    name: lambda column, rule=rule: [rule(z) for z in column] for name, rule in ELEMENTWISE.items()
} | {"softmax": _softmax}

# One column and its target to the loss of that sample.
LOSS_DEFINITIONS = {
    "half_squared_error": lambda a, y: sum((p - q) ** 2 for p, q in zip(a, y, strict=True)) / 2,
    "log_cosh": lambda a, y: sum(cmath.log(cmath.cosh(p - q)) for p, q in zip(a, y, strict=True)),
    "cross_entropy": lambda a, y: -sum(q * cmath.log(p) for p, q in zip(a, y, strict=True)),
    "softmax_cross_entropy": lambda a, y: (
        -sum(q * cmath.log(p) for p, q in zip(_softmax(a), y, strict=True))
    ),
    "binary_cross_entropy": lambda a, y: sum(
        cmath.log(1 + cmath.exp(p)) - q * p for p, q in zip(a, y, strict=True)
    ),
}


@dataclass(frozen=True)
class Problem:
    """A network with random weights and biases, a batch for it, and a loss."""

    network: Network
    inputs: np.ndarray
    targets: np.ndarray
    loss: Loss


def make_targets(loss, shape, seed):
    """Return targets of this shape that suit a loss: any numbers, shares of 1, or 0 to 1."""
    rng = np.random.default_rng(seed)
    if loss in {"cross_entropy", "softmax_cross_entropy"}:
        return rng.dirichlet(np.ones(shape[0]), shape[1]).T.copy()
    return rng.random(shape) if loss == "binary_cross_entropy" else rng.standard_normal(shape)


def make_problem(widths, names, n_samples, seed, dtype=np.float64, loss="half_squared_error"):
    """Return a problem of these sizes; every number is normal, weights scaled by 1/sqrt(n_in)."""
    rng = np.random.default_rng(seed)
    if loss == "cross_entropy":
        names = [*names[:-1], "softmax"]  # it takes probabilities
    layers = []
    for n_in, n_out, name in zip(widths, widths[1:], names, strict=False):
        weight = rng.standard_normal((n_out, n_in)) / np.sqrt(n_in)
        bias = rng.standard_normal((n_out, 1))
        layers.append(Dense(weight.astype(dtype), bias.astype(dtype), name))
    inputs = rng.standard_normal((widths[0], n_samples)).astype(dtype)
    targets = make_targets(loss, (widths[-1], n_samples), seed + 1).astype(dtype)
    return Problem(Network(layers), inputs, targets, LOSSES[loss])


@st.composite
def problems(draw, names=activations, depth=depths, loss=losses, dtype=np.float64):
    """Draw a problem: each layer has its own size and activation."""
    n_layers = draw(depth)
    widths = draw(st.lists(sizes, min_size=n_layers + 1, max_size=n_layers + 1))
    layers = draw(st.lists(names, min_size=n_layers, max_size=n_layers))
    return make_problem(widths, layers, draw(sizes), draw(seeds), dtype, draw(loss))


def normal(seed, *shapes, dtype=np.float64):
    """Return one array of normal numbers for each shape."""
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape).astype(dtype) for shape in shapes]


# "inference" is a batch norm with running means, which does not mix samples.
APART_KINDS = ("Dense", "LayerNorm", "inference")
LAYER_KINDS = (*APART_KINDS, "BatchNorm")


def make_norm(kind, size, seed, dtype=np.float64, epsilon=0.1, activation="tanh"):
    """Return a norm with random numbers; epsilon is so large that differences are exact enough."""
    scale, shift, mean, variance = normal(seed, *[(size, 1)] * 4, dtype=dtype)
    if kind == "LayerNorm":
        return LayerNorm(scale, shift, activation, epsilon)
    in_training = kind == "BatchNorm"
    return BatchNorm(scale, shift, activation, epsilon, mean, variance**2, in_training)


@st.composite
def mixed_problems(draw, kinds=LAYER_KINDS, loss=losses, dtype=np.float64):
    """Draw a problem with one to five layers of these kinds, and a batch of two to six."""
    loss, seed = draw(loss), draw(seeds)
    width = n_in = draw(sizes)
    layers = []
    for kind in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=5)):
        name, seed = draw(activations), seed + 1
        if kind == "Dense":
            n_out = draw(sizes)
            weight, bias = normal(seed, (n_out, width), (n_out, 1), dtype=dtype)
            layers.append(Dense(weight / dtype(np.sqrt(width)), bias, name))
            width = n_out
        else:
            layers.append(make_norm(kind, width, seed, dtype, activation=name))
    if loss == "cross_entropy":
        layers[-1] = replace(layers[-1], activation="softmax")
    n_samples = draw(st.integers(2, 6))
    (inputs,) = normal(seed + 1, (n_in, n_samples), dtype=dtype)
    targets = make_targets(loss, (width, n_samples), seed + 2).astype(dtype)
    return Problem(Network(layers), inputs, targets, LOSSES[loss])


def activate(name, Z, part="real"):
    """Return the real or imaginary part of an activation, by its definition for a column."""
    A = np.array([DEFINITIONS[name](column) for column in Z.T.astype(complex)]).T
    return getattr(A, part)


def pull(name, Z, dA):
    """Return dC/dZ from dC/dA: move every entry of Z along the imaginary axis, and look at A."""
    dZ = np.empty_like(Z)
    for j, m in np.ndindex(Z.shape):
        column = Z[:, m].astype(complex)
        column[j] += 1e-30j
        dZ[j, m] = sum(a.imag * g for a, g in zip(DEFINITIONS[name](column), dA[:, m], strict=True))
    return dZ / 1e-30


def is_near_kink(problem, margin=1e-3):
    """Tell whether a preactivation is so near a kink that a finite step could cross it."""
    Z = problem.network.forward(problem.inputs).Z
    kinks = {l: layer.activation.kink for l, layer in problem.network.layers.items()}
    return any(np.abs(Z[l] - kink).min() < margin for l, kink in kinks.items() if kink is not None)


def sides_of_kinks(network, inputs):
    """Return on which side of its kink each preactivation lies, for the layers that have one."""
    Z = network.forward(inputs).Z
    kinks = {l: layer.activation.kink for l, layer in network.layers.items()}
    return [(Z[l] > kink).tolist() for l, kink in kinks.items() if kink is not None]


def central_differences(function, variable, step=1e-5):
    """Return the gradient of a scalar function of an array, an entry at a time."""
    gradient = np.empty_like(variable)
    for index in np.ndindex(variable.shape):
        ends = []
        for h in (step, -step):
            moved = variable.copy()
            moved[index] += h
            ends.append(function(moved))
        gradient[index] = (ends[0] - ends[1]) / (2 * step)
    return gradient


def assert_close(actual, expected, tolerance=1e-12):
    """Fail unless shape and dtype agree and no entry is off by more than `tolerance`, relative.

    Relative to the largest entry; below 0.1 to 0.1, for the data are of order 1 and sums cancel.
    """
    expected = np.asarray(expected)
    assert (actual.shape, actual.dtype) == (expected.shape, expected.dtype)
    scale = max(np.abs(expected).max(), 0.1)
    assert np.abs(actual - expected).max() <= tolerance * scale


def exactly(text):
    """Return the pattern that matches this text and no other."""
    return f"^{re.escape(text)}$"


def _with_entry(value):
    def spoil(array):
        spoiled = array.copy()
        spoiled.flat[-1] = value
        return spoiled

    return spoil


# How to spoil an array, the exception, and what follows "{function}: {argument} " in its text.
WRONG_ARRAYS = [
    pytest.param(spoil, error, rule, id=name)
    for name, spoil, error, rule in [
        ("list", np.ndarray.tolist, TypeError, "must be a numpy.ndarray, got list"),
        ("number", lambda _: 1.0, TypeError, "must be a numpy.ndarray, got float"),
        ("None", lambda _: None, TypeError, "must be a numpy.ndarray, got None"),
        # A view, because the constructor of np.matrix warns.
        ("matrix", lambda x: x.view(np.matrix), TypeError, "must be a numpy.ndarray, got matrix"),
        (
            "masked",
            np.ma.masked_array,
            TypeError,
            "must be a numpy.ndarray, got MaskedArray",
        ),
        *[
            (
                dtype,
                lambda x, dtype=dtype: x.astype(dtype),
                TypeError,
                f"must be float32 or float64, got {dtype}",
            )
            for dtype in ("int32", "int64", "bool", "object", "float16", "complex128")
        ],
        ("NaN", _with_entry(np.nan), ValueError, "must be finite, got NaN"),
        ("infinity", _with_entry(np.inf), ValueError, "must be finite, got infinity"),
        ("-infinity", _with_entry(-np.inf), ValueError, "must be finite, got infinity"),
    ]
]
