"""The complex step: exact to rounding for every activation, loss and kind of layer."""

import numpy as np
import pytest

from bpdocs import BatchNorm, Dense, LayerNorm, Loss, Network, check_gradients, half_squared_error
from bpdocs.activations import ACTIVATIONS
from strategies import LOSSES, exactly, make_problem, make_targets

KINDS = ["Dense", "BatchNorm", "BatchNorm in inference", "LayerNorm"]


def make_layer(kind, activation, rng):
    """Return a layer of 4 neurons with 4 inputs, nothing in it 0 or 1."""
    first, second = rng.standard_normal((2, 4, 1))
    if kind == "Dense":
        return Dense(rng.standard_normal((4, 4)) / 2, first, activation)
    if kind == "LayerNorm":
        return LayerNorm(first, second, activation)
    running = {"running_mean": first + 1, "running_variance": second**2 + 0.5}
    return BatchNorm(first, second, activation, is_training=kind == "BatchNorm", **running)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("loss", sorted(LOSSES))
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
def test_complex_step_is_the_backward_pass(activation, loss, kind):
    """Backward agrees with the complex step to 1e-13 in each of 3 random networks."""
    for seed in range(3):
        rng = np.random.default_rng(seed)
        last = "softmax" if loss == "cross_entropy" else activation
        layers = [
            Dense(rng.standard_normal((4, 3)), rng.standard_normal((4, 1)), "tanh"),
            make_layer(kind, activation, rng),
            Dense(rng.standard_normal((5, 4)) / 2, rng.standard_normal((5, 1)), last),
        ]
        X, Y = rng.standard_normal((3, 7)), make_targets(loss, (5, 7), seed)
        report = check_gradients(Network(layers), X, Y, LOSSES[loss], method="complex")
        assert report.is_close(1e-13), str(report)


@pytest.mark.parametrize("kind", [BatchNorm, LayerNorm])
def test_complex_step_sees_a_norm_taken_for_constant(kind):
    """A backward pass that takes the mean and the deviation for constants is found out."""

    class Wrong(kind):
        def pull_back(self, delta, activation_prev):
            _, deviation = self.normalise(activation_prev)
            return self.scale * delta / deviation

    rng = np.random.default_rng(0)
    norm = Wrong(*rng.standard_normal((2, 4, 1)), "tanh")
    network = Network([Dense(rng.standard_normal((4, 3)), np.ones((4, 1)), "tanh"), norm])
    X, Y = rng.standard_normal((3, 7)), rng.standard_normal((4, 7))
    report = check_gradients(network, X, Y, method="complex")
    found = [check.name for check in report.parameters if check.relative_error > 1e-13]
    assert found[0] == "weight[1]"
    assert not {"scale[2]", "shift[2]"} & set(found)


def test_complex_step_sees_an_error_that_central_differences_miss():
    """A gradient off by 1e-11 passes at 1e-9 with central differences, not with a complex step."""
    problem = make_problem([2, 3, 2], ["tanh", "sigmoid"], 4, seed=0)
    wrong = Loss(
        "wrong", half_squared_error.rule, lambda A, Y: (1 + 1e-11) * half_squared_error.slope(A, Y)
    )
    arguments = (problem.network, problem.inputs, problem.targets, wrong)
    assert check_gradients(*arguments).is_close(1e-9)
    error = check_gradients(*arguments, method="complex").relative_error
    assert error == pytest.approx(1e-11, rel=0.01)


def test_complex_step_has_the_slope_of_the_convention_at_a_kink():
    """Where every preactivation of a relu is 0 the complex step gives the slope from the left."""
    network = Network([Dense(np.zeros((2, 3)), np.zeros((2, 1)), "relu")])
    X, Y = np.random.default_rng(0).standard_normal((2, 3, 4))
    report = check_gradients(network, X, Y[:2], method="complex")
    assert [np.abs(check.numeric).max() for check in report.parameters] == [0.0, 0.0]
    assert (report.relative_error, report.n_at_kink) == (0.0, 0)


def test_complex_step_works_on_read_only_parameters():
    """The parameters that the derivative moves are copies."""
    problem = make_problem([2, 3, 2], ["tanh", "sigmoid"], 4, seed=1)
    for layer in problem.network.layers.values():
        layer.weight.flags.writeable = layer.bias.flags.writeable = False
    assert check_gradients(
        problem.network, problem.inputs, problem.targets, method="complex"
    ).is_close(1e-13)


@pytest.mark.parametrize("wrong", ["imaginary", "", None])
def test_unknown_method_is_refused(wrong):
    """A method is central or complex."""
    problem = make_problem([2, 1], ["tanh"], 3, seed=0)
    text = f"check_gradients: method must be one of central, complex, got {wrong!r}"
    with pytest.raises(ValueError, match=exactly(text)):
        check_gradients(problem.network, problem.inputs, problem.targets, method=wrong)


def test_layer_norm_keeps_samples_apart():
    """With a layer norm the numeric gradient of a batch is the mean over its samples."""
    rng = np.random.default_rng(0)
    dense = Dense(rng.standard_normal((4, 3)), rng.standard_normal((4, 1)), "tanh")
    network = Network([dense, make_layer("LayerNorm", "tanh", rng)])
    X, Y = rng.standard_normal((3, 5)), rng.standard_normal((4, 5))

    def numeric(columns):
        report = check_gradients(network, X[:, columns], Y[:, columns], method="complex")
        return np.concatenate([check.numeric.ravel() for check in report.parameters])

    alone = sum(numeric([m]) for m in range(5)) / 5
    assert np.abs(numeric(slice(None)) - alone).max() < 1e-13
