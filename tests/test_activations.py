"""Activations against their scalar definitions, and their derivatives against a complex step."""

from decimal import Decimal, getcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpdocs import Activation, find_activation, leaky_relu, relu, sigmoid, softmax, tanh
from bpdocs.activations import ACTIVATIONS
from strategies import (
    DEFINITIONS,
    ELEMENTWISE,
    FUZZ,
    LAW,
    WRONG_ARRAYS,
    activate,
    activations,
    any_shapes,
    assert_close,
    exactly,
    normal,
    pull,
    seeds,
    sizes,
)

EACH = pytest.mark.parametrize("name", sorted(ACTIVATIONS))
EACH_ELEMENTWISE = pytest.mark.parametrize("name", sorted(ELEMENTWISE))
NAMES = ", ".join(sorted(ACTIVATIONS))
BOTH = pytest.mark.parametrize("method", ["__call__", "derivative"])


def test_every_activation_has_a_definition_here():
    """No activation is left out of the laws."""
    assert set(ACTIVATIONS) == set(DEFINITIONS)


@EACH
@LAW
@given(sizes, sizes, seeds)
def test_value_is_the_definition(name, n_out, n_samples, seed):
    """An activation is its definition, number by number."""
    (Z,) = normal(seed, (n_out, n_samples))
    assert_close(ACTIVATIONS[name](Z), activate(name, Z))


@EACH_ELEMENTWISE
@LAW
@given(sizes, sizes, seeds)
def test_derivative_is_the_slope(name, n_out, n_samples, seed):
    """A derivative is the slope of the definition, number by number."""
    (Z,) = normal(seed, (n_out, n_samples))
    assert_close(ACTIVATIONS[name].derivative(Z), pull(name, Z, np.ones_like(Z)))


@EACH
@LAW
@given(sizes, sizes, seeds)
def test_vjp_is_the_transposed_jacobian(name, n_out, n_samples, seed):
    """The gradient in Z sums, over the entries of A that an entry of Z moves, gradient by slope."""
    Z, dA = normal(seed, (n_out, n_samples), (n_out, n_samples))
    assert_close(ACTIVATIONS[name].vjp(Z, dA), pull(name, Z, dA))


def test_elementwise_activations_say_so():
    """Softmax alone is not element-wise."""
    assert {name for name, sigma in ACTIVATIONS.items() if sigma.is_elementwise} == set(ELEMENTWISE)


def test_softmax_has_no_derivative():
    """The derivative of softmax is refused, with the way out."""
    text = (
        "softmax.derivative: softmax must be element-wise to have a derivative entry by entry, "
        "got a function whose every output depends on its whole column; use softmax.vjp"
    )
    with pytest.raises(TypeError, match=exactly(text)):
        softmax.derivative(np.ones((2, 3)))


@LAW
@given(sizes, sizes, seeds, st.floats(-1e6, 1e6))
def test_softmax_is_stable_far_out(n_out, n_samples, seed, shift):
    """Softmax does not change when a column is shifted, however far; no warning is raised."""
    (Z,) = normal(seed, (n_out, n_samples))
    # The shift itself rounds Z, by 1e-16 of its size.
    assert_close(softmax(Z + shift), softmax(Z), 1e-12 + 1e-15 * abs(shift))


@pytest.mark.parametrize(
    ("kinky", "left"), [(relu, 0.0), (leaky_relu, 0.01)], ids=["relu", "leaky_relu"]
)
def test_slope_at_the_kink_is_the_left_one(kinky, left):
    """At its kink the derivative is the one from the left, which differs from the right one."""
    below, at, above = kinky(np.array([kinky.kink - 0.5, kinky.kink, kinky.kink + 0.5]))
    assert kinky.derivative(np.array([[kinky.kink]])).item() == left
    assert ((at - below) / 0.5, (above - at) / 0.5) == (left, 1.0)


def test_kinks_are_those_of_the_relus():
    """Every other activation is smooth."""
    kinks = {name: sigma.kink for name, sigma in ACTIVATIONS.items() if sigma.kink is not None}
    assert kinks == {"relu": 0.0, "leaky_relu": 0.0}


@pytest.mark.parametrize(
    ("slope", "pullback", "what"),
    [(None, None, "neither"), (np.ones_like, lambda _, dA: dA, "both")],
)
def test_activation_has_one_derivative(slope, pullback, what):
    """An activation has a slope or a pullback."""
    text = f"Activation: own must have either a slope or a pullback, got {what}"
    with pytest.raises(TypeError, match=exactly(text)):
        Activation("own", np.exp, slope, pullback)


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


# Value and slope at -1000 and 1000, rounded to a float.
FAR = {
    "identity": ([-1000.0, 1000.0], [1.0, 1.0]),
    "sigmoid": ([0.0, 1.0], [0.0, 0.0]),
    "tanh": ([-1.0, 1.0], [0.0, 0.0]),
    "relu": ([0.0, 1000.0], [0.0, 1.0]),
    "leaky_relu": ([-10.0, 1000.0], [0.01, 1.0]),
    "softplus": ([0.0, 1000.0], [0.0, 1.0]),
    "softmax": ([0.0, 1.0], [0.0, 0.0]),
}


