"""The optimizers against scalar loops, closed forms and steps done by hand."""

import math
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpdocs import Network
from bpdocs.optimizers import SGD, Adam, Momentum, OptimizerState
from strategies import LAW, WRONG_ARRAYS, assert_close, exactly, normal, seeds

OPTIMIZERS = [SGD(0.1), Momentum(0.1, 0.5), Adam(0.1, 0.8, 0.9, 1e-6)]
with_each = pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: type(o).__name__)
rates = st.floats(1e-3, 1)
decays = st.floats(0, 0.99)
counts = st.integers(1, 12)


def tree(seed, dtype=np.float64):
    """Return arrays by layer and name, of the shapes of a dense layer and a norm."""
    weight, bias, scale = normal(seed, (2, 3), (2, 1), (2, 1), dtype=dtype)
    return {1: {"weight": weight, "bias": bias}, 2: {"scale": scale}}


def entries(parameters):
    """Return every number of a tree, in a fixed order."""
    return [float(x) for row in parameters.values() for array in row.values() for x in array.flat]


def run(optimizer, parameters, gradients):
    """Make one step for each of the gradients."""
    state = None
    for gradient in gradients:
        parameters, state = optimizer.step(parameters, gradient, state)
    return parameters, state


def adam_of_the_paper(theta, gradients, optimizer):
    """Algorithm 1 of Kingma and Ba for a single number, line by line."""
    alpha, beta1, beta2 = optimizer.learning_rate, optimizer.first_decay, optimizer.second_decay
    m = v = 0.0
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        theta -= alpha * (m / (1 - beta1**t)) / (math.sqrt(v / (1 - beta2**t)) + optimizer.epsilon)
    return theta


def test_sgd_step_on_a_quadratic():
    """One step down (w - 3)^2 / 2 from 1, with rate 0.25, leads to 1.5."""
    moved, state = SGD(0.25).step({1: {"w": np.array([[1.0]])}}, {1: {"w": np.array([[1.0 - 3]])}})
    assert moved[1]["w"] == 1.5
    assert (state.n_steps, state.memory) == (1, {})


@LAW
@given(seed=seeds, rate=rates, n_steps=counts)
def test_sgd_adds_up(seed, rate, n_steps):
    """After any gradients the parameters have moved by the rate times their sum."""
    gradients = [tree(seed + s + 1) for s in range(n_steps)]
    moved, _ = run(SGD(rate), tree(seed), gradients)
    for l, row in tree(seed).items():
        for name, array in row.items():
            assert_close(moved[l][name], array - rate * sum(g[l][name] for g in gradients))


@LAW
@given(seed=seeds, rate=rates, mu=decays, n_steps=counts)
def test_momentum_on_a_constant_gradient(seed, rate, mu, n_steps):
    """After t steps on a gradient g: W - eta g sum of (1 - mu^s) / (1 - mu), s = 1 to t."""
    gradient = tree(seed + 1)
    moved, state = run(Momentum(rate, mu), tree(seed), [gradient] * n_steps)
    factor = (n_steps - mu * (1 - mu**n_steps) / (1 - mu)) / (1 - mu)
    velocity = (1 - mu**n_steps) / (1 - mu)
    for l, row in tree(seed).items():
        for name, array in row.items():
            g = gradient[l][name]
            assert_close(moved[l][name], array - rate * factor * g)
            assert_close(state.memory["velocity"][l][name], velocity * g)


@LAW
@given(seed=seeds, rate=rates, n_steps=counts)
def test_momentum_zero_is_sgd(seed, rate, n_steps):
    """Without momentum the path is that of gradient descent, to the last bit."""
    gradients = [tree(seed + s + 1) for s in range(n_steps)]
    with_zero, _ = run(Momentum(rate, 0), tree(seed), gradients)
    plain, _ = run(SGD(rate), tree(seed), gradients)
    assert entries(with_zero) == entries(plain)


