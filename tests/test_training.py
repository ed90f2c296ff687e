"""Training against gradient descent by hand, and what it tells, keeps and refuses."""

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpdocs import (
    BatchNorm,
    LayerNorm,
    Network,
    cross_entropy,
    half_squared_error,
    one_hot,
    softmax_cross_entropy,
)
from bpdocs.batches import combine_gradients, shuffled_batches
from bpdocs.gradient_check import numeric_gradient
from bpdocs.history import History
from bpdocs.optimizers import SGD, Adam, Momentum
from bpdocs.steps import training_step
from bpdocs.training import train
from strategies import (
    FEW,
    LAW,
    assert_close,
    exactly,
    normal,
    problems,
)

SMOOTH = st.sampled_from(["identity", "sigmoid", "tanh", "softplus"])


def plan(**changed):
    """Return arguments of `train` for a small problem, some of them changed."""
    rng = np.random.default_rng(0)
    inputs = rng.standard_normal((2, 10))
    arguments = {
        "network": Network.from_sizes([2, 4, 1], ["tanh", "identity"], rng),
        "inputs": inputs,
        "targets": inputs[:1] * inputs[1:],
        "loss": half_squared_error,
        "optimizer": SGD(0.1),
        "n_epochs": 3,
        "batch_size": 4,
        "rng": np.random.default_rng(1),
    }
    return arguments | changed


def with_batch_norm(dtype=np.float64):
    """Return a network that mixes samples: dense, batch norm, dense."""
    rng = np.random.default_rng(0)
    ends = Network.from_sizes([2, 4, 1], ["tanh", "identity"], rng, dtype=dtype).layers
    return Network([ends[1], BatchNorm.of_size(4, dtype=dtype), ends[2]])


def arrays(network):
    """Return all parameters as a list."""
    return [array for row in network.parameters.values() for array in row.values()]


def assert_same_network(actual, expected, tolerance=1e-12):
    """Fail unless the parameters of two networks agree."""
    for own, other in zip(arrays(actual), arrays(expected), strict=True):
        assert_close(own, other, tolerance)


@FEW
@given(problem=problems(names=SMOOTH, depth=st.integers(1, 2)), rate=st.floats(0.01, 1))
def test_step_of_sgd_goes_down_the_numeric_gradient(problem, rate):
    """One step is the rate times the gradient by central differences, to 1e-6."""
    network, X, Y = problem.network, problem.inputs, problem.targets
    moved, _, value = training_step(network, X, Y, loss=half_squared_error, optimizer=SGD(rate))
    assert value == half_squared_error(network.forward(X).output, Y)
    for l, row in network.parameters.items():
        for name, array in row.items():

            def loss_at(array, l=l, name=name):
                changed = network.with_parameters({l: {name: array}})
                return half_squared_error(changed.forward(X).output, Y)

            expected = array - rate * numeric_gradient(loss_at, array)
            assert_close(moved.parameters[l][name], expected, 1e-6)


@LAW
@given(problem=problems(names=SMOOTH), n_epochs=st.integers(1, 4))
def test_full_batch_is_gradient_descent(problem, n_epochs):
    """With one batch an epoch, in any order of samples, training is plain gradient descent."""
    network, X, Y = problem.network, problem.inputs, problem.targets
    trained, history = train(
        **plan(network=network, inputs=X, targets=Y, n_epochs=n_epochs, batch_size=X.shape[1]),
    )
    losses = []
    for _ in range(n_epochs):
        trace = network.forward(X)
        losses.append(half_squared_error(trace.output, Y))
        gradients = network.backward(trace, Y)
        network = Network(
            [
                layer.with_parameters(
                    weight=layer.weight - 0.1 * gradients.weight[l],
                    bias=layer.bias - 0.1 * gradients.bias[l],
                )
                for l, layer in network.layers.items()
            ]
        )
    assert_same_network(trained, network)
    assert_close(history.step_loss, np.array(losses))


