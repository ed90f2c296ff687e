"""The error of central differences by step."""

import numpy as np
import pytest

from bpdocs import Dense, Network
from bpdocs.step_curve import step_curve
from strategies import exactly, make_problem

SMOOTH = make_problem([2, 3, 2], ["tanh", "sigmoid"], 4, seed=0)


def curve(steps=None, problem=SMOOTH):
    """Return the curve of a smooth network."""
    return step_curve(problem.network, problem.inputs, problem.targets, problem.loss, steps)


@pytest.mark.parametrize("seed", range(5))
def test_error_falls_like_the_square_of_the_step(seed):
    """A tenth of the step is a hundredth of the error, as long as rounding is small."""
    problem = make_problem([2, 3, 2], ["tanh", "sigmoid"], 4, seed)
    _, errors = curve(np.array([1e-2, 1e-3, 1e-4]), problem)
    assert errors[:-1] / errors[1:] == pytest.approx([100, 100], rel=0.05)


def test_error_rises_when_rounding_wins():
    """Below 1e-5 the error rises again, by about ten for each tenth of the step."""
    steps, errors = curve()
    assert 1e-7 < steps[errors.argmin()] < 1e-3
    assert errors[steps < 1e-10].min() > 1e3 * errors.min()


def test_quadratic_loss_has_no_step_error():
    """For C = w^2 / 2 central differences are exact, however long the step."""
    network = Network([Dense(np.array([[2.0]]), np.array([[0.0]]))])
    steps, errors = step_curve(
        network, np.ones((1, 1)), np.zeros((1, 1)), steps=np.array([0.5, 0.25])
    )
    assert steps.tolist() == [0.5, 0.25]
    assert errors.max() < 1e-15


def test_steps_are_twelve_decades_unless_given():
    """Without steps the curve runs from 1e-1 to 1e-12."""
    steps, errors = curve()
    assert steps == pytest.approx([10.0**-k for k in range(1, 13)])
    assert errors.shape == (12,)


@pytest.mark.parametrize(
    ("steps", "error", "rule"),
    [
        ([0.1], TypeError, "must be a numpy.ndarray, got list"),
        (np.ones((1, 2)), ValueError, "must have shape (K,), got (1, 2)"),
        (np.array([0.1, 0.0]), ValueError, "must be positive, got 0.0"),
        (np.array([0.1, -1.0]), ValueError, "must be positive, got -1.0"),
        (np.array([np.nan]), ValueError, "must be finite, got NaN"),
    ],
)
def test_steps_are_refused(steps, error, rule):
    """Steps are positive numbers in a row."""
    with pytest.raises(error, match=exactly(f"step_curve: steps {rule}")):
        curve(steps)


def test_float32_network_is_refused():
    """Float32 has too few digits for a difference quotient."""
    narrow = make_problem([2, 1], ["tanh"], 3, 0, np.float32)
    with pytest.raises(
        TypeError, match=exactly("step_curve: network must be float64, got float32")
    ):
        curve(problem=narrow)


def test_network_of_the_wrong_kind_is_refused():
    """A network is a Network."""
    with pytest.raises(TypeError, match=exactly("step_curve: network must be a Network, got None")):
        step_curve(None, SMOOTH.inputs, SMOOTH.targets)