@LAW
@given(
    seed=seeds, rate=rates, betas=st.tuples(decays, decays), epsilon=st.floats(1e-8, 1), n=counts
)
def test_adam_is_that_of_the_paper(seed, rate, betas, epsilon, n):
    """Every entry moves as the scalar loop of the paper moves it."""
    optimizer = Adam(rate, *betas, epsilon)
    gradients = [tree(seed + s + 1) for s in range(n)]
    moved, state = run(optimizer, tree(seed), gradients)
    columns = zip(*map(entries, gradients), strict=True)
    expected = [
        adam_of_the_paper(theta, column, optimizer)
        for theta, column in zip(entries(tree(seed)), columns, strict=True)
    ]
    assert_close(np.array(entries(moved)), np.array(expected))
    assert state.n_steps == n


@LAW
@given(seed=seeds, rate=rates, size=st.floats(1e-3, 1e3))
def test_first_step_of_adam_has_the_length_of_the_rate(seed, rate, size):
    """With a tiny epsilon the first step is the rate, against the sign, however long g is."""
    gradient = {l: {k: size * g for k, g in row.items()} for l, row in tree(seed + 1).items()}
    moved, _ = Adam(rate, epsilon=1e-30).step(tree(seed), gradient)
    steps = np.array(entries(moved)) - np.array(entries(tree(seed)))
    assert_close(steps, -rate * np.sign(entries(gradient)))


@with_each
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dtype_is_kept(optimizer, dtype):
    """Parameters and memory stay in their dtype, also when the rate is a numpy.float64."""
    optimizer = type(optimizer)(np.float64(0.5))
    moved, state = run(optimizer, tree(0, dtype), [tree(1, dtype), tree(2, dtype)])
    for parameters in [moved, *state.memory.values()]:
        assert {a.dtype for row in parameters.values() for a in row.values()} == {np.dtype(dtype)}


@with_each
def test_arguments_are_not_modified(optimizer):
    """A step works on read-only arrays and returns arrays that share nothing with them."""
    parameters, gradients = tree(0), tree(1)
    _, state = optimizer.step(parameters, gradients)
    given_trees = [parameters, gradients, *state.memory.values()]
    arrays = [array for t in given_trees for row in t.values() for array in row.values()]
    for array in arrays:
        array.flags.writeable = False
    moved, after = optimizer.step(parameters, gradients, state)
    for t in [moved, *after.memory.values()]:
        for row in t.values():
            assert not any(np.shares_memory(new, old) for new in row.values() for old in arrays)


@with_each
def test_step_is_pure(optimizer):
    """The same arguments give the same step, and a path can be taken up from its state."""
    first, state = optimizer.step(tree(0), tree(1))
    assert entries(first) == entries(optimizer.step(tree(0), tree(1))[0])
    once, again = optimizer.step(first, tree(2), state), optimizer.step(first, tree(2), state)
    assert (
        entries(once[0])
        == entries(again[0])
        == entries(run(optimizer, tree(0), [tree(1), tree(2)])[0])
    )


def test_result_fits_the_network():
    """What a step returns is what `Network.with_parameters` takes."""
    network = Network.from_sizes([2, 3, 1], ["tanh", "identity"], np.random.default_rng(0))
    trace = network.forward(np.ones((2, 4)))
    gradients = network.backward(trace, np.zeros((1, 4)))
    moved, _ = Adam().step(network.parameters, gradients.parameters)
    assert network.with_parameters(moved).layers[1].weight is moved[1]["weight"]


def test_optimizers_are_frozen():
    """An optimizer cannot be changed, for its state belongs to it."""
    with pytest.raises(FrozenInstanceError):
        SGD(0.1).learning_rate = 0.2