@pytest.mark.parametrize("optimizer", [SGD(0.1), Momentum(0.05), Adam(0.01)], ids=str)
def test_training_is_a_chain_of_steps(optimizer):
    """`train` makes the steps that a loop over `shuffled_batches` makes, to the last bit."""
    arguments = plan(optimizer=optimizer)
    trained, history = train(**arguments)
    network, state, rng = arguments["network"], None, np.random.default_rng(1)
    losses = []
    for _ in range(3):
        for X, Y in shuffled_batches(arguments["inputs"], arguments["targets"], 4, rng):
            network, state, value = training_step(
                network, X, Y, loss=half_squared_error, optimizer=optimizer, state=state
            )
            losses.append(value)
    assert history.step_loss.tolist() == losses
    for own, other in zip(arrays(trained), arrays(network), strict=True):
        assert (own == other).all()


@LAW
@given(problem=problems(), n_copies=st.integers(2, 4))
def test_repeating_the_batch_changes_nothing(problem, n_copies):
    """A batch that holds every sample several times makes the same step."""
    X, Y = problem.inputs, problem.targets
    once, _, value = training_step(
        problem.network, X, Y, loss=half_squared_error, optimizer=SGD(0.1)
    )
    repeated = np.tile(X, n_copies), np.tile(Y, n_copies)
    again, _, same = training_step(
        problem.network, *repeated, loss=half_squared_error, optimizer=SGD(0.1)
    )
    assert_same_network(again, once)
    assert_close(np.array(same), np.array(value))


@LAW
@given(problem=problems(), cut=st.integers(1, 5))
def test_accumulation_is_the_step_of_the_whole_batch(problem, cut):
    """Gradients of two unequal parts, combined, make the step that the whole batch makes."""
    network, X, Y = problem.network, problem.inputs, problem.targets
    parts = [slice(None, cut), slice(cut, None)] if cut < X.shape[1] else [slice(None)]
    gradients = [network.backward(network.forward(X[:, p]), Y[:, p]).parameters for p in parts]
    combined = combine_gradients(gradients, [X[:, p].shape[1] for p in parts])
    moved, _ = Momentum(0.1).step(network.parameters, combined)
    whole, _, _ = training_step(network, X, Y, loss=half_squared_error, optimizer=Momentum(0.1))
    assert_same_network(network.with_parameters(moved), whole)


def test_same_seed_same_result():
    """The generator decides everything: the same seed, the same network and history."""
    (first, one), (second, two) = train(**plan()), train(**plan())
    assert all((a == b).all() for a, b in zip(arrays(first), arrays(second), strict=True))
    assert (one.step_loss == two.step_loss).all()
    _, three = train(**plan(rng=np.random.default_rng(2)))
    assert (one.step_loss != three.step_loss).any()


@pytest.mark.parametrize("optimizer", [SGD(0.2), Momentum(0.02), Adam(0.02)], ids=str)
def test_exclusive_or_is_learnt(optimizer):
    """Four points that no line separates are learnt: every class is right, the loss near 0."""
    X = np.array([[0.0, 0, 1, 1], [0, 1, 0, 1]])
    classes = np.array([0, 1, 1, 0])
    network, history = train(
        Network.from_sizes([2, 8, 2], ["tanh", "identity"], np.random.default_rng(0)),
        X,
        classes,
        loss=softmax_cross_entropy,
        optimizer=optimizer,
        n_epochs=500,
        batch_size=3,
        rng=np.random.default_rng(1),
    )
    assert (network.forward(X).output.argmax(axis=0) == classes).all()
    assert history.epoch_loss[-1] < 0.02 < 0.5 < history.epoch_loss[0]
    assert history.stopped is None


def test_history_is_plain_arrays():
    """Three epochs of ten samples in batches of four: 3 x (4 + 4 + 2)."""
    _, history = train(**plan())
    assert history.step_size.tolist() == [4, 4, 2] * 3
    assert history.step_epoch.tolist() == [1, 1, 1, 2, 2, 2, 3, 3, 3]
    assert history.epoch.tolist() == [1, 2, 3]
    assert (history.step_loss.dtype, history.step_size.dtype) == (np.float64, np.int64)
    assert type(history.step_loss) is type(history.epoch_loss) is np.ndarray


def test_epoch_loss_weights_the_last_batch():
    """With steps too small to matter, the epoch's loss is that of all samples, not of batches."""
    arguments = plan(optimizer=SGD(1e-30), n_epochs=1)
    network, history = train(**arguments)
    of_all = half_squared_error(network.forward(arguments["inputs"]).output, arguments["targets"])
    assert_close(history.epoch_loss, np.array([of_all]))
    assert abs(history.step_loss.mean() - of_all) > 1e-3


