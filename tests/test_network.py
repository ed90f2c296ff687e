"""The network: its gradients by other routes, the laws of a batch, and what it refuses."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bpdocs import Dense, Network, Trace
from bpdocs.activations import ACTIVATIONS
from strategies import (
    APART_KINDS,
    DEFINITIONS,
    FEW,
    LAW,
    LOSS_DEFINITIONS,
    LOSSES,
    WRONG_ARRAYS,
    assert_close,
    exactly,
    is_near_kink,
    make_norm,
    make_problem,
    mixed_problems,
    problems,
    seeds,
    sides_of_kinks,
    sizes,
)

RNG = np.random.default_rng(0)
NAMES = ", ".join(sorted(ACTIVATIONS))


def backward(problem, columns=slice(None)):
    """Return the gradients for the problem, or for these columns of its batch."""
    trace = problem.network.forward(problem.inputs[:, columns])
    return problem.network.backward(trace, problem.targets[:, columns], problem.loss)


def assert_same_parameters(parameters, expected, tolerance=1e-12):
    """Fail unless both have the same gradient for every parameter of every layer."""
    assert {l: list(arrays) for l, arrays in parameters.items()} == {
        l: list(arrays) for l, arrays in expected.items()
    }
    for l, arrays in expected.items():
        for name, array in arrays.items():
            assert_close(parameters[l][name], array, tolerance)


def loss_by_loops(problem, parameters):
    """Return the loss from lists W1, b1, W2, ... of numbers, one neuron and sample at a time."""
    names = [layer.activation.name for layer in problem.network.layers.values()]
    total = 0
    for x, y in zip(problem.inputs.T.tolist(), problem.targets.T.tolist(), strict=True):
        a = x
        for W, b, name in zip(parameters[::2], parameters[1::2], names, strict=True):
            sums = [sum(w * a_i for w, a_i in zip(row, a, strict=True)) for row in W]
            a = DEFINITIONS[name]([z + b_j for z, (b_j,) in zip(sums, b, strict=True)])
        total += LOSS_DEFINITIONS[problem.loss.name](a, y)
    return total / problem.inputs.shape[1]


def by_complex_step(problem):
    """Return the gradients by moving every parameter a little along the imaginary axis."""
    layers = problem.network.layers
    parameters = [p.astype(complex).tolist() for x in layers.values() for p in (x.weight, x.bias)]
    gradients = [np.array(p).real.copy() for p in parameters]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        for j, i in np.ndindex(gradient.shape):
            parameter[j][i] += 1e-30j
            gradient[j, i] = loss_by_loops(problem, parameters).imag / 1e-30
            parameter[j][i] = parameter[j][i].real
    pairs = zip(gradients[::2], gradients[1::2], strict=True)
    return {l: {"weight": W, "bias": b} for l, (W, b) in enumerate(pairs, start=1)}


# The gradient


@LAW
@given(problems())
def test_gradient_is_the_complex_step_of_the_loops(problem):
    """The gradients are those of the loss written out for single numbers, to 1e-12."""
    assert_same_parameters(backward(problem).parameters, by_complex_step(problem))


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
@pytest.mark.parametrize("loss", sorted(LOSSES))
@pytest.mark.parametrize("depth", [1, 2, 3, 4])
@FEW
@given(st.data())
def test_gradient_is_the_central_difference(name, loss, depth, data):
    """The gradients are central differences of the loss, for each activation, loss and depth."""
    problem = data.draw(problems(st.just(name), st.just(depth), st.just(loss)))
    # Within 1e-3 of a kink a problem is left out: a step of 1e-5 could cross it.
    assume(not is_near_kink(problem))
    network = problem.network
    for l, arrays in backward(problem).parameters.items():
        for part, analytic in arrays.items():
            for index in np.ndindex(analytic.shape):
                values = []
                for h in (1e-5, -1e-5):
                    moved = {key: array.copy() for key, array in network.parameters[l].items()}
                    moved[part][index] += h
                    layer = Dense(**moved, activation=network.layers[l].activation)
                    changed = Network(list((network.layers | {l: layer}).values()))
                    output = changed.forward(problem.inputs).output
                    values.append(problem.loss(output, problem.targets))
                numeric = (values[0] - values[1]) / 2e-5
                # The quotient itself is rounded by about 1e-16 / 1e-5.
                assert analytic[index] == pytest.approx(numeric, rel=1e-6, abs=1e-9)


@settings(LAW, max_examples=50)
@given(mixed_problems(), seeds)
def test_gradient_of_mixed_layers_is_the_slope(problem, seed):
    """In any order of layer kinds, a parameter that moves changes the loss as its gradient says.

    Each parameter moves in a random direction. The difference has an error of order h^4. Problems
    with a preactivation that changes the side of its kink at one of the four points are left out.
    """
    network, rng, h = problem.network, np.random.default_rng(seed), 1e-4
    sides = sides_of_kinks(network, problem.inputs)
    for l, arrays in backward(problem).parameters.items():
        for name, gradient in arrays.items():
            direction = rng.standard_normal(gradient.shape)
            values = {}
            for steps in (-2, -1, 1, 2):
                value = network.parameters[l][name] + steps * h * direction
                moved = network.with_parameters({l: {name: value}})
                assume(sides_of_kinks(moved, problem.inputs) == sides)
                output = moved.forward(problem.inputs).output
                values[steps] = problem.loss(output, problem.targets)
            slope = (8 * (values[1] - values[-1]) - (values[2] - values[-2])) / (12 * h)
            assert_close(np.asarray((gradient * direction).sum()), slope, 1e-6)


# X, then what a pencil gives: the first sample passes both relus, the second only the lower one.
HAND_INPUTS, HAND_TARGETS = np.array([[1.0, 2.0], [1.0, -1.0]]), np.array([[0.5, -3.5]])
HAND_NETWORK = Network(
    [
        Dense(np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([[-1.0], [1.0]]), "relu"),
        Dense(np.array([[1.0, -1.0]]), np.array([[0.5]]), "identity"),
    ]
)


@pytest.mark.parametrize(
    ("what", "expected"),
    {
        "Z1": [[2, -1], [3, 8]],
        "A1": [[2, 0], [3, 8]],
        "A2": [[-0.5, -7.5]],
        "delta2": [[-0.5, -2]],
        "delta1": [[-0.5, 0], [0.5, 2]],
        "weight2": [[-1, -17.5]],
        "bias2": [[-2.5]],
        "weight1": [[-0.5, -0.5], [4.5, -1.5]],
        "bias1": [[-0.5], [2.5]],
    }.items(),
)
def test_two_two_one_network_by_hand(what, expected):
    """Every number of a 2-2-1 network with two samples is the one worked out by hand."""
    trace = HAND_NETWORK.forward(HAND_INPUTS)
    results = trace if what[0] in "ZA" else HAND_NETWORK.backward(trace, HAND_TARGETS)
    assert getattr(results, what[:-1])[int(what[-1])].tolist() == expected


# The batch


@LAW
@given(mixed_problems(APART_KINDS))
def test_batch_gradient_is_the_mean_over_samples(problem):
    """Without batch norm, the gradients of a batch are the means of those of its samples alone."""
    n_samples = problem.inputs.shape[1]
    alone = [backward(problem, [m]).parameters for m in range(n_samples)]
    mean = {
        l: {name: sum(g[l][name] for g in alone) / n_samples for name in layer.parameter_names}
        for l, layer in problem.network.layers.items()
    }
    assert_same_parameters(backward(problem).parameters, mean)


@LAW
@given(mixed_problems(APART_KINDS))
def test_one_over_m_enters_delta_once(problem):
    """Without batch norm, M times column m of every error is the error of sample m alone."""
    n_samples = problem.inputs.shape[1]
    alone = [backward(problem, [m]).delta for m in range(n_samples)]
    for l, delta in backward(problem).delta.items():
        assert_close(n_samples * delta, np.hstack([single[l] for single in alone]))


@LAW
@given(mixed_problems(), seeds)
def test_permuting_columns_permutes_delta(problem, seed):
    """The error of a permuted batch is the permuted error."""
    order = np.random.default_rng(seed).permutation(problem.inputs.shape[1])
    permuted = backward(problem, order).delta
    for l, delta in backward(problem).delta.items():
        assert_close(permuted[l], delta[:, order])


@LAW
@given(mixed_problems(), seeds)
def test_permuting_columns_leaves_the_gradients(problem, seed):
    """The order of the samples does not change the gradients, batch norm or not."""
    order = np.random.default_rng(seed).permutation(problem.inputs.shape[1])
    assert_same_parameters(backward(problem, order).parameters, backward(problem).parameters)


@LAW
@given(mixed_problems(), st.integers(2, 4))
def test_repeating_the_batch_leaves_the_gradients(problem, times):
    """A batch that holds every sample several times has the same gradients, batch norm or not."""
    columns = np.tile(np.arange(problem.inputs.shape[1]), times)
    assert_same_parameters(backward(problem, columns).parameters, backward(problem).parameters)


@LAW
@given(mixed_problems(APART_KINDS))
def test_forward_keeps_samples_apart(problem):
    """Without batch norm, column m of every Z and A is made from column m of the inputs alone."""
    trace = problem.network.forward(problem.inputs)
    alone = [
        problem.network.forward(problem.inputs[:, [m]]) for m in range(problem.inputs.shape[1])
    ]
    for l in trace.Z:
        assert_close(trace.Z[l], np.hstack([single.Z[l] for single in alone]))
        assert_close(trace.A[l], np.hstack([single.A[l] for single in alone]))


def test_batch_norm_mixes_the_gradients():
    """With batch norm, a change of the first sample changes the error of the second."""
    rng = np.random.default_rng(0)
    network = Network([Dense.random(2, 3, "tanh", rng), make_norm("BatchNorm", 3, 0)])
    X, Y = rng.standard_normal((2, 4)), rng.standard_normal((3, 4))
    before = network.backward(network.forward(X), Y).delta[1][:, 1]
    X[:, 0] += 1
    after = network.backward(network.forward(X), Y).delta[1][:, 1]
    assert np.abs(after - before).max() > 1e-3


def test_one_sample_in_training_is_refused():
    """A network with batch norm in training needs two samples; for inference it needs one."""
    network = Network([make_norm("BatchNorm", 2, 0)])
    text = "BatchNorm: activation_prev must have at least 2 samples in training, got 1"
    with pytest.raises(ValueError, match=exactly(text)):
        network.forward(np.ones((2, 1)))
    assert network.for_inference().forward(np.ones((2, 1))).output.shape == (2, 1)


@pytest.mark.parametrize("loss", ["cross_entropy", "softmax_cross_entropy"])
def test_classes_are_taken_for_columns(loss):
    """Integer classes give the gradients of their one-hot columns."""
    problem = make_problem([3, 4], ["tanh"], 5, 0, loss=loss)
    classes = np.array([3, 0, 1, 1, 2], np.uint8)
    columns = np.array([[float(k == c) for c in classes] for k in range(4)])
    trace = problem.network.forward(problem.inputs)
    by_class, by_column = (
        problem.network.backward(trace, targets, problem.loss).parameters
        for targets in (classes, columns)
    )
    assert_same_parameters(by_class, by_column, 0)


# Other parameters, another mode


@LAW
@given(mixed_problems(), seeds)
def test_with_parameters_takes_what_is_named(problem, seed):
    """A copy has the named parameters, and everything else is the original's, not copied."""
    network, rng = problem.network, np.random.default_rng(seed)
    l = int(rng.integers(1, network.n_layers + 1))
    name = str(rng.choice(network.layers[l].parameter_names))
    value = rng.standard_normal(network.parameters[l][name].shape)
    before = {key: dict(arrays) for key, arrays in network.parameters.items()}
    copy = network.with_parameters({l: {name: value}})
    expected = before | {l: before[l] | {name: value}}
    for found, wanted in [(copy.parameters, expected), (network.parameters, before)]:
        assert list(found) == list(wanted)
        for key, arrays in wanted.items():
            assert list(found[key]) == list(arrays)
            assert all(found[key][part] is array for part, array in arrays.items())
    assert all(copy.layers[key] is network.layers[key] for key in network.layers if key != l)


