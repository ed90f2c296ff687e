"""Data-parallel steps on a real cluster of two processes, one of which is killed in between."""

import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import distributed as dask
import numpy as np
import pytest

from bpdocs import BatchNorm, Network, half_squared_error, softmax_cross_entropy
from bpdocs.distributed import distributed_step, send_shards
from bpdocs.optimizers import SGD, Adam
from bpdocs.steps import training_step
from strategies import assert_close, exactly, normal

PATIENCE = 120.0


@pytest.fixture(scope="module")
def client():
    """Start two worker processes with a thread each, and end them afterwards."""
    with (
        dask.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            silence_logs="CRITICAL",
        ) as cluster,
        dask.Client(cluster, timeout=PATIENCE) as client,
    ):
        client.wait_for_workers(2, timeout=PATIENCE)
        yield client


@pytest.fixture
def data():
    """Return inputs and classes of eleven samples, which four shards cannot share equally."""
    (X,) = normal(0, (3, 11))
    return X, np.arange(11, dtype=np.int64) % 2


def make_network():
    """Return the network that is trained here."""
    return Network.from_sizes([3, 8, 2], ["tanh", "identity"], np.random.default_rng(1))


def assert_same_network(actual, expected):
    """Fail unless all parameters agree to 1e-12."""
    for l, row in expected.parameters.items():
        for name, array in row.items():
            assert_close(actual.parameters[l][name], array)


@pytest.mark.parametrize("n_shards", [1, 2, 4, 11])
@pytest.mark.parametrize("optimizer", [SGD(0.1), Adam(0.1)], ids=str)
def test_step_is_that_of_one_machine(client, data, n_shards, optimizer):
    """Two steps in any number of shards are the two steps on the whole batch."""
    shards = send_shards(client, *data, n_shards)
    assert sum(shard.n_samples for shard in shards) == 11
    common = {"loss": softmax_cross_entropy, "optimizer": optimizer}
    ours = theirs = make_network()
    our_state = their_state = None
    for _ in range(2):
        ours, our_state, value = distributed_step(
            client, ours, shards, **common, state=our_state, timeout=PATIENCE
        )
        theirs, their_state, expected = training_step(theirs, *data, **common, state=their_state)
        assert_close(np.array(value), np.array(expected))
    assert_same_network(ours, theirs)


def test_float32_stays_float32(client):
    """Shards, sum and step are float32."""
    X, Y = normal(0, (2, 5), (1, 5), dtype=np.float32)
    network = Network.from_sizes([2, 1], ["tanh"], np.random.default_rng(0), dtype=np.float32)
    shards = send_shards(client, X, Y, 2)
    moved, _, _ = distributed_step(
        client, network, shards, loss=half_squared_error, optimizer=SGD(0.1), timeout=PATIENCE
    )
    assert moved.dtype == np.float32


def with_rule(rule):
    """Return softmax cross-entropy with another rule for its value; local, so it travels along."""
    return replace(softmax_cross_entropy, rule=rule)


def deadly(marker):
    """Return a loss of which one call leaves its process id in the folder `marker`, and hangs."""

    def hang_once(Z, Y):
        try:
            marker.mkdir()
        except FileExistsError:
            return softmax_cross_entropy.rule(Z, Y)
        (marker / str(os.getpid())).touch()
        time.sleep(600)
        raise AssertionError("nobody has ended this process")

    return with_rule(hang_once)


def test_a_killed_worker_changes_nothing(client, data, tmp_path):
    """A worker is killed while it computes step 3 of 6, and with it what it held of the data."""
    shards = send_shards(client, *data, 4)
    before = client.run(os.getpid)
    marker = tmp_path / "victim"

    def run():
        network, state, values = make_network(), None, []
        for step in range(1, 7):
            loss = deadly(marker) if step == 3 else softmax_cross_entropy
            network, state, value = distributed_step(
                client,
                network,
                shards,
                loss=loss,
                optimizer=Adam(0.1),
                state=state,
                timeout=PATIENCE,
            )
            values.append(value)
        return network, values

    with ThreadPoolExecutor(1) as pool:
        training = pool.submit(run)
        deadline = time.monotonic() + PATIENCE
        while not list(marker.glob("*")):
            assert not training.done(), training.result()
            assert time.monotonic() < deadline
            time.sleep(0.01)
        victim = int(next(marker.iterdir()).name)
        assert victim in before.values()
        os.kill(victim, signal.SIGKILL)
        network, values = training.result(timeout=PATIENCE)

    assert victim not in client.run(os.getpid).values()
    expected, state, losses = make_network(), None, []
    for _ in range(6):
        expected, state, value = training_step(
            expected, *data, loss=softmax_cross_entropy, optimizer=Adam(0.1), state=state
        )
        losses.append(value)
    assert_same_network(network, expected)
    assert_close(np.array(values), np.array(losses))


