"""The dense layer, neuron by neuron and sample by sample."""

import numpy as np
import pytest
from hypothesis import given

from bpdocs import Dense, sigmoid, tanh
from bpdocs.activations import ACTIVATIONS
from strategies import (
    FUZZ,
    LAW,
    WRONG_ARRAYS,
    activate,
    activations,
    any_shapes,
    assert_close,
    exactly,
    normal,
    seeds,
    sizes,
)

NAMES = ", ".join(sorted(ACTIVATIONS))


def make_layer(dtype=np.float64):
    """Return a layer of 2 neurons with 3 inputs."""
    return Dense(*normal(0, (2, 3), (2, 1), dtype=dtype), "tanh")


@LAW
@given(sizes, sizes, sizes, activations, seeds)
def test_forward_is_neuron_by_neuron(n_in, n_out, n_samples, name, seed):
    """Neuron j of sample m is the weighted sum of the sample's inputs plus the neuron's bias."""
    W, b, X = normal(seed, (n_out, n_in), (n_out, 1), (n_in, n_samples))
    Z, _ = Dense(W, b, name).forward(X)
    expected = [
        [sum(W[j, i] * X[i, m] for i in range(n_in)) + b[j, 0] for m in range(n_samples)]
        for j in range(n_out)
    ]
    assert_close(Z, expected)


@LAW
@given(sizes, sizes, sizes, activations, seeds)
def test_activation_is_of_the_preactivation(n_in, n_out, n_samples, name, seed):
    """The second result is the activation's definition at the first, entry by entry."""
    Z, A = Dense(*normal(seed, (n_out, n_in), (n_out, 1)), name).forward(
        *normal(seed + 1, (n_in, n_samples))
    )
    assert_close(A, activate(name, Z))


def test_forward_results_are_not_views():
    """With the identity, too, A does not share memory with Z."""
    Z, A = Dense(np.eye(2), np.zeros((2, 1))).forward(np.ones((2, 3)))
    assert not np.shares_memory(Z, A)


def test_forward_of_float32_is_float32():
    """Float32 in gives float32 out."""
    results = make_layer(np.float32).forward(np.ones((3, 4), np.float32))
    assert [array.dtype for array in results] == [np.float32, np.float32]


def test_forward_does_not_modify():
    """A layer works on read-only arrays."""
    W, b, X = normal(0, (2, 3), (2, 1), (3, 4))
    W.flags.writeable = b.flags.writeable = X.flags.writeable = False
    Dense(W, b, "relu").forward(X)


def test_activation_is_identity_unless_given():
    """A layer without an activation is affine."""
    assert Dense(np.ones((1, 1)), np.ones((1, 1))).activation.name == "identity"


def test_activation_may_be_an_object():
    """An Activation is taken as well as a name."""
    assert Dense(np.ones((1, 1)), np.ones((1, 1)), sigmoid).activation is sigmoid


def test_sizes_are_those_of_the_weight():
    """The weight has a row for each neuron and a column for each input."""
    assert (make_layer().n_in, make_layer().n_out) == (3, 2)


def test_repr_reads_from_input_to_output():
    """A layer prints its sizes in the order of the forward pass."""
    assert repr(make_layer()) == "Dense(3 -> 2, tanh)"


def test_layer_is_frozen():
    """The arrays of a layer cannot be exchanged."""
    with pytest.raises(AttributeError, match=r"^cannot assign to field 'weight'$"):
        make_layer().weight = np.ones((2, 3))


# Refused at construction


@pytest.mark.parametrize("argument", ["weight", "bias"])
@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_parameter_is_refused(argument, spoil, error, rule):
    """A wrong array is refused by name."""
    arguments = {"weight": np.ones((2, 3)), "bias": np.ones((2, 1))}
    arguments[argument] = spoil(arguments[argument])
    with pytest.raises(error, match=exactly(f"Dense: {argument} {rule}")):
        Dense(**arguments)


@pytest.mark.parametrize("shape", [(2,), (3,), (1,), (), (1, 2), (1, 1), (2, 3), (3, 1), (2, 1, 1)])
def test_bias_that_is_no_column_is_refused(shape):
    """The bias is a column with a row for each neuron; no other shape is broadcast."""
    text = f"Dense: bias must have shape (2, 1), got {shape}"
    with pytest.raises(ValueError, match=exactly(text)):
        Dense(np.ones((2, 3)), np.ones(shape))


def test_one_dimensional_bias_is_refused_as_long_as_the_batch():
    """With N_l = M, where NumPy would add it along the wrong axis, a 1-D bias is refused too."""
    with pytest.raises(ValueError, match=r"^Dense: bias must have shape \(2, 1\), got \(2,\)$"):
        Dense(np.ones((2, 3)), np.ones(2)).forward(np.ones((3, 2)))


@pytest.mark.parametrize("shape", [(3,), (), (1, 2, 3)])
def test_weight_that_is_no_matrix_is_refused(shape):
    """The weight is a matrix."""
    text = f"Dense: weight must have shape (N_l, N_prev), got {shape}"
    with pytest.raises(ValueError, match=exactly(text)):
        Dense(np.ones(shape), np.ones((1, 1)))


@pytest.mark.parametrize("shape", [(0, 3), (2, 0)])
def test_empty_weight_is_refused(shape):
    """A layer has neurons and inputs."""
    text = f"Dense: weight must have shape (N_l, N_prev) with every size at least 1, got {shape}"
    with pytest.raises(ValueError, match=exactly(text)):
        Dense(np.ones(shape), np.ones((shape[0], 1)))


def test_parameters_of_two_dtypes_are_refused():
    """Weight and bias have one dtype."""
    text = "Dense: bias must have the dtype of weight, float64, got float32"
    with pytest.raises(TypeError, match=exactly(text)):
        Dense(np.ones((2, 3)), np.ones((2, 1), np.float32))