@LAW
@given(mixed_problems())
def test_own_parameters_give_the_same_network(problem):
    """A network with its own parameters computes the same, bit for bit."""
    copy = problem.network.with_parameters(problem.network.parameters)
    output = problem.network.forward(problem.inputs).output
    assert np.array_equal(copy.forward(problem.inputs).output, output)
    assert repr(copy) == repr(problem.network)


@LAW
@given(mixed_problems(APART_KINDS))
def test_inference_is_the_same_without_batch_norm(problem):
    """Where no batch norm is in training, inference computes the same, bit for bit."""
    output = problem.network.forward(problem.inputs).output
    assert np.array_equal(problem.network.for_inference().forward(problem.inputs).output, output)


@LAW
@given(mixed_problems())
def test_inference_keeps_samples_apart(problem):
    """For inference, column m of the output is made from column m of the inputs alone."""
    network, n_samples = problem.network.for_inference(), problem.inputs.shape[1]
    alone = [network.forward(problem.inputs[:, [m]]).output for m in range(n_samples)]
    assert_close(network.forward(problem.inputs).output, np.hstack(alone))


@LAW
@given(mixed_problems())
def test_inference_leaves_the_original(problem):
    """The original stays in training; the copy has its parameters, not copied."""
    modes = [getattr(layer, "is_training", None) for layer in problem.network.layers.values()]
    copy = problem.network.for_inference()
    assert modes == [
        getattr(layer, "is_training", None) for layer in problem.network.layers.values()
    ]
    assert not any(getattr(layer, "is_training", False) for layer in copy.layers.values())
    for l, arrays in problem.network.parameters.items():
        assert all(copy.parameters[l][name] is array for name, array in arrays.items())


