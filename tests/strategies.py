"""What the laws draw, the definitions they compare with, and the arrays that must be refused.

Hypothesis draws sizes, names and a seed; the numbers come from NumPy's generator.
"""

import cmath
import re
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from bpdocs import Dense, Loss, Network, half_squared_error
from bpdocs.activations import ACTIVATIONS

LAW = settings(max_examples=40, deadline=None)
FEW = settings(max_examples=6, deadline=None)
FUZZ = settings(max_examples=200, deadline=None)

sizes = st.integers(1, 6)
depths = st.integers(1, 4)
seeds = st.integers(0, 2**32 - 1)
activations = st.sampled_from(sorted(ACTIVATIONS))
# Sizes 0 and 1 are frequent: they are what NumPy would broadcast.
any_shapes = st.one_of(
    st.tuples(st.integers(0, 3), st.integers(0, 3)), st.lists(st.integers(0, 3), max_size=3)
).map(tuple)

# Not part of the package: shows that nothing is tied to the squared error.
log_cosh = Loss(
    "log_cosh",
    lambda A, Y: np.log(np.cosh(A - Y)).sum() / A.shape[1],
    lambda A, Y: np.tanh(A - Y) / A.shape[1],
)
LOSSES = {loss.name: loss for loss in (half_squared_error, log_cosh)}
losses = st.sampled_from(sorted(LOSSES))

# One number to one number, complex so that a complex step can differentiate them.
DEFINITIONS = {
    "identity": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + cmath.exp(-z)),
    "tanh": cmath.tanh,
    "relu": lambda z: z if z.real > 0 else 0 * z,
}
LOSS_DEFINITIONS = {
    "half_squared_error": lambda a, y: (a - y) ** 2 / 2,
    "log_cosh": lambda a, y: cmath.log(cmath.cosh(a - y)),
}


@dataclass(frozen=True)
class Problem:
    """A network with random weights and biases, and a batch for it."""

    network: Network
    inputs: np.ndarray
    targets: np.ndarray


def make_problem(widths, names, n_samples, seed, dtype=np.float64):
    """Return a problem of these sizes; every number is normal, weights scaled by 1/sqrt(n_in)."""
    rng = np.random.default_rng(seed)

    def normal(*shape):
        return rng.standard_normal(shape).astype(dtype)

    layers = [
        Dense(normal(n_out, n_in) / dtype(np.sqrt(n_in)), normal(n_out, 1), name)
        for n_in, n_out, name in zip(widths, widths[1:], names, strict=False)
    ]
    inputs, targets = normal(widths[0], n_samples), normal(widths[-1], n_samples)
    return Problem(Network(layers), inputs, targets)


@st.composite
def problems(draw, names=activations, depth=depths, dtype=np.float64):
    """Draw a problem: each layer has its own size and activation."""
    n_layers = draw(depth)
    widths = draw(st.lists(sizes, min_size=n_layers + 1, max_size=n_layers + 1))
    layers = draw(st.lists(names, min_size=n_layers, max_size=n_layers))
    return make_problem(widths, layers, draw(sizes), draw(seeds), dtype)


def normal(seed, *shapes, dtype=np.float64):
    """Return one array of normal numbers for each shape."""
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape).astype(dtype) for shape in shapes]


def slope(name, z):
    """Return the derivative of an activation at a number, by a complex step."""
    return (DEFINITIONS[name](complex(z, 1e-30)) / 1e-30).imag


def is_near_kink(problem, margin=1e-3):
    """Tell whether a relu's preactivation is so near 0 that a finite step could cross it."""
    Z = problem.network.forward(problem.inputs).Z
    layers = problem.network.layers
    return any(np.abs(Z[l]).min() < margin for l in Z if layers[l].activation.name == "relu")


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