def test_empty_history():
    """A history without steps has no epochs and no losses."""
    history = History.of_steps([])
    assert (history.step_loss.shape, history.epoch.shape, history.epoch_loss.shape) == ((0,),) * 3


def test_float32_stays_float32():
    """Parameters and running means stay float32 through training."""
    X, Y = normal(0, (2, 10), (1, 10), dtype=np.float32)
    network = with_batch_norm(np.float32)
    for optimizer in (SGD(0.1), Momentum(0.1), Adam(0.1)):
        trained, _ = train(**plan(network=network, inputs=X, targets=Y, optimizer=optimizer))
        assert {array.dtype for array in arrays(trained)} == {np.dtype(np.float32)}
        assert trained.layers[2].running_mean.dtype == np.float32


def test_arguments_are_not_modified():
    """The network and the data may be read-only."""
    arguments = plan(network=with_batch_norm())
    norm = arguments["network"].layers[2]
    held = [*arrays(arguments["network"]), norm.running_mean, norm.running_variance]
    for array in [*held, arguments["inputs"], arguments["targets"]]:
        array.flags.writeable = False
    train(**arguments)
    assert not norm.running_mean.any()


def test_running_means_take_in_every_batch():
    """The running mean is 0.9 · 0.1 times the first batch's mean plus 0.1 times the second's."""
    network, (X, Y) = with_batch_norm(), normal(0, (2, 8), (1, 8))
    means, state = [], None
    for part in (slice(0, 5), slice(5, 8)):
        means.append(network.forward(X[:, part]).A[1].mean(axis=1, keepdims=True))
        network, state, _ = training_step(
            network,
            X[:, part],
            Y[:, part],
            loss=half_squared_error,
            optimizer=SGD(0.1),
            state=state,
        )
    assert_close(network.layers[2].running_mean, 0.09 * means[0] + 0.1 * means[1])


def test_inference_leaves_running_means():
    """A batch norm that is not in training keeps its means, and takes batches of one sample."""
    trained, _ = train(**plan(network=with_batch_norm().for_inference(), batch_size=1))
    assert not trained.layers[2].is_training
    assert not trained.layers[2].running_mean.any()


def test_training_with_norms_is_learning():
    """A network with batch norm and layer norm halves its loss, and predicts by running means."""
    dense = with_batch_norm().layers
    network = Network([dense[1], dense[2], LayerNorm.of_size(4), dense[3]])
    arguments = plan(network=network, n_epochs=200, optimizer=Adam(0.02), batch_size=5)
    trained, history = train(**arguments)
    assert history.epoch_loss[-1] < history.epoch_loss[0] / 2
    one = trained.for_inference().forward(arguments["inputs"][:, :1])
    assert one.output.shape == (1, 1)


def test_classes_are_one_hot_columns():
    """Integer classes and their one-hot columns train the same network."""
    network = Network.from_sizes([2, 3], ["identity"], np.random.default_rng(0))
    classes = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2, 0])
    common = {"network": network, "loss": softmax_cross_entropy}
    by_class, _ = train(**plan(**common, targets=classes))
    by_column, _ = train(**plan(**common, targets=one_hot(classes, 3)))
    assert_same_network(by_class, by_column)


def test_callback_is_told_every_step():
    """The callback sees each step with its numbers, its loss and the network after it."""
    told = []
    trained, history = train(**plan(callback=told.append))
    assert [(p.step, p.epoch) for p in told] == list(
        zip(range(1, 10), history.step_epoch.tolist(), strict=True)
    )
    assert {(p.n_steps, p.n_epochs) for p in told} == {(9, 3)}
    assert [p.loss for p in told] == history.step_loss.tolist()
    assert told[-1].network is trained


@pytest.mark.parametrize("installed", [True, False])
def test_bar_is_for_terminals(monkeypatch, capsys, installed):
    """Where tqdm is missing, or the output is no terminal, no bar is drawn and training goes on."""
    if not installed:
        monkeypatch.setitem(sys.modules, "tqdm", None)
    _, history = train(**plan(progress=True))
    assert len(history.step_loss) == 9
    assert capsys.readouterr() == ("", "")