@pytest.mark.parametrize("l", [3, 0, "1", -1])
@pytest.mark.parametrize("arrays", [{}, {"weight": np.ones((2, 2))}], ids=["none", "weight"])
def test_unknown_layer_is_refused(l, arrays):
    """A number of no layer is refused, even with nothing to change there."""
    text = f"Network.with_parameters: parameters must be of the layers 1 to 2, got {l!r}"
    with pytest.raises(ValueError, match=exactly(text)):
        HAND_NETWORK.with_parameters({l: arrays})


@pytest.mark.parametrize(("l", "name"), [(1, "scale"), (2, "activation")])
def test_unknown_parameter_is_refused(l, name):
    """A parameter of another kind of layer is refused by name and number."""
    text = (
        f"Network.with_parameters: {name}[{l}] must name a parameter of the network, "
        "got none of that layer and name"
    )
    with pytest.raises(ValueError, match=exactly(text)):
        HAND_NETWORK.with_parameters({l: {name: np.ones((2, 2))}})


@pytest.mark.parametrize("shape", [(2, 3), (3, 2), (2,)])
def test_parameter_of_another_shape_is_refused(shape):
    """A parameter has the shape of the one that it replaces, at either end of the network too."""
    for l, layer in HAND_NETWORK.layers.items():
        text = (
            f"Network.with_parameters: weight[{l}] must have shape {layer.weight.shape}, "
            f"got {shape}"
        )
        with pytest.raises(ValueError, match=exactly(text)):
            HAND_NETWORK.with_parameters({l: {"weight": np.ones(shape)}})


