"""The workspace against the plain functions, its memory, and what it refuses."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpdocs import BatchNorm, Dense, Network, losses
from bpdocs.activations import ACTIVATIONS, Activation
from bpdocs.workspace import Workspace
from strategies import (
    FEW,
    FUZZ,
    LAW,
    WRONG_ARRAYS,
    activations,
    any_shapes,
    assert_close,
    depths,
    exactly,
    log_cosh,
    make_problem,
    problems,
    seeds,
    sizes,
)

LOSSES = losses.LOSSES
TOLERANCES = {np.float64: 1e-12, np.float32: 1e-5}
dtypes = st.sampled_from(sorted(TOLERANCES, key=str))
# Bytes. Below, even one row of numbers for the samples, 1000 of float32, takes 4 KB.
SMALL = 2048


def fit(problem, loss):
    """Return the problem with an output and targets for which the loss is defined."""
    network, Y = problem.network, problem.targets
    if loss.name == "cross_entropy":
        *others, last = network.layers.values()
        network = Network([*others, Dense(last.weight, last.bias, "softmax")])
    if loss.takes_classes:
        Y = np.exp(Y) / np.exp(Y).sum(axis=0)
    elif loss.name == "binary_cross_entropy":
        Y = (1 + np.tanh(Y)) / 2
    return network, problem.inputs, Y


def assert_same_step(workspace, network, inputs, targets, loss, tolerance):
    """Fail unless forward and backward of the workspace are those of the plain functions."""
    trace = network.forward(inputs)
    expected = network.backward(trace, targets, loss)
    assert_close(workspace.forward(inputs), trace.output, tolerance)
    value = workspace.backward(targets)
    assert value == pytest.approx(loss(trace.output, targets), rel=tolerance, abs=tolerance / 10)
    for l, parameters in expected.parameters.items():
        assert_close(workspace.gradients.delta[l], expected.delta[l], tolerance)
        for name, gradient in parameters.items():
            assert_close(workspace.gradients.parameters[l][name], gradient, tolerance)


@LAW
@given(st.data(), depths, seeds, dtypes, st.sampled_from(sorted(LOSSES)))
def test_equals_the_plain_functions(data, depth, seed, dtype, name):
    """Output, loss, deltas and gradients are those of Network.forward and Network.backward."""
    widths = data.draw(st.lists(sizes, min_size=depth + 1, max_size=depth + 1))
    names = data.draw(st.lists(activations, min_size=depth, max_size=depth))
    problem = make_problem(widths, names, data.draw(sizes), seed, dtype)
    network, X, Y = fit(problem, LOSSES[name])
    workspace = Workspace(network, X.shape[1], LOSSES[name])
    assert_same_step(workspace, network, X, Y, LOSSES[name], TOLERANCES[dtype])


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_pair_equals_the_plain_functions(name, loss, dtype):
    """Each activation with each loss gives what the plain functions give."""
    network, X, Y = fit(make_problem([3, 5, 4], [name, name], 7, 1, dtype), loss)
    workspace = Workspace(network, 7, loss)
    assert_same_step(workspace, network, X, Y, loss, TOLERANCES[dtype])


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
@pytest.mark.parametrize("dtype", TOLERANCES)
def test_far_preactivations_equal_the_plain_functions(name, dtype):
    """Where exp over- or underflows, and at a kink, the numbers are still the plain ones."""
    Z = np.array([[-800, -90, -30, -1, 0, 1, 30, 90, 800]], dtype)
    network = Network([Dense(np.ones((1, 1), dtype), np.zeros((1, 1), dtype), name)])
    workspace = Workspace(network, Z.shape[1])
    assert_same_step(workspace, network, Z, np.zeros_like(Z), LOSSES["half_squared_error"], 1e-5)
    layer = workspace.forward(Z)
    assert layer == pytest.approx(ACTIVATIONS[name](Z), rel=10 * float(np.finfo(dtype).eps), abs=0)


@LAW
@given(problems(), seeds, st.lists(sizes, min_size=1, max_size=5))
def test_training_equals_plain_descent(problem, seed, batches):
    """Steps on batches of changing size leave the parameters of plain gradient descent."""
    network, rng = problem.network, np.random.default_rng(seed)
    workspace = Workspace(network, 6)
    for n_samples in batches:
        X = rng.standard_normal((problem.inputs.shape[0], n_samples))
        Y = rng.standard_normal((problem.targets.shape[0], n_samples))
        workspace.step(X, Y, 0.1)
        gradients = network.backward(network.forward(X), Y)
        network = network.with_parameters(
            {
                l: {name: array - 0.1 * gradients.parameters[l][name] for name, array in of.items()}
                for l, of in network.parameters.items()
            }
        )
    for l, expected in network.parameters.items():
        for name, array in expected.items():
            # Errors of rounding grow with the steps, by the curvature of the loss.
            assert_close(workspace.network().parameters[l][name], array, 1e-11)


@LAW
@given(problems(), st.sampled_from(["C", "F", "gaps", "read-only"]))
def test_layout_of_the_batch_does_not_matter(problem, layout):
    """Transposed, strided and read-only batches give the same numbers and stay as they are."""
    arrays = []
    for array in (problem.inputs, problem.targets):
        if layout == "gaps":
            array = np.repeat(array, 3, axis=1)[:, ::3]
        array = np.asarray(array, order="F" if layout == "F" else None)
        array.flags.writeable = layout != "read-only"
        arrays.append(array)
    X, Y = arrays
    before = X.copy(), Y.copy()
    workspace = Workspace(problem.network, X.shape[1])
    assert_same_step(workspace, problem.network, X, Y, LOSSES["half_squared_error"], 1e-12)
    np.testing.assert_array_equal((X, Y)[0], before[0])
    np.testing.assert_array_equal((X, Y)[1], before[1])


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int32", "int64", "uint64"])
@pytest.mark.parametrize("name", ["cross_entropy", "softmax_cross_entropy"])
def test_classes_are_one_hot_columns(name, dtype):
    """Integer classes give what their one-hot columns give."""
    network, X, _ = fit(make_problem([3, 4], ["identity"], 5, 2), LOSSES[name])
    labels = np.array([3, 0, 2, 2, 1], dtype)
    workspace = Workspace(network, 8, LOSSES[name])
    assert_same_step(workspace, network, X, np.eye(4)[:, labels], LOSSES[name], 1e-12)
    expected = workspace.backward(np.eye(4)[:, labels])
    gradient = workspace.gradients.weight[1].copy()
    assert workspace.backward(labels) == expected
    np.testing.assert_array_equal(workspace.gradients.weight[1], gradient)


def test_network_is_not_changed_by_training():
    """A workspace trains a copy, and the networks it gives back are copies too."""
    problem = make_problem([2, 3, 1], ["tanh", "identity"], 4, 0)
    before = problem.network.layers[1].weight.copy()
    workspace = Workspace(problem.network, 4)
    workspace.step(problem.inputs, problem.targets, 0.1)
    given_back = workspace.network()
    weight = given_back.layers[1].weight.copy()
    workspace.step(problem.inputs, problem.targets, 0.1)
    np.testing.assert_array_equal(problem.network.layers[1].weight, before)
    np.testing.assert_array_equal(given_back.layers[1].weight, weight)
    assert not np.array_equal(weight, before)


def test_large_finite_numbers_are_taken():
    """Numbers whose squares overflow are finite, and the plain functions take them."""
    network = Network([Dense(np.full((1, 1), 1e-20), np.zeros((1, 1)))])
    workspace = Workspace(network, 2, LOSSES["half_squared_error"])
    X = np.array([[1e200, -1e200]])
    assert_close(workspace.forward(X) / 1e180, np.array([[1.0, -1.0]]))


def peak_growth(step):
    """Return by how many bytes the memory grew at most while a warmed-up step ran.

    What a step allocates it allocates each time; what else goes on in the process it does not. So
    the least of three steps counts.
    """
    step()
    step()
    growths = []
    tracemalloc.start()
    try:
        step()
        for _ in range(3):
            tracemalloc.reset_peak()
            before, _ = tracemalloc.get_traced_memory()
            step()
            _, peak = tracemalloc.get_traced_memory()
            growths.append(peak - before)
    finally:
        tracemalloc.stop()
    return min(growths)


@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_step_allocates_nothing(name, loss, dtype):
    """After the first, a step allocates no array, whatever the activation, loss and dtype."""
    network, X, Y = fit(make_problem([100, 110, 120], [name, name], 1000, 3, dtype), loss)
    workspace = Workspace(network, 1000, loss)
    assert peak_growth(lambda: workspace.step(X, Y, 1e-4)) < SMALL


@FEW
@given(st.integers(2000, 20000), st.integers(10, 40))
def test_step_allocates_nothing_whatever_the_sizes(n_samples, width):
    """The bound does not depend on the number of samples or neurons."""
    problem = make_problem([width, 2 * width, 5], ["tanh", "tanh"], n_samples, 0, np.float32)
    workspace = Workspace(problem.network, n_samples)
    assert peak_growth(lambda: workspace.step(problem.inputs, problem.targets, 0.1)) < SMALL


@pytest.mark.parametrize("labels", ["int32", "int64"])
def test_classes_allocate_nothing(labels):
    """Classes are written into the targets without an array between."""
    loss = LOSSES["softmax_cross_entropy"]
    problem = make_problem([20, 10], ["identity"], 5000, 0, np.float32)
    Y = (np.arange(5000) % 10).astype(labels)
    workspace = Workspace(problem.network, 5000, loss)
    assert peak_growth(lambda: workspace.step(problem.inputs, Y, 0.1)) < SMALL


def test_the_measure_sees_an_array():
    """The measure of the tests above would see an array of the smallest size that they use."""
    assert peak_growth(lambda: np.empty(5000, np.float32)) > SMALL


@pytest.fixture
def workspace():
    """Return a workspace for 2 -> 3 -> 1 and up to four samples."""
    return Workspace(make_problem([2, 3, 1], ["tanh", "identity"], 4, 0).network, 4)


@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_wrong_inputs_are_refused(workspace, spoil, error, rule):
    """Whatever is not a finite float matrix is refused as inputs, with the reason."""
    with pytest.raises(error, match=exactly(f"Workspace.forward: inputs {rule}")):
        workspace.step(spoil(np.ones((2, 4))), np.ones((1, 4)), 0.1)


@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_wrong_targets_are_refused(workspace, spoil, error, rule):
    """Whatever is not a finite float matrix is refused as targets; the parameters stay."""
    before = workspace.network().parameters
    with pytest.raises(error, match=exactly(f"Workspace.backward: targets {rule}")):
        workspace.step(np.ones((2, 4)), spoil(np.ones((1, 4))), 0.1)
    for l, arrays in workspace.network().parameters.items():
        for name, array in arrays.items():
            np.testing.assert_array_equal(array, before[l][name])


@FUZZ
@given(any_shapes, any_shapes)
def test_shapes_that_do_not_fit_are_refused(inputs, targets):
    """Only (2, M) with (1, M) and M from 1 to 4 trains; all else is a ValueError with a name."""
    workspace = Workspace(make_problem([2, 3, 1], ["tanh", "identity"], 4, 0).network, 4)
    fits = len(inputs) == 2 and inputs[0] == 2 and 1 <= inputs[1] <= 4 and targets == (1, inputs[1])
    if fits:
        workspace.step(np.ones(inputs), np.ones(targets), 0.1)
        return
    with pytest.raises(ValueError, match=r"^Workspace\.(forward: inputs|backward: targets) must"):
        workspace.step(np.ones(inputs), np.ones(targets), 0.1)


CASES = {
    "network": (
        lambda _: Workspace("net", 4),
        TypeError,
        "Workspace: network must be a Network, got str",
    ),
    "samples": (
        lambda w: Workspace(w.network(), 0),
        ValueError,
        "Workspace: n_samples must be at least 1, got 0",
    ),
    "loss": (
        lambda w: Workspace(w.network(), 4, "mse"),
        TypeError,
        "Workspace: loss must be a Loss, got str",
    ),
    "own loss": (
        lambda w: Workspace(w.network(), 4, log_cosh),
        ValueError,
        "Workspace: loss must be one of bpdocs.losses, got log_cosh",
    ),
    "norm": (
        lambda _: Workspace(Network([BatchNorm.of_size(2)]), 4),
        TypeError,
        "Workspace: layer 1 must be a Dense, got BatchNorm",
    ),
    "own activation": (
        lambda _: Workspace(
            Network([Dense(np.ones((1, 1)), np.ones((1, 1)), Activation("sin", np.sin, np.cos))]), 4
        ),
        ValueError,
        "Workspace: layer 1 must have an activation of bpdocs.activations, got sin",
    ),
    "too many": (
        lambda w: w.forward(np.ones((2, 5))),
        ValueError,
        "Workspace.forward: inputs must have at most 4 samples, got 5",
    ),
    "dtype": (
        lambda w: w.forward(np.ones((2, 4), np.float32)),
        TypeError,
        "Workspace.forward: inputs must have the dtype of weight[1], float64, got float32",
    ),
    "rate": (
        lambda w: w.step(np.ones((2, 4)), np.ones((1, 4)), 0),
        ValueError,
        "Workspace.step: learning_rate must be positive and finite, got 0",
    ),
    "backward first": (
        lambda w: w.backward(np.ones((1, 4))),
        RuntimeError,
        "Workspace.backward: forward must come first, got none since the last step",
    ),
    "gradients first": (
        lambda w: w.gradients,
        RuntimeError,
        "Workspace.gradients: backward must come first, got none since the last step",
    ),
}


@pytest.mark.parametrize(("call", "error", "text"), CASES.values(), ids=CASES)
def test_errors_say_what_is_wrong(workspace, call, error, text):
    """Each mistake has its sentence."""
    with pytest.raises(error, match=exactly(text)):
        call(workspace)


def test_a_step_makes_forward_and_backward_due_again(workspace):
    """After an update, neither the old output nor the scaled gradients are taken for current."""
    workspace.step(np.ones((2, 4)), np.ones((1, 4)), 0.1)
    with pytest.raises(RuntimeError, match=r"^Workspace\.backward: forward must come first"):
        workspace.backward(np.ones((1, 4)))
    with pytest.raises(RuntimeError, match=r"^Workspace\.gradients: backward must come first"):
        _ = workspace.gradients


BAD_TARGETS = {
    "sum": ("softmax_cross_entropy", [[0.5], [0.2]], "columns that sum to 1, got 0.7 in column 0"),
    "range": ("softmax_cross_entropy", [[1.5], [-0.5]], "lie in [0, 1], got 1.5"),
    "binary": ("binary_cross_entropy", [[0.5], [2.0]], "lie in [0, 1], got 2.0"),
}


@pytest.mark.parametrize(("name", "targets", "rule"), BAD_TARGETS.values(), ids=BAD_TARGETS)
def test_requirements_of_the_loss_hold(name, targets, rule):
    """Targets for which the loss is not defined are refused in the words of the loss."""
    workspace = Workspace(make_problem([1, 2], ["identity"], 1, 0).network, 1, LOSSES[name])
    text = "must have " if rule.startswith("columns") else "must "
    with pytest.raises(ValueError, match=exactly(f"Workspace.backward: targets {text}{rule}")):
        workspace.step(np.ones((1, 1)), np.array(targets), 0.1)


@pytest.mark.parametrize(
    ("labels", "text"),
    [
        ([0, 2], "one_hot: labels must lie in 0 to 1, got 2"),
        ([-1, 0], "one_hot: labels must lie in 0 to 1, got -1"),
        ([0], "Workspace.backward: targets must have one class a sample, 2, got 1"),
    ],
)
def test_wrong_classes_are_refused(labels, text):
    """Classes out of range, or too few of them, are refused in the words of the loss."""
    loss = LOSSES["softmax_cross_entropy"]
    workspace = Workspace(make_problem([1, 2], ["identity"], 1, 0).network, 2, loss)
    with pytest.raises(ValueError, match=exactly(text)):
        workspace.step(np.ones((1, 2)), np.array(labels, np.int64), 0.1)


def test_probability_zero_is_refused_only_where_it_counts():
    """Softmax may underflow to 0 where the target is 0, and not where it is positive."""
    loss = LOSSES["cross_entropy"]
    network = Network([Dense(np.array([[1.0], [-1.0]]), np.zeros((2, 1)), "softmax")])
    workspace = Workspace(network, 1, loss)
    far = np.array([[1000.0]])
    assert workspace.step(far, np.array([[1.0], [0.0]]), 0.1) == 0
    text = (
        "Workspace.backward: activation must be positive where targets are, got 0; "
        "softmax_cross_entropy takes the preactivation and has no such limit"
    )
    with pytest.raises(ValueError, match=exactly(text)):
        workspace.step(far, np.array([[0.0], [1.0]]), 0.1)


def test_a_loss_that_is_not_finite_stops_before_the_update():
    """An overflow of the loss is an error, and the parameters stay."""
    network = Network([Dense(np.array([[1e160]]), np.zeros((1, 1)))])
    workspace = Workspace(network, 1)
    with pytest.raises(
        ValueError, match=exactly("Workspace.backward: loss must be finite, got inf")
    ):
        workspace.step(np.array([[1.0]]), np.array([[0.0]]), 0.1)
    np.testing.assert_array_equal(workspace.network().layers[1].weight, [[1e160]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_step_that_overflows_leaves_the_parameters(dtype):
    """A rate so large that the step is infinite is an error without a warning."""
    network = Network([Dense(np.ones((1, 1), dtype), np.zeros((1, 1), dtype))])
    workspace = Workspace(network, 1)
    X, Y = np.full((1, 1), 1e9, dtype), np.zeros((1, 1), dtype)
    text = "Workspace.step: learning_rate times the gradients must be finite, got infinity"
    with pytest.raises(ValueError, match=exactly(text)):
        workspace.step(X, Y, 1e300)
    np.testing.assert_array_equal(workspace.network().layers[1].weight, [[1]])


def test_a_pass_that_overflows_does_not_warn():
    """Where the plain functions raise, the workspace raises too, and NumPy does not warn."""
    network = Network([Dense(np.full((1, 1), 1e200), np.zeros((1, 1)))])
    workspace = Workspace(network, 1)
    with pytest.raises(ValueError, match=r"must be finite, got infinity$"):
        workspace.step(np.full((1, 1), 1e200), np.zeros((1, 1)), 0.1)
