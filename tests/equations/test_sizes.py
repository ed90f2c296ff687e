"""Sizes that a reader chooses: lengths that are equal by chance change no verdict."""

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpdocs.equations import check
from bpdocs.equations.answer import answer
from bpdocs.equations.networks.models import MAX_LAYERS, MAX_SIZE
from bpdocs.equations.pages import check_folder
from corpus import ENTRIES
from repository import ROOT

# Each once: the languages share them.
EQUATIONS = [
    *{(e.latex, e.model, e.earlier): e for e in check_folder(ROOT / "docs")}.values(),
]
TRUE = [entry for entry in ENTRIES if entry.status == "holds"]
# Sizes and M; of lengths that are equal, or 1, none may be taken for another.
ALIKE = [
    ((1, 1, 1), 1),
    ((1, 5, 1, 5), 7),
    ((2, 1, 1, 2, 2, 1), 1),
    ((3, 3, 3), 3),
]
HOSTILE = [
    *ALIKE,
    ((1, 1), 1),
    ((1, 3), 1),
    ((3, 1), 1),
    ((2, 2), 1),
    ((3, 2), 4),
    ((5, 4, 3), 2),
    ((1, 1, 3, 3), 2),
    ((4, 4, 4, 4, 4), 4),
    ((2, 3, 2, 3, 2, 3, 2), 2),
    ((1,) * 7, 1),
    ((1,) * 7, 5),
    ((20, 20), 20),
    ((1, 20, 1, 20), 20),
    ((20,) * 7, 1),
    ((20, 20, 20), 20),
]


def name_of(value) -> str:
    """Return the name of a test's sizes."""
    return "-".join(map(str, (*value[0], value[1])))


def statuses(equation, sizes, n_samples) -> set[str]:
    """Return what comes of a page's equation, as Check on the page asks for it."""
    told = json.loads(answer(equation.latex, equation.model, equation.earlier, sizes, n_samples))
    return {told["status"], *(step["status"] for step in told["steps"])}


@pytest.mark.parametrize("chosen", HOSTILE, ids=name_of)
def test_equation_of_a_page_fails_on_no_sizes(chosen):
    """What the pages state holds, or says nothing about so small a network."""
    for equation in EQUATIONS:
        assert statuses(equation, *chosen) <= {"holds", "empty"}, equation.name


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(EQUATIONS),
    st.lists(st.integers(1, 6), min_size=2, max_size=MAX_LAYERS + 1).map(tuple),
    st.integers(1, MAX_SIZE),
)
def test_equation_of_a_page_fails_on_no_random_sizes(equation, sizes, n_samples):
    """Nor on sizes that nobody chose; with three layers and samples to compare, all holds."""
    found = statuses(equation, sizes, n_samples)
    assert found <= {"holds", "empty"}
    if len(sizes) > 3 and n_samples > 1 and "norm" not in equation.model:
        assert found == {"holds"}


@pytest.mark.parametrize("chosen", ALIKE, ids=name_of)
def test_true_equation_of_the_corpus_fails_on_no_sizes(chosen):
    """Nor does any true equation of the corpus, in any model."""
    sizes, n_samples = chosen
    for entry in TRUE:
        verdict = check(entry.latex, entry.model, sizes=sizes, n_samples=n_samples, explain=False)
        assert verdict.status in {"holds", "empty"}, f"{entry.place}: {verdict.sentence}"


def test_corpus_is_mostly_checked_on_such_sizes():
    """The sizes do not pass by being empty: nine of ten true equations say something there."""
    found = Counter(
        check(entry.latex, entry.model, sizes=sizes, n_samples=n, explain=False).status
        for entry in TRUE
        if "norm" not in entry.model
        for sizes, n in ALIKE[1:2]
    )
    assert found["holds"] > 9 * found["empty"]


WEIGHT = r"\frac{\partial C}{\partial \bm{W}^{l}} = \bm{\Delta}^{l} (\bm{A}^{l-1})^\mathsf{T}"


@pytest.mark.parametrize("chosen", ALIKE, ids=name_of)
def test_shape_is_that_of_the_letters(chosen):
    """Equal lengths keep the names that the letters give them."""
    sizes, n_samples = chosen
    verdict = check(WEIGHT, sizes=sizes, n_samples=n_samples)
    assert (verdict.left_shape, verdict.right_shape) == ("N_l × N_{l-1}",) * 2


def test_row_times_column_is_a_number_on_all_sizes():
    """A product along axes that are 1 by themselves is a number, on a network of ones too."""
    latex = r"C = \frac{1}{2} (\bm{a}^{L} - \bm{y})^\mathsf{T} (\bm{a}^{L} - \bm{y})"
    for sizes in ((4, 3, 5, 2), (1, 1), (1, 1, 1)):
        verdict = check(latex, "single_sample", sizes=sizes)
        assert (verdict.status, verdict.left_shape) == ("holds", "a number")


@pytest.mark.parametrize(
    "latex",
    [
        r"\bm{Z}^{l+1} = \bm{W}^{l+1} \bm{A}^{l} + \bm{b}^{l+1} \mathbf{1}_{M}^\mathsf{T}, "
        r"\quad l = L-1, \dots, 1",
        r"W^{l}_{1,2} = \left[ (\bm{W}^{l})^\mathsf{T} \right]_{2,1}",
        r"\sum_{l=2}^{L} \lVert \bm{b}^{l} \rVert_F = \sum_{k=2}^{L} \lVert \bm{b}^{k} \rVert_F",
        r"\max_{j=2}^{N_L} A^{L}_{j,m} = \max_{j=2}^{N_L} A^{L}_{j,m}",
        r"\sum_{m=1}^{3} Y_{j,m} = \sum_{n=1}^{3} Y_{j,n}",
        r"Y_{j,m} = Y_{j,m} \quad m = 1, \dots, 3",
        r"\bm{A}^{l+1} = \sigma^{l+1}(\bm{Z}^{l+1}) \quad l = 0, \dots, 2",
    ],
)
def test_what_small_sizes_lack_is_not_false(latex):
    """A range that ends before it begins, a missing entry, an empty sum or maximum: "empty"."""
    assert check(latex).status == "holds"
    assert check(latex, sizes=(1, 1), n_samples=2).status == "empty"


@pytest.mark.parametrize(
    "latex",
    [
        r"Y_{j,m} = Y_{j+1,m}",
        r"\sum_{j=1}^{M} Y_{j,m} = \sum_{j=1}^{M} Y_{j,m}",
        r"Y_{j,m} = Y_{j,m} \quad m = 0, \dots, M",
        r"\bm{A}^{l+1} = \sigma^{l+1}(\bm{Z}^{l+1}) \quad l = 0, \dots, L",
    ],
)
def test_range_that_no_size_has_is_false_on_all(latex):
    """A range that overruns its axis on networks of any size is false on chosen ones too."""
    assert check(latex).status == "fails"
    assert check(latex, sizes=(4, 3, 2), n_samples=5).status == "fails"


def test_what_the_own_networks_lack_is_false():
    """With the model's own networks, an equation that says nothing is its author's mistake."""
    latex = r"\bm{Z}^{l} = \bm{Z}^{l} \quad (l > 4)"
    assert check(latex).status == "fails"
    assert check(latex, sizes=(3, 2)).status == "empty"