def test_parameters_of_another_dtype_are_refused():
    """A float64 network takes no float32 parameters, not even all of them at once."""
    network = Network([HAND_NETWORK.layers[1]])
    narrow = {name: array.astype(np.float32) for name, array in network.parameters[1].items()}
    text = (
        "Network.with_parameters: weight[1] must have the dtype of the network, "
        "float64, got float32"
    )
    with pytest.raises(TypeError, match=exactly(text)):
        network.with_parameters({1: narrow})


@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_parameter_is_refused(spoil, error, rule):
    """A wrong array is refused by name and layer."""
    with pytest.raises(error, match=exactly(f"Network.with_parameters: bias[2] {rule}")):
        HAND_NETWORK.with_parameters({2: {"bias": spoil(np.ones((1, 1)))}})


# The layout of results


MIXED_NETWORK = Network(
    [
        Dense(np.ones((40, 30)), np.ones((40, 1)), "relu"),
        make_norm("BatchNorm", 40, 0, activation="leaky_relu"),
        make_norm("LayerNorm", 40, 0),
        Dense(np.ones((5, 40)), np.ones((5, 1)), "softmax"),
    ]
)


def test_gradients_are_found_by_parameter():
    """Weight, bias, scale and shift are those of the layers that have one, by number."""
    gradients = MIXED_NETWORK.backward(MIXED_NETWORK.forward(np.eye(30)), np.ones((5, 30)))
    numbers = {"weight": [1, 4], "bias": [1, 4], "scale": [2, 3], "shift": [2, 3]}
    for name, layers in numbers.items():
        assert list(getattr(gradients, name)) == layers
        for l in layers:
            assert getattr(gradients, name)[l] is gradients.parameters[l][name]


