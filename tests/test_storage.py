"""Networks come back from files as they went, and nothing in a file is run."""

import io
import json
import pickle
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given

from bpdocs import BatchNorm, Dense, LayerNorm, Network
from bpdocs.activations import ACTIVATIONS, Activation
from bpdocs.storage import load_network, save_network
from strategies import LAW, exactly, seeds


def make_network(seed: int, dtype: type) -> Network:
    """Return a network with a layer of each kind and random parameters."""
    rng = np.random.default_rng(seed)
    first, second, third = (str(name) for name in rng.choice(list(ACTIVATIONS), 3))

    def column(low: float = -1.0) -> np.ndarray:
        return rng.uniform(low, 2, (4, 1)).astype(dtype)

    return Network(
        [
            Dense.random(3, 4, first, rng, dtype=dtype),
            BatchNorm(column(), column(), ACTIVATIONS[second], 1e-3, column(), column(0.1), False),
            LayerNorm(column(), column(), ACTIVATIONS[third], 1e-4),
            Dense.random(4, 2, "softmax", rng, dtype=dtype),
        ]
    )


@LAW
@given(seeds)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_network_comes_back(tmp_path_factory, dtype, seed):
    """A loaded network has the same layers, settings and output, bit for bit."""
    network = make_network(seed, dtype)
    path = tmp_path_factory.mktemp("networks") / "network.npz"
    save_network(network, path)
    loaded = load_network(path)
    X = np.random.default_rng(seed).standard_normal((3, 5)).astype(dtype)

    assert repr(loaded) == repr(network)
    assert np.array_equal(loaded.forward(X).output, network.forward(X).output)
    assert loaded.layers[2].is_training is False
    assert loaded.layers[2].epsilon == 1e-3


def test_name_of_the_file_is_kept(tmp_path):
    """The file has the name that was asked for, without an ending that was not."""
    save_network(make_network(0, np.float64), tmp_path / "plain")
    assert [path.name for path in tmp_path.iterdir()] == ["plain"]


def test_activation_of_your_own_is_refused(tmp_path):
    """A function cannot be saved, not even under a known name."""
    own = Activation("tanh", np.tanh, np.ones_like)
    network = Network([Dense(np.ones((1, 1)), np.ones((1, 1)), own)])
    text = (
        "save_network: the activation of layer 1 must be one of "
        f"{', '.join(sorted(ACTIVATIONS))}, got one of your own, 'tanh'"
    )
    with pytest.raises(ValueError, match=exactly(text)):
        save_network(network, tmp_path / "n.npz")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["Doubled", "Dense"])
def test_layer_of_your_own_is_refused(tmp_path, name):
    """A layer that is not of the package cannot be saved, not even under a known name."""
    kind = type(name, (Dense,), {})
    layers = [Dense(np.ones((1, 1)), np.ones((1, 1))), kind(np.ones((1, 1)), np.ones((1, 1)))]
    text = f"save_network: layer 2 must be of Dense, BatchNorm, LayerNorm, got {name}"
    with pytest.raises(ValueError, match=exactly(text)):
        save_network(Network(layers), tmp_path / "n.npz")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [np.float64, np.float32])
def test_epsilon_may_be_a_scalar_of_numpy(tmp_path, number):
    """An epsilon that NumPy computed is saved as the number that it is."""
    norm = LayerNorm(np.ones((2, 1)), np.ones((2, 1)), epsilon=number(0.5))
    save_network(Network([norm]), tmp_path / "n.npz")
    assert load_network(tmp_path / "n.npz").layers[1].epsilon == 0.5


def test_existing_file_is_overwritten(tmp_path):
    """A second network under the same name replaces the first."""
    first, second = (make_network(seed, np.float64) for seed in (0, 1))
    for network in (first, second):
        save_network(network, tmp_path / "n.npz")
    loaded = load_network(str(tmp_path / "n.npz"))
    assert np.array_equal(loaded.layers[1].weight, second.layers[1].weight)


