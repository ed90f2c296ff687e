"""Mappings like PyTorch's and lists like Keras's: run by their own rules, on rows, and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpdocs import BatchNorm, Dense, LayerNorm, Network
from bpdocs.frameworks import (
    from_keras_weights,
    from_state_dict,
    module_names,
    to_keras_weights,
    to_state_dict,
)
from bpdocs.normalization import Normalization
from strategies import LAW, WRONG_ARRAYS, assert_close, exactly, normal, seeds, sizes

ELEMENTWISE = {"identity": lambda A: A, "tanh": np.tanh, "relu": lambda A: np.maximum(A, 0)}


def make_network(kinds, seed, dtype=np.float64):
    """Return a network of (kind, activation, neurons), the first of two inputs, for inference."""
    layers, n_in = [], 2
    for number, (kind, activation, n_out) in enumerate(kinds):
        W, *columns = normal(
            seed + number, (n_out, n_in), (n_out, 1), *[(n_in, 1)] * 4, dtype=dtype
        )
        b, scale, shift, mean, spread = columns
        if kind is Dense:
            layers.append(Dense(W, b, activation))
            n_in = n_out
        elif kind is LayerNorm:
            layers.append(LayerNorm(scale, shift, activation))
        else:
            means = {"running_mean": mean, "running_variance": spread**2, "is_training": False}
            layers.append(BatchNorm(scale, shift, activation, **means))
    return Network(layers)


def like(network, seed=9):
    """Return a network of the same layers with other numbers."""
    kinds = [(type(x), x.activation, x.n_out) for x in network.layers.values()]
    return make_network(kinds, seed)


def arrays_of(network):
    """Return all arrays of a network: parameters and running means."""
    names = ("weight", "bias", "scale", "shift", "running_mean", "running_variance")
    return {
        (l, name): getattr(layer, name)
        for l, layer in network.layers.items()
        for name in names
        if hasattr(layer, name)
    }


networks = st.builds(
    make_network,
    st.lists(
        st.tuples(
            st.sampled_from([Dense, BatchNorm, LayerNorm]),
            st.sampled_from(sorted(ELEMENTWISE)),
            sizes,
        ),
        min_size=1,
        max_size=4,
    ),
    st.integers(0, 2**31),
)
# Layers "0" and "2", then a batch norm "4" and a layer norm "5".
KINDS = [
    (Dense, "tanh", 3),
    (Dense, "relu", 2),
    (BatchNorm, "identity", 2),
    (LayerNorm, "identity", 2),
]
NETWORK = make_network(KINDS, 0)
KEYS = [
    *("0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"),
    *("4.running_mean", "4.running_var", "4.num_batches_tracked", "5.weight", "5.bias"),
]
INDEX = {
    "weights[0]": "0.weight",
    "weights[1]": "0.bias",
    "weights[4]": "4.weight",
    "weights[7]": "4.running_var",
}


def run_rows(modules, X):
    """Compute a forward pass on rows; a module is its kind, its arrays, its activation."""
    A = X.T
    for kind, (first, second, *means), activation in modules:
        if kind is Dense:
            Z = A @ first + second
        else:
            mean, variance = means or (A.mean(axis=1)[:, None], A.var(axis=1)[:, None])
            Z = (A - mean) / (variance + 1e-5) ** 0.5 * first + second
        A = ELEMENTWISE[activation](Z)
    return A.T


@LAW
@given(networks, seeds)
def test_state_dict_computes_the_same_on_rows(network, seed):
    """PyTorch's formulas on rows, with the arrays under PyTorch's names, give the same output."""
    (X,) = normal(seed, (2, 3))
    state, modules = to_state_dict(network), []
    for name, layer in zip(module_names(network), network.layers.values(), strict=True):
        keys = ["weight", "bias"]
        keys += ["running_mean", "running_var"] if isinstance(layer, BatchNorm) else []
        arrays = [state[f"{name}.{key}"] for key in keys]
        if isinstance(layer, Dense):
            arrays[0] = arrays[0].T
        modules.append((type(layer), arrays, layer.activation.name))
    assert_close(run_rows(modules, X), network.forward(X).output, 1e-11)


@LAW
@given(networks, seeds)
def test_keras_weights_compute_the_same_on_rows(network, seed):
    """Keras's formulas on rows, with the arrays in Keras's order, give the same output."""
    (X,) = normal(seed, (2, 3))
    weights, modules = to_keras_weights(network), []
    for layer in network.layers.values():
        count = 4 if isinstance(layer, BatchNorm) else 2
        arrays, weights = weights[:count], weights[count:]
        modules.append((type(layer), arrays, layer.activation.name))
    assert weights == []
    assert_close(run_rows(modules, X), network.forward(X).output, 1e-11)


@LAW
@given(networks)
def test_networks_come_back(network):
    """There and back gives the same arrays, copied, and the layers of the network given."""
    mapped = from_state_dict(to_state_dict(network), like(network))
    listed = from_keras_weights(to_keras_weights(network), like(network))
    for back in (mapped, listed):
        assert repr(back) == repr(network)
        assert arrays_of(back).keys() == arrays_of(network).keys()
        for place, array in arrays_of(network).items():
            assert np.array_equal(arrays_of(back)[place], array)
            assert not np.shares_memory(arrays_of(back)[place], array)


def test_keys_are_those_of_a_sequential():
    """Activations have an index of their own, the identity has none."""
    state = to_state_dict(NETWORK)
    assert list(state) == KEYS
    count = state["4.num_batches_tracked"]
    assert (count.shape, count.dtype, int(count)) == ((), np.int64, 0)


def test_names_may_be_given():
    """Names of modules take the place of the indices, both ways."""
    names = ["in", "hidden", "norm", "last"]
    state = to_state_dict(NETWORK, names)
    assert list(state)[:2] == ["in.weight", "in.bias"]
    back = from_state_dict(state, like(NETWORK), names)
    assert np.array_equal(back.layers[4].scale, NETWORK.layers[4].scale)


def test_number_of_batches_may_be_missing():
    """The count of batches is not needed and not kept."""
    state = to_state_dict(NETWORK)
    del state["4.num_batches_tracked"]
    back = from_state_dict(state, like(NETWORK))
    assert np.array_equal(back.layers[3].running_mean, NETWORK.layers[3].running_mean)


def test_what_is_not_in_the_mapping_stays():
    """Epsilon, mode and activation are those of the network given."""
    given_network = Network([BatchNorm.of_size(2, "tanh")])
    state = to_state_dict(make_network([(BatchNorm, "tanh", 2)], 0))
    layer = from_state_dict(state, given_network).layers[1]
    assert (layer.is_training, layer.activation.name, layer.epsilon) == (True, "tanh", 1e-5)


def test_results_are_copies_in_the_dtype():
    """The mapping and the list share nothing with the network, and float32 stays."""
    network = make_network(KINDS, 0, np.float32)
    state, weights = to_state_dict(network), to_keras_weights(network)
    del state["4.num_batches_tracked"]
    for array in [*state.values(), *weights]:
        assert array.dtype == np.float32
        assert array.flags.c_contiguous
        assert not any(np.shares_memory(array, other) for other in arrays_of(network).values())
    assert from_state_dict(state, NETWORK).dtype == np.float32
    assert from_keras_weights(weights, NETWORK).dtype == np.float32


def load(argument, value):
    """Load the network with one array replaced, by the mapping or by the list."""
    if argument.startswith("state"):
        return from_state_dict(to_state_dict(NETWORK) | {argument[7:-2]: value}, NETWORK)
    weights = to_keras_weights(NETWORK)
    weights[int(argument[8:-1])] = value
    return from_keras_weights(weights, NETWORK)


ARGUMENTS = [*INDEX, *(f"state['{key}']" for key in INDEX.values())]


def function_of(argument):
    """Return the name of the function that has this argument."""
    return "from_state_dict" if argument.startswith("state") else "from_keras_weights"


@pytest.mark.parametrize("argument", ARGUMENTS)
@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_array_is_refused(argument, spoil, error, rule):
    """A wrong array is refused by its key or its index."""
    shape = {"weights[0]": (2, 3), "state['0.weight']": (3, 2)}.get(argument)
    right = np.ones(shape or (3 if argument in {"weights[1]", "state['0.bias']"} else 2))
    text = f"{function_of(argument)}: {argument} {rule}"
    with pytest.raises(error, match=exactly(text)):
        load(argument, spoil(right))


@pytest.mark.parametrize(
    ("argument", "shape", "rule"),
    [
        ("state['0.weight']", (2, 3), "(3, 2)"),
        ("state['0.bias']", (3, 1), "(3,)"),
        ("state['4.weight']", (2, 1), "(2,)"),
        ("state['4.running_var']", (1,), "(2,)"),
        ("weights[0]", (3, 2), "(2, 3)"),
        ("weights[1]", (1, 3), "(3,)"),
        ("weights[4]", (3,), "(2,)"),
        ("weights[7]", (), "(2,)"),
    ],
)
def test_wrong_shape_is_named(argument, shape, rule):
    """A wrong shape is refused with the shape that the network asks for."""
    text = f"{function_of(argument)}: {argument} must have shape {rule}, got {shape}"
    with pytest.raises(ValueError, match=exactly(text)):
        load(argument, np.ones(shape))


@pytest.mark.parametrize(
    ("argument", "first"),
    [("state['0.bias']", "state['0.weight']"), ("weights[1]", "weights[0]")],
)
def test_mixed_dtypes_are_refused(argument, first):
    """All arrays have one dtype."""
    text = (
        f"{function_of(argument)}: {argument} must have the dtype of {first}, float64, got float32"
    )
    with pytest.raises(TypeError, match=exactly(text)):
        load(argument, np.ones(3, np.float32))


def test_negative_variance_is_refused():
    """A running variance below 0 is refused."""
    text = "BatchNorm: running_variance must not be negative, got -1.0"
    with pytest.raises(ValueError, match=exactly(text)):
        load("state['4.running_var']", np.array([1.0, -1.0]))


class Sum(Normalization):
    """A layer that the frameworks do not have."""

    axis = 0

    def normalise(self, activation_prev):
        """Return the sums of the columns."""
        return activation_prev.sum(axis=0, keepdims=True) + 0 * activation_prev, 1.0


@pytest.mark.parametrize(
    "function",
    [
        lambda network: to_state_dict(network),
        lambda network: from_state_dict({}, network),
        lambda network: to_keras_weights(network),
        lambda network: from_keras_weights([], network),
    ],
    ids=["to_state_dict", "from_state_dict", "to_keras_weights", "from_keras_weights"],
)
def test_other_layer_is_refused(function, request):
    """A layer of another kind is refused by its kind and number."""
    name = request.node.callspec.id
    text = (
        f"{name}: network must have Dense, BatchNorm and LayerNorm layers only, got Sum in layer 2"
    )
    with pytest.raises(TypeError, match=exactly(text)):
        function(Network([Dense(np.eye(2), np.ones((2, 1))), Sum(*np.ones((2, 2, 1)))]))


STATE = to_state_dict(NETWORK)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: module_names([]),
            TypeError,
            "module_names: network must be a Network, got list",
        ),
        (
            lambda: to_state_dict(None),
            TypeError,
            "to_state_dict: network must be a Network, got None",
        ),
        (
            lambda: to_state_dict(NETWORK, "abcd"),
            TypeError,
            "to_state_dict: names must be a list of strings, got 'abcd'",
        ),
        (
            lambda: to_state_dict(NETWORK, [0, 2, 4, 5]),
            TypeError,
            "to_state_dict: names must be a list of strings, got [0, 2, 4, 5]",
        ),
        (
            lambda: to_state_dict(NETWORK, ["a", "b"]),
            ValueError,
            "to_state_dict: names must have 4 distinct entries, one a layer, got a, b",
        ),
        (
            lambda: to_state_dict(NETWORK, ["a", "b", "c", "a"]),
            ValueError,
            "to_state_dict: names must have 4 distinct entries, one a layer, got a, b, c, a",
        ),
        (
            lambda: from_state_dict(STATE, NETWORK, []),
            ValueError,
            "from_state_dict: names must have 4 distinct entries, one a layer, got none",
        ),
        (
            lambda: from_state_dict([], NETWORK),
            TypeError,
            "from_state_dict: state must be a Mapping, got list",
        ),
        (
            lambda: from_state_dict({}, NETWORK),
            ValueError,
            "from_state_dict: state must have the name '0.weight', got none",
        ),
        (
            lambda: from_state_dict({"0.weight": STATE["0.weight"]}, NETWORK),
            ValueError,
            "from_state_dict: state must have the name '0.bias', got 0.weight",
        ),
        (
            lambda: from_state_dict(STATE | {"0.num_batches_tracked": 0}, NETWORK),
            ValueError,
            "from_state_dict: state must have only names that the network has, "
            "got '0.num_batches_tracked'",
        ),
        (
            lambda: from_state_dict(STATE, None),
            TypeError,
            "from_state_dict: network must be a Network, got None",
        ),
        (
            lambda: to_keras_weights(1),
            TypeError,
            "to_keras_weights: network must be a Network, got int",
        ),
        (
            lambda: from_keras_weights(np.ones(10), NETWORK),
            TypeError,
            "from_keras_weights: weights must be a list, got ndarray",
        ),
        (
            lambda: from_keras_weights([], NETWORK),
            ValueError,
            "from_keras_weights: weights must have 10 arrays, got 0",
        ),
        (
            lambda: from_keras_weights([], None),
            TypeError,
            "from_keras_weights: network must be a Network, got None",
        ),
    ],
)
def test_wrong_call_is_refused(call, error, text):
    """A wrong container, name or number of arrays is refused."""
    with pytest.raises(error, match=exactly(text)):
        call()