@pytest.mark.parametrize("kind", [SGD, Momentum, Adam])
@pytest.mark.parametrize(
    ("rate", "error", "rule"),
    [
        (0, ValueError, "be positive and finite, got 0"),
        (-0.1, ValueError, "be positive and finite, got -0.1"),
        (np.inf, ValueError, "be positive and finite, got inf"),
        (np.nan, ValueError, "be positive and finite, got nan"),
        ("0.1", TypeError, "be a number, got str"),
        (None, TypeError, "be a number, got None"),
        (True, TypeError, "be a number, got bool"),
    ],
)
def test_wrong_learning_rates(kind, rate, error, rule):
    """A learning rate that is no positive number is refused."""
    with pytest.raises(error, match=exactly(f"{kind.__name__}: learning_rate must {rule}")):
        kind(rate)


@pytest.mark.parametrize(
    ("kind", "argument"),
    [(Momentum, "momentum"), (Adam, "first_decay"), (Adam, "second_decay")],
)
@pytest.mark.parametrize(
    ("value", "error", "rule"),
    [
        (1, ValueError, "lie in [0, 1), got 1"),
        (-0.1, ValueError, "lie in [0, 1), got -0.1"),
        (np.nan, ValueError, "lie in [0, 1), got nan"),
        (None, TypeError, "be a number, got None"),
        ("x", TypeError, "be a number, got str"),
        (False, TypeError, "be a number, got bool"),
    ],
)
def test_wrong_decays(kind, argument, value, error, rule):
    """A decay outside [0, 1) is refused."""
    with pytest.raises(error, match=exactly(f"{kind.__name__}: {argument} must {rule}")):
        kind(0.1, **{argument: value})


def test_wrong_epsilon():
    """Adam refuses an epsilon of 0, by which it would divide."""
    with pytest.raises(
        ValueError, match=exactly("Adam: epsilon must be positive and finite, got 0")
    ):
        Adam(epsilon=0)


@with_each
@pytest.mark.parametrize("argument", ["parameters", "gradients"])
@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_wrong_arrays(optimizer, argument, spoil, error, rule):
    """An array that is not finite, or of another type, is refused by its name and layer."""
    trees = {"parameters": tree(0), "gradients": tree(1)}
    trees[argument][1]["bias"] = spoil(trees[argument][1]["bias"])
    text = f"{type(optimizer).__name__}.step: bias[1] of {argument} {rule}"
    with pytest.raises(error, match=exactly(text)):
        optimizer.step(**trees)


@pytest.mark.parametrize(
    ("gradients", "error", "rule"),
    [
        ([], TypeError, "gradients must be a Mapping, got list"),
        ({1: []}, TypeError, "gradients[1] must be a Mapping, got list"),
        ({}, ValueError, "gradients must have the names of parameters, got no w[1]"),
        (
            {1: {"w": np.ones((2, 1)), "v": np.ones((2, 1))}},
            ValueError,
            "gradients must have the names of parameters, got v[1] as well",
        ),
        (
            {1: {"w": np.ones((1, 2))}},
            ValueError,
            "w[1] of gradients must have shape (2, 1), got (1, 2)",
        ),
        (
            {1: {"w": np.ones((2, 1), np.float32)}},
            TypeError,
            "w[1] of gradients must have the dtype of w[1] of parameters, float64, got float32",
        ),
    ],
)
def test_gradients_that_do_not_fit(gradients, error, rule):
    """Gradients of other names, shapes or dtypes than the parameters are refused."""
    with pytest.raises(error, match=exactly(f"SGD.step: {rule}")):
        SGD(0.1).step({1: {"w": np.ones((2, 1))}}, gradients)


@pytest.mark.parametrize(
    ("state", "error", "rule"),
    [
        (3, TypeError, "state must be an OptimizerState, got int"),
        (OptimizerState(1, {}), ValueError, "state must hold velocity, got nothing"),
        (
            OptimizerState(1, {"velocity": {}}),
            ValueError,
            "velocity of state must have the names of parameters, got no w[1]",
        ),
    ],
)
def test_states_that_do_not_fit(state, error, rule):
    """A state of another optimizer, or of other parameters, is refused."""
    parameters = {1: {"w": np.ones((2, 1))}}
    with pytest.raises(error, match=exactly(f"Momentum.step: {rule}")):
        Momentum(0.1).step(parameters, parameters, state)
