"""The three derivations against complex steps, against each other and against Network.backward."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpdocs import (
    Activation,
    BatchNorm,
    Dense,
    LayerNorm,
    Network,
    one_hot,
    softmax,
    softmax_cross_entropy,
)
from bpdocs.derivations import backward_by_differential, backward_by_element, backward_by_samples
from complex_step import complex_step_gradients
from strategies import LAW, WRONG_ARRAYS, assert_close, exactly, make_problem, normal, problems

DERIVATIONS = {
    function.__name__: function
    for function in (backward_by_element, backward_by_differential, backward_by_samples)
}
EACH = pytest.mark.parametrize("name", DERIVATIONS)
PROBLEM = make_problem([2, 3, 2], ["softmax", "tanh"], 4, 0)


def call(name, network=PROBLEM.network, inputs=PROBLEM.inputs, targets=PROBLEM.targets, **loss):
    """Call a derivation with the problem above, or with something else in its place."""
    return DERIVATIONS[name](network, inputs, targets, **loss)


def assert_same(actual, expected):
    """Fail unless two results have the same layers and arrays."""
    assert list(actual.delta) == list(expected.delta) == list(actual.parameters)
    for l in expected.delta:
        assert_close(actual.delta[l], expected.delta[l])
        assert list(actual.parameters[l]) == ["weight", "bias"]
        assert_close(actual.weight[l], expected.weight[l])
        assert_close(actual.bias[l], expected.bias[l])


@EACH
@LAW
@given(problem=problems(depth=st.integers(1, 3)))
def test_gradients_are_the_derivatives(name, problem):
    """Every gradient is the complex-step derivative of the loss."""
    network, X, Y, loss = vars(problem).values()
    gradients = DERIVATIONS[name](network, X, Y, loss)
    for l, arrays in complex_step_gradients(problem).items():
        assert_close(gradients.weight[l], arrays["weight"])
        assert_close(gradients.bias[l], arrays["bias"][:, np.newaxis])


@EACH
@LAW
@given(problem=problems(depth=st.integers(1, 3)))
def test_derivation_agrees_with_the_matrices(name, problem):
    """Every error and gradient is that of Network.backward, also for softmax inside."""
    network, X, Y, loss = vars(problem).values()
    expected = network.backward(network.forward(X), Y, loss)
    assert_same(DERIVATIONS[name](network, X, Y, loss), expected)


@EACH
def test_softmax_inside_and_at_the_end(name):
    """Softmax in each layer goes through its full Jacobian."""
    problem = make_problem([3, 4, 3, 2], ["softmax"] * 3, 5, 1)
    gradients = DERIVATIONS[name](problem.network, problem.inputs, problem.targets)
    assert_same(
        gradients,
        problem.network.backward(problem.network.forward(problem.inputs), problem.targets),
    )


@EACH
def test_classes_are_taken(name):
    """Integer classes give what their one-hot columns give."""
    classes = np.array([1, 0, 0, 1])
    loss = softmax_cross_entropy
    assert_same(
        call(name, targets=classes, loss=loss), call(name, targets=one_hot(classes, 2), loss=loss)
    )


@EACH
def test_own_activation_is_taken(name):
    """An element-wise activation of the reader's own goes through all derivations."""
    square = Activation("square", lambda Z: Z * Z, lambda Z: 2 * Z)
    layers = [Dense(np.ones((2, 2)), np.ones((2, 1)), square)]
    network = Network(layers)
    expected = network.backward(network.forward(PROBLEM.inputs), PROBLEM.targets)
    assert_same(call(name, network=network), expected)


def test_unknown_jacobian_is_refused():
    """The element formulas know the Jacobian of softmax and of no other column function."""
    own = Activation("own", softmax.rule, pullback=lambda Z, dA: softmax.pull(Z, dA))
    network = Network([Dense(np.ones((2, 2)), np.ones((2, 1)), own)])
    text = (
        "backward_by_element: network must have activations that are element-wise or softmax, "
        "got own in layer 1"
    )
    with pytest.raises(TypeError, match=exactly(text)):
        call("backward_by_element", network=network)
    assert_same(
        call("backward_by_samples", network=network),
        call("backward_by_differential", network=network),
    )


