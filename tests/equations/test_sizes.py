"""Sizes that a reader chooses: lengths that are equal by chance change no verdict."""

import pytest

from bpdocs.equations import check

# Sizes and M; of lengths that are equal, or 1, none may be taken for another.
ALIKE = [
    ((1, 1, 1), 1),
    ((1, 5, 1, 5), 7),
    ((2, 1, 1, 2, 2, 1), 1),
    ((3, 3, 3), 3),
]


def name_of(value) -> str:
    """Return the name of a test's sizes."""
    return "-".join(map(str, (*value[0], value[1])))


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
