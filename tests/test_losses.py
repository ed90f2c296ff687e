"""The loss against a loop over samples, its gradient against a complex step."""

import math

import numpy as np
import pytest
from hypothesis import given

from bpdocs import half_squared_error
from strategies import (
    FUZZ,
    LAW,
    LOSS_DEFINITIONS,
    WRONG_ARRAYS,
    any_shapes,
    assert_close,
    exactly,
    normal,
    seeds,
    sizes,
)

METHODS = {
    "half_squared_error": half_squared_error,
    "half_squared_error.gradient": half_squared_error.gradient,
}
BOTH = pytest.mark.parametrize("function", METHODS)


def half_squared(a, y):
    """Return the loss of one entry."""
    return LOSS_DEFINITIONS["half_squared_error"](a, y)


@LAW
@given(sizes, sizes, seeds)
def test_value_is_a_mean_over_samples(n_out, n_samples, seed):
    """The loss is the mean, over the samples, of half the squared distance to the target."""
    A, Y = normal(seed, (n_out, n_samples), (n_out, n_samples))
    samples = [math.dist(A[:, m], Y[:, m]) ** 2 / 2 for m in range(n_samples)]
    assert half_squared_error(A, Y) == pytest.approx(math.fsum(samples) / n_samples, rel=1e-12)


@LAW
@given(sizes, sizes, seeds)
def test_gradient_is_the_slope_of_the_mean(n_out, n_samples, seed):
    """The gradient is the slope of the mean over the samples, entry by entry."""
    A, Y = normal(seed, (n_out, n_samples), (n_out, n_samples))
    expected = np.empty_like(A)
    for index in np.ndindex(A.shape):
        expected[index] = half_squared(complex(A[index], 1e-30), Y[index]).imag / 1e-30 / n_samples
    assert_close(half_squared_error.gradient(A, Y), expected)


@LAW
@given(sizes, sizes, seeds)
def test_gradient_of_a_sample_is_divided_by_m_once(n_out, n_samples, seed):
    """M times a column of the gradient is the gradient of that sample alone."""
    A, Y = normal(seed, (n_out, n_samples), (n_out, n_samples))
    alone = [half_squared_error.gradient(A[:, [m]], Y[:, [m]]) for m in range(n_samples)]
    assert_close(n_samples * half_squared_error.gradient(A, Y), np.hstack(alone))


@LAW
@given(sizes, sizes, seeds)
def test_repeating_the_batch_leaves_the_loss(n_out, n_samples, seed):
    """The loss of a batch is that of the batch three times over."""
    A, Y = normal(seed, (n_out, n_samples), (n_out, n_samples))
    thrice = half_squared_error(np.tile(A, 3), np.tile(Y, 3))
    assert thrice == pytest.approx(half_squared_error(A, Y), rel=1e-12)


def test_no_error_no_loss():
    """The loss is 0 where the activation is the target."""
    (A,) = normal(0, (2, 3))
    assert half_squared_error(A, A.copy()) == 0.0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_value_is_a_python_float(dtype):
    """The loss is a plain float for either dtype."""
    assert type(half_squared_error(*normal(0, (2, 3), (2, 3), dtype=dtype))) is float


def test_gradient_of_float32_is_float32():
    """Float32 in gives a float32 gradient."""
    A, Y = normal(0, (2, 3), (2, 3), dtype=np.float32)
    assert half_squared_error.gradient(A, Y).dtype == np.float32


@BOTH
def test_arguments_are_not_modified(function):
    """Both rules work on read-only arrays."""
    A, Y = normal(0, (2, 3), (2, 3))
    A.flags.writeable = Y.flags.writeable = False
    METHODS[function](A, Y)


@BOTH
@pytest.mark.parametrize("argument", ["activation", "targets"])
@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_array_is_refused(function, argument, spoil, error, rule):
    """A wrong array is refused by name."""
    arguments = {"activation": np.ones((2, 3)), "targets": np.ones((2, 3))}
    arguments[argument] = spoil(arguments[argument])
    with pytest.raises(error, match=exactly(f"{function}: {argument} {rule}")):
        METHODS[function](**arguments)


@BOTH
def test_shape_of_targets_is_named(function):
    """Targets of another shape are refused, broadcastable or not."""
    text = f"{function}: targets must have shape (2, 3), got (2, 1)"
    with pytest.raises(ValueError, match=exactly(text)):
        METHODS[function](np.ones((2, 3)), np.ones((2, 1)))


@BOTH
def test_empty_batch_is_refused(function):
    """A batch without samples has no mean."""
    text = f"{function}: activation must have shape (N_L, M) with every size at least 1, got (2, 0)"
    with pytest.raises(ValueError, match=exactly(text)):
        METHODS[function](np.ones((2, 0)), np.ones((2, 0)))


@BOTH
def test_mixed_dtypes_are_refused(function):
    """Both arguments have one dtype."""
    text = f"{function}: targets must have the dtype of activation, float64, got float32"
    with pytest.raises(TypeError, match=exactly(text)):
        METHODS[function](np.ones((2, 3)), np.ones((2, 3), np.float32))


@BOTH
@FUZZ
@given(any_shapes, any_shapes)
def test_nothing_is_broadcast(function, shape, other):
    """Two shapes either are one non-empty matrix shape or are refused."""
    if shape == other and len(shape) == 2 and 0 not in shape:
        METHODS[function](np.ones(shape), np.ones(other))
    else:
        with pytest.raises(ValueError, match=rf"^{function}: \w+ must have shape \("):
            METHODS[function](np.ones(shape), np.ones(other))


def test_repr_names_the_loss():
    """A loss prints as its name."""
    assert repr(half_squared_error) == "<loss half_squared_error>"
