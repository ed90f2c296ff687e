"""Shuffled batches are permutations; gradients of shards add up to those of the batch."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpdocs import BatchNorm, Network, half_squared_error, softmax_cross_entropy
from bpdocs.batches import combine_gradients, shuffled_batches
from strategies import (
    LAW,
    WRONG_ARRAYS,
    assert_close,
    exactly,
    make_problem,
    normal,
    problems,
    seeds,
)


def batches_of(n_samples, batch_size, seed):
    """Return the batches of samples that are numbered in inputs, targets and classes alike."""
    numbers = np.arange(n_samples, dtype=np.float64)
    inputs, targets = np.stack([numbers, -numbers]), numbers[None] * 10
    classes = np.arange(n_samples, dtype=np.int64)
    with_matrix = shuffled_batches(inputs, targets, batch_size, np.random.default_rng(seed))
    with_classes = shuffled_batches(inputs, classes, batch_size, np.random.default_rng(seed))
    return list(with_matrix), list(with_classes)


@LAW
@given(n_samples=st.integers(1, 30), batch_size=st.integers(1, 35), seed=seeds)
def test_every_sample_once(n_samples, batch_size, seed):
    """The batches together hold each sample once; all but the last are full."""
    batches, _ = batches_of(n_samples, batch_size, seed)
    seen = np.concatenate([X[0] for X, _ in batches])
    assert sorted(seen.tolist()) == list(range(n_samples))
    sizes = [X.shape[1] for X, _ in batches]
    assert all(size == batch_size for size in sizes[:-1])
    assert 1 <= sizes[-1] <= batch_size


@LAW
@given(n_samples=st.integers(1, 30), batch_size=st.integers(1, 35), seed=seeds)
def test_samples_keep_their_targets(n_samples, batch_size, seed):
    """A sample's rows, its targets and its class stay together."""
    for (X, Y), (_, classes) in zip(*batches_of(n_samples, batch_size, seed), strict=True):
        assert (X[1] == -X[0]).all()
        assert (Y[0] == 10 * X[0]).all()
        assert (classes == X[0]).all()


def test_order_is_new_in_every_epoch():
    """A generator that goes on draws another order; the same seed draws the same."""
    X, Y = normal(0, (2, 50), (1, 50))
    rng, same = np.random.default_rng(1), np.random.default_rng(1)
    first, second = (next(shuffled_batches(X, Y, 50, rng))[0] for _ in range(2))
    assert (first != second).any()
    assert (first == next(shuffled_batches(X, Y, 50, same))[0]).all()


def test_batches_are_copies():
    """Writing into a batch leaves the data as they are."""
    X, Y = np.zeros((2, 3)), np.zeros((1, 3))
    for inputs, targets in shuffled_batches(X, Y, 3, np.random.default_rng(0)):
        inputs += 1
        targets += 1
    assert not X.any()
    assert not Y.any()


@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_wrong_inputs(spoil, error, rule):
    """Inputs of another type, or not finite, are refused at the call, before any batch."""
    with pytest.raises(error, match=exactly(f"shuffled_batches: inputs {rule}")):
        shuffled_batches(spoil(np.ones((2, 3))), np.ones((1, 3)), 2, np.random.default_rng(0))


@pytest.mark.parametrize(
    ("changed", "error", "rule"),
    [
        ({"inputs": np.ones(3)}, ValueError, "inputs must have shape (N_0, M), got (3,)"),
        ({"targets": [1, 2, 3]}, TypeError, "targets must be a numpy.ndarray, got list"),
        (
            {"targets": np.ones((3, 1))},
            ValueError,
            "targets must have shape (N_L, 3), or (3,) for classes, got (3, 1)",
        ),
        (
            {"targets": np.ones((1, 1, 3))},
            ValueError,
            "targets must have shape (N_L, 3), or (3,) for classes, got (1, 1, 3)",
        ),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1, got 0"),
        ({"batch_size": 2.0}, TypeError, "batch_size must be an integer, got 2.0"),
        ({"rng": 0}, TypeError, "rng must be a numpy Generator, got int"),
    ],
)
def test_wrong_arguments(changed, error, rule):
    """Sizes that do not fit and a seed in place of a generator are refused."""
    arguments = {
        "inputs": np.ones((2, 3)),
        "targets": np.ones((1, 3)),
        "batch_size": 2,
        "rng": np.random.default_rng(0),
    }
    with pytest.raises(error, match=exactly(f"shuffled_batches: {rule}")):
        shuffled_batches(**arguments | changed)


def shard_gradients(network, inputs, targets, cuts, loss=half_squared_error):
    """Return the gradients of the shards between the cuts, and the shards' sizes."""
    parts = zip(np.split(inputs, cuts, axis=1), np.split(targets, cuts, axis=-1), strict=True)
    shards = [(X, Y) for X, Y in parts if X.shape[1]]
    gradients = [network.backward(network.forward(X), Y, loss) for X, Y in shards]
    return gradients, [X.shape[1] for X, _ in shards]


