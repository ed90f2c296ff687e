"""The catalogue of mistakes: each is named when it is made, and nothing else is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpdocs import (
    BatchNorm,
    Dense,
    Gradients,
    LayerNorm,
    Network,
    bias_gradient,
    check_gradients,
    output_delta,
    propagate_delta,
    weight_gradient,
)
from bpdocs.activations import ACTIVATIONS
from bpdocs.diagnosis import diagnose
from bpdocs.mistakes import MISTAKES
from strategies import LAW, exactly, make_problem, problems, seeds

NAMES = ["tanh", "sigmoid", "softplus"]
widths = st.permutations([2, 3, 4, 5])


def named(gradients, problem):
    """Return the names of the mistakes that are found."""
    trace = problem.network.forward(problem.inputs)
    found = diagnose(gradients, problem.network, trace, problem.targets, problem.loss)
    return found if found is None else {mistake.name for mistake in found}


def loops(problem, mistake=None):
    """Return the gradients sample by sample and number by number, right or with a mistake."""
    network, X, Y = problem.network, problem.inputs, problem.targets
    M, L = X.shape[1], network.n_layers
    factor = {"one_over_m_twice": 1 / M**2, "one_over_m_missing": 1.0, "sign_flipped": -1 / M}
    factor = factor.get(mistake, 2 / M if mistake == "half_missing" else 1 / M)
    parameters = {
        l: {name: np.zeros_like(array) for name, array in arrays.items()}
        for l, arrays in network.parameters.items()
    }
    activation = {0: X}
    slopes = {}
    for l, layer in network.layers.items():
        Z = np.array([[*row] for row in layer.weight @ activation[l - 1] + layer.bias])
        activation[l] = layer.activation(Z)
        at = activation[l] if mistake == "derivative_at_activation" else Z
        slopes[l] = layer.activation.derivative(at)
        if mistake == "derivative_missing":
            slopes[l] = np.ones_like(Z)
    for m in range(M):
        delta = factor * (activation[L][:, m] - Y[:, m]) * slopes[L][:, m]
        for l in range(L, 0, -1):
            W = network.layers[l].weight
            n_out, n_in = W.shape
            for j in range(n_out):
                share = 1 / M if mistake == "mean_for_sum" else 1
                parameters[l]["bias"][j, 0] += delta[j] * share
                for i in range(n_in):
                    a = activation[l - 1]
                    a = a[m, i] if mistake == "activation_transpose_missing" else a[i, m]
                    parameters[l]["weight"][j, i] += delta[j] * a
            if l > 1:
                W = W.T if mistake == "weight_transpose_missing" else W
                delta = np.array(
                    [
                        sum(W[j, i] * delta[j] for j in range(n_out)) * slopes[l - 1][i, m]
                        for i in range(n_in)
                    ]
                )
    if mistake == "result_transposed":
        for arrays in parameters.values():
            arrays["weight"] = arrays["weight"].T.copy()
    return parameters


UNTIED = sorted(
    set(MISTAKES) - {"weight_transpose_missing", "activation_transpose_missing", "softmax_diagonal"}
)


@pytest.mark.parametrize("mistake", UNTIED)
@LAW
@given(widths, seeds)
def test_mistake_is_named_in_networks_of_pairwise_different_sizes(mistake, sizes, seed):
    """The loops with one mistake give gradients that are named, alone, whatever the sizes."""
    problem = make_problem(sizes, NAMES, 7, seed)
    assert named(loops(problem, mistake), problem) == {mistake}


@LAW
@given(seeds)
def test_weight_in_place_of_its_transpose_is_named(seed):
    """Where a layer is square, W for its transpose fits, and is named."""
    problem = make_problem([2, 3, 3, 3], NAMES, 5, seed)
    assert named(loops(problem, "weight_transpose_missing"), problem) == {
        "weight_transpose_missing"
    }


@LAW
@given(seeds)
def test_activation_in_place_of_its_transpose_is_named(seed):
    """Where as many samples as neurons make A square, A for its transpose fits, and is named."""
    problem = make_problem([5, 5, 5], NAMES[:2], 5, seed)
    assert named(loops(problem, "activation_transpose_missing"), problem) == {
        "activation_transpose_missing"
    }


@LAW
@given(seeds)
def test_elementwise_softmax_is_named(seed):
    """The squared error of softmax with p (1 - p) for its Jacobian is named."""
    problem = make_problem([2, 4, 3], ["tanh", "softmax"], 5, seed)
    network = problem.network
    trace = network.forward(problem.inputs)
    P = trace.output
    delta = (P - problem.targets) / 5 * P * (1 - P)
    wrong = {2: {"weight": delta @ trace.A[1].T, "bias": delta.sum(axis=1, keepdims=True)}}
    assert named(wrong, problem) == {"softmax_diagonal"}


@LAW
@given(widths, seeds, st.integers(1, 3))
def test_missing_derivative_of_one_layer_is_named(sizes, seed, layer):
    """A derivative that is missing in one layer only is named."""
    problem = make_problem(sizes, NAMES, 7, seed)
    network = problem.network
    trace = network.forward(problem.inputs)
    dA = problem.loss.gradient(trace.output, problem.targets)
    parameters = {}
    for l in (3, 2, 1):
        delta = dA if l == layer else dA * network.layers[l].activation.derivative(trace.Z[l])
        bias = delta.sum(axis=1, keepdims=True)
        parameters[l] = {"weight": delta @ trace.A[l - 1].T, "bias": bias}
        dA = network.layers[l].weight.T @ delta
    assert named(parameters, problem) == {"derivative_missing"}


@LAW
@given(problems(st.sampled_from(["tanh", "sigmoid", "softplus", "relu"])))
def test_nothing_is_named_for_right_gradients(problem):
    """The four formulas give gradients in which no mistake is found."""
    network, trace = problem.network, problem.network.forward(problem.inputs)
    L = network.n_layers
    dA = problem.loss.gradient(trace.output, problem.targets)
    delta = output_delta(dA, trace.Z[L], network.layers[L].activation)
    parameters = {}
    for l in range(L, 0, -1):
        parameters[l] = {
            "weight": weight_gradient(delta, trace.A[l - 1]),
            "bias": bias_gradient(delta),
        }
        if l > 1:
            sigma = network.layers[l - 1].activation
            delta = propagate_delta(network.layers[l].weight, delta, trace.Z[l - 1], sigma)
    right = network.backward(trace, problem.targets, problem.loss)
    for l, arrays in parameters.items():
        for name, array in arrays.items():
            assert np.abs(array - right.parameters[l][name]).max() < 1e-12
    assert named(parameters, problem) is None


@LAW
@given(problems(), seeds)
def test_nothing_is_named_for_noise(problem, seed):
    """Random numbers of the right shapes match nothing."""
    rng = np.random.default_rng(seed)
    noise = {
        l: {name: rng.standard_normal(array.shape) for name, array in arrays.items()}
        for l, arrays in problem.network.parameters.items()
    }
    assert named(noise, problem) is None


@pytest.mark.parametrize("spoil", [np.nan, np.inf])
def test_nothing_is_named_for_numbers_that_are_not_finite(spoil):
    """A gradient with a NaN or an infinity matches nothing."""
    problem = make_problem([2, 3], ["tanh"], 4, seed=0)
    wrong = loops(problem, "sign_flipped")
    wrong[1]["weight"][0, 0] = spoil
    assert named(wrong, problem) is None


def test_nothing_is_named_for_another_shape():
    """A bias gradient with one axis matches nothing."""
    problem = make_problem([2, 3], ["tanh"], 4, seed=0)
    assert named({1: {"bias": -loops(problem)[1]["bias"][:, 0]}}, problem) is None


def test_all_matches_are_named():
    """With two samples a missing 1/M is a factor 2, and both are named."""
    problem = make_problem([3, 4], ["tanh"], 2, seed=0)
    wrong = loops(problem, "one_over_m_missing")
    assert named(wrong, problem) == {"one_over_m_missing", "half_missing"}


def test_bias_alone_is_ambiguous():
    """A mean for a sum in a single bias is also a second 1/M, and both are named."""
    problem = make_problem([2, 3], ["tanh"], 5, seed=0)
    wrong = {1: {"bias": loops(problem)[1]["bias"] / 5}}
    assert named(wrong, problem) == {"one_over_m_twice", "mean_for_sum"}


def test_mistake_in_some_parameters_is_named():
    """A second 1/M in one weight, everything else right, is named."""
    problem = make_problem([2, 3, 4], NAMES[:2], 5, seed=0)
    wrong = loops(problem)
    wrong[2]["weight"] /= 5
    assert named(wrong, problem) == {"one_over_m_twice"}


def test_two_mistakes_at_once_are_not_named():
    """A mistake in one parameter and another in the next have no name together."""
    problem = make_problem([2, 3, 4], NAMES[:2], 5, seed=0)
    wrong = loops(problem)
    wrong[1]["weight"] /= 5
    wrong[2]["weight"] *= -1
    assert named(wrong, problem) is None


def test_one_sample_hides_one_over_m():
    """With one sample the mistakes in 1/M change nothing, so none is found."""
    problem = make_problem([2, 3], ["tanh"], 1, seed=0)
    assert named(loops(problem, "one_over_m_twice"), problem) is None


@pytest.mark.parametrize("norm", [BatchNorm, LayerNorm])
@pytest.mark.parametrize("mistake", ["one_over_m_twice", "mean_for_sum", "derivative_missing"])
def test_mistake_is_named_below_and_above_a_norm(norm, mistake):
    """A norm in the network, and a bias below it whose gradient is 0, are no obstacle."""
    rng = np.random.default_rng(0)
    layers = [Dense(rng.standard_normal((3, 2)), rng.standard_normal((3, 1)))]
    layers += [norm.of_size(3, "tanh")]
    layers += [Dense(rng.standard_normal((4, 3)), rng.standard_normal((4, 1)), "sigmoid")]
    network, X, Y = Network(layers), rng.standard_normal((2, 5)), rng.standard_normal((4, 5))
    trace = network.forward(X)
    wrong = MISTAKES[mistake].gradients(network, trace, Y)
    assert [found.name for found in diagnose(wrong, network, trace, Y)] == [mistake]


@pytest.mark.parametrize("mistake", sorted(MISTAKES))
def test_catalogue_leaves_the_network(mistake):
    """Making a mistake changes neither the network nor its backward pass."""
    problem = make_problem([3, 3, 3], ["tanh", "softmax"], 3, seed=0)
    network, trace = problem.network, problem.network.forward(problem.inputs)
    before = network.backward(trace, problem.targets)
    MISTAKES[mistake].gradients(network, trace, problem.targets)
    after = network.backward(trace, problem.targets)
    assert all((before.weight[l] == after.weight[l]).all() for l in network.layers)


def test_mistakes_are_keyed_by_their_names():
    """The key of a mistake is its name."""
    assert {name: mistake.name for name, mistake in MISTAKES.items()} == {n: n for n in MISTAKES}


def test_float32_is_diagnosed():
    """A mistake is named in float32 too."""
    problem = make_problem([2, 3, 4], NAMES[:2], 5, seed=0, dtype=np.float32)
    trace = problem.network.forward(problem.inputs)
    right = problem.network.backward(trace, problem.targets)
    wrong = {l: {"weight": -array} for l, array in right.weight.items()}
    assert named(wrong, problem) == {"sign_flipped"}


def test_unknown_parameter_is_refused():
    """A gradient of something that the network does not have is refused by name."""
    problem = make_problem([2, 3], ["tanh"], 4, seed=0)
    text = "diagnose: gradients must name parameters of the network, got scale[1]"
    with pytest.raises(ValueError, match=exactly(text)):
        named({1: {"scale": np.ones((3, 1))}}, problem)


def test_network_of_the_wrong_kind_is_refused():
    """A network is a Network."""
    with pytest.raises(TypeError, match=exactly("diagnose: network must be a Network, got dict")):
        diagnose({}, {}, None, None)


# What a failing report says


@pytest.mark.parametrize("mistake", UNTIED)
def test_failing_report_names_the_mistake(mistake):
    """A learner's wrong gradients are called by their mistake under every wrong parameter."""
    problem = make_problem([2, 4, 3, 5], NAMES, 7, seed=0)
    wrong = Gradients({}, loops(problem, mistake))
    if mistake == "result_transposed":
        with pytest.raises(ValueError, match=r"got \(2, 4\), the transpose$"):
            check_gradients(problem.network, problem.inputs, problem.targets, gradients=wrong)
        return
    report = check_gradients(problem.network, problem.inputs, problem.targets, gradients=wrong)
    assert not report.is_close()
    for check in report.parameters:
        expected = () if check.relative_error <= 1e-6 else (MISTAKES[mistake].phrase,)
        assert check.mistakes == expected


def test_report_names_a_mistake_for_each_parameter():
    """Two mistakes in two parameters are each named where they were made."""
    problem = make_problem([2, 3, 4], NAMES[:2], 5, seed=0)
    wrong = loops(problem)
    wrong[1]["weight"] /= 5
    wrong[2]["weight"] *= -1
    report = check_gradients(
        problem.network, problem.inputs, problem.targets, gradients=Gradients({}, wrong)
    )
    lines = str(report).splitlines()
    said = [line for line in lines if line.startswith("  this is ")]
    assert said == [
        "  this is the gradient divided by M twice",
        "  this is the gradient with its sign flipped",
    ]


def test_every_activation_is_covered_or_stated():
    """Softmax is the one activation whose Jacobian is not diagonal."""
    assert [n for n, sigma in ACTIVATIONS.items() if not sigma.is_elementwise] == ["softmax"]
