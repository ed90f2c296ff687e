"""What all public functions do with numbers that overflow, and with arguments of no sense."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import bpdocs
from bpdocs import (
    SGD,
    Activation,
    Adam,
    BatchNorm,
    Dense,
    Gradients,
    History,
    LayerNorm,
    Loss,
    Network,
    OptimizerState,
    softmax,
)
from bpdocs._checks import NotFiniteError
from bpdocs.losses import LOSSES
from bpdocs.mistakes import MISTAKES
from strategies import FUZZ, exactly, make_problem

HUGE = np.array([[1e200, -1e200]])
FAR = np.array([[1e308, -1e308]])
ZERO = np.zeros((1, 2))
STEEP = Network([Dense(np.full((1, 1), 1e200), np.zeros((1, 1)))])
NETWORK = Network([Dense(np.ones((1, 1)), np.zeros((1, 1)))])
ONE = {1: {"weight": np.ones((1, 1))}}
LARGE = {1: {"weight": np.full((1, 1), 1e200)}}
squared, entropy = LOSSES["half_squared_error"], LOSSES["cross_entropy"]


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: bpdocs.output_delta(FAR, ZERO, Activation("two", abs, lambda Z: Z + 2)), None),
        (lambda: bpdocs.propagate_delta(HUGE[:, :1], HUGE[:, :1], ZERO[:, :1], "identity"), None),
        (lambda: bpdocs.weight_gradient(HUGE, HUGE), None),
        (lambda: bpdocs.bias_gradient(np.abs(FAR)), None),
        (lambda: bpdocs.weight_gradient_of_sample(HUGE[0], HUGE[0]), None),
        (lambda: bpdocs.rescale_loss_gradient(FAR, 4, 3, "mean_over_entries", "sum"), None),
        (lambda: bpdocs.numeric_gradient(lambda x: (x**2).sum(), HUGE, 1e190), None),
        (
            lambda: softmax.vjp(np.zeros((3, 1)), np.array([[1.7e308], [1.7e308], [-1.7e308]])),
            "softmax.vjp: result",
        ),
        (lambda: squared(HUGE, ZERO), "half_squared_error: loss"),
        (lambda: squared.gradient(FAR, -FAR), "half_squared_error.gradient: gradient"),
        (
            lambda: entropy.gradient(np.full((1, 1), 5e-324), np.ones((1, 1))),
            "cross_entropy.gradient: gradient",
        ),
        (lambda: STEEP.layers[1].forward(HUGE), "Dense.forward: preactivation"),
        (lambda: LayerNorm.of_size(2).forward(HUGE.T), "LayerNorm: variance"),
        (lambda: BatchNorm.of_size(1).forward(HUGE), "BatchNorm: variance"),
        (lambda: BatchNorm.of_size(1).updated(HUGE), "BatchNorm.updated: running_variance"),
        (lambda: STEEP.forward(HUGE), "Network.forward: Z[1]"),
        (
            lambda: NETWORK.backward(NETWORK.forward(HUGE), ZERO),
            "Network.backward: gradient of weight[1]",
        ),
        (lambda: bpdocs.forward_of_sample(STEEP, HUGE[0, :1]), "forward_of_sample: Z[1]"),
        (
            lambda: bpdocs.backward_by_element(NETWORK, HUGE, ZERO),
            "backward_by_element: gradient of weight[1]",
        ),
        (
            lambda: bpdocs.backward_by_differential(NETWORK, HUGE, ZERO),
            "backward_by_differential: gradient of weight[1]",
        ),
        (
            lambda: bpdocs.backward_by_samples(NETWORK, HUGE, ZERO),
            "weight_gradient_of_sample: result",
        ),
        (lambda: SGD(1e200).step(ONE, LARGE), "SGD.step: new weight[1]"),
        (lambda: Adam(0.1).step(ONE, LARGE), "Adam.step: second_moment of weight[1]"),
        (
            lambda: bpdocs.step_curve(STEEP, 1 / HUGE, ZERO, steps=np.array([1e300])),
            "step_curve: difference quotient of step 1e+300",
        ),
    ],
)
def test_overflow_is_told(call, text):
    """A result too large for its dtype is an error that names it, and NumPy does not warn."""
    name = r"\w+: result" if text is None else exactly(text)[1:-1]
    with pytest.raises(NotFiniteError, match=f"^{name} must be finite, got (infinity|NaN)$"):
        call()


def test_overflow_is_an_error_of_value_and_of_arithmetic():
    """It may be caught as either, and it comes back from another process as it was."""
    error = pickle.loads(pickle.dumps(NotFiniteError("text")))  # noqa: S301 - our own
    assert isinstance(error, ValueError)
    assert isinstance(error, FloatingPointError)
    assert str(error) == "text"


def test_far_columns_have_a_softmax():
    """Numbers whose difference overflows have probabilities 1 and 0."""
    np.testing.assert_array_equal(softmax(FAR.T), [[1.0], [0.0]])
    assert LOSSES["softmax_cross_entropy"](FAR.T, np.array([0])) == 0


def test_mistake_is_named_where_squares_overflow():
    """Gradients near the end of the range are compared like all others."""
    problem = make_problem([2, 3, 4], ["tanh", "identity"], 5, seed=0)
    trace, Y = problem.network.forward(problem.inputs), problem.targets * 1e200
    wrong = MISTAKES["sign_flipped"].gradients(problem.network, trace, Y)
    (mistake,) = bpdocs.diagnose(wrong, problem.network, trace, Y)
    assert mistake.name == "sign_flipped"
    assert bpdocs.diagnose(problem.network.backward(trace, Y), problem.network, trace, Y) is None


numbers = st.floats(allow_nan=False, allow_infinity=False)


@FUZZ
@given(st.data(), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
def test_any_finite_numbers_give_finite_results_or_an_error(data, n_in, n_out, n_samples):
    """Whatever the range of the arguments, a pass is finite or an error, without a warning."""
    W, b, X, Y = (
        data.draw(arrays(np.float64, shape, elements=numbers))
        for shape in ((n_out, n_in), (n_out, 1), (n_in, n_samples), (n_out, n_samples))
    )
    for name in bpdocs.activations.ACTIVATIONS:
        network = Network([Dense(W, b, name)])
        try:
            trace = network.forward(X)
            results = [*network.backward(trace, Y).parameters[1].values(), squared(trace.output, Y)]
        except NotFiniteError:
            continue
        assert all(np.isfinite(result).all() for result in results)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: SGD(10**400), ValueError, "SGD: learning_rate must be positive and finite, got 1"),
        (
            lambda: bpdocs.one_hot(np.array([0]), 1, "number"),
            TypeError,
            "one_hot: dtype must be float32 or float64, got 'number'",
        ),
        (
            lambda: BatchNorm.of_size(1, dtype=int),
            TypeError,
            "BatchNorm.of_size: dtype must be float32 or float64, got int64",
        ),
        (
            lambda: Dense.random(1, 1, "tanh", np.random.default_rng(0), dtype=3),
            TypeError,
            "initial_weight: dtype must be float32 or float64, got 3",
        ),
        (lambda: Network(3), TypeError, "Network: layers must be an Iterable, got int"),
        (
            lambda: Network.from_sizes([1, 1], None, np.random.default_rng(0)),
            ValueError,
            "Network.from_sizes: activations must have one entry a layer, 1, got None",
        ),
        (
            lambda: NETWORK.with_parameters([1]),
            TypeError,
            "Network.with_parameters: parameters must be a Mapping, got list",
        ),
        (
            lambda: NETWORK.with_parameters({1: None}),
            TypeError,
            "Network.with_parameters: parameters[1] must be a Mapping, got None",
        ),
        (
            lambda: bpdocs.save_network(NETWORK, 3),
            TypeError,
            "save_network: path must be a str or a path, got int",
        ),
        (
            lambda: bpdocs.load_network(None),
            TypeError,
            "load_network: path must be a str or a path, got NoneType",
        ),
        (
            lambda: bpdocs.numeric_gradient(3, ZERO),
            TypeError,
            "numeric_gradient: function must be callable, got int",
        ),
        (
            lambda: bpdocs.numeric_gradient(lambda x: x, ZERO),
            TypeError,
            "numeric_gradient: function must return a real number, got ndarray",
        ),
        (
            lambda: bpdocs.check_gradients(NETWORK, HUGE / 1e200, ZERO, step=1e-20),
            ValueError,
            "check_gradients: step must be large enough to change 1.0, got 1e-20",
        ),
        (
            lambda: bpdocs.step_curve(NETWORK, ZERO, ZERO, steps=np.array([1e-20])),
            ValueError,
            "step_curve: step must be large enough to change 1.0, got 1e-20",
        ),
        (
            lambda: bpdocs.check_gradients(NETWORK, ZERO, ZERO, gradients=Gradients({}, None)),
            TypeError,
            "check_gradients: gradients.parameters must be a Mapping, got None",
        ),
        (
            lambda: bpdocs.diagnose(None, NETWORK, NETWORK.forward(ZERO), ZERO),
            TypeError,
            "diagnose: gradients must be a Mapping, got None",
        ),
        (
            lambda: bpdocs.diagnose({1: {"weight": 1}}, NETWORK, NETWORK.forward(ZERO), ZERO),
            TypeError,
            "diagnose: gradients[1]['weight'] must be a ndarray, got int",
        ),
        (
            lambda: MISTAKES["sign_flipped"].gradients(None, None, ZERO),
            TypeError,
            "Mistake.gradients: network must be a Network, got None",
        ),
        (
            lambda: MISTAKES["mean_for_sum"].gradients(
                NETWORK, NETWORK.forward(ZERO), ZERO, layers=1
            ),
            TypeError,
            "Mistake.gradients: layers must be an Iterable, got int",
        ),
        (
            lambda: Adam().step(ONE, ONE, OptimizerState("1", {})),
            TypeError,
            "Adam.step: n_steps of state must be an integer, got '1'",
        ),
        (
            lambda: Adam().step(ONE, ONE, OptimizerState(-1, {})),
            ValueError,
            "Adam.step: n_steps of state must be at least 0, got -1",
        ),
        (
            lambda: Adam().step(ONE, ONE, OptimizerState(1, None)),
            TypeError,
            "Adam.step: memory of state must be a Mapping, got None",
        ),
        (
            lambda: History.of_steps([(1.0, 2)]),
            TypeError,
            "History.of_steps: steps must be triples of loss, size and epoch, got (1.0, 2)",
        ),
        (
            lambda: Activation("mine", None, np.cos),
            TypeError,
            "Activation: rule must be callable, got None",
        ),
        (lambda: Loss("mine", np.sin, 3), TypeError, "Loss: slope must be callable, got int"),
    ],
)
def test_arguments_of_no_sense(call, error, text):
    """An argument of another kind is named, with what was expected."""
    with pytest.raises(error) as raised:
        call()
    assert str(raised.value).startswith(text)
    assert str(raised.value) == text or text[-1] == "1"


@pytest.mark.parametrize("kind", [np.int8, np.uint8])
def test_sizes_of_numpy_do_not_overflow(kind):
    """Sizes are counted in Python's integers, whatever they come as."""
    rng = np.random.default_rng
    np.testing.assert_array_equal(
        bpdocs.initial_weight(kind(120), kind(127), rng(0)),
        bpdocs.initial_weight(120, 127, rng(0)),
    )
    X = np.ones((1, 300))
    batches = bpdocs.shuffled_batches(X, X, kind(120), rng(0))
    assert [inputs.shape[1] for inputs, _ in batches] == [120, 120, 60]
    (gradient,) = bpdocs.combine_gradients([ONE, ONE], [kind(120), kind(127)])[1].values()
    np.testing.assert_allclose(gradient, 1)
    plan = {"loss": squared, "optimizer": SGD(1e-3), "n_epochs": kind(127), "rng": rng(0)}
    _, history = bpdocs.train(NETWORK, X, X, **plan, batch_size=kind(120))
    assert len(history.step_loss) == 3 * 127