def test_bar_is_drawn(monkeypatch, capsys):
    """At a terminal the bar counts to the last step, unless it is not wanted."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    train(**plan(progress=False))
    assert capsys.readouterr().err == ""
    train(**plan(progress=True))
    assert "9/9" in capsys.readouterr().err


def test_divergence_stops_with_a_sentence():
    """A rate that is far too large ends training by a sentence; history and network are sound."""
    arguments = plan(optimizer=SGD(1e3), n_epochs=1000)
    arguments["network"] = Network.from_sizes([2, 1], ["identity"], np.random.default_rng(0))
    network, history = train(**arguments)
    assert 3 < len(history.step_loss) < 3000
    assert np.isfinite(history.step_loss).all()
    epoch, step = history.step_epoch[-1], len(history.step_loss) + 1
    assert history.stopped in [
        f"Training stopped in epoch {e} at step {step}: {what} must be finite, got infinity. "
        "Try a smaller learning rate than 1000.0."
        for e in (epoch, epoch + 1)
        for what in (
            "Network.forward: Z[1]",
            "half_squared_error: loss",
            "Network.backward: gradient of weight[1]",
            "SGD.step: new weight[1]",
        )
    ]
    assert all(np.isfinite(array).all() for array in arrays(network))


def test_network_of_a_stopped_run_has_the_last_loss():
    """With one batch an epoch, the returned network's loss is the last of the history."""
    arguments = plan(optimizer=SGD(1e3), n_epochs=1000, batch_size=10)
    arguments["network"] = Network.from_sizes([2, 1], ["identity"], np.random.default_rng(0))
    network, history = train(**arguments)
    value = half_squared_error(network.forward(arguments["inputs"]).output, arguments["targets"])
    assert history.stopped
    assert abs(value / history.step_loss[-1] - 1) < 1e-12


@pytest.mark.parametrize(
    ("inputs", "rate", "text"),
    [
        (1e200, 0.1, "half_squared_error: loss must be finite, got infinity"),
        (
            1e120,
            1e100,
            "SGD.step: new weight[1] must be finite, got infinity",
        ),
    ],
)
def test_overflow_in_the_first_step(inputs, rate, text):
    """If nothing could be computed, the history is empty and the network is the one given."""
    network = Network.from_sizes([1, 1], ["identity"], np.random.default_rng(0))
    X = np.full((1, 3), inputs)
    arguments = plan(network=network, inputs=X, targets=np.zeros((1, 3)), optimizer=SGD(rate))
    same, history = train(**arguments)
    assert same is network
    assert len(history.step_loss) == 0
    where = "Training stopped in epoch 1 at step 1"
    assert history.stopped == f"{where}: {text}. Try a smaller input or weight."


def test_running_means_that_overflow():
    """A variance beyond the range of float32 is an overflow like any other."""
    network = Network([BatchNorm.of_size(1, dtype=np.float32)])
    X = np.array([[-1e30, 1e30]], np.float32)
    text = "BatchNorm: variance must be finite, got infinity"
    with pytest.raises(FloatingPointError, match=exactly(text)):
        training_step(network, X, X * 0, loss=half_squared_error, optimizer=SGD(0.1))


def test_square_of_adam_that_overflows():
    """A gradient whose square leaves float32 is told, for it would silently stop Adam."""
    network = Network.from_sizes([1, 1], ["identity"], np.random.default_rng(0), dtype=np.float32)
    X = np.full((1, 1), 1e19, np.float32)
    text = "Adam.step: second_moment of weight[1] must be finite, got infinity"
    with pytest.raises(FloatingPointError, match=exactly(text)):
        training_step(network, X, X * 0, loss=half_squared_error, optimizer=Adam(0.1))


def test_loss_that_refuses_a_later_output():
    """A probability that has become 0 stops training by the loss's own words."""
    network = Network.from_sizes([1, 2], ["softmax"], np.random.default_rng(0))
    X, classes = np.array([[1.0, 1.0]]), np.array([0, 1])
    arguments = plan(network=network, inputs=X, targets=classes, loss=cross_entropy)
    _, history = train(**arguments | {"optimizer": SGD(1e4), "batch_size": 1, "n_epochs": 50})
    assert len(history.step_loss) >= 1
    assert "cross_entropy: activation must be positive where targets are, got 0" in history.stopped


