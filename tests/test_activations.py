"""Activations against their scalar definitions, and their derivatives against a complex step."""

from decimal import Decimal, getcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpdocs import Activation, find_activation, relu, sigmoid, tanh
from bpdocs.activations import ACTIVATIONS
from strategies import (
    DEFINITIONS,
    LAW,
    WRONG_ARRAYS,
    activations,
    any_shapes,
    assert_close,
    exactly,
    normal,
    seeds,
    sizes,
    slope,
)

EACH = pytest.mark.parametrize("name", sorted(ACTIVATIONS))
BOTH = pytest.mark.parametrize("method", ["__call__", "derivative"])


def test_every_activation_has_a_definition_here():
    """No activation is left out of the laws."""
    assert set(ACTIVATIONS) == set(DEFINITIONS)


@EACH
@LAW
@given(sizes, sizes, seeds)
def test_value_is_the_definition(name, n_out, n_samples, seed):
    """An activation is its scalar definition, entry by entry."""
    (Z,) = normal(seed, (n_out, n_samples))
    expected = [[DEFINITIONS[name](complex(z)).real for z in row] for row in Z]
    assert_close(ACTIVATIONS[name](Z), expected)


@EACH
@LAW
@given(sizes, sizes, seeds)
def test_derivative_is_the_slope(name, n_out, n_samples, seed):
    """A derivative is the slope of the scalar definition, entry by entry."""
    (Z,) = normal(seed, (n_out, n_samples))
    expected = [[slope(name, z) for z in row] for row in Z]
    assert_close(ACTIVATIONS[name].derivative(Z), expected)


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_relu_has_slope_0_at_its_kink(zero):
    """The derivative of relu at 0 is 0."""
    assert relu.derivative(np.array([[zero]])).item() == 0.0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("z", "value"), [(1000.0, 1.0), (-1000.0, 0.0)])
def test_sigmoid_is_stable_far_out(z, value, dtype):
    """Sigmoid is exactly 0 or 1 at -1000 or 1000, and its derivative 0, without a warning."""
    Z = np.array([[z]], dtype)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        assert (sigmoid(Z).item(), sigmoid.derivative(Z).item()) == (value, 0.0)


@LAW
@given(st.floats(-700, 700))
def test_sigmoid_derivative_keeps_its_digits(z):
    """The derivative of sigmoid is right to 1e-12 of itself, however small it is."""
    getcontext().prec = 700
    e = Decimal(z).exp()
    assert sigmoid.derivative(np.array([[z]])).item() == pytest.approx(
        float(e / (1 + e) ** 2), rel=1e-12, abs=0
    )


def test_tanh_is_stable_far_out():
    """The derivative of tanh is 0 at -1000 and 1000, without a warning."""
    assert not tanh.derivative(np.array([[-1000.0, 1000.0]])).any()


@EACH
@BOTH
def test_float32_gives_float32(name, method):
    """Float32 in gives float32 out."""
    (Z,) = normal(0, (3, 4), dtype=np.float32)
    assert getattr(ACTIVATIONS[name], method)(Z).dtype == np.float32


@EACH
@BOTH
@LAW
@given(any_shapes.filter(bool))
def test_any_shape_is_kept(name, method, shape):
    """The result has the shape of the argument, whatever its number of axes."""
    assert getattr(ACTIVATIONS[name], method)(np.ones(shape)).shape == shape


@EACH
@BOTH
def test_argument_is_not_modified(name, method):
    """An activation works on a read-only array and gives memory of its own."""
    (Z,) = normal(0, (3, 4))
    Z.flags.writeable = False
    assert not np.shares_memory(getattr(ACTIVATIONS[name], method)(Z), Z)


@EACH
@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_call_refuses(name, spoil, error, rule):
    """A call names the activation and what is wrong with the array."""
    with pytest.raises(error, match=exactly(f"{name}: preactivation {rule}")):
        ACTIVATIONS[name](spoil(np.ones((2, 3))))


@EACH
@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_derivative_refuses(name, spoil, error, rule):
    """A derivative names itself and what is wrong with the array."""
    with pytest.raises(error, match=exactly(f"{name}.derivative: preactivation {rule}")):
        ACTIVATIONS[name].derivative(spoil(np.ones((2, 3))))


@given(activations)
def test_find_activation_knows_every_name(name):
    """A name finds the activation that has it."""
    assert find_activation(name).name == name


def test_find_activation_returns_an_activation_as_it_is():
    """An activation of the caller's own is returned unchanged."""
    own = Activation("own", np.exp, np.exp)
    assert find_activation(own) is own


@pytest.mark.parametrize("wrong", ["Relu", "", None, 3, ["relu"], np.tanh])
def test_find_activation_refuses(wrong):
    """Anything but a known name or an Activation is refused with the list of names."""
    text = f"caller: activation must be one of identity, relu, sigmoid, tanh, got {wrong!r}"
    with pytest.raises(ValueError, match=exactly(text)):
        find_activation(wrong, "caller")


def test_repr_names_the_activation():
    """An activation prints as its name."""
    assert repr(relu) == "<activation relu>"