def test_repr_lines_up_columns():
    """A network of several kinds prints as a table, with thousands marked."""
    assert repr(MIXED_NETWORK) == (
        "Network 30 -> 40 -> 40 -> 40 -> 5, float64, 1,605 parameters\n"
        "  1  Dense      30 -> 40  relu        1,240\n"
        "  2  BatchNorm  40 -> 40  leaky_relu  80\n"
        "  3  LayerNorm  40 -> 40  tanh        80\n"
        "  4  Dense      40 -> 5   softmax     205"
    )


@LAW
@given(mixed_problems())
def test_results_are_numbered_by_layer(problem):
    """Z, deltas and gradients have the keys 1 to L; A has 0 to L."""
    trace, numbers = problem.network.forward(problem.inputs), problem.network.layers.keys()
    for by_layer in [trace.Z, *vars(backward(problem)).values()]:
        assert list(by_layer) == list(numbers) == list(range(1, problem.network.n_layers + 1))
    assert list(trace.A) == [0, *numbers]


@LAW
@given(mixed_problems())
def test_gradients_have_the_shape_of_their_variables(problem):
    """Each gradient has the shape of what it is the gradient of."""
    trace, gradients = problem.network.forward(problem.inputs), backward(problem)
    for l, layer in problem.network.layers.items():
        assert gradients.delta[l].shape == trace.Z[l].shape
        shapes = {name: array.shape for name, array in gradients.parameters[l].items()}
        assert shapes == {name: array.shape for name, array in layer.parameters.items()}


@LAW
@given(mixed_problems())
def test_output_is_the_last_activation(problem):
    """The output of a trace is A^L."""
    trace = problem.network.forward(problem.inputs)
    assert trace.output is trace.A[problem.network.n_layers]


@LAW
@given(mixed_problems(dtype=np.float32))
def test_float32_gives_float32(problem):
    """In a float32 network every Z, A, delta and gradient is float32."""
    trace = problem.network.forward(problem.inputs)
    gradients = backward(problem)
    results = [trace.Z, trace.A, gradients.delta, *gradients.parameters.values()]
    assert {array.dtype.name for arrays in results for array in arrays.values()} == {"float32"}


@LAW
@given(mixed_problems())
def test_nothing_is_modified(problem):
    """Both passes work on read-only parameters, inputs, targets and traces."""
    fields = [value for x in problem.network.layers.values() for value in vars(x).values()]
    for array in [problem.inputs, problem.targets, *fields]:
        if isinstance(array, np.ndarray):
            array.flags.writeable = False
    trace = problem.network.forward(problem.inputs)
    for array in [*trace.Z.values(), *trace.A.values()]:
        array.flags.writeable = False
    problem.network.backward(trace, problem.targets, problem.loss)


