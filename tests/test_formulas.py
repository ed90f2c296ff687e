"""The four formulas against sums written out element by element, and against their own algebra."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bpdocs import (
    Activation,
    bias_gradient,
    output_delta,
    propagate_delta,
    weight_gradient,
)
from bpdocs.activations import ACTIVATIONS
from strategies import (
    FUZZ,
    LAW,
    WRONG_ARRAYS,
    activate,
    activations,
    any_shapes,
    assert_close,
    exactly,
    normal,
    pull,
    seeds,
    sizes,
)

# Shapes that fit: 3 neurons before, 2 in the next layer, 4 samples.
FORMULAS = {
    "output_delta": (output_delta, {"loss_gradient": (3, 4), "preactivation": (3, 4)}),
    "propagate_delta": (
        propagate_delta,
        {"weight_next": (2, 3), "delta_next": (2, 4), "preactivation": (3, 4)},
    ),
    "weight_gradient": (weight_gradient, {"delta": (2, 4), "activation_prev": (3, 4)}),
    "bias_gradient": (bias_gradient, {"delta": (2, 4)}),
}
EACH = pytest.mark.parametrize("formula", FORMULAS)
NAMES = ", ".join(sorted(ACTIVATIONS))
EACH_ARGUMENT = pytest.mark.parametrize(
    ("formula", "argument"), [(name, a) for name, (_, shapes) in FORMULAS.items() for a in shapes]
)


def call(formula, arrays):
    """Call a formula with these arrays, with tanh where it takes an activation."""
    function, shapes = FORMULAS[formula]
    return function(**arrays, **({"activation": "tanh"} if "preactivation" in shapes else {}))


def arrays_for(formula, dtype=np.float64):
    """Return arrays that fit a formula."""
    _, shapes = FORMULAS[formula]
    return dict(zip(shapes, normal(0, *shapes.values(), dtype=dtype), strict=True))


@LAW
@given(sizes, sizes, activations, seeds)
def test_output_delta_is_the_chain_rule(n_out, n_samples, name, seed):
    """The output error is the loss gradient taken through the activation by a complex step."""
    G, Z = normal(seed, (n_out, n_samples), (n_out, n_samples))
    assert_close(output_delta(G, Z, name), pull(name, Z, G))


@LAW
@given(sizes, sizes, sizes, activations, seeds)
def test_propagate_delta_is_the_chain_rule(n_next, n_out, n_samples, name, seed):
    """The error is a sum over the neurons k of the next layer, taken through the activation."""
    W, D, Z = normal(seed, (n_next, n_out), (n_next, n_samples), (n_out, n_samples))
    dA = np.empty_like(Z)
    for j, m in np.ndindex(Z.shape):
        dA[j, m] = math.fsum(W[k, j] * D[k, m] for k in range(n_next))
    assert_close(propagate_delta(W, D, Z, name), pull(name, Z, dA))


@LAW
@given(sizes, sizes, sizes, activations, seeds)
def test_propagate_delta_keeps_samples_apart(n_next, n_out, n_samples, name, seed):
    """Column m of the error is made from column m alone."""
    W, D, Z = normal(seed, (n_next, n_out), (n_next, n_samples), (n_out, n_samples))
    alone = [propagate_delta(W, D[:, [m]], Z[:, [m]], name) for m in range(n_samples)]
    assert_close(propagate_delta(W, D, Z, name), np.hstack(alone))


@LAW
@given(sizes, sizes, sizes, activations, seeds)
def test_propagate_delta_is_the_adjoint(n_next, n_out, n_samples, name, seed):
    """The error of a layer pairs with dZ as the next error pairs with the dZ that it causes."""
    W, D, Z, dZ = normal(
        seed, (n_next, n_out), (n_next, n_samples), (n_out, n_samples), (n_out, n_samples)
    )
    dA = (activate(name, Z + 1e-30j * dZ, "imag")) / 1e-30
    here = (propagate_delta(W, D, Z, name) * dZ).sum()
    assert_close(np.asarray(here), (D * (W @ dA)).sum())


@LAW
@given(sizes, sizes, sizes, seeds)
def test_weight_gradient_is_a_sum_of_outer_products(n_out, n_in, n_samples, seed):
    """The weight gradient is the sum over the samples of error times activation."""
    D, A = normal(seed, (n_out, n_samples), (n_in, n_samples))
    assert_close(weight_gradient(D, A), sum(np.outer(D[:, m], A[:, m]) for m in range(n_samples)))


@LAW
@given(sizes, sizes, seeds)
def test_bias_gradient_is_a_sum_over_samples(n_out, n_samples, seed):
    """The bias gradient is the column of the sums of the error over the samples."""
    (D,) = normal(seed, (n_out, n_samples))
    assert_close(bias_gradient(D), [[math.fsum(row)] for row in D])


@LAW
@given(sizes, sizes, seeds)
def test_bias_is_a_weight_of_an_input_that_is_1(n_out, n_samples, seed):
    """The bias gradient is the weight gradient for an input that is always 1."""
    (D,) = normal(seed, (n_out, n_samples))
    assert_close(bias_gradient(D), weight_gradient(D, np.ones((1, n_samples))))


@pytest.mark.parametrize("formula", ["output_delta", "propagate_delta"])
def test_activation_may_be_the_reader_s_own(formula):
    """An Activation is taken as well as a name."""
    function, _ = FORMULAS[formula]
    arrays = arrays_for(formula)
    zero = Activation("zero", np.zeros_like, np.zeros_like)
    assert not function(**arrays, activation=zero).any()


@EACH
def test_float32_gives_float32(formula):
    """Float32 in gives float32 out."""
    assert call(formula, arrays_for(formula, np.float32)).dtype == np.float32


@EACH
def test_arguments_are_not_modified(formula):
    """A formula works on read-only arrays."""
    arrays = arrays_for(formula)
    for array in arrays.values():
        array.flags.writeable = False
    call(formula, arrays)


@EACH
def test_layout_in_memory_does_not_matter(formula):
    """Views with other strides give the same numbers."""
    arrays = arrays_for(formula)
    views = {name: np.repeat(array, 2, axis=1)[:, ::2] for name, array in arrays.items()}
    assert_close(call(formula, views), call(formula, arrays))


@EACH_ARGUMENT
@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_array_is_refused(formula, argument, spoil, error, rule):
    """A wrong array is refused by name."""
    arrays = arrays_for(formula)
    arrays[argument] = spoil(arrays[argument])
    with pytest.raises(error, match=exactly(f"{formula}: {argument} {rule}")):
        call(formula, arrays)


@pytest.mark.parametrize(
    ("formula", "argument", "shape", "rule"),
    [
        ("output_delta", "loss_gradient", (3,), "(N_L, M)"),
        ("output_delta", "preactivation", (3, 1), "(3, 4)"),
        ("propagate_delta", "delta_next", (2,), "(N_next, M)"),
        ("propagate_delta", "weight_next", (3, 2), "(2, N_l)"),
        ("propagate_delta", "preactivation", (3, 1), "(3, 4)"),
        ("weight_gradient", "delta", (2, 4, 1), "(N_l, M)"),
        ("weight_gradient", "activation_prev", (4, 3), "(N_prev, 4)"),
        ("bias_gradient", "delta", (2,), "(N_l, M)"),
    ],
)
def test_wrong_shape_is_named(formula, argument, shape, rule):
    """A wrong shape is refused with the rule and the shape that was given."""
    arrays = arrays_for(formula) | {argument: np.ones(shape)}
    text = f"{formula}: {argument} must have shape {rule}, got {shape}"
    with pytest.raises(ValueError, match=exactly(text)):
        call(formula, arrays)


@pytest.mark.parametrize(
    ("formula", "place"),
    [
        ("output_delta", "loss_gradient must have shape (N_L, M)"),
        ("propagate_delta", "delta_next must have shape (N_next, M)"),
        ("weight_gradient", "delta must have shape (N_l, M)"),
        ("bias_gradient", "delta must have shape (N_l, M)"),
    ],
)
def test_empty_batch_is_refused(formula, place):
    """A batch without samples is refused."""
    arrays = {name: np.ones((2, 0)) for name in FORMULAS[formula][1]}
    text = f"{formula}: {place} with every size at least 1, got (2, 0)"
    with pytest.raises(ValueError, match=exactly(text)):
        call(formula, arrays)


@pytest.mark.parametrize(
    ("formula", "argument", "first"),
    [
        ("output_delta", "preactivation", "loss_gradient"),
        ("propagate_delta", "weight_next", "delta_next"),
        ("propagate_delta", "preactivation", "delta_next"),
        ("weight_gradient", "activation_prev", "delta"),
    ],
)
def test_mixed_dtypes_are_refused(formula, argument, first):
    """All arrays of a call have one dtype."""
    arrays = arrays_for(formula)
    arrays[argument] = arrays[argument].astype(np.float32)
    text = f"{formula}: {argument} must have the dtype of {first}, float64, got float32"
    with pytest.raises(TypeError, match=exactly(text)):
        call(formula, arrays)


@pytest.mark.parametrize("formula", ["output_delta", "propagate_delta"])
def test_unknown_activation_is_refused(formula):
    """An unknown name is refused by the formula that was called."""
    function, _ = FORMULAS[formula]
    text = f"{formula}: activation must be one of {NAMES}, got 'gelu'"
    with pytest.raises(ValueError, match=exactly(text)):
        function(**arrays_for(formula), activation="gelu")


@st.composite
def almost_fitting(draw, *letters):
    """Draw one shape for each pair of letters: that of the formula, or any other."""
    size = {letter: draw(st.integers(1, 3)) for letter in "JKM"}
    fitting = [tuple(size[letter] for letter in pair) for pair in letters]
    return [draw(st.one_of(st.just(shape), any_shapes)) for shape in fitting]


def fuzz(formula, result, *shapes):
    """Call with arrays of ones: the result has shape `result`, or, if that is None, is refused."""
    arrays = dict(zip(FORMULAS[formula][1], map(np.ones, shapes), strict=True))
    if result is not None and 0 not in sum(shapes, ()):
        assert call(formula, arrays).shape == result
    else:
        with pytest.raises(ValueError, match=rf"^{formula}: \w+ must have shape \("):
            call(formula, arrays)


@FUZZ
@given(almost_fitting("JM", "JM"))
def test_output_delta_never_broadcasts(shapes):
    """The output error is refused unless both shapes are the same matrix shape."""
    G, Z = shapes
    fuzz("output_delta", G if len(G) == 2 and G == Z else None, *shapes)


@FUZZ
@given(almost_fitting("KJ", "KM", "JM"))
def test_propagate_delta_never_broadcasts(shapes):
    """The error is refused unless the three shapes are (K, J), (K, M) and (J, M)."""
    W, D, Z = shapes
    fits = len(W) == len(D) == len(Z) == 2 and (W[0], W[1], D[1]) == (D[0], Z[0], Z[1])
    fuzz("propagate_delta", Z if fits else None, *shapes)


@FUZZ
@given(almost_fitting("KM", "JM"))
def test_weight_gradient_never_broadcasts(shapes):
    """The weight gradient is refused unless both matrices have as many columns."""
    D, A = shapes
    fits = len(D) == len(A) == 2 and D[1] == A[1]
    fuzz("weight_gradient", (D[0], A[0]) if fits else None, *shapes)


@FUZZ
@given(almost_fitting("JM"))
def test_bias_gradient_never_broadcasts(shapes):
    """The bias gradient is refused unless the error is a matrix."""
    (D,) = shapes
    fuzz("bias_gradient", (D[0], 1) if len(D) == 2 else None, D)