@EACH
def test_float32_gives_float32(name):
    """Float32 in gives float32 out."""
    problem = make_problem([2, 3, 2], ["softmax", "tanh"], 4, 0, np.float32)
    gradients = DERIVATIONS[name](problem.network, problem.inputs, problem.targets)
    arrays = [*gradients.delta.values(), *gradients.weight.values(), *gradients.bias.values()]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


@EACH
def test_arguments_are_not_modified(name):
    """Read-only views with other strides give the same numbers, and nothing is shared."""
    arrays = {"inputs": PROBLEM.inputs, "targets": PROBLEM.targets}
    views = {a: np.repeat(array, 2, axis=1)[:, ::2] for a, array in arrays.items()}
    for view in views.values():
        view.flags.writeable = False
    gradients = call(name, **views)
    assert_same(gradients, call(name))
    parameters = [a for layer in PROBLEM.network.parameters.values() for a in layer.values()]
    for result in [*gradients.delta.values(), *gradients.weight.values(), *gradients.bias.values()]:
        assert not any(np.shares_memory(result, a) for a in [*views.values(), *parameters])


@EACH
@pytest.mark.parametrize("argument", ["inputs", "targets"])
@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_array_is_refused(name, argument, spoil, error, rule):
    """A wrong array is refused by name."""
    spoiled = spoil(getattr(PROBLEM, argument))
    with pytest.raises(error, match=exactly(f"{name}: {argument} {rule}")):
        call(name, **{argument: spoiled})


@EACH
@pytest.mark.parametrize(
    ("argument", "shape", "rule"),
    [
        ("inputs", (4, 2), "(2, M)"),
        ("inputs", (2,), "(2, M)"),
        ("inputs", (2, 0), "(2, M) with every size at least 1"),
        ("targets", (2, 1), "(2, 4)"),
        ("targets", (2,), "(2, 4)"),
    ],
)
def test_wrong_shape_is_named(name, argument, shape, rule):
    """A wrong shape is refused with the rule and the shape that was given."""
    text = f"{name}: {argument} must have shape {rule}, got {shape}"
    with pytest.raises(ValueError, match=exactly(text)):
        call(name, **{argument: np.ones(shape)})


@EACH
@pytest.mark.parametrize(
    ("argument", "first"), [("inputs", "weight[1]"), ("targets", "activation")]
)
def test_mixed_dtypes_are_refused(name, argument, first):
    """All arrays of a call have one dtype."""
    text = f"{name}: {argument} must have the dtype of {first}, float64, got float32"
    with pytest.raises(TypeError, match=exactly(text)):
        call(name, **{argument: getattr(PROBLEM, argument).astype(np.float32)})


@EACH
@pytest.mark.parametrize("norm", [BatchNorm, LayerNorm])
def test_norm_is_refused(name, norm):
    """A network with a norm is refused by the kind and the number of the layer."""
    network = Network([norm.of_size(2), *PROBLEM.network.layers.values()])
    text = f"{name}: network must have dense layers only, got {norm.__name__} in layer 1"
    with pytest.raises(TypeError, match=exactly(text)):
        call(name, network=network)


@EACH
def test_other_kinds_are_refused(name):
    """What is no Network and what is no Loss is refused."""
    with pytest.raises(TypeError, match=exactly(f"{name}: network must be a Network, got list")):
        call(name, network=[])
    with pytest.raises(TypeError, match=exactly(f"{name}: loss must be a Loss, got str")):
        call(name, loss="mean")


@EACH
def test_targets_must_suit_the_loss(name):
    """What a loss asks of its targets is asked in the name of the function."""
    (Y,) = normal(0, (2, 4))
    text = f"{name}: targets must lie in [0, 1], got {Y[(Y < 0) | (Y > 1)][0]}"
    with pytest.raises(ValueError, match=exactly(text)):
        call(name, targets=Y, loss=softmax_cross_entropy)