@EACH
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_activation_is_stable_far_out(name, dtype):
    """At -1000 and 1000 value and slope are the limits, without overflow or a warning."""
    Z, sigma = np.array([[-1000.0], [1000.0]], dtype), ACTIVATIONS[name]
    value, slope = (np.array(column, dtype)[:, None] for column in FAR[name])
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        assert np.array_equal(sigma(Z), value)
        assert np.array_equal(sigma.vjp(Z, np.ones_like(Z)), slope)


@EACH
@LAW
@given(sizes, sizes, seeds)
def test_rule_takes_complex_numbers(name, n_out, n_samples, seed):
    """A step along the imaginary axis goes through the rule as through the definition.

    The gradient check relies on it.
    """
    Z, dZ = normal(seed, (n_out, n_samples), (n_out, n_samples))
    A = ACTIVATIONS[name].rule(Z + 1e-30j * dZ)
    assert_close(A.real, activate(name, Z))
    assert_close(A.imag / 1e-30, activate(name, Z + 1e-30j * dZ, "imag") / 1e-30)


@EACH_ELEMENTWISE
@BOTH
def test_float32_gives_float32(name, method):
    """Float32 in gives float32 out."""
    (Z,) = normal(0, (3, 4), dtype=np.float32)
    assert getattr(ACTIVATIONS[name], method)(Z).dtype == np.float32


@EACH_ELEMENTWISE
@BOTH
@LAW
@given(any_shapes.filter(bool))
def test_any_shape_is_kept(name, method, shape):
    """The result has the shape of the argument, whatever its number of axes."""
    assert getattr(ACTIVATIONS[name], method)(np.ones(shape)).shape == shape


@EACH_ELEMENTWISE
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


@EACH_ELEMENTWISE
@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_derivative_refuses(name, spoil, error, rule):
    """A derivative names itself and what is wrong with the array."""
    with pytest.raises(error, match=exactly(f"{name}.derivative: preactivation {rule}")):
        ACTIVATIONS[name].derivative(spoil(np.ones((2, 3))))


@EACH
@pytest.mark.parametrize("argument", ["preactivation", "activation_gradient"])
@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_vjp_refuses(name, argument, spoil, error, rule):
    """A vector-Jacobian product names itself and what is wrong with either array."""
    arguments = {"preactivation": np.ones((2, 3)), "activation_gradient": np.ones((2, 3))}
    arguments[argument] = spoil(arguments[argument])
    with pytest.raises(error, match=exactly(f"{name}.vjp: {argument} {rule}")):
        ACTIVATIONS[name].vjp(**arguments)


def test_vjp_refuses_two_dtypes():
    """Both arguments have one dtype."""
    text = (
        "tanh.vjp: activation_gradient must have the dtype of preactivation, float64, got float32"
    )
    with pytest.raises(TypeError, match=exactly(text)):
        tanh.vjp(np.ones((2, 3)), np.ones((2, 3), np.float32))


@pytest.mark.parametrize("name", ["tanh", "softmax"])
@FUZZ
@given(any_shapes, any_shapes)
def test_vjp_never_broadcasts(name, shape, other):
    """Two shapes either are one non-empty matrix shape or are refused."""
    vjp = ACTIVATIONS[name].vjp
    if shape == other and len(shape) == 2 and 0 not in shape:
        assert vjp(np.ones(shape), np.ones(other)).shape == shape
    else:
        with pytest.raises(ValueError, match=rf"^{name}\.vjp: \w+ must have shape \("):
            vjp(np.ones(shape), np.ones(other))


@pytest.mark.parametrize("shape", [(3,), (), (1, 2, 3)])
def test_softmax_needs_columns(shape):
    """Softmax takes a matrix, for it sums over columns."""
    text = f"softmax: preactivation must have shape (N_l, M), got {shape}"
    with pytest.raises(ValueError, match=exactly(text)):
        softmax(np.ones(shape))


@EACH
def test_float32_stays_float32(name):
    """Float32 in gives float32 out, forward and back."""
    Z, dA = normal(0, (3, 4), (3, 4), dtype=np.float32)
    sigma = ACTIVATIONS[name]
    assert (sigma(Z).dtype, sigma.vjp(Z, dA).dtype) == (np.float32, np.float32)


@EACH
def test_nothing_is_modified(name):
    """An activation works on read-only arrays, forward and back, and shares no memory."""
    Z, dA = normal(0, (3, 4), (3, 4))
    Z.flags.writeable = dA.flags.writeable = False
    for result in (ACTIVATIONS[name](Z), ACTIVATIONS[name].vjp(Z, dA)):
        assert not np.shares_memory(result, Z)
        assert not np.shares_memory(result, dA)


@LAW
@given(sizes, sizes, seeds)
def test_softmax_gives_shares_of_1(n_out, n_samples, seed):
    """Each column of softmax is positive and sums to 1; so what it pulls back sums to 0."""
    Z, dA = normal(seed, (n_out, n_samples), (n_out, n_samples))
    assert (softmax(Z) > 0).all()
    assert_close(softmax(Z).sum(axis=0), np.ones(n_samples))
    assert_close(softmax.vjp(Z, dA).sum(axis=0), np.zeros(n_samples))


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
    text = f"caller: activation must be one of {NAMES}, got {wrong!r}"
    with pytest.raises(ValueError, match=exactly(text)):
        find_activation(wrong, "caller")


def test_repr_names_the_activation():
    """An activation prints as its name."""
    assert repr(relu) == "<activation relu>"
