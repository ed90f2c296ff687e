"""The network: its gradients by other routes, the laws of a batch, and what it refuses."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bpdocs import Dense, Gradients, Network, Trace
from bpdocs.activations import ACTIVATIONS
from strategies import (
    DEFINITIONS,
    FEW,
    LAW,
    LOSS_DEFINITIONS,
    LOSSES,
    WRONG_ARRAYS,
    assert_close,
    exactly,
    is_near_kink,
    losses,
    make_problem,
    problems,
    seeds,
    sizes,
)

RNG = np.random.default_rng(0)


def backward(problem, loss="half_squared_error", columns=slice(None)):
    """Return the gradients for the problem, or for these columns of its batch."""
    trace = problem.network.forward(problem.inputs[:, columns])
    return problem.network.backward(trace, problem.targets[:, columns], LOSSES[loss])


def assert_same_parameters(gradients, expected, tolerance=1e-12):
    """Fail unless both have the same weight and bias gradients in every layer."""
    for l in expected.weight:
        assert_close(gradients.weight[l], expected.weight[l], tolerance)
        assert_close(gradients.bias[l], expected.bias[l], tolerance)


def loss_by_loops(problem, parameters, loss):
    """Return the loss from lists W1, b1, W2, ... of numbers, one neuron and sample at a time."""
    names = [layer.activation.name for layer in problem.network.layers.values()]
    total = 0
    for x, y in zip(problem.inputs.T.tolist(), problem.targets.T.tolist(), strict=True):
        a = x
        for W, b, name in zip(parameters[::2], parameters[1::2], names, strict=True):
            sums = [sum(w * a_i for w, a_i in zip(row, a, strict=True)) for row in W]
            a = [DEFINITIONS[name](z + b_j) for z, (b_j,) in zip(sums, b, strict=True)]
        total += sum(map(LOSS_DEFINITIONS[loss], a, y))
    return total / problem.inputs.shape[1]


def by_complex_step(problem, loss):
    """Return the gradients by moving every parameter a little along the imaginary axis."""
    layers = problem.network.layers
    parameters = [p.astype(complex).tolist() for x in layers.values() for p in (x.weight, x.bias)]
    gradients = [np.array(p).real.copy() for p in parameters]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        for j, i in np.ndindex(gradient.shape):
            parameter[j][i] += 1e-30j
            gradient[j, i] = loss_by_loops(problem, parameters, loss).imag / 1e-30
            parameter[j][i] = parameter[j][i].real
    return Gradients({}, *(dict(enumerate(gradients[k::2], start=1)) for k in (0, 1)))


# The gradient


@LAW
@given(problems(), losses)
def test_gradient_is_the_complex_step_of_the_loops(problem, loss):
    """The gradients are those of the loss written out for single numbers, to 1e-12."""
    assert_same_parameters(backward(problem, loss), by_complex_step(problem, loss))


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
@pytest.mark.parametrize("loss", sorted(LOSSES))
@pytest.mark.parametrize("depth", [1, 2, 3, 4])
@FEW
@given(st.data())
def test_gradient_is_the_central_difference(name, loss, depth, data):
    """The gradients are central differences of the loss, for each activation, loss and depth."""
    problem = data.draw(problems(st.just(name), st.just(depth)))
    # A relu within 1e-3 of its kink is left out: a step of 1e-5 could cross it.
    assume(not is_near_kink(problem))
    network, gradients = problem.network, backward(problem, loss)
    for analytic, part in [(gradients.weight, "weight"), (gradients.bias, "bias")]:
        for l, layer in network.layers.items():
            for index in np.ndindex(analytic[l].shape):
                values = []
                for h in (1e-5, -1e-5):
                    moved = {"weight": layer.weight.copy(), "bias": layer.bias.copy()}
                    moved[part][index] += h
                    changed = network.layers | {l: Dense(**moved, activation=name)}
                    output = Network(list(changed.values())).forward(problem.inputs).output
                    values.append(LOSSES[loss](output, problem.targets))
                numeric = (values[0] - values[1]) / 2e-5
                # The quotient itself is rounded by about 1e-16 / 1e-5.
                assert analytic[l][index] == pytest.approx(numeric, rel=1e-6, abs=1e-9)


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
    found = vars(trace) | vars(HAND_NETWORK.backward(trace, HAND_TARGETS))
    assert found[what[:-1]][int(what[-1])].tolist() == expected


# The batch


@LAW
@given(problems(), losses)
def test_batch_gradient_is_the_mean_over_samples(problem, loss):
    """The gradients of a batch are the means of those of its samples, each a batch of its own."""
    n_samples = problem.inputs.shape[1]
    alone = [backward(problem, loss, [m]) for m in range(n_samples)]
    mean = Gradients(
        {},
        {l: sum(g.weight[l] for g in alone) / n_samples for l in problem.network.layers},
        {l: sum(g.bias[l] for g in alone) / n_samples for l in problem.network.layers},
    )
    assert_same_parameters(backward(problem, loss), mean)


@LAW
@given(problems(), losses)
def test_one_over_m_enters_delta_once(problem, loss):
    """In every layer, M times column m of the error is the error of sample m alone."""
    n_samples = problem.inputs.shape[1]
    alone = [backward(problem, loss, [m]).delta for m in range(n_samples)]
    for l, delta in backward(problem, loss).delta.items():
        assert_close(n_samples * delta, np.hstack([single[l] for single in alone]))


@LAW
@given(problems(), losses, seeds)
def test_permuting_columns_permutes_delta(problem, loss, seed):
    """The error of a permuted batch is the permuted error."""
    order = np.random.default_rng(seed).permutation(problem.inputs.shape[1])
    permuted = backward(problem, loss, order).delta
    for l, delta in backward(problem, loss).delta.items():
        assert_close(permuted[l], delta[:, order])


@LAW
@given(problems(), losses, seeds)
def test_permuting_columns_leaves_the_gradients(problem, loss, seed):
    """The order of the samples does not change the gradients."""
    order = np.random.default_rng(seed).permutation(problem.inputs.shape[1])
    assert_same_parameters(backward(problem, loss, order), backward(problem, loss))


@LAW
@given(problems(), losses, st.integers(2, 4))
def test_repeating_the_batch_leaves_the_gradients(problem, loss, times):
    """A batch that holds every sample several times has the same gradients."""
    columns = np.tile(np.arange(problem.inputs.shape[1]), times)
    assert_same_parameters(backward(problem, loss, columns), backward(problem, loss))


@LAW
@given(problems())
def test_forward_keeps_samples_apart(problem):
    """Column m of every Z and A is made from column m of the inputs alone."""
    trace = problem.network.forward(problem.inputs)
    alone = [
        problem.network.forward(problem.inputs[:, [m]]) for m in range(problem.inputs.shape[1])
    ]
    for l in trace.Z:
        assert_close(trace.Z[l], np.hstack([single.Z[l] for single in alone]))
        assert_close(trace.A[l], np.hstack([single.A[l] for single in alone]))


# The layout of results


@LAW
@given(problems())
def test_results_are_numbered_by_layer(problem):
    """Z, deltas and gradients have the keys 1 to L; A has 0 to L."""
    trace, numbers = problem.network.forward(problem.inputs), problem.network.layers.keys()
    for by_layer in [trace.Z, *vars(backward(problem)).values()]:
        assert list(by_layer) == list(numbers) == list(range(1, problem.network.n_layers + 1))
    assert list(trace.A) == [0, *numbers]


@LAW
@given(problems())
def test_gradients_have_the_shape_of_their_variables(problem):
    """Each gradient has the shape of what it is the gradient of."""
    trace, gradients = problem.network.forward(problem.inputs), backward(problem)
    for l, layer in problem.network.layers.items():
        assert gradients.delta[l].shape == trace.Z[l].shape
        assert gradients.weight[l].shape == layer.weight.shape
        assert gradients.bias[l].shape == layer.bias.shape


@LAW
@given(problems())
def test_output_is_the_last_activation(problem):
    """The output of a trace is A^L."""
    trace = problem.network.forward(problem.inputs)
    assert trace.output is trace.A[problem.network.n_layers]


@LAW
@given(problems(dtype=np.float32))
def test_float32_gives_float32(problem):
    """In a float32 network every Z, A, delta and gradient is float32."""
    trace = problem.network.forward(problem.inputs)
    results = [trace.Z, trace.A, *vars(backward(problem)).values()]
    assert {array.dtype.name for arrays in results for array in arrays.values()} == {"float32"}


@LAW
@given(problems(), losses)
def test_nothing_is_modified(problem, loss):
    """Both passes work on read-only parameters, inputs, targets and traces."""
    layers = problem.network.layers.values()
    arrays = [problem.inputs, problem.targets, *(a for x in layers for a in (x.weight, x.bias))]
    for array in arrays:
        array.flags.writeable = False
    trace = problem.network.forward(problem.inputs)
    for array in [*trace.Z.values(), *trace.A.values()]:
        array.flags.writeable = False
    problem.network.backward(trace, problem.targets, LOSSES[loss])


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
    layers = Network.from_sizes([2, 3, 1], ["relu", "tanh"], RNG, np.float32).layers.values()
    assert {a.dtype.name for x in layers for a in (x.weight, x.bias)} == {"float32"}


def test_repr_reads_from_input_to_output():
    """A network prints its sizes and activations in the order of the forward pass."""
    assert repr(HAND_NETWORK) == "Network(2 -> 2 relu -> 1 identity)"


# What a network is not made of


@pytest.mark.parametrize("layers", [[], ()])
def test_no_layer_is_refused(layers):
    """A network has a layer."""
    with pytest.raises(
        ValueError, match=exactly("Network: layers must have at least one layer, got none")
    ):
        Network(layers)


@pytest.mark.parametrize(("wrong", "what"), [("tanh", "str"), (None, "None"), (3, "int")])
def test_entry_that_is_no_layer_is_refused(wrong, what):
    """Every entry is a Dense."""
    with pytest.raises(TypeError, match=exactly(f"Network: layer 2 must be a Dense, got {what}")):
        Network([HAND_NETWORK.layers[1], wrong])


def test_chain_that_does_not_fit_is_refused():
    """A layer has an input for each neuron of the layer before."""
    text = "Network: layer 3 must have n_in 1, as many as layer 2 has neurons, got 2"
    with pytest.raises(ValueError, match=exactly(text)):
        Network([*HAND_NETWORK.layers.values(), HAND_NETWORK.layers[1]])


def test_layers_of_two_dtypes_are_refused():
    """All layers have one dtype."""
    single = Dense.random(1, 1, "tanh", RNG, np.float32)
    text = "Network: layer 3 must have the dtype of layer 1, float64, got float32"
    with pytest.raises(TypeError, match=exactly(text)):
        Network([*HAND_NETWORK.layers.values(), single])


@pytest.mark.parametrize("widths", [[], [3]])
def test_fewer_than_two_sizes_are_refused(widths):
    """A network has an input size and an output size."""
    text = f"Network.from_sizes: sizes must name two sizes or more, got {widths}"
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
    text = f"Dense.random: n_out must be an integer, got {size!r}"
    with pytest.raises(TypeError, match=exactly(text)):
        Network.from_sizes([2, size], ["tanh"], RNG)


@pytest.mark.parametrize("size", [0, -3])
def test_size_below_one_is_refused(size):
    """A size is at least 1."""
    text = f"Dense.random: n_in must be at least 1, got {size}"
    with pytest.raises(ValueError, match=exactly(text)):
        Network.from_sizes([size, 2], ["tanh"], RNG)


def test_unknown_activation_is_refused():
    """An unknown name is refused with the list of names."""
    text = "Dense: activation must be one of identity, relu, sigmoid, tanh, got 'swish'"
    with pytest.raises(ValueError, match=exactly(text)):
        Network.from_sizes([2, 1], ["swish"], RNG)


@pytest.mark.parametrize(("rng", "what"), [(None, "None"), (0, "int")])
def test_wrong_generator_is_refused(rng, what):
    """A seed is no Generator."""
    text = f"Dense.random: rng must be a numpy Generator, got {what}"
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
    text = "Dense.forward: activation_prev must have the dtype of weight, float64, got float32"
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
        ([4, 2, 1], "layer 1 has 2 inputs and 2 neurons, got 4 and 2"),
        ([2, 3, 1], "layer 1 has 2 inputs and 2 neurons, got 2 and 3"),
        ([2, 2, 5], "layer 2 has 2 inputs and 1 neurons, got 2 and 5"),
    ],
)
def test_trace_of_other_sizes_is_refused(widths, text):
    """The trace of a network with another size in any layer is refused."""
    other = make_problem(widths, ["relu", "identity"], 2, seed=0)
    text = f"Network.backward: trace must be of this network, whose {text}"
    with pytest.raises(ValueError, match=exactly(text)):
        HAND_NETWORK.backward(other.network.forward(other.inputs), other.targets)


def test_trace_of_another_dtype_is_refused():
    """The trace of a float32 network is refused by a float64 one."""
    wide, narrow = (make_problem([2, 1], ["tanh"], 3, 0, d) for d in (np.float64, np.float32))
    text = "Network.backward: trace must have the dtype of the network, float64, got float32"
    with pytest.raises(TypeError, match=exactly(text)):
        wide.network.backward(narrow.network.forward(narrow.inputs), narrow.targets)


def test_trace_is_a_trace():
    """Forward returns a Trace, whose first activation is the inputs."""
    trace = HAND_NETWORK.forward(HAND_INPUTS)
    assert isinstance(trace, Trace)
    assert trace.A[0] is HAND_INPUTS