def test_shards_of_a_killed_worker_come_again(client, data):
    """Data that a worker held when it was killed between two steps are there for the next."""
    client.wait_for_workers(2, timeout=PATIENCE)
    shards = send_shards(client, *data, 4)
    dask.wait([shard.samples for shard in shards], timeout=PATIENCE)
    holders = client.who_has([shard.samples for shard in shards])
    pid = next(
        pid
        for address, pid in client.run(os.getpid).items()
        if any(address in workers for workers in holders.values())
    )
    os.kill(pid, signal.SIGKILL)
    common = {"loss": softmax_cross_entropy, "optimizer": SGD(0.1)}
    moved, _, _ = distributed_step(client, make_network(), shards, **common, timeout=PATIENCE)
    assert_same_network(moved, training_step(make_network(), *data, **common)[0])


def test_overflow_on_a_worker_is_told_here(client):
    """A worker's FloatingPointError is raised by the step, with its text."""
    X, Y = np.ones((3, 2)), np.full((2, 2), 1e200)
    shards = send_shards(client, X, Y, 2)
    text = "half_squared_error: loss must be finite, got infinity"
    with pytest.raises(FloatingPointError, match=exactly(text)):
        distributed_step(
            client,
            make_network(),
            shards,
            loss=half_squared_error,
            optimizer=SGD(0.1),
            timeout=PATIENCE,
        )


def test_workers_that_do_not_answer(client, data):
    """After the timeout the step gives up with a sentence."""

    def slow(Z, Y):
        time.sleep(2)
        return 0.0

    shards = send_shards(client, *data, 2)
    text = "distributed_step: the workers must answer within 0.5 seconds, got no answer"
    with pytest.raises(TimeoutError, match=exactly(text)):
        distributed_step(
            client, make_network(), shards, loss=with_rule(slow), optimizer=SGD(0.1), timeout=0.5
        )


def test_batch_norm_is_refused(client, data):
    """A batch norm in training is refused, for its means would be those of a shard."""
    layers = make_network().layers
    network = Network([layers[1], BatchNorm.of_size(8), layers[2]])
    shards = send_shards(client, *data, 2)
    common = {"loss": softmax_cross_entropy, "optimizer": SGD(0.1)}
    text = (
        "distributed_step: network must have no batch norm in training, whose means would be those "
        "of a shard, got one; LayerNorm or network.for_inference() can be used"
    )
    with pytest.raises(ValueError, match=exactly(text)):
        distributed_step(client, network, shards, **common)
    frozen = network.for_inference()
    moved, _, _ = distributed_step(client, frozen, shards, **common, timeout=PATIENCE)
    assert_same_network(moved, training_step(frozen, *data, **common)[0])


@pytest.mark.parametrize(
    ("changed", "error", "rule"),
    [
        ({"client": None}, TypeError, "client must be a Client, got None"),
        ({"inputs": [[1.0]]}, TypeError, "inputs must be a numpy.ndarray, got list"),
        (
            {"targets": np.ones((2, 10))},
            ValueError,
            "targets must have shape (N_L, 11), or (11,) for classes, got (2, 10)",
        ),
        ({"n_shards": 0}, ValueError, "n_shards must be at least 1, got 0"),
        (
            {"n_shards": 12},
            ValueError,
            "n_shards must be at most the number of samples, 11, got 12",
        ),
    ],
)
def test_wrong_shards(client, data, changed, error, rule):
    """What cannot be cut into shards is refused."""
    arguments = {"client": client, "inputs": data[0], "targets": data[1], "n_shards": 2}
    with pytest.raises(error, match=exactly(f"send_shards: {rule}")):
        send_shards(**arguments | changed)


@pytest.mark.parametrize(
    ("changed", "error", "rule"),
    [
        ({"client": 1}, TypeError, "client must be a Client, got int"),
        ({"network": None}, TypeError, "network must be a Network, got None"),
        ({"shards": {}}, TypeError, "shards must be a Sequence, got dict"),
        ({"shards": []}, ValueError, "shards must have at least one shard, got none"),
        ({"shards": [1]}, TypeError, "shards[0] must be a Shard, got int"),
        ({"loss": 1}, TypeError, "loss must be a Loss, got int"),
        ({"optimizer": 1}, TypeError, "optimizer must be an Optimizer, got int"),
        ({"timeout": 0}, ValueError, "timeout must be positive and finite, got 0"),
    ],
)
def test_wrong_arguments(client, data, changed, error, rule):
    """What does not fit is refused before anything is sent."""
    arguments = {
        "client": client,
        "network": make_network(),
        "shards": send_shards(client, *data, 2),
        "loss": softmax_cross_entropy,
        "optimizer": SGD(0.1),
    }
    with pytest.raises(error, match=exactly(f"distributed_step: {rule}")):
        distributed_step(**arguments | changed)


@pytest.mark.parametrize("function", [send_shards, distributed_step])
def test_without_dask(monkeypatch, function):
    """Where distributed is not installed, an ImportError says how to install it."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    text = (
        f"{function.__name__}: the package distributed must be installed, got none; "
        "run: pip install 'bpdocs[distributed]'"
    )
    arguments = (
        {"n_shards": 1, "inputs": None, "targets": None}
        if function is send_shards
        else {"network": None, "shards": [], "loss": None, "optimizer": None}
    )
    with pytest.raises(ImportError, match=exactly(text)):
        function(client=None, **arguments)
