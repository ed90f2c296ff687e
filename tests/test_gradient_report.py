"""Kinks, drawn entries, gradients of one's own, and how the report prints them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpdocs import Dense, Gradients, Network, check_gradients
from strategies import LAW, exactly, make_problem, seeds

SMOOTH = make_problem([2, 3, 2], ["tanh", "sigmoid"], 4, seed=0)
RIGHT = SMOOTH.network.backward(SMOOTH.network.forward(SMOOTH.inputs), SMOOTH.targets)


def check(**arguments):
    """Check the smooth network."""
    return check_gradients(SMOOTH.network, SMOOTH.inputs, SMOOTH.targets, **arguments)


def gradients_with(**changes):
    """Return the right gradients with other ones in layer 1."""
    return Gradients({}, RIGHT.parameters | {1: RIGHT.parameters[1] | changes})


def one_neuron(weight, bias, activation="relu"):
    """Return a network of one neuron with one input."""
    return Network([Dense(np.array([[weight]]), np.array([[bias]]), activation)])


# Kinks


@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
@pytest.mark.parametrize("distance", [0.0, 3e-6, -3e-6])
def test_kink_within_a_step_is_no_error(activation, distance):
    """A preactivation within a step of 0 is reported as at a kink, and the check passes."""
    network = one_neuron(1.0, distance - 1.0, activation)
    report = check_gradients(network, np.ones((1, 1)), np.full((1, 1), -2.0))
    assert [parameter.at_kink.item() for parameter in report.parameters] == [True, True]
    assert (report.n_at_kink, report.is_close()) == (2, True)
    slopes = [parameter.numeric.item() for parameter in report.parameters]
    assert all(0 < slope < 2 for slope in slopes)  # neither 0 nor 2, the slopes on the sides


def test_kink_beyond_the_step_is_none():
    """A preactivation two steps from 0 has a derivative, and nothing is excused."""
    report = check_gradients(one_neuron(1.0, -1.00002), np.ones((1, 1)), np.full((1, 1), -2.0))
    assert (report.n_at_kink, report.is_close()) == (0, True)


def test_kink_of_a_hidden_layer_is_found():
    """A parameter of layer 1 that moves a relu of layer 2 across 0 is at a kink."""
    layers = [one_neuron(0.5, 0.0, "tanh").layers[1], one_neuron(1.0, 0.0).layers[1]]
    report = check_gradients(Network(layers), np.zeros((1, 1)), np.full((1, 1), -2.0))
    at_kink = {p.name: p.n_at_kink for p in report.parameters}
    # Where the input is 0 and A of layer 1 with it, the weights move nothing.
    assert at_kink == {"weight[1]": 0, "bias[1]": 1, "weight[2]": 0, "bias[2]": 1}
    assert report.is_close()


def test_kinks_on_both_sides_are_no_error():
    """With samples on either side of the origin, the slopes from both sides are the same."""
    X, Y = np.array([[1.0, -1.0]]), np.array([[-1.0, 1.0]])
    report = check_gradients(one_neuron(0.0, 0.0), X, Y)
    assert report.parameters[0].numeric.item() == pytest.approx(0.5, abs=1e-4)
    assert report.parameters[0].analytic.item() == 0.0
    assert (report.parameters[0].n_at_kink, report.is_close()) == (1, True)


@pytest.mark.parametrize(
    ("slope", "is_close"), [(0.0, True), (1.0, True), (2.0, True), (2.5, False)]
)
def test_slope_at_a_kink_lies_between_the_sides(slope, is_close):
    """At a kink any slope between those on its sides is right, and one beyond is not."""
    network = one_neuron(1.0, -1.0)
    gradients = Gradients({}, {1: {"weight": np.array([[slope]]), "bias": np.array([[slope]])}})
    report = check_gradients(network, np.ones((1, 1)), np.full((1, 1), -2.0), gradients=gradients)
    assert report.is_close() is is_close


@pytest.mark.parametrize("factor", [-1.0, 0.5, 2.0])
@pytest.mark.parametrize("seed", range(5))
def test_kinks_excuse_no_wrong_gradient(factor, seed):
    """A wrong factor in a relu network whose biases are 0 fails where nothing is at a kink."""
    rng = np.random.default_rng(seed)
    network = Network.from_sizes([2, 4, 3], ["relu", "identity"], rng=rng)
    X, Y = rng.standard_normal((2, 5)), rng.standard_normal((3, 5))
    X[:, 0] = 0.0  # all its preactivations of layer 1 are exactly 0
    right = network.backward(network.forward(X), Y).parameters
    wrong = {l: {n: factor * g for n, g in arrays.items()} for l, arrays in right.items()}
    assert check_gradients(network, X, Y).is_close()
    assert not check_gradients(network, X, Y, gradients=Gradients({}, wrong)).is_close()


# Drawn entries


@LAW
@given(seeds, st.integers(1, 7))
def test_so_many_entries_are_drawn_of_each_parameter(seed, n_entries):
    """At most `n_entries` entries are compared, all that there are if there are fewer."""
    report = check(n_entries=n_entries, rng=np.random.default_rng(seed))
    for parameter in report.parameters:
        assert parameter.n_checked == min(n_entries, parameter.analytic.size)
        assert (np.isnan(parameter.numeric) == ~parameter.checked).all()
    assert report.is_close()


def test_every_entry_is_drawn_at_times():
    """Over 60 draws each entry of a weight of 6 is drawn, and no draw repeats all others."""
    rng = np.random.default_rng(0)
    draws = [check(n_entries=2, rng=rng).parameters[0].checked for _ in range(60)]
    assert np.all(np.sum(draws, axis=0) > 5)


def test_entry_that_is_not_drawn_is_not_judged():
    """An error where nothing was drawn is not seen; where it was drawn it is."""
    drawn = check(n_entries=3, rng=np.random.default_rng(0)).parameters[0].checked
    for entry in np.ndindex(3, 2):
        weight = RIGHT.weight[1].copy()
        weight[entry] += 1
        report = check(
            gradients=gradients_with(weight=weight), n_entries=3, rng=np.random.default_rng(0)
        )
        assert report.is_close() is not bool(drawn[entry])


@pytest.mark.parametrize(
    ("n_entries", "error", "rule"),
    [
        (0, ValueError, "n_entries must be at least 1, got 0"),
        (2.0, TypeError, "n_entries must be an integer, got 2.0"),
        (3, TypeError, "rng must be a numpy Generator, got None"),
    ],
)
def test_draw_is_refused(n_entries, error, rule):
    """A number of entries is an integer from 1, and comes with a generator."""
    with pytest.raises(error, match=exactly(f"check_gradients: {rule}")):
        check(n_entries=n_entries)


# Gradients to be judged


def test_right_gradients_pass():
    """Right gradients that are given are close."""
    assert check(gradients=gradients_with()).is_close(1e-8)


def test_given_gradients_are_judged():
    """The analytic side of the report is what was given."""
    weight = np.ones((3, 2))
    assert check(gradients=gradients_with(weight=weight)).parameters[0].analytic is weight


WEIGHT = "check_gradients: gradients.parameters[1]['weight'] must"


@pytest.mark.parametrize(
    ("gradients", "error", "text"),
    [
        ({}, TypeError, "check_gradients: gradients must be a Gradients, got dict"),
        (Gradients({}, {}), TypeError, f"{WEIGHT} be a numpy.ndarray, got None"),
        (
            gradients_with(weight=np.ones((3, 2), np.float32)),
            TypeError,
            f"{WEIGHT} be float64, got float32",
        ),
        (
            gradients_with(weight=np.full((3, 2), np.nan)),
            ValueError,
            f"{WEIGHT} be finite, got NaN",
        ),
        (
            gradients_with(weight=np.ones((3, 1))),
            ValueError,
            f"{WEIGHT} have shape (3, 2), got (3, 1)",
        ),
        (
            gradients_with(weight=np.ones((2, 3))),
            ValueError,
            f"{WEIGHT} have shape (3, 2), got (2, 3), the transpose",
        ),
    ],
)
def test_given_gradients_are_refused(gradients, error, text):
    """Every parameter needs a finite float64 gradient of its shape."""
    with pytest.raises(error, match=exactly(text)):
        check(gradients=gradients)


# What is printed


def test_report_counts_drawn_entries_and_kinks():
    """A report says how many of how many entries were drawn, and how many are at a kink."""
    network = Network([Dense(np.array([[1.0, 1.0]]), np.array([[-1.0]]), "relu")])
    X, Y = np.array([[1.0], [0.0]]), np.full((1, 1), -2.0)
    report = check_gradients(network, X, Y, n_entries=1, rng=np.random.default_rng(0))
    drawn = tuple(int(i) for i in np.argwhere(report.parameters[0].checked)[0])
    what = "no entry judged" if drawn == (0, 0) else f"worst entry {drawn}"
    kink = ", 1 at a kink" if drawn == (0, 0) else ""
    lines = str(report).splitlines()
    assert lines[0] == f"weight[1]: relative error 0.0e+00, {what}, 1 of 2 entries{kink}"
    assert lines[-1] == "bias[1]: relative error 0.0e+00, no entry judged, 1 at a kink"


def test_failing_report_is_aligned_and_names_the_mistake():
    """Analytic stands over numeric, digit under digit, and the mistake below."""
    network = one_neuron(2.0, 0.0, "identity")
    wrong = Gradients({}, {1: {"weight": np.array([[-10.0]]), "bias": np.array([[-4.0]])}})
    report = check_gradients(network, np.array([[1.0, 3.0]]), np.zeros((1, 2)), gradients=wrong)
    assert str(report) == (
        "weight[1]: relative error 2.0e+00, worst entry (0, 0)\n"
        "  analytic: -1.000000e+01\n"
        "  numeric:   1.000000e+01\n"
        "  this is the gradient with its sign flipped\n"
        "bias[1]: relative error 2.0e+00, worst entry (0, 0)\n"
        "  analytic: -4.000000e+00\n"
        "  numeric:   4.000000e+00\n"
        "  this is the gradient with its sign flipped"
    )


def test_worst_entry_is_not_at_a_kink():
    """The entry that is shown is one that is judged."""
    network = Network([Dense(np.array([[1.0], [1.0]]), np.array([[-1.0], [0.0]]), "relu")])
    report = check_gradients(network, np.ones((1, 1)), np.array([[-2.0], [0.5]]))
    assert [parameter.worst for parameter in report.parameters] == [(1, 0), (1, 0)]