@LAW
@given(st.lists(sizes, min_size=2, max_size=5), seeds)
def test_from_sizes_chains_the_sizes(widths, seed):
    """`from_sizes` gives a layer for each pair of neighbours, and zero biases."""
    network = Network.from_sizes(widths, ["tanh"] * (len(widths) - 1), np.random.default_rng(seed))
    layers = network.layers.values()
    assert [(layer.n_in, layer.n_out) for layer in layers] == list(pairwise(widths))
    assert not any(layer.bias.any() for layer in layers)


def test_from_sizes_has_the_dtype():
    """Every parameter has the dtype that was asked for."""
    layers = Network.from_sizes([2, 3, 1], ["relu", "tanh"], RNG, dtype=np.float32).layers.values()
    assert {a.dtype.name for x in layers for a in (x.weight, x.bias)} == {"float32"}


def test_repr_reads_from_input_to_output():
    """A network prints a line for each layer, in the order of the forward pass."""
    assert repr(HAND_NETWORK) == (
        "Network 2 -> 2 -> 1, float64, 9 parameters\n"
        "  1  Dense  2 -> 2  relu      6\n"
        "  2  Dense  2 -> 1  identity  3"
    )


# What a network is not made of


@pytest.mark.parametrize("layers", [[], ()])
def test_no_layer_is_refused(layers):
    """A network has a layer."""
    with pytest.raises(
        ValueError, match=exactly("Network: layers must have at least one layer, got none")
    ):
        Network(layers)


def test_layers_may_come_from_a_generator():
    """A generator of layers gives all its layers."""
    assert Network(layer for layer in HAND_NETWORK.layers.values()).n_layers == 2


@pytest.mark.parametrize(("wrong", "what"), [("tanh", "str"), (None, "None"), (3, "int")])
def test_entry_that_is_no_layer_is_refused(wrong, what):
    """Every entry is a Layer."""
    with pytest.raises(TypeError, match=exactly(f"Network: layer 2 must be a Layer, got {what}")):
        Network([HAND_NETWORK.layers[1], wrong])


def test_chain_that_does_not_fit_is_refused():
    """A layer has an input for each neuron of the layer before."""
    text = "Network: layer 3 must have n_in 1, as many as layer 2 has neurons, got 2"
    with pytest.raises(ValueError, match=exactly(text)):
        Network([*HAND_NETWORK.layers.values(), HAND_NETWORK.layers[1]])


def test_layers_of_two_dtypes_are_refused():
    """All layers have one dtype."""
    single = Dense.random(1, 1, "tanh", RNG, dtype=np.float32)
    text = "Network: layer 3 must have the dtype of layer 1, float64, got float32"
    with pytest.raises(TypeError, match=exactly(text)):
        Network([*HAND_NETWORK.layers.values(), single])


@pytest.mark.parametrize("widths", [[], [3]])
def test_fewer_than_two_sizes_are_refused(widths):
    """A network has an input size and an output size."""
    text = f"Network.from_sizes: sizes must be a list of two sizes or more, got {widths}"
    with pytest.raises(ValueError, match=exactly(text)):
        Network.from_sizes(widths, [], RNG)


@pytest.mark.parametrize(
    ("names", "got"), [([], "0"), (["tanh"] * 3, "3"), ("tanh", "'tanh'"), ("ab", "'ab'")]
)
def test_wrong_number_of_activations_is_refused(names, got):
    """There is an activation for each layer; a bare name is no list of names."""
    text = f"Network.from_sizes: activations must have one entry a layer, 2, got {got}"
    with pytest.raises(ValueError, match=exactly(text)):
        Network.from_sizes([2, 3, 1], names, RNG)


@pytest.mark.parametrize("size", [3.0, "3", None, True])
def test_size_of_the_wrong_kind_is_refused(size):
    """A size is an integer."""
    text = f"initial_weight: n_out must be an integer, got {size!r}"
    with pytest.raises(TypeError, match=exactly(text)):
        Network.from_sizes([2, size], ["tanh"], RNG)


