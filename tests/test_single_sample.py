"""The vector forms against complex steps and products written out, and against the batch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpdocs import BatchNorm, Dense, LayerNorm, Network, half_squared_error, softmax_cross_entropy
from bpdocs.activations import ACTIVATIONS
from bpdocs.single_sample import (
    backward_of_sample,
    bias_gradient_of_sample,
    forward_of_sample,
    output_delta_of_sample,
    propagate_delta_of_sample,
    weight_gradient_of_sample,
)
from complex_step import complex_step_gradients
from strategies import (
    LAW,
    WRONG_ARRAYS,
    Problem,
    activations,
    assert_close,
    exactly,
    make_problem,
    normal,
    problems,
    pull,
    seeds,
    sizes,
)

# Two inputs, three neurons, two outputs.
NETWORK = make_problem([2, 3, 2], ["tanh", "sigmoid"], 1, 0).network
FUNCTIONS = {
    "output_delta_of_sample": (
        lambda **arrays: output_delta_of_sample(**arrays, activation="tanh"),
        {"loss_gradient": (3,), "preactivation": (3,)},
    ),
    "propagate_delta_of_sample": (
        lambda **arrays: propagate_delta_of_sample(**arrays, activation="tanh"),
        {"weight_next": (2, 3), "delta_next": (2,), "preactivation": (3,)},
    ),
    "weight_gradient_of_sample": (
        weight_gradient_of_sample,
        {"delta": (3,), "activation_prev": (2,)},
    ),
    "bias_gradient_of_sample": (bias_gradient_of_sample, {"delta": (3,)}),
    "forward_of_sample": (lambda sample: forward_of_sample(NETWORK, sample), {"sample": (2,)}),
    "backward_of_sample": (
        lambda sample, target: backward_of_sample(NETWORK, sample, target),
        {"sample": (2,), "target": (2,)},
    ),
}
EACH = pytest.mark.parametrize("name", FUNCTIONS)
EACH_ARGUMENT = pytest.mark.parametrize(
    ("name", "argument"), [(name, a) for name, (_, shapes) in FUNCTIONS.items() for a in shapes]
)
WITH_NETWORK = pytest.mark.parametrize(
    ("name", "call"),
    [
        ("forward_of_sample", forward_of_sample),
        ("backward_of_sample", lambda network, x: backward_of_sample(network, x, x)),
    ],
    ids=["forward", "backward"],
)


def arrays_for(name):
    """Return arrays that fit a function."""
    _, shapes = FUNCTIONS[name]
    return dict(zip(shapes, normal(0, *shapes.values()), strict=True))


def arrays_in(result):
    """Return all arrays of a result."""
    if isinstance(result, np.ndarray):
        return [result]
    parts = vars(result).values() if hasattr(result, "__dict__") else result.values()
    return [array for part in parts for array in arrays_in(part)]


@LAW
@given(problems(depth=st.integers(1, 3)))
def test_forward_is_a_column_of_the_batch(problem):
    """The vectors of a sample are the columns of the matrices of the batch."""
    network, X = problem.network, problem.inputs
    batch = network.forward(X)
    for m in range(X.shape[1]):
        alone = forward_of_sample(network, X[:, m])
        assert (list(alone.Z), list(alone.A)) == (list(batch.Z), list(batch.A))
        for l in batch.Z:
            assert_close(alone.Z[l], batch.Z[l][:, m])
            assert_close(alone.A[l], batch.A[l][:, m])
        assert np.array_equal(alone.A[0], X[:, m])


@LAW
@given(problems(depth=st.integers(1, 3)))
def test_backward_is_the_derivative_of_the_loss_of_the_sample(problem):
    """The gradients of a sample are the complex-step derivatives of its own loss."""
    network, X, Y, loss = vars(problem).values()
    gradients = backward_of_sample(network, X[:, 0], Y[:, 0], loss)
    expected = complex_step_gradients(Problem(network, X[:, :1], Y[:, :1], loss))
    assert list(gradients.delta) == list(gradients.parameters) == list(expected)
    for l, arrays in expected.items():
        assert_close(gradients.weight[l], arrays["weight"])
        assert_close(gradients.bias[l], arrays["bias"])
        assert_close(gradients.delta[l], arrays["bias"])


@LAW
@given(problems(depth=st.integers(1, 3)))
def test_batch_gradient_is_the_mean_of_the_samples(problem):
    """The gradients of the batch are the means of those of its samples; delta is divided by M."""
    network, X, Y, loss = vars(problem).values()
    M = X.shape[1]
    batch = network.backward(network.forward(X), Y, loss)
    alone = [backward_of_sample(network, X[:, m], Y[:, m], loss) for m in range(M)]
    for l in network.layers:
        assert_close(sum(one.weight[l] for one in alone) / M, batch.weight[l])
        assert_close(sum(one.bias[l] for one in alone) / M, batch.bias[l][:, 0])
        for m, one in enumerate(alone):
            assert_close(one.delta[l] / M, batch.delta[l][:, m])


@LAW
@given(sizes, activations, seeds)
def test_output_delta_is_the_chain_rule(n_out, name, seed):
    """The output error is the loss gradient through the transposed Jacobian of the activation."""
    g, z = normal(seed, n_out, n_out)
    expected = pull(name, z[:, np.newaxis], g[:, np.newaxis])[:, 0]
    assert_close(output_delta_of_sample(g, z, name), expected)


@LAW
@given(sizes, sizes, activations, seeds)
def test_propagate_delta_is_the_chain_rule(n_next, n_out, name, seed):
    """The error is the next one through the transposes of the weight and of the Jacobian."""
    W, d, z = normal(seed, (n_next, n_out), n_next, n_out)
    g = np.array([[sum(W[k, j] * d[k] for k in range(n_next))] for j in range(n_out)])
    expected = pull(name, z[:, np.newaxis], g)[:, 0]
    assert_close(propagate_delta_of_sample(W, d, z, name), expected)


@LAW
@given(sizes, sizes, seeds)
def test_weight_gradient_is_error_times_activation(n_out, n_in, seed):
    """Entry j, i is the error of neuron j times the activation of neuron i."""
    d, a = normal(seed, n_out, n_in)
    expected = [[d[j] * a[i] for i in range(n_in)] for j in range(n_out)]
    assert_close(weight_gradient_of_sample(d, a), expected)


@LAW
@given(sizes, seeds)
def test_bias_gradient_is_the_error(n_out, seed):
    """The bias gradient is the error."""
    (d,) = normal(seed, n_out)
    assert np.array_equal(bias_gradient_of_sample(d), d)


@EACH
def test_results_do_not_alias_arguments(name):
    """No result shares memory with an argument."""
    function, _ = FUNCTIONS[name]
    arrays = arrays_for(name)
    for result in arrays_in(function(**arrays)):
        assert not any(np.shares_memory(result, array) for array in arrays.values())


@EACH
def test_arguments_are_not_modified(name):
    """Read-only views with other strides give the same numbers."""
    function, _ = FUNCTIONS[name]
    arrays = arrays_for(name)
    views = {a: np.repeat(array, 2, axis=-1)[..., ::2] for a, array in arrays.items()}
    for view in views.values():
        view.flags.writeable = False
    for actual, expected in zip(
        arrays_in(function(**views)), arrays_in(function(**arrays)), strict=True
    ):
        assert_close(actual, expected)


@LAW
@given(problems(dtype=np.float32))
def test_float32_gives_float32(problem):
    """Float32 in gives float32 out, everywhere."""
    network, X, Y, loss = vars(problem).values()
    result = backward_of_sample(network, X[:, 0], Y[:, 0], loss)
    trace = forward_of_sample(network, X[:, 0])
    assert {a.dtype for a in arrays_in(result) + arrays_in(trace)} == {np.dtype(np.float32)}


@EACH_ARGUMENT
@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_array_is_refused(name, argument, spoil, error, rule):
    """A wrong array is refused by name."""
    function, _ = FUNCTIONS[name]
    arrays = arrays_for(name)
    arrays[argument] = spoil(arrays[argument])
    with pytest.raises(error, match=exactly(f"{name}: {argument} {rule}")):
        function(**arrays)


@pytest.mark.parametrize(
    ("name", "argument", "shape", "rule"),
    [
        ("output_delta_of_sample", "loss_gradient", (3, 1), "(N_L,)"),
        ("output_delta_of_sample", "loss_gradient", (0,), "(N_L,) with size at least 1"),
        ("output_delta_of_sample", "preactivation", (1,), "(3,)"),
        ("output_delta_of_sample", "preactivation", (3, 1), "(3,)"),
        ("propagate_delta_of_sample", "weight_next", (3, 2), "(2, N_l)"),
        ("propagate_delta_of_sample", "delta_next", (2, 1), "(N_next,)"),
        ("propagate_delta_of_sample", "preactivation", (1,), "(3,)"),
        ("weight_gradient_of_sample", "delta", (3, 1), "(N_l,)"),
        ("weight_gradient_of_sample", "delta", (), "(N_l,)"),
        ("weight_gradient_of_sample", "activation_prev", (2, 2), "(N_prev,)"),
        ("bias_gradient_of_sample", "delta", (3, 1), "(N_l,)"),
        ("forward_of_sample", "sample", (2, 1), "(2,)"),
        ("forward_of_sample", "sample", (0,), "(2,) with size at least 1"),
        ("backward_of_sample", "sample", (1,), "(2,)"),
        ("backward_of_sample", "target", (2, 1), "(2,)"),
        ("backward_of_sample", "target", (1,), "(2,)"),
    ],
)
def test_wrong_shape_is_named(name, argument, shape, rule):
    """A wrong shape is refused with the rule and the shape that was given."""
    function, _ = FUNCTIONS[name]
    arrays = arrays_for(name) | {argument: np.ones(shape)}
    text = f"{name}: {argument} must have shape {rule}, got {shape}"
    with pytest.raises(ValueError, match=exactly(text)):
        function(**arrays)


@pytest.mark.parametrize(
    ("name", "argument", "first"),
    [
        ("output_delta_of_sample", "preactivation", "loss_gradient"),
        ("propagate_delta_of_sample", "weight_next", "delta_next"),
        ("propagate_delta_of_sample", "preactivation", "delta_next"),
        ("weight_gradient_of_sample", "activation_prev", "delta"),
        ("forward_of_sample", "sample", "weight[1]"),
        ("backward_of_sample", "sample", "weight[1]"),
        ("backward_of_sample", "target", "weight[1]"),
    ],
)
def test_mixed_dtypes_are_refused(name, argument, first):
    """All arrays of a call have one dtype."""
    function, _ = FUNCTIONS[name]
    arrays = arrays_for(name)
    arrays[argument] = arrays[argument].astype(np.float32)
    text = f"{name}: {argument} must have the dtype of {first}, float64, got float32"
    with pytest.raises(TypeError, match=exactly(text)):
        function(**arrays)


@pytest.mark.parametrize("name", ["output_delta_of_sample", "propagate_delta_of_sample"])
def test_unknown_activation_is_refused(name):
    """An unknown name is refused by the function that was called."""
    functions = {f.__name__: f for f in (output_delta_of_sample, propagate_delta_of_sample)}
    text = f"{name}: activation must be one of {', '.join(sorted(ACTIVATIONS))}, got 'swish'"
    with pytest.raises(ValueError, match=exactly(text)):
        functions[name](**arrays_for(name), activation="swish")


@WITH_NETWORK
@pytest.mark.parametrize("norm", [BatchNorm, LayerNorm])
def test_norm_is_refused(name, call, norm):
    """A network with a norm is refused by the kind and the number of the layer."""
    network = Network([Dense(np.eye(2), np.zeros((2, 1))), norm.of_size(2)])
    text = f"{name}: network must have dense layers only, got {norm.__name__} in layer 2"
    with pytest.raises(TypeError, match=exactly(text)):
        call(network, np.ones(2))


@WITH_NETWORK
def test_other_network_is_refused(name, call):
    """What is no Network is refused."""
    with pytest.raises(TypeError, match=exactly(f"{name}: network must be a Network, got ndarray")):
        call(np.eye(2), np.ones(2))


def test_other_loss_is_refused():
    """What is no Loss is refused."""
    text = "backward_of_sample: loss must be a Loss, got str"
    with pytest.raises(TypeError, match=exactly(text)):
        backward_of_sample(NETWORK, np.ones(2), np.ones(2), "half_squared_error")


def test_target_must_suit_the_loss():
    """What a loss asks of its targets is asked in the name of the function."""
    text = "backward_of_sample: targets must have columns that sum to 1, got 2.0 in column 0"
    with pytest.raises(ValueError, match=exactly(text)):
        backward_of_sample(NETWORK, np.ones(2), np.ones(2), softmax_cross_entropy)


def test_half_squared_error_is_the_default():
    """Without a loss it is the half squared error."""
    x, y = normal(1, 2, 2)
    plain, named = (
        backward_of_sample(NETWORK, x, y, *loss) for loss in ((), (half_squared_error,))
    )
    assert np.array_equal(plain.weight[1], named.weight[1])