def test_loss_that_refuses_the_first_output():
    """A loss that does not belong to the network is an error, for no history is lost."""
    network = Network.from_sizes([1, 2], ["identity"], np.random.default_rng(0))
    arguments = plan(network=network, inputs=np.array([[5.0]]), targets=np.array([0]))
    with pytest.raises(ValueError, match=r"^cross_entropy: activation must lie in \[0, 1\], got "):
        train(**arguments | {"loss": cross_entropy})


@pytest.mark.parametrize(
    ("changed", "error", "rule"),
    [
        ({"network": None}, TypeError, "network must be a Network, got None"),
        ({"loss": "mse"}, TypeError, "loss must be a Loss, got str"),
        ({"optimizer": 0.1}, TypeError, "optimizer must be an Optimizer, got float"),
        ({"inputs": np.ones((3, 10))}, ValueError, "inputs must have shape (2, M), got (3, 10)"),
        (
            {"inputs": np.ones((2, 10), np.float32)},
            TypeError,
            "inputs must have the dtype of weight[1], float64, got float32",
        ),
        ({"inputs": np.full((2, 10), np.nan)}, ValueError, "inputs must be finite, got NaN"),
        ({"targets": np.ones((1, 9))}, ValueError, "targets must have shape (1, 10), got (1, 9)"),
        ({"targets": None}, TypeError, "targets must be a numpy.ndarray, got None"),
        ({"n_epochs": 0}, ValueError, "n_epochs must be at least 1, got 0"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1, got 0"),
        ({"batch_size": 2.5}, TypeError, "batch_size must be an integer, got 2.5"),
        ({"rng": 1}, TypeError, "rng must be a numpy Generator, got int"),
        ({"callback": 1}, TypeError, "callback must be callable, got int"),
    ],
)
def test_wrong_arguments(changed, error, rule):
    """What does not fit is refused before the first step."""
    with pytest.raises(error, match=exactly(f"train: {rule}")):
        train(**plan(**changed))


def test_targets_are_checked_before_the_first_step():
    """A column that is no distribution is an error even if its batch would come last."""
    network = Network.from_sizes([2, 2], ["identity"], np.random.default_rng(0))
    targets = one_hot(np.zeros(10, np.int64), 2)
    targets[1, 7] = 1
    arguments = plan(network=network, targets=targets, loss=softmax_cross_entropy)
    text = "train: targets must have columns that sum to 1, got 2.0 in column 7"
    with pytest.raises(ValueError, match=exactly(text)):
        train(**arguments)


@pytest.mark.parametrize(("batch_size", "n_samples"), [(1, 10), (3, 10), (4, 1)])
def test_batch_norm_needs_pairs(batch_size, n_samples):
    """A schedule that leaves a batch of one sample to a batch norm is refused at once."""
    data = plan()
    arguments = plan(
        network=with_batch_norm(),
        inputs=data["inputs"][:, :n_samples],
        targets=data["targets"][:, :n_samples],
        batch_size=batch_size,
    )
    text = (
        "train: batch_size must leave at least 2 samples in every batch of a network with batch "
        f"norm in training, got {batch_size} for {n_samples} samples"
    )
    with pytest.raises(ValueError, match=exactly(text)):
        train(**arguments)


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"network": None}, "network must be a Network, got None"),
        ({"loss": None}, "loss must be a Loss, got None"),
        ({"optimizer": SGD}, "optimizer must be an Optimizer, got ABCMeta"),
    ],
)
def test_wrong_arguments_of_a_step(changed, rule):
    """A step names what is of the wrong type."""
    keys = ("network", "inputs", "targets", "loss", "optimizer")
    arguments = {key: plan()[key] for key in keys} | changed
    with pytest.raises(TypeError, match=exactly(f"training_step: {rule}")):
        training_step(**arguments)


def test_errors_of_a_callback_are_its_own():
    """An error in the callback is raised, not taken for an overflow."""

    def fail(progress):
        raise ValueError(f"at step {progress.step}")

    with pytest.raises(ValueError, match=exactly("at step 1")):
        train(**plan(callback=fail))
