"""Formulas inside sentences: what each is, and what is refused."""

import pytest

from bpdocs.equations import check_inline


@pytest.mark.parametrize(
    ("latex", "kind"),
    [
        (r"\bm{A}^{0} = \bm{X}", "claim"),
        (r"\bm{b}^{l} \in \mathbb{R}^{N_l \times 1}", "claim"),
        (r"\mathbf{1}_M^\top \mathbf{1}_M = M", "claim"),
        (r"2 + 2 = 4", "claim"),
        (r"\operatorname{relu}'(0) = 0", "claim"),
        (r"\bm{P}, \bm{Q} \in \mathbb{R}^{N_l \times M}", "claim"),
        (r"1 \le l < L", "condition"),
        (r"n \ne m", "condition"),
        (r"(k, n) \ne (j, m)", "condition"),
        (r"l = L-1, \dots, 1", "condition"),
        (r"M = 1", "condition"),
        (r"N_l = M", "condition"),
        (r"\bm{Z}^{l} \to \bm{A}^{l} \to \bm{Z}^{l+1}", "expression"),
        (r"(j, m)", "expression"),
        (r"N_l \times M", "expression"),
        (r"(N_l \times N_{l+1})(N_{l+1} \times M)", "expression"),
        (r"\mathbb{R}^{N_l \times M}", "expression"),
        (r"W, b", "expression"),
        (r"\odot", "expression"),
        (r"\mathsf{T}", "expression"),
        (r"\sigma'", "expression"),
        (r"1/M", "expression"),
    ],
)
def test_formula_is_of_its_kind(latex, kind):
    """What speaks of a quantity claims, what relates indices restricts, the rest only names."""
    verdict = check_inline(latex)
    assert (verdict.kind, verdict.status) == (kind, "holds"), verdict.sentence


@pytest.mark.parametrize(
    ("latex", "kind", "status", "words"),
    [
        (r"\bm{A}^{0} = \bm{Z}^{1}", "claim", "fails", "N_0 × M"),
        (r"\mathbf{1}_M = \mathbf{0}_M", "claim", "fails", "the sides differ"),
        (r"2 + 2 = 5", "claim", "fails", "4 is not 5"),
        (r"C \ge 0", "claim", "unreadable", "between values is not checked"),
        (r"0 \le l \le L+1", "condition", "fails", "there is no layer"),
        (r"m = 0, \dots, M", "condition", "fails", "there is no sample 0"),
        (r"j = 1, \dots, N_l + 1", "condition", "fails", "there is no neuron"),
        (r"\bm{W}^{l} \bm{A}^{l}", "expression", "fails", "does not fit at l = 1"),
        (r"(N_l \times M)(N_l \times M)", "expression", "fails", "does not fit"),
        (r"\bm{G}^{l}", "expression", "unreadable", "G is not a name"),
        (r"1/m", "expression", "unreadable", "m is an index"),
    ],
)
def test_formula_is_refused_with_a_reason(latex, kind, status, words):
    """A false claim, a range that no network has, a letter that nobody introduced."""
    verdict = check_inline(latex)
    assert (verdict.kind, verdict.status) == (kind, status)
    assert words in verdict.sentence


def test_introduced_arrays_serve_what_follows():
    """Arrays of a shape are any arrays of it, in claims of them too."""
    first = check_inline(r"\bm{P}, \bm{Q} \in \mathbb{R}^{N_l \times M}")
    below = {"definitions": first.definitions}
    assert check_inline(r"\langle \bm{P}, \bm{Q} \rangle", **below).status == "holds"
    equal = r"\langle \bm{P}, \bm{Q} \rangle = \langle \bm{Q}, \bm{P} \rangle"
    assert check_inline(equal, **below).status == "holds"
    assert check_inline(r"\bm{P} = \bm{Q}", **below).status == "fails"


def test_mistake_of_an_inline_claim_is_named():
    """An inline claim is told what is wrong as a display is."""
    verdict = check_inline(
        r"\partial C / \partial \bm{b}^{l} = \frac{1}{M} \bm{\Delta}^{l} \mathbf{1}_{M}"
    )
    assert "1/M twice" in verdict.mistakes