@pytest.mark.parametrize("name", ["weight[1]", "running_mean[2]", "shift[3]"])
def test_file_without_an_array_is_refused(tmp_path, name):
    """A file that lacks one array names it."""
    path = tmp_path / "n.npz"
    save_network(make_network(0, np.float64), path)
    with np.load(path) as stored:
        arrays = {key: stored[key] for key in stored if key != name}
    np.savez(path, **arrays)
    start = r"^load_network: path must hold a network written by save_network, got .*"
    with pytest.raises(ValueError, match=start + re.escape(name)):
        load_network(path)


def test_only_networks_are_saved(tmp_path):
    """Something else than a network is refused."""
    with pytest.raises(TypeError, match=r"^save_network: network must be a Network, got dict$"):
        save_network({}, tmp_path / "n.npz")


class Bomb:
    """Something that runs code when it is unpickled."""

    def __reduce__(self):
        """Return what pickle would call."""
        return (Path("exploded").touch, ())


@pytest.mark.parametrize("name", ["network", "weight[1]"])
def test_pickles_are_not_read(tmp_path, monkeypatch, name):
    """A file with a pickled object is refused, and the object does nothing."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "n.npz"
    save_network(make_network(0, np.float64), path)
    with np.load(path) as stored:
        arrays = dict(stored)
    bomb = np.empty((), object)
    bomb[()] = Bomb()
    np.savez(path, allow_pickle=True, **arrays | {name: bomb})
    with pytest.raises(ValueError, match=r"^load_network: path must hold a network written by"):
        load_network(path)
    assert not Path("exploded").exists()


@pytest.mark.parametrize(
    "content", [b"", b"no archive", pickle.dumps(1), b"PK\x03\x04 cut short"], ids=repr
)
def test_other_files_are_refused(tmp_path, content):
    """A file that is no network says so."""
    path = tmp_path / "n.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"^load_network: path must hold a network written by"):
        load_network(path)


@pytest.mark.parametrize(
    "description",
    [[], [{"kind": "Dense"}], [{"kind": "os", "activation": "tanh", "settings": {}}], 1, "x"],
    ids=repr,
)
def test_other_descriptions_are_refused(tmp_path, description):
    """An archive whose description is no network's says so."""
    path = tmp_path / "n.npz"
    np.savez(path, network=json.dumps(description))
    with pytest.raises(ValueError, match=r"^load_network: path must hold a network written by"):
        load_network(path)


def test_missing_file_is_missing(tmp_path):
    """A path without a file raises what Python raises."""
    with pytest.raises(FileNotFoundError):
        load_network(tmp_path / "none.npz")


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_damaged_byte_is_harmless(tmp_path, compression):
    """A file with a byte inverted is refused as damaged, or holds the same numbers."""
    network, path = make_network(0, np.float64), tmp_path / "n.npz"
    save_network(network, path)
    packed = io.BytesIO()
    with zipfile.ZipFile(path) as saved, zipfile.ZipFile(packed, "w", compression) as copy:
        for name in saved.namelist():
            copy.writestr(name, saved.read(name))
    content = bytearray(packed.getvalue())
    refusals = []
    for place in range(0, len(content), 5):
        content[place] ^= 0xFF
        path.write_bytes(content)
        content[place] ^= 0xFF
        try:
            loaded = load_network(path)
        except ValueError as error:
            refusals.append(str(error))
        else:
            np.testing.assert_equal(loaded.parameters, network.parameters)
    assert len(refusals) > len(content) / 10
    assert all(text.startswith("load_network: path must hold a network") for text in refusals)


@pytest.mark.parametrize("shape", ["(10**15,)", "(1000000000000000,)", "(2**99,)", "(((", "(1L,)"])
def test_a_false_header_is_refused(tmp_path, shape):
    """An array that announces what it does not hold is refused, not allocated."""
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}".ljust(117) + "\n"
    path = tmp_path / "n.npz"
    save_network(make_network(0, np.float64), path)
    with zipfile.ZipFile(path) as saved:
        entries = {name: saved.read(name) for name in saved.namelist()}
    entries["weight[1].npy"] = b"\x93NUMPY\x01\x00\x76\x00" + header.encode()
    with zipfile.ZipFile(path, "w") as copy:
        for name, content in entries.items():
            copy.writestr(name, content)
    with pytest.raises(ValueError, match=r"^load_network: path must hold a network written by"):
        load_network(path)
