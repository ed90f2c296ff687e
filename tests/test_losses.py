"""Every loss against its definition for one sample, its gradient against a complex step."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpdocs import (
    cross_entropy,
    half_squared_error,
    one_hot,
    softmax,
    softmax_cross_entropy,
)
from bpdocs.losses import LOSSES
from strategies import (
    FUZZ,
    LAW,
    LOSS_DEFINITIONS,
    WRONG_ARRAYS,
    any_shapes,
    assert_close,
    exactly,
    make_targets,
    normal,
    seeds,
    sizes,
)

EACH = pytest.mark.parametrize("name", sorted(LOSSES))
METHODS = LOSSES | {f"{name}.gradient": loss.gradient for name, loss in LOSSES.items()}
BOTH = pytest.mark.parametrize("function", sorted(METHODS))
ENTROPIES = ["cross_entropy", "softmax_cross_entropy"]


def make_pair(name, n_out, n_samples, seed, dtype=np.float64):
    """Return an activation and targets that suit a loss."""
    (A,) = normal(seed, (n_out, n_samples), dtype=dtype)
    Y = make_targets(name, A.shape, seed + 1).astype(dtype)
    return softmax(A) if name == "cross_entropy" else A, Y


def ones_for(name):
    """Return a matrix that is both an activation and a target for any loss: shares of 1."""
    return np.full((2, 3), 0.5 if name.split(".")[0] in ENTROPIES else 1.0)


# Values


def test_every_loss_has_a_definition_here():
    """No loss is left out of the laws."""
    assert set(LOSSES) <= set(LOSS_DEFINITIONS)


@EACH
@LAW
@given(sizes, sizes, seeds)
def test_value_is_a_mean_over_samples(name, n_out, n_samples, seed):
    """The loss is the mean, over the samples, of its definition for one sample."""
    A, Y = make_pair(name, n_out, n_samples, seed)
    samples = [LOSS_DEFINITIONS[name](a, y).real for a, y in zip(A.T, Y.T, strict=True)]
    expected = math.fsum(samples) / n_samples
    assert LOSSES[name](A, Y) == pytest.approx(expected, rel=1e-12, abs=1e-14)


@EACH
@LAW
@given(sizes, sizes, seeds)
def test_gradient_is_the_slope_of_the_mean(name, n_out, n_samples, seed):
    """The gradient is the slope of the mean over the samples, entry by entry."""
    A, Y = make_pair(name, n_out, n_samples, seed)
    expected = np.empty_like(A)
    for j, m in np.ndindex(A.shape):
        column = A[:, m].astype(complex)
        column[j] += 1e-30j
        expected[j, m] = LOSS_DEFINITIONS[name](column, Y[:, m]).imag / 1e-30 / n_samples
    assert_close(LOSSES[name].gradient(A, Y), expected)


@EACH
@LAW
@given(sizes, sizes, seeds)
def test_gradient_of_a_sample_is_divided_by_m_once(name, n_out, n_samples, seed):
    """M times a column of the gradient is the gradient of that sample alone."""
    A, Y = make_pair(name, n_out, n_samples, seed)
    alone = [LOSSES[name].gradient(A[:, [m]], Y[:, [m]]) for m in range(n_samples)]
    assert_close(n_samples * LOSSES[name].gradient(A, Y), np.hstack(alone))


@EACH
@LAW
@given(sizes, sizes, seeds)
def test_repeating_the_batch_leaves_the_loss(name, n_out, n_samples, seed):
    """The loss of a batch is that of the batch three times over."""
    A, Y = make_pair(name, n_out, n_samples, seed)
    thrice = LOSSES[name](np.tile(A, 3), np.tile(Y, 3))
    assert thrice == pytest.approx(LOSSES[name](A, Y), rel=1e-12, abs=1e-14)


def test_no_error_no_loss():
    """The half squared error is 0 where the activation is the target."""
    (A,) = normal(0, (2, 3))
    assert half_squared_error(A, A.copy()) == 0.0


@LAW
@given(sizes, sizes, seeds)
def test_softmax_and_cross_entropy_are_one_loss(n_out, n_samples, seed):
    """Taken through softmax, the gradient of the cross-entropy is that of the fused loss."""
    Z, Y = make_pair("softmax_cross_entropy", n_out, n_samples, seed)
    two_steps = softmax.vjp(Z, cross_entropy.gradient(softmax(Z), Y))
    assert_close(softmax_cross_entropy.gradient(Z, Y), two_steps)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["softmax_cross_entropy", "binary_cross_entropy"])
@pytest.mark.parametrize(("far", "loss", "slope"), [(-1e4, 1e4, -1.0), (1e4, 0.0, 0.0)])
def test_loss_of_logits_is_stable_far_out(name, far, loss, slope, dtype):
    """At logits of 1e4 a right answer costs 0, a wrong one 1e4, without overflow or a warning."""
    other = 0.0 if name == "softmax_cross_entropy" else -1e4
    Z, Y = np.array([[far], [other]], dtype), np.array([[1.0], [0.0]], dtype)
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        assert LOSSES[name](Z, Y) == loss
        assert LOSSES[name].gradient(Z, Y)[0].tolist() == [slope]


@EACH
@LAW
@given(sizes, sizes, seeds)
def test_rule_takes_complex_numbers(name, n_out, n_samples, seed):
    """A step along the imaginary axis goes through the rule as through the definition.

    The gradient check relies on it.
    """
    A, Y = make_pair(name, n_out, n_samples, seed)
    (dA,) = normal(seed + 2, A.shape)
    columns = zip((A + 1e-30j * dA).T, Y.T, strict=True)
    samples = [LOSS_DEFINITIONS[name](a, y).imag / 1e-30 for a, y in columns]
    slope = LOSSES[name].rule(A + 1e-30j * dA, Y).imag / 1e-30
    assert_close(np.asarray(slope), math.fsum(samples) / n_samples)


def test_no_target_no_logarithm():
    """Where the target is 0 the probability may be 0, and adds nothing to the loss."""
    assert cross_entropy(np.array([[0.0], [1.0]]), np.array([[0.0], [1.0]])) == 0.0


@EACH
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_value_is_a_python_float(name, dtype):
    """A loss is a plain float for either dtype."""
    assert type(LOSSES[name](*make_pair(name, 2, 3, 0, dtype))) is float


@EACH
def test_gradient_of_float32_is_float32(name):
    """Float32 in gives a float32 gradient."""
    assert LOSSES[name].gradient(*make_pair(name, 2, 3, 0, np.float32)).dtype == np.float32


@EACH
def test_arguments_are_not_modified(name):
    """Value and gradient work on read-only arrays."""
    A, Y = make_pair(name, 2, 3, 0)
    A.flags.writeable = Y.flags.writeable = False
    LOSSES[name](A, Y)
    LOSSES[name].gradient(A, Y)


def test_repr_names_the_loss():
    """A loss prints as its name."""
    assert repr(half_squared_error) == "<loss half_squared_error>"


# Classes


@LAW
@given(st.data(), sizes)
def test_one_hot_marks_the_class(data, n_classes):
    """Column m holds a 1 in row labels[m] and 0 elsewhere."""
    labels = data.draw(st.lists(st.integers(0, n_classes - 1), min_size=1, max_size=6))
    expected = [[float(k == label) for label in labels] for k in range(n_classes)]
    assert one_hot(np.array(labels, int), n_classes).tolist() == expected


@pytest.mark.parametrize("name", ENTROPIES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_classes_are_taken_for_columns(name, dtype):
    """Integer classes give the loss of their one-hot columns."""
    A, _ = make_pair(name, 3, 4, 0, dtype)
    labels = np.array([2, 0, 1, 2], np.uint8)
    columns = np.array([[0, 1, 0, 0], [0, 0, 1, 0], [1, 0, 0, 1]], dtype)
    assert LOSSES[name](A, labels) == LOSSES[name](A, columns)
    assert_close(LOSSES[name].gradient(A, labels), LOSSES[name].gradient(A, columns), 0)


@pytest.mark.parametrize("name", sorted(set(LOSSES) - set(ENTROPIES)))
def test_other_losses_take_no_classes(name):
    """A loss whose targets are no distributions refuses classes."""
    with pytest.raises(
        TypeError, match=exactly(f"{name}: targets must be float32 or float64, got int64")
    ):
        LOSSES[name](np.ones((2, 3)), np.array([0, 1, 1], np.int64))


@pytest.mark.parametrize("name", ENTROPIES)
def test_class_out_of_range_is_refused(name):
    """A class is one of the rows of the activation."""
    with pytest.raises(ValueError, match=exactly("one_hot: labels must lie in 0 to 1, got 2")):
        LOSSES[name](ones_for(name), np.array([0, 1, 2]))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_hot_has_the_dtype(dtype):
    """The columns have the dtype that was asked for."""
    assert one_hot(np.array([1, 0]), 2, dtype).dtype == dtype


@LAW
@given(sizes, sizes, seeds)
def test_targets_may_be_rounded(n_out, n_samples, seed):
    """Distributions whose sums are off by rounding alone are taken, in float32 too."""
    _, Y = make_pair("softmax_cross_entropy", n_out, n_samples, seed, np.float32)
    assert softmax_cross_entropy(np.zeros_like(Y), Y) == pytest.approx(math.log(n_out), abs=1e-6)


@pytest.mark.parametrize(
    ("labels", "got"),
    [
        ([0, 1], "list"),
        (np.array([0.0]), "float64 of shape (1,)"),
        (np.array([[0]], np.int64), "int64 of shape (1, 1)"),
        (np.array([True]), "bool of shape (1,)"),
        (np.array([], np.int64), "int64 of shape (0,)"),
    ],
    ids=str,
)
def test_labels_that_are_no_integers_are_refused(labels, got):
    """Labels are a one-dimensional array of integers, with one at least."""
    start = r"^one_hot: labels must be a one-dimensional ndarray of one integer or more, got "
    with pytest.raises(TypeError, match=start + re.escape(got) + "$"):
        one_hot(labels, 2)


@pytest.mark.parametrize(
    ("n_classes", "error", "rule"),
    [
        (2.0, TypeError, "must be an integer, got 2.0"),
        ("2", TypeError, "must be an integer, got '2'"),
        (0, ValueError, "must be at least 1, got 0"),
    ],
)
def test_wrong_number_of_rows_is_refused(n_classes, error, rule):
    """The number of classes is an integer, at least 1."""
    with pytest.raises(error, match=exactly(f"one_hot: n_classes {rule}")):
        one_hot(np.array([0]), n_classes)


def test_columns_of_another_dtype_are_refused():
    """No other dtype than float32 and float64 is given."""
    text = "one_hot: dtype must be float32 or float64, got int32"
    with pytest.raises(TypeError, match=exactly(text)):
        one_hot(np.array([0]), 2, np.int32)


@pytest.mark.parametrize("label", [-1, 3])
def test_label_out_of_range_is_refused(label):
    """A label is one of the classes; a negative one does not count from the end."""
    text = f"one_hot: labels must lie in 0 to 2, got {label}"
    with pytest.raises(ValueError, match=exactly(text)):
        one_hot(np.array([0, label]), 3)


@pytest.mark.parametrize("name", ENTROPIES)
def test_wrong_number_of_classes_is_refused(name):
    """There is a class for each sample."""
    text = f"{name}: targets must have one class a sample, 3, got 2"
    with pytest.raises(ValueError, match=exactly(text)):
        LOSSES[name](ones_for(name), np.array([0, 1]))


# What is refused


@BOTH
@pytest.mark.parametrize("argument", ["activation", "targets"])
@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_array_is_refused(function, argument, spoil, error, rule):
    """A wrong array is refused by name."""
    arguments = {"activation": ones_for(function), "targets": ones_for(function)}
    arguments[argument] = spoil(arguments[argument])
    with pytest.raises(error, match=exactly(f"{function}: {argument} {rule}")):
        METHODS[function](**arguments)


@BOTH
def test_shape_of_targets_is_named(function):
    """Targets of another shape are refused, broadcastable or not."""
    text = f"{function}: targets must have shape (2, 3), got (2, 1)"
    with pytest.raises(ValueError, match=exactly(text)):
        METHODS[function](np.ones((2, 3)), np.ones((2, 1)))


@BOTH
def test_empty_batch_is_refused(function):
    """A batch without samples has no mean."""
    text = f"{function}: activation must have shape (N_L, M) with every size at least 1, got (2, 0)"
    with pytest.raises(ValueError, match=exactly(text)):
        METHODS[function](np.ones((2, 0)), np.ones((2, 0)))


@BOTH
def test_mixed_dtypes_are_refused(function):
    """Both arguments have one dtype."""
    text = f"{function}: targets must have the dtype of activation, float64, got float32"
    with pytest.raises(TypeError, match=exactly(text)):
        METHODS[function](np.ones((2, 3)), np.ones((2, 3), np.float32))


@BOTH
@FUZZ
@given(any_shapes, any_shapes)
def test_nothing_is_broadcast(function, shape, other):
    """Two shapes either are one non-empty matrix shape or are refused."""
    fits = shape == other and len(shape) == 2 and 0 not in shape
    # Shares of 1, so that the targets suit every loss.
    arrays = [np.full(s, 1 / max(shape[0], 1) if shape else 1.0) for s in (shape, other)]
    if fits:
        METHODS[function](*arrays)
    else:
        with pytest.raises(ValueError, match=rf"^{function}: \w+ must have shape \("):
            METHODS[function](*arrays)


@pytest.mark.parametrize("name", [*ENTROPIES, "binary_cross_entropy"])
@pytest.mark.parametrize("value", [-0.5, 1.5])
def test_target_outside_the_unit_interval_is_refused(name, value):
    """The targets of an entropy lie in [0, 1]."""
    text = f"{name}: targets must lie in [0, 1], got {value}"
    with pytest.raises(ValueError, match=exactly(text)):
        LOSSES[name](np.full((2, 1), 0.5), np.array([[value], [1 - value]]))


@pytest.mark.parametrize("name", ENTROPIES)
def test_targets_that_do_not_sum_to_one_are_refused(name):
    """Every column of the targets sums to 1; the error names the first that does not."""
    text = f"{name}: targets must have columns that sum to 1, got 0.75 in column 1"
    with pytest.raises(ValueError, match=exactly(text)):
        LOSSES[name](np.full((2, 2), 0.5), np.array([[0.5, 0.5], [0.5, 0.25]]))


def test_activation_that_is_no_probability_is_refused():
    """The cross-entropy takes probabilities."""
    text = "cross_entropy: activation must lie in [0, 1], got 1.5"
    with pytest.raises(ValueError, match=exactly(text)):
        cross_entropy(np.array([[1.5], [0.5]]), np.full((2, 1), 0.5))


def test_probability_of_zero_is_refused_where_the_target_is_not():
    """There the loss would be infinite; the error names the loss that takes logits."""
    text = (
        "cross_entropy: activation must be positive where targets are, got 0; "
        "softmax_cross_entropy takes the preactivation and has no such limit"
    )
    with pytest.raises(ValueError, match=exactly(text)):
        cross_entropy(np.array([[0.0], [1.0]]), np.full((2, 1), 0.5))
