"""What a verdict tells: shapes, the worst entry, the named mistake, the place."""

import numpy as np
import pytest

from bpdocs.equations import check
from bpdocs.equations.networks.graph import differentiate
from bpdocs.equations.networks.models import MODELS, find_model, networks

BP1 = r"\Delta^{L} = \frac{\partial C}{\partial A^{L}} \odot (\sigma^{L})'(Z^{L})"

MISTAKES = [
    (r"\Delta^{l} = (W^{l+1} \Delta^{l+1}) \odot (\sigma^{l})'(Z^{l})", "transpose"),
    (r"\frac{\partial C}{\partial W^{l}} = (\Delta^{l})^T A^{l-1}", "transpose"),
    (r"\frac{\partial C}{\partial W^{l}} = (A^{l-1})^T \Delta^{l}", "order"),
    (r"\Delta^{L} = (A^{L} - Y) \odot (\sigma^{L})'(Z^{L})", "1/M missing"),
    (r"\frac{\partial C}{\partial W^{l}} = \frac{1}{M} \Delta^{l} (A^{l-1})^T", "1/M twice"),
    (
        r"\frac{\partial C}{\partial b^{l}} = \frac{1}{M} \Delta^{l} \mathbf{1}_{M}",
        "a mean for a sum",
    ),
    (r"\Delta^{l} = \frac{\partial C}{\partial A^{l}} \odot (\sigma^{L})'(Z^{l})", "wrong layer"),
    (r"\Delta^{l} = (W^{l+1})^T \Delta^{l+1}", "σ′ missing"),
    (r"\Delta^{L}_{j,m} = \frac{\partial C}{\partial A^{L}_{j,m}}", "σ′ missing"),
    (r"\Delta^{L} = \frac{1}{M}(Y - A^{L}) \odot (\sigma^{L})'(Z^{L})", "sign"),
    (
        r"\frac{\partial C}{\partial W^{l}_{j,i}} = \sum_{i} \Delta^{l}_{j,m} A^{l-1}_{i,m}",
        "sum over the wrong index",
    ),
    (r"Z^{l} = W^{l} \odot A^{l-1} + b^{l} \mathbf{1}_{M}^T", "⊙ for a matrix product"),
    (
        r"\Delta^{L} = \frac{\partial C}{\partial A^{L}} (\sigma^{L})'(Z^{L})",
        "matrix product for ⊙",
    ),
    (r"\Delta^{L} = \frac{1}{M^2} (A^{L} - Y) \odot (\sigma^{L})'(Z^{L})", "1/M twice"),
    (r"\frac{1}{M} \Delta^{L} = \frac{\partial C}{\partial Z^{L}}", "1/M missing"),
    (r"\frac{\partial C}{\partial b^{l}} = \Delta^{l}", "sum over the samples missing"),
    (
        r"\Delta^{l}_{j,m} = (\sigma^{l})'(Z^{l}_{j,m}) \sum_{k} W^{l+1}_{j,k} \Delta^{l+1}_{k,m}",
        "indices in the wrong order; true is",
    ),
]


@pytest.mark.parametrize(("latex", "name"), MISTAKES)
def test_mistake_is_named(latex, name):
    """The change that would make a false equation true has its name in the sentence."""
    verdict = check(latex)
    assert verdict.status == "fails"
    assert name in verdict.mistake
    assert verdict.mistake in verdict.sentence


def test_correction_is_on_the_right_side():
    """Where either side could be changed, the correction leaves what is derived alone."""
    verdict = check(r"\Delta^{L} = \frac{1}{M} (Y - A^{L}) \odot (\sigma^{L})'(Z^{L})")
    assert r"true is \bm{\Delta}^{L} = - \frac{1}{M}" in verdict.mistake


def test_correction_is_not_empty():
    """A derivative that is zero because nothing depends is no correction of a false zero."""
    assert check(r"\frac{\partial Z^{l+1}_{k,n}}{\partial Z^{l}_{j,m}} = 0").mistake == ""


def test_step_has_its_closing_brackets():
    """The LaTeX of a step is whole, brackets included."""
    steps = check(r"A^{0} = X, \quad Y = 2 \left( A^{L} - Y \right)").steps
    assert steps[1].latex == r"Y = 2 \left( A^{L} - Y \right)"


def test_softmax_mistake_is_named():
    """The entry-by-entry product with softmax is named as such."""
    verdict = check(BP1, "softmax")
    assert verdict.mistake.startswith("⊙ with softmax")


def test_mistake_without_a_name_has_none():
    """A false equation that no single change puts right gets no invented name."""
    assert check(r"\bm{Z}^{l} = 3 \bm{Z}^{l} + 5 \bm{A}^{l}").mistake == ""


def test_worst_entry_has_both_numbers():
    """Where the sides differ most is told with both values."""
    verdict = check(r"\bm{A}^{0} = 2 \bm{X}")
    where, left, right = verdict.worst
    assert "entry" in where
    assert right == pytest.approx(2 * left)


