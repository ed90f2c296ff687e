"""The ledger of 1/M: each convention against the derivative of its own loss, written out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpdocs import half_squared_error
from bpdocs.ledger import LOSS_CONVENTIONS, rescale_loss_gradient
from strategies import LAW, WRONG_ARRAYS, assert_close, exactly, normal, seeds, sizes

# The losses of a matrix of errors, one sample a column, as the conventions define them.
LOSSES = {
    "sum": lambda E: sum(e * e for e in E.flat),
    "half_sum": lambda E: sum(e * e / 2 for e in E.flat),
    "mean_over_samples": lambda E: (
        sum(sum(e * e for e in E[:, m]) for m in range(E.shape[1])) / E.shape[1]
    ),
    "half_mean_over_samples": lambda E: (
        sum(sum(e * e for e in E[:, m]) / 2 for m in range(E.shape[1])) / E.shape[1]
    ),
    "mean_over_entries": lambda E: sum(e * e for e in E.flat) / E.size,
    "half_mean_over_entries": lambda E: sum(e * e / 2 for e in E.flat) / E.size,
}
conventions = st.sampled_from(sorted(LOSSES))
CALL = {
    "gradient": np.ones((2, 3)),
    "n_samples": 3,
    "n_out": 2,
    "from_convention": "sum",
    "to_convention": "half_sum",
}


def gradient_of(convention, E):
    """Return the derivative of a convention's loss by the errors, by a complex step."""
    gradient = np.empty_like(E)
    for index in np.ndindex(E.shape):
        moved = E.astype(complex)
        moved[index] += 1e-30j
        gradient[index] = LOSSES[convention](moved).imag / 1e-30
    return gradient


def test_all_conventions_are_written_out():
    """The test defines each convention of the package."""
    assert set(LOSSES) == set(LOSS_CONVENTIONS)


@LAW
@given(sizes, sizes, seeds, conventions, conventions)
def test_gradient_becomes_that_of_the_other_loss(n_out, n_samples, seed, before, after):
    """The derivative of one loss, rescaled, is the derivative of the other."""
    (E,) = normal(seed, (n_out, n_samples))
    rescaled = rescale_loss_gradient(gradient_of(before, E), n_samples, n_out, before, after)
    assert_close(rescaled, gradient_of(after, E))


@LAW
@given(sizes, sizes, seeds, conventions)
def test_default_is_the_half_squared_error(n_out, n_samples, seed, before):
    """Without a second convention the result is the gradient that this package uses."""
    (E,) = normal(seed, (n_out, n_samples))
    rescaled = rescale_loss_gradient(gradient_of(before, E), n_samples, n_out, before)
    assert_close(rescaled, half_squared_error.gradient(E, np.zeros_like(E)))


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 3, 4), (0, 3)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("after", sorted(LOSSES))
def test_result_is_a_new_array(shape, dtype, after):
    """Shape and dtype stay, and nothing is shared, also where the factor is 1."""
    gradient = np.ones(shape, dtype)
    gradient.flags.writeable = False
    result = rescale_loss_gradient(gradient, 3, 2, "sum", after)
    assert type(result) is np.ndarray
    assert (result.shape, result.dtype) == (shape, dtype)
    assert not np.shares_memory(result, gradient)


def test_sizes_of_numpy_do_not_overflow():
    """Narrow integers as sizes are taken at their value."""
    M, N = np.int8(100), np.int8(100)
    result = rescale_loss_gradient(np.ones(1), M, N, "sum", "half_mean_over_entries")
    assert_close(result, [1 / 20000])


@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_gradient_is_refused(spoil, error, rule):
    """A wrong gradient is refused."""
    with pytest.raises(error, match=exactly(f"rescale_loss_gradient: gradient {rule}")):
        rescale_loss_gradient(**CALL | {"gradient": spoil(CALL["gradient"])})


CHOICES = ", ".join(sorted(LOSSES))


@pytest.mark.parametrize(
    ("argument", "value", "error", "rule"),
    [
        ("n_samples", 0, ValueError, "must be at least 1, got 0"),
        ("n_samples", 2.0, TypeError, "must be an integer, got 2.0"),
        ("n_out", -1, ValueError, "must be at least 1, got -1"),
        ("n_out", True, TypeError, "must be an integer, got True"),
        ("from_convention", "mean", ValueError, f"must be one of {CHOICES}, got 'mean'"),
        ("to_convention", None, ValueError, f"must be one of {CHOICES}, got None"),
    ],
)
def test_argument_is_refused(argument, value, error, rule):
    """A wrong number or name is refused."""
    with pytest.raises(error, match=exactly(f"rescale_loss_gradient: {argument} {rule}")):
        rescale_loss_gradient(**CALL | {argument: value})
