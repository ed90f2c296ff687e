"""Random weights: their shape, their distribution, and what it does to a deep network."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpdocs import Network, initial_weight
from bpdocs.initialization import VARIANCES
from strategies import LAW, exactly, seeds, sizes

# By name, from N_{l-1} and N_l; the second looks at the layer before alone.
DEFINITIONS = {
    "xavier": lambda n_in, n_out: 2 / (n_in + n_out),
    "he": lambda n_in, _: 2 / n_in,
}
EACH = pytest.mark.parametrize("name", sorted(VARIANCES))


def rng():
    """Return a generator with a fixed seed."""
    return np.random.default_rng(0)


def test_every_initialization_has_a_definition_here():
    """No initialisation is left out of the laws."""
    assert set(VARIANCES) == set(DEFINITIONS)


@EACH
@pytest.mark.parametrize(("n_in", "n_out"), [(100, 400), (400, 100)])
def test_variance_is_the_definition(name, n_in, n_out):
    """Mean and variance are 0 and the definition, to four standard deviations of an estimate."""
    weight, variance = initial_weight(n_in, n_out, rng(), name), DEFINITIONS[name](n_in, n_out)
    assert abs(weight.mean()) < 4 * np.sqrt(variance / weight.size)
    assert abs(weight.var() / variance - 1) < 4 * np.sqrt(2 / weight.size)


@EACH
def test_weights_are_normal(name):
    """68 % and 95 % of the weights lie within one and two standard deviations."""
    weight = np.abs(initial_weight(200, 200, rng(), name))
    deviation = np.sqrt(DEFINITIONS[name](200, 200))
    assert abs((weight < deviation).mean() - 0.6827) < 4 * np.sqrt(0.6827 * 0.3173 / weight.size)
    assert abs((weight < 2 * deviation).mean() - 0.9545) < 4 * np.sqrt(0.9545 * 0.0455 / 40000)


@LAW
@given(sizes, sizes, st.sampled_from(sorted(VARIANCES)), seeds)
def test_weight_has_a_row_for_each_neuron(n_in, n_out, name, seed):
    """The weight has N_l rows and a column for each neuron of the layer before."""
    assert initial_weight(n_in, n_out, np.random.default_rng(seed), name).shape == (n_out, n_in)


@LAW
@given(sizes, sizes, st.sampled_from(sorted(VARIANCES)), seeds)
def test_float32_gets_the_same_weights(n_in, n_out, name, seed):
    """A float32 weight is the float64 one of the same seed, rounded."""
    narrow, wide = (
        initial_weight(n_in, n_out, np.random.default_rng(seed), name, dtype)
        for dtype in (np.float32, np.float64)
    )
    assert (narrow.dtype, wide.dtype) == (np.float32, np.float64)
    assert np.array_equal(narrow, wide.astype(np.float32))


@LAW
@given(sizes, sizes, seeds)
def test_initialization_changes_the_size_alone(n_in, n_out, seed):
    """The two initialisations of one seed differ by a factor, the same for every entry."""
    xavier, he = (
        initial_weight(n_in, n_out, np.random.default_rng(seed), name) for name in ("xavier", "he")
    )
    factor = np.sqrt((n_in + n_out) / n_in)
    assert np.abs(he - factor * xavier).max() <= 1e-12 * np.abs(he).max()


def test_xavier_is_the_default():
    """A call that names no initialisation gets xavier."""
    assert np.array_equal(initial_weight(3, 4, rng()), initial_weight(3, 4, rng(), "xavier"))


def test_generator_moves_on():
    """A second weight of the same generator is another one."""
    generator = rng()
    first, second = (initial_weight(3, 4, generator) for _ in range(2))
    assert not np.isclose(first, second).any()


@pytest.mark.parametrize(
    ("activation", "initialization", "per_layer"),
    [("relu", "he", 1.0), ("relu", "xavier", 0.5), ("identity", "xavier", 1.0)],
)
def test_size_of_the_preactivation_by_depth(activation, initialization, per_layer):
    """In a wide network each layer multiplies the mean square of Z by 1; xavier under relu by 1/2.

    Ten layers of 300 neurons: the logarithm of the ratio strays by about sqrt(10 * 5 / 300).
    """
    generator = rng()
    network = Network.from_sizes([300] * 12, [activation] * 11, generator, initialization)
    Z = network.forward(generator.standard_normal((300, 50))).Z
    grown = (Z[11] ** 2).mean() / (Z[1] ** 2).mean()
    assert abs(np.log(grown / per_layer**10)) < 4 * np.sqrt(10 * 5 / 300) / 2


@pytest.mark.parametrize("argument", ["n_in", "n_out"])
@pytest.mark.parametrize("size", [2.0, "2", None, True, np.float64(2)])
def test_size_of_the_wrong_kind_is_refused(argument, size):
    """A size is an integer."""
    text = f"initial_weight: {argument} must be an integer, got {size!r}"
    with pytest.raises(TypeError, match=exactly(text)):
        initial_weight(**{"n_in": 2, "n_out": 3, argument: size}, rng=rng())


@pytest.mark.parametrize("argument", ["n_in", "n_out"])
@pytest.mark.parametrize("size", [0, -1])
def test_size_below_one_is_refused(argument, size):
    """A size is at least 1."""
    text = f"initial_weight: {argument} must be at least 1, got {size}"
    with pytest.raises(ValueError, match=exactly(text)):
        initial_weight(**{"n_in": 2, "n_out": 3, argument: size}, rng=rng())


@pytest.mark.parametrize(
    ("wrong", "what"), [(None, "None"), (0, "int"), (np.random.RandomState(0), "RandomState")]
)
def test_wrong_generator_is_refused(wrong, what):
    """A seed or a legacy RandomState is no Generator."""
    text = f"initial_weight: rng must be a numpy Generator, got {what}"
    with pytest.raises(TypeError, match=exactly(text)):
        initial_weight(2, 3, wrong)


@pytest.mark.parametrize("wrong", ["zeros", "Xavier", "", None, 0])
def test_unknown_initialization_is_refused(wrong):
    """An unknown name is refused with the list of names."""
    text = f"initial_weight: initialization must be one of he, xavier, got {wrong!r}"
    with pytest.raises(ValueError, match=exactly(text)):
        initial_weight(2, 3, rng(), wrong)