def test_arrays_without_dimensions_stay_arrays():
    """An optimizer and an activation return an array where one without dimensions came."""
    parameters = {1: {"weight": np.array(1.0)}}
    optimizer, state = Adam(0.1), None
    for _ in range(2):
        parameters, state = optimizer.step(parameters, parameters, state)
    assert type(parameters[1]["weight"]) is np.ndarray
    assert type(bpdocs.sigmoid(np.array(0.0))) is np.ndarray
    assert type(bpdocs.tanh.derivative(np.array(0.0))) is np.ndarray


@pytest.mark.parametrize(
    ("targets", "error", "text"),
    [
        (np.array([["a", "b"]]), TypeError, "must be float32 or float64, got <U1"),
        (ZERO.astype(object), TypeError, "must be float32 or float64, got object"),
        (np.ma.masked_array(ZERO, True), TypeError, "must be a numpy.ndarray, got MaskedArray"),
        (ZERO * np.nan, ValueError, "must be finite, got NaN"),
        (np.zeros((1, 2), np.float32), TypeError, None),
    ],
)
def test_targets_of_batches_are_numbers(targets, error, text):
    """Targets that no loss would take are refused before the first batch."""
    text = text or "must have the dtype of inputs, float64, got float32"
    with pytest.raises(error, match=exactly(f"shuffled_batches: targets {text}")):
        bpdocs.shuffled_batches(ZERO, targets, 1, np.random.default_rng(0))


def test_parameters_of_a_layer_fit_together():
    """A bias of another size than the weight's rows is no parameter of that layer."""
    text = "parameters_to_rows: parameters['bias'] must have shape (3, 1), got (4, 1)"
    with pytest.raises(ValueError, match=exactly(text)):
        bpdocs.parameters_to_rows({"weight": np.ones((3, 2)), "bias": np.ones((4, 1))})