@pytest.mark.parametrize("size", [0, -3])
def test_size_below_one_is_refused(size):
    """A size is at least 1."""
    text = f"initial_weight: n_in must be at least 1, got {size}"
    with pytest.raises(ValueError, match=exactly(text)):
        Network.from_sizes([size, 2], ["tanh"], RNG)


def test_unknown_activation_is_refused():
    """An unknown name is refused with the list of names."""
    text = f"Dense.random: activation must be one of {NAMES}, got 'swish'"
    with pytest.raises(ValueError, match=exactly(text)):
        Network.from_sizes([2, 1], ["swish"], RNG)


@pytest.mark.parametrize(("rng", "what"), [(None, "None"), (0, "int")])
def test_wrong_generator_is_refused(rng, what):
    """A seed is no Generator."""
    text = f"initial_weight: rng must be a numpy Generator, got {what}"
    with pytest.raises(TypeError, match=exactly(text)):
        Network.from_sizes([2, 1], ["tanh"], rng)


def test_missing_generator_is_refused():
    """The generator has no default."""
    with pytest.raises(TypeError, match=r"^Network\.from_sizes\(\) missing 1 .* argument: 'rng'$"):
        Network.from_sizes([2, 1], ["tanh"])


# What the passes refuse


@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_inputs_are_refused(spoil, error, rule):
    """A wrong array is refused by name."""
    with pytest.raises(error, match=exactly(f"Network.forward: inputs {rule}")):
        HAND_NETWORK.forward(spoil(np.ones((2, 3))))


@pytest.mark.parametrize("shape", [(2,), (1, 2), (3, 2), (2, 2, 2), ()])
def test_inputs_of_another_shape_are_refused(shape):
    """The inputs have N_0 rows and a column for each sample."""
    text = f"Network.forward: inputs must have shape (2, M), got {shape}"
    with pytest.raises(ValueError, match=exactly(text)):
        HAND_NETWORK.forward(np.ones(shape))


def test_empty_batch_is_refused():
    """A batch without samples is refused."""
    text = "Network.forward: inputs must have shape (2, M) with every size at least 1, got (2, 0)"
    with pytest.raises(ValueError, match=exactly(text)):
        HAND_NETWORK.forward(np.ones((2, 0)))


def test_inputs_of_another_dtype_are_refused():
    """The inputs have the dtype of the network."""
    text = "Network.forward: inputs must have the dtype of weight[1], float64, got float32"
    with pytest.raises(TypeError, match=exactly(text)):
        HAND_NETWORK.forward(np.ones((2, 3), np.float32))


@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_targets_are_refused(spoil, error, rule):
    """A wrong array is refused by name."""
    trace = HAND_NETWORK.forward(HAND_INPUTS)
    with pytest.raises(error, match=exactly(f"half_squared_error.gradient: targets {rule}")):
        HAND_NETWORK.backward(trace, spoil(HAND_TARGETS))


@pytest.mark.parametrize("shape", [(2,), (1, 1), (2, 1), (2, 2), ()])
def test_targets_of_another_shape_are_refused(shape):
    """The targets have the shape of the output; nothing is broadcast."""
    trace = HAND_NETWORK.forward(HAND_INPUTS)
    text = f"half_squared_error.gradient: targets must have shape (1, 2), got {shape}"
    with pytest.raises(ValueError, match=exactly(text)):
        HAND_NETWORK.backward(trace, np.ones(shape))


def test_targets_of_another_dtype_are_refused():
    """The targets have the dtype of the network."""
    text = (
        "half_squared_error.gradient: targets must have the dtype of activation, "
        "float64, got float32"
    )
    with pytest.raises(TypeError, match=exactly(text)):
        HAND_NETWORK.backward(HAND_NETWORK.forward(HAND_INPUTS), HAND_TARGETS.astype(np.float32))


