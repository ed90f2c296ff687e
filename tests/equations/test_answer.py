"""What Check on a page gets to know."""

import json

from bpdocs.equations.answer import answer

BIAS = r"\frac{\partial C}{\partial \bm{b}^{l}} = \bm{\Delta}^{l} \mathbf{1}_{M}"


def ask(latex, model="dense", earlier=(), sizes=(3, 5, 4, 2), n_samples=6):
    """Return the answer as a mapping."""
    return json.loads(answer(latex, model, list(earlier), list(sizes), n_samples))


def test_answer_counts_what_was_compared():
    """Every entry of every layer is compared: here the biases of three layers."""
    told = ask(BIAS)
    assert told["status"] == "holds"
    assert [(step["shape"], step["numbers"]) for step in told["steps"]] == [("N_l × 1", 5 + 4 + 2)]


def test_sizes_are_the_readers():
    """The network has the sizes that were chosen."""
    assert ask(BIAS, sizes=(2, 7, 3), n_samples=1)["steps"][0]["numbers"] == 7 + 3


def test_false_equation_is_told():
    """A false equation has its sentence."""
    told = ask(BIAS.replace(r"\bm{\Delta}", r"\frac{1}{M} \bm{\Delta}"))
    assert told["status"] == "fails"
    assert "a mean for a sum" in told["sentence"]


def test_earlier_displays_define():
    """Names that the page defined above are known."""
    first = r"\bm{G}^{l} := (\bm{W}^{l})^\mathsf{T} \bm{\Delta}^{l}"
    second = r"\frac{\partial C}{\partial \bm{A}^{l}} = \bm{G}^{l+1}"
    assert ask(second)["status"] == "unreadable"
    assert ask(second, earlier=[first])["status"] == "holds"


def test_bad_sizes_are_refused():
    """Sizes that are no network, or a large one, are refused with a sentence."""
    for sizes, n_samples in (((), 3), ((3,), 3), ((3, 0, 2), 3), ((3, 2), 0), ((9999, 2), 3)):
        told = ask(BIAS, sizes=sizes, n_samples=n_samples)
        assert told["status"] == "refused"
        assert told["sentence"]


def test_unknown_model_is_refused():
    """A model that is not there is told, not raised."""
    assert ask(BIAS, model="convolution")["status"] == "refused"


NEXT = (
    r"\bm{\Delta}^{l} = (\bm{W}^{l+1})^\mathsf{T} \bm{\Delta}^{l+1} \odot (\sigma^{l})'(\bm{Z}^{l})"
)


def test_sizes_without_such_a_layer_are_told():
    """Of one layer, an equation about the next one says nothing; it is not false."""
    told = ask(NEXT, sizes=(3, 2))
    assert told["status"] == "empty"
    assert [step["status"] for step in told["steps"]] == ["empty"]


def test_part_that_says_nothing_is_told():
    """Where one step of several says nothing, the others are still checked."""
    told = ask(rf"{BIAS} \\ {NEXT}", sizes=(3, 2))
    assert told["status"] == "empty"
    assert [step["status"] for step in told["steps"]] == ["holds", "empty"]


def test_sizes_with_too_many_indices_are_told():
    """Where comparing would take too much memory, the sizes are to blame, not the equation."""
    latex = r"\frac{\partial (W^{l}_{j,i} A^{l-1}_{i,m})}{\partial W^{l}_{j,i}} = A^{l-1}_{i,m}"
    assert ask(latex)["status"] == "holds"
    assert ask(latex, sizes=(20, 20), n_samples=20)["status"] == "large"


def test_shape_of_numbers_is_left_empty():
    """The page says in its own words that both sides are numbers."""
    latex = r"C = \frac{1}{2M} \lVert \bm{A}^{L} - \bm{Y} \rVert_F^2"
    assert [(step["shape"], step["numbers"]) for step in ask(latex)["steps"]] == [("", 1)]
