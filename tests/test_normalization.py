"""Batch norm and layer norm: by loops, by differences, and which of them mixes samples."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpdocs import BatchNorm, LayerNorm
from bpdocs.activations import ACTIVATIONS
from strategies import (
    LAW,
    WRONG_ARRAYS,
    activate,
    activations,
    any_shapes,
    assert_close,
    central_differences,
    exactly,
    make_norm,
    normal,
    seeds,
    sizes,
)

NAMES = ", ".join(sorted(ACTIVATIONS))
KINDS = {"BatchNorm": BatchNorm, "LayerNorm": LayerNorm}
EACH = pytest.mark.parametrize("kind", KINDS)
# What can be differentiated: a batch norm has two forward rules.
RULES = pytest.mark.parametrize("rule", ["BatchNorm", "inference", "LayerNorm"])
# Batch norm needs two samples in training.
batch_sizes = st.integers(2, 6)


def normalised_by_loop(values, epsilon):
    """Return a list with its mean taken away and divided by the root of its variance + epsilon."""
    mean = math.fsum(values) / len(values)
    variance = math.fsum((value - mean) ** 2 for value in values) / len(values)
    return [(value - mean) / math.sqrt(variance + epsilon) for value in values]


def preactivation_by_loop(rule, norm, A):
    """Return Z from the definition of a norm."""
    if rule == "BatchNorm":
        normalised = np.array([normalised_by_loop(row, norm.epsilon) for row in A.tolist()])
    elif rule == "LayerNorm":
        normalised = np.array([normalised_by_loop(row, norm.epsilon) for row in A.T.tolist()]).T
    else:
        normalised = np.empty_like(A)
        for j, m in np.ndindex(A.shape):
            deviation = math.sqrt(norm.running_variance[j, 0] + norm.epsilon)
            normalised[j, m] = (A[j, m] - norm.running_mean[j, 0]) / deviation
    Z = np.empty_like(A)
    for j, m in np.ndindex(A.shape):
        Z[j, m] = norm.scale[j, 0] * normalised[j, m] + norm.shift[j, 0]
    return Z


# Forward


@RULES
@LAW
@given(sizes, batch_sizes, activations, st.floats(1e-3, 1), seeds)
def test_forward_is_the_definition(rule, size, n_samples, name, epsilon, seed):
    """Z is the definition, number by number, and A the activation of Z."""
    norm = make_norm(rule, size, seed, epsilon=epsilon, activation=name)
    (A,) = normal(seed + 1, (size, n_samples))
    Z, after = norm.forward(A)
    assert_close(Z, preactivation_by_loop(rule, norm, A))
    assert_close(after, activate(name, Z))


@pytest.mark.parametrize(("kind", "axis"), [("BatchNorm", 1), ("LayerNorm", 0)])
@LAW
@given(batch_sizes, batch_sizes, seeds)
def test_new_norm_gives_mean_0_and_variance_1(kind, axis, size, n_samples, seed):
    """With scale 1 and shift 0, rows or columns have mean 0, and variance v / (v + epsilon)."""
    (A,) = normal(seed, (size, n_samples))
    Z, _ = KINDS[kind].of_size(size).forward(A)
    variance = [np.var(values) for values in (A if axis else A.T)]
    assert_close(Z.mean(axis), np.zeros(A.shape[1 - axis]))
    assert_close(Z.var(axis), [v / (v + 1e-5) for v in variance], 1e-10)


@pytest.mark.parametrize(("kind", "axis"), [("BatchNorm", 1), ("LayerNorm", 0)])
@LAW
@given(sizes, batch_sizes, seeds)
def test_what_a_norm_does_not_see(kind, axis, size, n_samples, seed):
    """A number that is added to a whole row (or column, in a layer norm) changes nothing."""
    norm = make_norm(kind, size, seed)
    A, moved = normal(seed + 1, (size, n_samples), (size, 1) if axis else (1, n_samples))
    assert_close(norm.forward(A + moved)[0], norm.forward(A)[0])


@EACH
def test_constant_values_are_normalised_to_zero(kind):
    """Where all values are equal, Z is the shift, without a division by 0."""
    norm = make_norm(kind, 2, 0, epsilon=1e-5)
    Z, _ = norm.forward(np.full((2, 3), 7.0))
    assert np.array_equal(Z, np.repeat(norm.shift, 3, axis=1))


@LAW
@given(batch_sizes, batch_sizes, seeds)
def test_batch_norm_mixes_samples(size, n_samples, seed):
    """In training, a change of the first sample changes every other column of Z."""
    norm = make_norm("BatchNorm", size, seed)
    (A,) = normal(seed + 1, (size, n_samples))
    changed = A.copy()
    changed[:, 0] += 1
    difference = np.abs(norm.forward(changed)[0] - norm.forward(A)[0])
    assert (difference.max(axis=0) > 1e-9).all()


@pytest.mark.parametrize("rule", ["inference", "LayerNorm"])
@LAW
@given(sizes, sizes, seeds)
def test_other_norms_keep_samples_apart(rule, size, n_samples, seed):
    """In a layer norm and in inference, column m of Z is made from column m alone."""
    norm = make_norm(rule, size, seed)
    (A,) = normal(seed + 1, (size, n_samples))
    alone = [norm.forward(A[:, [m]])[0] for m in range(n_samples)]
    assert_close(norm.forward(A)[0], np.hstack(alone))


# Backward: the loss is a linear functional of Z, the sum of D times Z, so that D is its delta.


@RULES
@LAW
@given(sizes, batch_sizes, seeds)
def test_parameter_gradients_are_the_differences(rule, size, n_samples, seed):
    """The gradients of scale and shift are those of a linear functional of Z."""
    norm = make_norm(rule, size, seed)
    A, D = normal(seed + 1, *[(size, n_samples)] * 2)
    gradients = norm.parameter_gradients(D, A)
    assert list(gradients) == ["scale", "shift"]
    for name, value in norm.parameters.items():

        def functional(moved, name=name):
            return (D * norm.with_parameters(**{name: moved}).preactivate(A)).sum()

        assert_close(gradients[name], central_differences(functional, value), 1e-6)


@RULES
@LAW
@given(sizes, batch_sizes, seeds)
def test_pull_back_is_the_differences(rule, size, n_samples, seed):
    """The gradient of the input is that of a linear functional of Z, mean and deviation included.

    In training one sample moves the others' columns; these terms are part of the differences.
    """
    norm = make_norm(rule, size, seed)
    A, D = normal(seed + 1, *[(size, n_samples)] * 2)
    numeric = central_differences(lambda moved: (D * norm.preactivate(moved)).sum(), A)
    assert_close(norm.pull_back(D, A), numeric, 1e-6)


@pytest.mark.parametrize(("kind", "axis"), [("BatchNorm", 1), ("LayerNorm", 0)])
@LAW
@given(sizes, batch_sizes, seeds)
def test_pulled_back_gradient_sums_to_zero(kind, axis, size, n_samples, seed):
    """As a shift of a row (or column) has no effect, the gradient of the input sums to 0 there."""
    norm = make_norm(kind, size, seed)
    A, D = normal(seed + 1, *[(size, n_samples)] * 2)
    total = norm.pull_back(D, A).sum(axis)
    assert_close(total, np.zeros_like(total))


@LAW
@given(sizes, batch_sizes, st.integers(2, 3), seeds)
def test_repeating_the_batch_leaves_batch_norm(size, n_samples, times, seed):
    """The batch statistics are means: every sample several times gives the same columns."""
    norm = make_norm("BatchNorm", size, seed)
    (A,) = normal(seed + 1, (size, n_samples))
    Z = norm.forward(np.tile(A, times))[0]
    assert_close(Z, np.tile(norm.forward(A)[0], times))


@RULES
def test_nothing_is_modified(rule):
    """A norm works on read-only arrays, forward and back."""
    norm = make_norm(rule, 3, 0)
    A, D = normal(1, (3, 4), (3, 4))
    for array in [A, D, *(value for value in vars(norm).values() if isinstance(value, np.ndarray))]:
        array.flags.writeable = False
    norm.forward(A)
    norm.parameter_gradients(D, A)
    norm.pull_back(D, A)


@RULES
@pytest.mark.parametrize("epsilon", [1e-5, np.float64(1e-5)], ids=["float", "float64"])
def test_float32_gives_float32(rule, epsilon):
    """Float32 in gives float32 out, forward and back, whatever kind of number epsilon is."""
    norm = make_norm(rule, 3, 0, np.float32, epsilon)
    A, D = normal(1, (3, 4), (3, 4), dtype=np.float32)
    results = [*norm.forward(A), norm.pull_back(D, A), *norm.parameter_gradients(D, A).values()]
    assert {array.dtype.name for array in results} == {"float32"}


# Running means


@LAW
@given(sizes, batch_sizes, st.floats(0.01, 1), seeds)
def test_updated_takes_in_the_batch(size, n_samples, momentum, seed):
    """Running means move towards the batch mean and the unbiased variance, by the momentum."""
    norm = make_norm("BatchNorm", size, seed)
    (A,) = normal(seed + 1, (size, n_samples))
    mean, variance = np.empty((size, 1)), np.empty((size, 1))
    for j, row in enumerate(A.tolist()):
        batch_mean = math.fsum(row) / n_samples
        unbiased = math.fsum((a - batch_mean) ** 2 for a in row) / (n_samples - 1)
        mean[j] = norm.running_mean[j] + momentum * (batch_mean - norm.running_mean[j])
        variance[j] = norm.running_variance[j] + momentum * (unbiased - norm.running_variance[j])
    updated = norm.updated(A, momentum)
    assert_close(updated.running_mean, mean)
    assert_close(updated.running_variance, variance)


def test_updated_changes_nothing_else():
    """An update is a new norm with the same parameters; the old one stays as it was."""
    norm = make_norm("BatchNorm", 2, 0)
    before = norm.running_mean.copy()
    updated = norm.updated(*normal(1, (2, 5)))
    assert np.array_equal(norm.running_mean, before)
    kept = ("scale", "shift", "activation", "epsilon", "is_training")
    assert all(getattr(updated, name) is getattr(norm, name) for name in kept)


def test_momentum_is_a_tenth_unless_given():
    """A new batch has the weight 0.1."""
    (A,) = normal(1, (2, 5))
    norm = make_norm("BatchNorm", 2, 0)
    assert np.array_equal(norm.updated(A).running_mean, norm.updated(A, 0.1).running_mean)


@pytest.mark.parametrize("momentum", [0.5, np.float64(0.5), 1], ids=["float", "float64", "int"])
def test_updated_keeps_float32(momentum):
    """Float32 running means stay float32, whatever kind of number the momentum is."""
    norm = make_norm("BatchNorm", 2, 0, np.float32).updated(
        *normal(1, (2, 5), dtype=np.float32), momentum
    )
    assert (norm.running_mean.dtype, norm.running_variance.dtype) == (np.float32, np.float32)


def test_running_means_find_the_statistics():
    """After many batches of momentum 0.1, inference normalises by the mean 3 and deviation 2."""
    rng = np.random.default_rng(0)
    norm = BatchNorm.of_size(1)
    for _ in range(200):
        norm = norm.updated(3 + 2 * rng.standard_normal((1, 1000)))
    Z, _ = replace(norm, is_training=False).forward(np.array([[3.0, 5.0, -1.0]]))
    assert np.abs(Z - [[0, 1, -2]]).max() < 0.05


def test_one_sample_is_enough_for_inference():
    """Running means need no batch."""
    assert make_norm("inference", 2, 0).forward(np.ones((2, 1)))[0].shape == (2, 1)


# Making one


@EACH
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_new_norm_has_scale_1_and_shift_0(kind, dtype):
    """A new norm has scale 1, shift 0, epsilon 1e-5 and the dtype that was asked for."""
    norm = KINDS[kind].of_size(np.int64(3), "relu", dtype)
    assert [array.tolist() for array in norm.parameters.values()] == [[[1.0]] * 3, [[0.0]] * 3]
    assert {array.dtype for array in norm.parameters.values()} == {np.dtype(dtype)}
    assert (norm.dtype, norm.epsilon, norm.activation.name) == (dtype, 1e-5, "relu")


def test_new_batch_norm_has_mean_0_and_variance_1():
    """A new batch norm is in training, and inference would leave the input almost as it is."""
    norm = BatchNorm.of_size(2, dtype=np.float32)
    assert norm.is_training is True
    assert (norm.running_mean.tolist(), norm.running_variance.tolist()) == ([[0], [0]], [[1], [1]])
    assert (norm.running_mean.dtype, norm.running_variance.dtype) == (np.float32, np.float32)


@EACH
def test_sizes_before_and_after_are_equal(kind):
    """A norm has as many neurons as the layer before."""
    norm = KINDS[kind].of_size(3)
    assert (norm.n_in, norm.n_out) == (3, 3)


@RULES
def test_with_parameters_keeps_the_rest(rule):
    """Other parameters leave the activation, epsilon, running means and mode."""
    norm = make_norm(rule, 2, 0)
    changed = norm.with_parameters(scale=np.ones((2, 1)))
    assert changed.scale.tolist() == [[1.0], [1.0]]
    assert all(
        value is vars(norm)[name] for name, value in vars(changed).items() if name != "scale"
    )


@EACH
def test_repr_names_kind_size_and_activation(kind):
    """A norm prints its kind, its number of neurons and its activation."""
    assert repr(KINDS[kind].of_size(3, "relu")) == f"{kind}(3, relu)"


@EACH
def test_norm_is_frozen(kind):
    """The arrays of a norm cannot be exchanged."""
    with pytest.raises(AttributeError, match=r"^cannot assign to field 'scale'$"):
        KINDS[kind].of_size(2).scale = np.ones((2, 1))


# What is refused


@EACH
@pytest.mark.parametrize("argument", ["scale", "shift"])
@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_parameter_is_refused(kind, argument, spoil, error, rule):
    """A wrong array is refused by name."""
    arguments = {"scale": np.ones((2, 1)), "shift": np.ones((2, 1))}
    arguments[argument] = spoil(arguments[argument])
    with pytest.raises(error, match=exactly(f"{kind}: {argument} {rule}")):
        KINDS[kind](**arguments)


@pytest.mark.parametrize("argument", ["running_mean", "running_variance"])
@pytest.mark.parametrize(
    ("spoil", "error", "rule"), [case for case in WRONG_ARRAYS if case.id != "None"]
)
def test_running_mean_is_refused(argument, spoil, error, rule):
    """A wrong array is refused by name; None stands for the default."""
    with pytest.raises(error, match=exactly(f"BatchNorm: {argument} {rule}")):
        BatchNorm(np.ones((2, 1)), np.ones((2, 1)), **{argument: spoil(np.ones((2, 1)))})


@EACH
@pytest.mark.parametrize("shape", [(2,), (1, 2), (2, 2), ()])
def test_scale_that_is_no_column_is_refused(kind, shape):
    """The scale is a column."""
    text = f"{kind}: scale must have shape (N_l, 1), got {shape}"
    with pytest.raises(ValueError, match=exactly(text)):
        KINDS[kind](np.ones(shape), np.ones((2, 1)))


@EACH
@pytest.mark.parametrize("shape", [(2,), (1, 2), (1, 1), (2, 2), ()])
def test_shift_of_another_shape_is_refused(kind, shape):
    """The shift is a column with a row for each neuron; no other shape is broadcast."""
    text = f"{kind}: shift must have shape (2, 1), got {shape}"
    with pytest.raises(ValueError, match=exactly(text)):
        KINDS[kind](np.ones((2, 1)), np.ones(shape))


@pytest.mark.parametrize("argument", ["running_mean", "running_variance"])
@pytest.mark.parametrize("shape", [(2,), (1, 2), (1, 1)])
def test_running_mean_of_another_shape_is_refused(argument, shape):
    """Running means are columns with a row for each neuron."""
    text = f"BatchNorm: {argument} must have shape (2, 1), got {shape}"
    with pytest.raises(ValueError, match=exactly(text)):
        BatchNorm(np.ones((2, 1)), np.ones((2, 1)), **{argument: np.ones(shape)})


@pytest.mark.parametrize("argument", ["shift", "running_mean", "running_variance"])
def test_arrays_of_two_dtypes_are_refused(argument):
    """All arrays of a norm have one dtype."""
    arrays = {"scale": np.ones((2, 1)), "shift": np.ones((2, 1))}
    text = f"BatchNorm: {argument} must have the dtype of scale, float64, got float32"
    with pytest.raises(TypeError, match=exactly(text)):
        BatchNorm(**arrays | {argument: np.ones((2, 1), np.float32)})


def test_negative_variance_is_refused():
    """A variance is not negative; the error names the worst."""
    text = "BatchNorm: running_variance must not be negative, got -2.0"
    with pytest.raises(ValueError, match=exactly(text)):
        BatchNorm(*normal(0, (2, 1), (2, 1)), running_variance=np.array([[1.0], [-2.0]]))


@EACH
@pytest.mark.parametrize(
    ("epsilon", "error", "rule"),
    [
        ("1e-5", TypeError, "must be a number, got str"),
        (None, TypeError, "must be a number, got None"),
        (True, TypeError, "must be a number, got bool"),
        (0, ValueError, "must be positive and finite, got 0"),
        (-0.5, ValueError, "must be positive and finite, got -0.5"),
        (np.inf, ValueError, "must be positive and finite, got inf"),
        (np.nan, ValueError, "must be positive and finite, got nan"),
    ],
)
def test_epsilon_is_refused(kind, epsilon, error, rule):
    """Epsilon is a positive number."""
    with pytest.raises(error, match=exactly(f"{kind}: epsilon {rule}")):
        KINDS[kind](np.ones((2, 1)), np.ones((2, 1)), epsilon=epsilon)


@EACH
def test_unknown_activation_is_refused(kind):
    """An unknown name is refused with the list of names, by whichever was called."""
    text = f"{kind}: activation must be one of {NAMES}, got 'gelu'"
    with pytest.raises(ValueError, match=exactly(text)):
        KINDS[kind](np.ones((2, 1)), np.ones((2, 1)), "gelu")
    text = f"{kind}.of_size: activation must be one of {NAMES}, got 'gelu'"
    with pytest.raises(ValueError, match=exactly(text)):
        KINDS[kind].of_size(2, "gelu")


@EACH
@pytest.mark.parametrize(
    ("size", "error", "rule"),
    [
        (2.0, TypeError, "must be an integer, got 2.0"),
        (True, TypeError, "must be an integer, got True"),
        (0, ValueError, "must be at least 1, got 0"),
    ],
)
def test_size_is_refused(kind, size, error, rule):
    """A size is an integer, at least 1."""
    with pytest.raises(error, match=exactly(f"{kind}.of_size: size {rule}")):
        KINDS[kind].of_size(size)


@EACH
@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_input_is_refused(kind, spoil, error, rule):
    """A wrong array is refused by name."""
    with pytest.raises(error, match=exactly(f"{kind}.forward: activation_prev {rule}")):
        KINDS[kind].of_size(3).forward(spoil(np.ones((3, 4))))


@EACH
def test_input_of_another_dtype_is_refused(kind):
    """The batch has the dtype of the norm."""
    text = f"{kind}.forward: activation_prev must have the dtype of scale, float64, got float32"
    with pytest.raises(TypeError, match=exactly(text)):
        KINDS[kind].of_size(3).forward(np.ones((3, 4), np.float32))


@EACH
@LAW
@given(any_shapes)
def test_input_is_never_broadcast(kind, shape):
    """A batch has a row for each neuron, and in batch norm two columns, or is refused."""
    norm = KINDS[kind].of_size(3)
    if len(shape) == 2 and shape[0] == 3 and shape[1] > (kind == "BatchNorm"):
        assert norm.forward(np.ones(shape))[0].shape == shape
    else:
        with pytest.raises(ValueError, match=rf"^{kind}[.\w]*: activation_prev must have "):
            norm.forward(np.ones(shape))


def test_one_sample_in_training_is_refused():
    """One sample has no spread: batch norm in training refuses it, forward and back."""
    text = "BatchNorm: activation_prev must have at least 2 samples in training, got 1"
    norm, A = BatchNorm.of_size(2), np.ones((2, 1))
    with pytest.raises(ValueError, match=exactly(text)):
        norm.forward(A)
    with pytest.raises(ValueError, match=exactly(text)):
        norm.pull_back(A, A)


@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_updated_refuses(spoil, error, rule):
    """A wrong array is refused by name."""
    with pytest.raises(error, match=exactly(f"BatchNorm.updated: activation_prev {rule}")):
        BatchNorm.of_size(3).updated(spoil(np.ones((3, 4))))


@pytest.mark.parametrize(
    ("batch", "error", "rule"),
    [
        (np.ones((2, 4)), ValueError, "must have shape (3, M), got (2, 4)"),
        (np.ones((3, 1)), ValueError, "must have at least 2 samples, got 1"),
        (
            np.ones((3, 4), np.float32),
            TypeError,
            "must have the dtype of scale, float64, got float32",
        ),
    ],
    ids=["shape", "one sample", "dtype"],
)
def test_updated_refuses_a_batch(batch, error, rule):
    """The batch fits the norm and has two samples."""
    with pytest.raises(error, match=exactly(f"BatchNorm.updated: activation_prev {rule}")):
        BatchNorm.of_size(3).updated(batch)


@pytest.mark.parametrize(
    ("momentum", "error", "rule"),
    [
        ("0.1", TypeError, "must be a number, got str"),
        (None, TypeError, "must be a number, got None"),
        (0, ValueError, "must be positive and finite, got 0"),
        (-0.1, ValueError, "must be positive and finite, got -0.1"),
        (1.5, ValueError, "must lie in (0, 1], got 1.5"),
        (np.nan, ValueError, "must be positive and finite, got nan"),
    ],
)
def test_momentum_is_refused(momentum, error, rule):
    """A momentum lies in (0, 1]."""
    with pytest.raises(error, match=exactly(f"BatchNorm.updated: momentum {rule}")):
        BatchNorm.of_size(3).updated(np.ones((3, 4)), momentum)