def test_unknown_activation_is_refused():
    """An unknown name is refused with the list of names."""
    text = f"Dense: activation must be one of {NAMES}, got 'gelu'"
    with pytest.raises(ValueError, match=exactly(text)):
        Dense(np.ones((2, 3)), np.ones((2, 1)), "gelu")


# Refused by forward


@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_input_is_refused(spoil, error, rule):
    """A wrong array is refused by name."""
    with pytest.raises(error, match=exactly(f"Dense.forward: activation_prev {rule}")):
        make_layer().forward(spoil(np.ones((3, 4))))


def test_empty_batch_is_refused():
    """A batch without samples is refused."""
    text = (
        "Dense.forward: activation_prev must have shape (3, M) with every size at least 1, "
        "got (3, 0)"
    )
    with pytest.raises(ValueError, match=exactly(text)):
        make_layer().forward(np.ones((3, 0)))


def test_input_of_another_dtype_is_refused():
    """The batch has the dtype of the layer."""
    text = "Dense.forward: activation_prev must have the dtype of weight, float64, got float32"
    with pytest.raises(TypeError, match=exactly(text)):
        make_layer().forward(np.ones((3, 4), np.float32))


@FUZZ
@given(any_shapes)
def test_input_is_never_broadcast(shape):
    """A batch either has a row for each input of the layer or is refused."""
    layer = make_layer()
    if len(shape) == 2 and shape[0] == 3 and shape[1] > 0:
        assert layer.forward(np.ones(shape))[0].shape == (2, shape[1])
    else:
        with pytest.raises(ValueError, match=r"^Dense\.forward: activation_prev must have shape "):
            layer.forward(np.ones(shape))


# Random layers


@pytest.mark.parametrize(("initialization", "variance"), [("xavier", 2 / 500), ("he", 2 / 100)])
def test_random_weight_has_the_variance_of_its_name(initialization, variance):
    """The weights are normal, mean 0, variance 2/(n_in+n_out) or 2/n_in, to four deviations."""
    rng = np.random.default_rng(0)
    weight = Dense.random(100, 400, "tanh", rng, initialization).weight
    assert abs(weight.mean()) < 4 * np.sqrt(variance / weight.size)
    assert abs(weight.var() / variance - 1) < 4 * np.sqrt(2 / weight.size)


def test_unknown_initialization_is_refused():
    """An unknown initialisation is refused with the list of names."""
    text = "initial_weight: initialization must be one of he, xavier, got 'zeros'"
    with pytest.raises(ValueError, match=exactly(text)):
        Dense.random(2, 3, "tanh", np.random.default_rng(0), "zeros")


def test_random_bias_is_zero():
    """A random layer starts with a zero bias."""
    assert not Dense.random(2, 3, "relu", np.random.default_rng(0)).bias.any()


def test_random_layer_has_the_sizes():
    """`n_in` counts columns, `n_out` rows; NumPy's integers are taken too."""
    layer = Dense.random(np.int64(2), np.int32(5), tanh, np.random.default_rng(0))
    assert (layer.weight.shape, layer.bias.shape) == ((5, 2), (5, 1))


def test_random_layer_follows_its_generator():
    """The same seed gives the same weights."""
    first, second = (Dense.random(2, 3, "relu", np.random.default_rng(7)) for _ in range(2))
    assert (first.weight == second.weight).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_random_layer_has_the_dtype(dtype):
    """Weight and bias have the dtype that was asked for."""
    layer = Dense.random(2, 3, "relu", np.random.default_rng(0), dtype=dtype)
    assert (layer.weight.dtype, layer.bias.dtype) == (dtype, dtype)


@pytest.mark.parametrize("dtype", [np.float16, np.int64, np.complex128, object])
def test_random_layer_of_other_dtypes_is_refused(dtype):
    """No other dtype than float32 and float64 is given."""
    text = f"initial_weight: dtype must be float32 or float64, got {np.dtype(dtype)}"
    with pytest.raises(TypeError, match=exactly(text)):
        Dense.random(2, 3, "relu", np.random.default_rng(0), dtype=dtype)


@pytest.mark.parametrize("argument", ["n_in", "n_out"])
@pytest.mark.parametrize("size", [2.0, "2", None, True, np.float64(2)])
def test_size_of_the_wrong_kind_is_refused(argument, size):
    """A size is an integer."""
    text = f"initial_weight: {argument} must be an integer, got {size!r}"
    with pytest.raises(TypeError, match=exactly(text)):
        Dense.random(**{"n_in": 2, "n_out": 3, argument: size}, activation="tanh", rng=None)


@pytest.mark.parametrize("argument", ["n_in", "n_out"])
@pytest.mark.parametrize("size", [0, -1])
def test_size_below_one_is_refused(argument, size):
    """A size is at least 1."""
    text = f"initial_weight: {argument} must be at least 1, got {size}"
    with pytest.raises(ValueError, match=exactly(text)):
        Dense.random(**{"n_in": 2, "n_out": 3, argument: size}, activation="tanh", rng=None)


@pytest.mark.parametrize(
    ("rng", "what"), [(None, "None"), (0, "int"), (np.random.RandomState(0), "RandomState")]
)
def test_wrong_generator_is_refused(rng, what):
    """A seed or a legacy RandomState is no Generator."""
    text = f"initial_weight: rng must be a numpy Generator, got {what}"
    with pytest.raises(TypeError, match=exactly(text)):
        Dense.random(2, 3, "tanh", rng)


def test_missing_generator_is_refused():
    """The generator has no default."""
    with pytest.raises(TypeError, match=r"^Dense\.random\(\) missing 1 .* argument: 'rng'$"):
        Dense.random(2, 3, "tanh")