def assert_same_parameters(actual, expected):
    """Fail unless two trees agree to 1e-12."""
    assert {l: set(row) for l, row in actual.items()} == {l: set(r) for l, r in expected.items()}
    for l, row in expected.items():
        for name, array in row.items():
            assert_close(actual[l][name], array)


@LAW
@given(problem=problems(), n_copies=st.integers(1, 3), data=st.data())
def test_shards_give_the_gradient_of_the_batch(problem, n_copies, data):
    """Cut anywhere, into shards of any sizes, the weighted mean is the gradient of the batch."""
    X = np.hstack([problem.inputs + copy for copy in range(n_copies)])
    Y = np.hstack([problem.targets] * n_copies)
    cuts = sorted(data.draw(st.lists(st.integers(1, X.shape[1]), max_size=4)))
    network = problem.network
    whole = network.backward(network.forward(X), Y)
    gradients, sizes = shard_gradients(network, X, Y, cuts)
    combined = combine_gradients([shard.parameters for shard in gradients], sizes)
    assert_same_parameters(combined, whole.parameters)


def test_deltas_stand_side_by_side():
    """The shards' delta, each times its share of the samples, are the columns of the batch's."""
    problem = make_problem([3, 4, 2], ["tanh", "identity"], 5, 0)
    network, X, Y = problem.network, problem.inputs, problem.targets
    gradients, sizes = shard_gradients(network, X, Y, [4])
    whole = network.backward(network.forward(X), Y)
    for l in (1, 2):
        columns = [size / 5 * shard.delta[l] for shard, size in zip(gradients, sizes, strict=True)]
        assert_close(np.hstack(columns), whole.delta[l])


def test_unweighted_mean_is_wrong():
    """For unequal shards the plain mean of their gradients is not that of the batch."""
    problem = make_problem([3, 2], ["identity"], 5, 0)
    network, X, Y = problem.network, problem.inputs, problem.targets
    gradients, _ = shard_gradients(network, X, Y, [4])
    plain = combine_gradients([shard.parameters for shard in gradients], [1, 1])[1]["weight"]
    assert np.abs(plain - network.backward(network.forward(X), Y).weight[1]).max() > 0.01


def test_batch_norm_is_the_exception():
    """Through a batch norm in training shards do not give the batch's gradient; else they do."""
    rng = np.random.default_rng(0)
    dense = list(Network.from_sizes([3, 4, 2], ["tanh", "identity"], rng).layers.values())
    network = Network([dense[0], BatchNorm.of_size(4), dense[1]])
    X, classes = normal(1, (3, 6))[0], np.array([0, 1, 0, 0, 1, 1])
    for case, is_alike in [(network, False), (network.for_inference(), True)]:
        gradients, sizes = shard_gradients(case, X, classes, [4], softmax_cross_entropy)
        combined = combine_gradients([shard.parameters for shard in gradients], sizes)
        whole = case.backward(case.forward(X), classes, softmax_cross_entropy)
        distance = np.abs(combined[1]["weight"] - whole.weight[1]).max()
        assert (distance < 1e-12) if is_alike else (distance > 0.01)


def test_float32_stays_float32():
    """Gradients in float32 are combined in float32, whatever the integer type of the sizes."""
    shards = [{1: {"bias": np.ones((2, 1), np.float32)}}] * 2
    combined = combine_gradients(shards, list(np.array([3, 1], np.int64)))
    assert combined[1]["bias"].dtype == np.float32


ONE = {1: {"bias": np.ones((2, 1))}}


@pytest.mark.parametrize(
    ("gradients", "n_samples", "error", "rule"),
    [
        (ONE, [1], TypeError, "gradients must be a Sequence, got dict"),
        ([ONE], 1, TypeError, "n_samples must be a Sequence, got int"),
        ([], [], ValueError, "gradients must have at least one shard, got none"),
        ([ONE, ONE], [1], ValueError, "n_samples must have one entry a shard, 2, got 1"),
        ([ONE, ONE], [1, 0], ValueError, "n_samples[1] must be at least 1, got 0"),
        ([ONE, ONE], [1, 1.5], TypeError, "n_samples[1] must be an integer, got 1.5"),
        ([None], [1], TypeError, "gradients[0] must be a Mapping, got None"),
        (
            [ONE, {1: {}}],
            [1, 1],
            ValueError,
            "gradients[1] must have the names of gradients[0], got no bias[1]",
        ),
        (
            [ONE, {1: {"bias": np.ones((1, 2))}}],
            [1, 1],
            ValueError,
            "bias[1] of gradients[1] must have shape (2, 1), got (1, 2)",
        ),
    ],
)
def test_gradients_that_cannot_be_combined(gradients, n_samples, error, rule):
    """Shards that do not fit each other or their sizes are refused."""
    with pytest.raises(error, match=exactly(f"combine_gradients: {rule}")):
        combine_gradients(gradients, n_samples)
