"""The gradient check: right about right gradients, right about wrong ones, and what it refuses."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bpdocs import (
    Activation,
    Dense,
    GradientReport,
    Loss,
    Network,
    ParameterCheck,
    check_gradients,
    half_squared_error,
    numeric_gradient,
    tanh,
)
from bpdocs.activations import ACTIVATIONS
from strategies import (
    FEW,
    LAW,
    LOSSES,
    WRONG_ARRAYS,
    assert_close,
    exactly,
    is_near_kink,
    make_problem,
    normal,
    problems,
    seeds,
    sizes,
)

SMOOTH = make_problem([2, 3, 2], ["tanh", "sigmoid"], 4, seed=0)
WRONG_STEPS = [
    ("1e-5", TypeError, "must be a number, got str"),
    (None, TypeError, "must be a number, got None"),
    (True, TypeError, "must be a number, got bool"),
    (1e-5j, TypeError, "must be a number, got complex"),
    (np.ones(1), TypeError, "must be a number, got ndarray"),
    (0, ValueError, "must be positive and finite, got 0"),
    (-1e-5, ValueError, "must be positive and finite, got -1e-05"),
    (np.inf, ValueError, "must be positive and finite, got inf"),
    (np.nan, ValueError, "must be positive and finite, got nan"),
]


# numeric_gradient


@LAW
@given(sizes, sizes, seeds)
def test_numeric_gradient_of_a_product_of_sines(n_rows, n_columns, seed):
    """The gradient of a sum of w sin(x) is w cos(x), to 1e-6."""
    w, x = normal(seed, (n_rows, n_columns), (n_rows, n_columns))
    numeric = numeric_gradient(lambda x: float((w * np.sin(x)).sum()), x)
    assert_close(numeric, w * np.cos(x), 1e-6)


@LAW
@given(sizes, seeds, st.floats(1e-3, 10))
def test_numeric_gradient_of_a_quadratic_form_has_no_step_error(n, seed, step):
    """For x^T S x central differences give (S + S^T) x, however long the step."""
    S, x = normal(seed, (n, n), (n, 1))
    numeric = numeric_gradient(lambda x: (x.T @ S @ x).item(), x, step)
    assert_close(numeric, (S + S.T) @ x, 1e-6)


@pytest.mark.parametrize("shape", [(), (3,), (1, 2), (2, 1, 3)])
def test_numeric_gradient_has_the_shape_of_the_variable(shape):
    """A variable of any number of axes is taken."""
    assert_close(numeric_gradient(lambda x: float(x.sum()), np.ones(shape)), np.ones(shape), 1e-6)


def test_numeric_gradient_moves_one_entry_at_a_time():
    """The function sees the variable with one entry moved by the step, up and then down."""
    seen = []
    numeric_gradient(lambda x: float(seen.append(x.copy()) or 0), np.zeros((1, 2)), 0.5)
    assert [x.tolist() for x in seen] == [[[0.5, 0]], [[-0.5, 0]], [[0, 0.5]], [[0, -0.5]]]


def test_numeric_gradient_divides_by_the_distance_gone():
    """The gradient of x at 1e8 is 1 even for a step that the sum 1e8 + h rounds."""
    assert numeric_gradient(lambda x: x.item(), np.array([1e8]), 1e-7).item() == 1.0


def test_numeric_gradient_refuses_a_step_that_is_lost():
    """A step so small that x + h is x is refused."""
    with pytest.raises(ValueError, match=r"^numeric_gradient: step must "):
        numeric_gradient(lambda x: float(x.sum()), np.ones((1, 2)), 1e-17)


def test_numeric_gradient_does_not_modify_the_variable():
    """A read-only variable is taken."""
    (x,) = normal(0, (2, 3))
    x.flags.writeable = False
    numeric_gradient(lambda x: float(x.sum()), x)


@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_numeric_gradient_refuses_variable(spoil, error, rule):
    """A wrong array is refused by name."""
    with pytest.raises(error, match=exactly(f"numeric_gradient: variable {rule}")):
        numeric_gradient(np.sum, spoil(np.ones((2, 3))))


def test_numeric_gradient_refuses_float32():
    """Float32 has too few digits for a difference quotient."""
    text = "numeric_gradient: variable must be float64, got float32"
    with pytest.raises(TypeError, match=exactly(text)):
        numeric_gradient(np.sum, np.ones((2, 3), np.float32))


@pytest.mark.parametrize(("step", "error", "rule"), WRONG_STEPS)
def test_numeric_gradient_refuses_step(step, error, rule):
    """A step is a positive finite number."""
    with pytest.raises(error, match=exactly(f"numeric_gradient: step {rule}")):
        numeric_gradient(np.sum, np.ones((2, 3)), step)


# check_gradients says yes


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
@pytest.mark.parametrize("loss", sorted(LOSSES))
@pytest.mark.parametrize("depth", [1, 2, 3, 4])
@FEW
@given(st.data())
def test_backward_pass_is_close(name, loss, depth, data):
    """The check accepts the backward pass for each activation, loss and depth."""
    problem = data.draw(problems(st.just(name), st.just(depth), st.just(loss)))
    output = problem.network.forward(problem.inputs).output
    assume(problem.loss(output, problem.targets) > 1e-3)  # else see the two tests of zero loss
    assume(not is_near_kink(problem))  # a step across the kink of relu shows another slope
    report = check_gradients(problem.network, problem.inputs, problem.targets, problem.loss)
    assert report.is_close(1e-6)


def test_report_is_close_for_a_smooth_network():
    """A smooth network passes at the tolerance of the report."""
    assert check_gradients(SMOOTH.network, SMOOTH.inputs, SMOOTH.targets).is_close()


def test_report_holds_the_backward_pass():
    """What the report calls analytic is what backward returned."""
    network = SMOOTH.network
    gradients = network.backward(network.forward(SMOOTH.inputs), SMOOTH.targets)
    for parameter in check_gradients(network, SMOOTH.inputs, SMOOTH.targets).parameters:
        kind, l = parameter.name[:-1].split("[")
        assert (parameter.analytic == getattr(gradients, kind)[int(l)]).all()


def test_report_names_every_parameter():
    """The report lists weight and bias of each layer, layer 1 first."""
    report = check_gradients(SMOOTH.network, SMOOTH.inputs, SMOOTH.targets)
    names = [parameter.name for parameter in report.parameters]
    assert names == ["weight[1]", "bias[1]", "weight[2]", "bias[2]"]


def test_check_does_not_modify():
    """A check works on read-only parameters, inputs and targets."""
    problem = make_problem([2, 3, 2], ["tanh", "sigmoid"], 4, seed=1)
    parameters = [a for x in problem.network.layers.values() for a in (x.weight, x.bias)]
    for array in [problem.inputs, problem.targets, *parameters]:
        array.flags.writeable = False
    check_gradients(problem.network, problem.inputs, problem.targets)


def test_gradient_below_the_rounding_is_close():
    """A saturated neuron, whose gradient is too small to move the loss, is no error."""
    network = Network([Dense(np.array([[40.0]]), np.zeros((1, 1)), "sigmoid")])
    report = check_gradients(network, np.ones((1, 1)), np.zeros((1, 1)))
    assert [parameter.numeric.item() for parameter in report.parameters] == [0.0, 0.0]
    assert report.relative_error == 0.0


def test_perfect_fit_is_close():
    """Where the network gives the targets, and every gradient is 0, the check passes."""
    output = SMOOTH.network.forward(SMOOTH.inputs).output
    assert check_gradients(SMOOTH.network, SMOOTH.inputs, output).is_close()


def test_single_class_is_close():
    """With one class the entropy is 0 whatever the parameters, and the check passes."""
    for seed in range(20):
        p = make_problem([6, 1], ["tanh"], 3, seed, loss="softmax_cross_entropy")
        assert check_gradients(p.network, p.inputs, p.targets, p.loss).is_close()


# check_gradients says no


@pytest.mark.parametrize("factor", [-1.0, 0.5, 1.001, 2.0, 4.0])
def test_wrong_factor_is_measured(factor):
    """A gradient off by a factor f has the relative error |f - 1| / max(f, 1) everywhere."""
    wrong = Loss(
        "wrong", half_squared_error.rule, lambda A, Y: factor * half_squared_error.slope(A, Y)
    )
    report = check_gradients(SMOOTH.network, SMOOTH.inputs, SMOOTH.targets, wrong)
    expected = abs(factor - 1) / max(abs(factor), 1)
    assert [p.relative_error for p in report.parameters] == pytest.approx([expected] * 4, rel=1e-4)


@pytest.mark.parametrize("wrong_layer", [1, 2, 3])
def test_wrong_slope_shows_from_its_layer_down(wrong_layer):
    """A wrong derivative in layer l spoils the layers 1 to l and no other."""
    wrong = Activation("wrong", tanh.rule, np.ones_like)
    problem = make_problem([2, 3, 2, 2], ["tanh"] * 3, 4, seed=0)
    layers = problem.network.layers
    layer = layers[wrong_layer]
    spoiled = layers | {wrong_layer: Dense(layer.weight, layer.bias, wrong)}
    report = check_gradients(Network(list(spoiled.values())), problem.inputs, problem.targets)
    found = [int(p.name[-2]) for p in report.parameters if p.relative_error > 1e-6]
    assert found == [l for l in (1, 2, 3) if l <= wrong_layer for _ in ("weight", "bias")]


# The report


def make_report(*errors):
    """Return a report with these relative errors."""
    arrays = np.array([[1.0, 2.0]]), np.array([[1.0, -3.0]])
    return GradientReport(tuple(ParameterCheck(f"p{e}", *arrays, e) for e in errors))


def test_relative_error_is_the_largest():
    """The relative error of a report is that of its worst parameter."""
    assert make_report(0.1, 0.3, 0.2).relative_error == 0.3


def test_nan_is_not_close():
    """A report with a NaN is not close, wherever the NaN stands."""
    assert not make_report(0.0, np.nan).is_close()


@pytest.mark.parametrize(("error", "is_close"), [(1e-6, True), (1.1e-6, False)])
def test_is_close_up_to_the_tolerance(error, is_close):
    """An error of exactly the tolerance is close, a larger one is not."""
    assert make_report(0.0, error).is_close(1e-6) is is_close


def test_report_prints_the_worst_entry():
    """A report prints, for each parameter, its error and the entry that differs most."""
    assert str(make_report(0.5)) == (
        "p0.5: relative error 5.0e-01, worst entry (0, 1)\n"
        "  analytic:  2.000000e+00\n"
        "  numeric:  -3.000000e+00"
    )


# What the check refuses


@pytest.mark.parametrize(("wrong", "what"), [(None, "None"), (SMOOTH.network.layers[1], "Dense")])
def test_network_of_the_wrong_kind_is_refused(wrong, what):
    """A network is a Network."""
    text = f"check_gradients: network must be a Network, got {what}"
    with pytest.raises(TypeError, match=exactly(text)):
        check_gradients(wrong, SMOOTH.inputs, SMOOTH.targets)


def test_float32_network_is_refused():
    """Float32 has too few digits for a difference quotient."""
    narrow = make_problem([2, 1], ["tanh"], 3, 0, np.float32)
    text = "check_gradients: network must be float64, got float32"
    with pytest.raises(TypeError, match=exactly(text)):
        check_gradients(narrow.network, narrow.inputs, narrow.targets)


@pytest.mark.parametrize(("step", "error", "rule"), WRONG_STEPS)
def test_step_is_refused(step, error, rule):
    """A step is a positive finite number."""
    with pytest.raises(error, match=exactly(f"check_gradients: step {rule}")):
        check_gradients(SMOOTH.network, SMOOTH.inputs, SMOOTH.targets, step=step)


def test_loss_of_the_wrong_kind_is_refused():
    """A loss is a Loss."""
    text = "Network.backward: loss must be a Loss, got str"
    with pytest.raises(TypeError, match=exactly(text)):
        check_gradients(SMOOTH.network, SMOOTH.inputs, SMOOTH.targets, "half_squared_error")