def test_shapes_are_in_letters():
    """Shapes of both sides are told in letters, also where they disagree."""
    verdict = check(r"\bm{W}^{l} = (\bm{W}^{l})^\mathsf{T}", explain=False)
    assert (verdict.left_shape, verdict.right_shape) == ("N_l × N_{l-1}", "N_{l-1} × N_l")


def test_place_is_that_of_the_symbol():
    """An unreadable display tells where."""
    latex = r"\bm{Z}^{l} = \bm{Q}^{l}"
    verdict = check(latex)
    assert verdict.status == "unreadable"
    assert latex[verdict.place] == "Q"


def test_steps_are_told_one_by_one():
    """A chain has a verdict for each of its steps."""
    verdict = check(r"\bm{X} = \bm{A}^{0} = 2 \bm{A}^{0}")
    assert [step.status for step in verdict.steps] == ["holds", "fails"]
    assert verdict.steps[1].latex.startswith(r"\bm{A}^{0} = 2")


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("Dense", "dense"),
        ("dense columns", "dense"),
        ("dense-rows", "rows"),
        ("single", "single_sample"),
        ("BatchNorm", "batch_norm"),
        ("layer norm", "layer_norm"),
        ("training step", "training"),
    ],
)
def test_model_is_known_by_its_spellings(spelling, name):
    """A model is found as people write its name."""
    assert find_model(spelling) is MODELS[name]


def test_unknown_model_is_an_error():
    """A model that does not exist is a ValueError that lists them."""
    with pytest.raises(ValueError, match=r"model must be one of dense, .* got 'dens'"):
        check(r"\bm{X} = \bm{X}", "dens")


@pytest.mark.parametrize("model", MODELS)
def test_networks_have_different_sizes(model):
    """Layers, samples: no two lengths are equal, but around a norm, which keeps the size."""
    for layout in MODELS[model].layouts:
        for graph in networks(MODELS[model], layout, is_same=False):
            assert graph.n_layers >= 3
            sizes = [n for at, n in enumerate(graph.sizes) if at == 0 or n != graph.sizes[at - 1]]
            lengths = [*sizes, graph.n_samples]
            assert len(set(lengths)) == len(lengths)
            assert len({id(sigma) for sigma in graph.activations.values()}) == graph.n_layers


@pytest.mark.parametrize("model", ["dense", "softmax"])
def test_graph_is_not_back_propagation(model):
    """Derivatives by complex step agree with central differences of the forward pass alone."""
    graph = networks(MODELS[model], "", is_same=False)[0]
    key, h = ("W", 2), 1e-6
    exact = graph.gradient(("C", 0), key)
    for entry in np.ndindex(exact.shape):
        move = np.zeros(exact.shape)
        move[entry] = h
        above, below = (graph.moved({key: s * move})["C", 0] for s in (1, -1))
        assert exact[entry] == pytest.approx((above - below) / (2 * h), abs=1e-8)


def test_slope_of_a_moved_point_is_the_second_derivative():
    """The derivative of sigma' along a complex step is sigma''."""
    z = np.array([0.3, -1.2])
    found = differentiate(np.tanh, z + 1e-40j)
    a = np.tanh(z)
    assert np.allclose(found.real, 1 - a**2, atol=1e-14)
    assert np.allclose(found.imag / 1e-40, -2 * a * (1 - a**2), atol=1e-10)


def test_reader_may_choose_the_sizes():
    """On a square network a wrong transpose keeps its shape, and numbers still tell."""
    latex = r"\bm{\Delta}^{l} = (\bm{W}^{l+1} \bm{\Delta}^{l+1}) \odot (\sigma^{l})'(\bm{Z}^{l})"
    verdict = check(latex, sizes=(3, 3, 3), n_samples=3, explain=False)
    assert verdict.status == "fails"
    assert verdict.worst is not None


@pytest.mark.parametrize(
    ("sizes", "n_samples", "words"),
    [
        ((3,), 2, "must name 1 to 6 layers"),
        ((3, 0), 2, "between 1 and 20"),
        ((3, 2), 99, "between 1 and 20"),
    ],
)
def test_sizes_are_those_of_a_small_network(sizes, n_samples, words):
    """Sizes that would be slow, or are none, are refused with the rule."""
    with pytest.raises(ValueError, match=words):
        check(r"\bm{X} = \bm{X}", sizes=sizes, n_samples=n_samples)


def test_range_that_counts_down_may_be_empty():
    """From L-1 down to 1 there is no layer where L is 1; the range is not turned round."""
    latex = r"\bm{Z}^{l+1} = 2 \bm{Z}^{l+1} \quad l = L-1, \dots, 1"
    verdict = check(latex, sizes=(3, 2), explain=False)
    assert verdict.sentence == "there is no layer or index for which this says anything"