@pytest.mark.parametrize(("wrong", "what"), [(HAND_INPUTS, "ndarray"), (None, "None")])
def test_trace_of_the_wrong_kind_is_refused(wrong, what):
    """Backward takes what forward returned."""
    text = f"Network.backward: trace must be a Trace, got {what}"
    with pytest.raises(TypeError, match=exactly(text)):
        HAND_NETWORK.backward(wrong, HAND_TARGETS)


@pytest.mark.parametrize(("wrong", "what"), [("half_squared_error", "str"), (None, "None")])
def test_loss_of_the_wrong_kind_is_refused(wrong, what):
    """A loss is a Loss."""
    text = f"Network.backward: loss must be a Loss, got {what}"
    with pytest.raises(TypeError, match=exactly(text)):
        HAND_NETWORK.backward(HAND_NETWORK.forward(HAND_INPUTS), HAND_TARGETS, wrong)


def test_trace_of_another_depth_is_refused():
    """The trace has as many layers as the network."""
    trace = Network([HAND_NETWORK.layers[1]]).forward(HAND_INPUTS)
    text = "Network.backward: trace must have 2 layers, got 1"
    with pytest.raises(ValueError, match=exactly(text)):
        HAND_NETWORK.backward(trace, HAND_TARGETS)


@pytest.mark.parametrize(
    ("widths", "text"),
    [
        ([4, 2, 1], "trace.A[0] must have shape (2, M), got (4, 2)"),
        ([2, 3, 1], "trace.Z[1] must have shape (2, 2), got (3, 2)"),
        ([2, 2, 5], "trace.Z[2] must have shape (1, 2), got (5, 2)"),
    ],
)
def test_trace_of_other_sizes_is_refused(widths, text):
    """The trace of a network with another size in any layer is refused."""
    other = make_problem(widths, ["relu", "identity"], 2, seed=0)
    with pytest.raises(ValueError, match=exactly(f"Network.backward: {text}")):
        HAND_NETWORK.backward(other.network.forward(other.inputs), other.targets)


def test_trace_of_another_dtype_is_refused():
    """The trace of a float32 network is refused by a float64 one."""
    wide, narrow = (make_problem([2, 1], ["tanh"], 3, 0, d) for d in (np.float64, np.float32))
    text = "Network.backward: trace.A[0] must have the dtype of the network, float64, got float32"
    with pytest.raises(TypeError, match=exactly(text)):
        wide.network.backward(narrow.network.forward(narrow.inputs), narrow.targets)


@pytest.mark.parametrize(
    ("spoil", "error", "text"),
    [
        (lambda _, A: (None, A), TypeError, "trace.Z must be a Mapping, got None"),
        (lambda Z, A: (Z, list(A.values())), TypeError, "trace.A must be a Mapping, got list"),
        (lambda Z, A: ({1: Z[1], 3: Z[2]}, A), ValueError, "trace must have 2 layers, got 2"),
        (lambda Z, A: (Z, {0: A[0]}), ValueError, "trace must have 2 layers, got 2"),
        (
            lambda Z, A: (Z | {1: Z[1].tolist()}, A),
            TypeError,
            "trace.Z[1] must be a numpy.ndarray, got list",
        ),
        (
            lambda Z, A: (Z, A | {1: A[1][:, :1]}),
            ValueError,
            "trace.A[1] must have shape (2, 2), got (2, 1)",
        ),
        (
            lambda Z, A: (Z, A | {2: A[2] * np.nan}),
            ValueError,
            "trace.A[2] must be finite, got NaN",
        ),
    ],
)
def test_trace_that_no_forward_left_is_refused(spoil, error, text):
    """A trace put together by hand has every array of the network, of one batch."""
    right = HAND_NETWORK.forward(HAND_INPUTS)
    with pytest.raises(error, match=exactly(f"Network.backward: {text}")):
        HAND_NETWORK.backward(Trace(*spoil(right.Z, right.A)), HAND_TARGETS)


def test_trace_is_a_trace():
    """Forward returns a Trace, whose first activation is the inputs."""
    trace = HAND_NETWORK.forward(HAND_INPUTS)
    assert isinstance(trace, Trace)
    assert trace.A[0] is HAND_INPUTS
