"""Changes of a claim: each differs in one symbol, keeps what surrounds it, and has a cure."""

from collections import Counter

import pytest

from bpdocs.equations import tree as t
from bpdocs.equations.networks.models import MODELS
from bpdocs.equations.reading.display import read_display
from bpdocs.equations.repairs.catalogue import MISTAKES, plainness
from bpdocs.equations.repairs.changes import M
from bpdocs.equations.repairs.edits import KINDS, edits, repairs
from bpdocs.equations.repairs.factors import TWO, Factor, without
from corpus import ENTRIES

TRUE = [entry for entry in ENTRIES if entry.status == "holds"]


def _claims(entries):
    for entry in entries:
        yield from read_display(entry.latex, MODELS[entry.model].names).claims


def _claim(latex, model="dense"):
    (claim,) = read_display(latex, MODELS[model].names).claims
    return claim


def _side(latex):
    return _claim(f"C = {latex}").right


def test_edits_differ_from_the_claim_and_from_each_other():
    """No change is made twice, and none leaves the claim as it was."""
    for claim in _claims(TRUE[::3]):
        made = [edit.claim for edit in edits(claim)]
        assert claim not in made
        assert len(set(made)) == len(made)


def test_edits_change_one_side_and_no_condition():
    """The other side, the relation and the conditions stay."""
    for claim in _claims(TRUE[::3]):
        for edit in edits(claim):
            assert (edit.claim.left == claim.left) != (edit.claim.right == claim.right)
            assert edit.claim.relation == claim.relation
            assert edit.claim.conditions == claim.conditions
            assert edit.kind in KINDS
            assert edit.cure in MISTAKES
            assert edit.before != edit.after


@pytest.mark.parametrize("is_right", [True, False])
def test_repairs_change_the_side_that_is_asked_for(is_right):
    """A repair leaves the other side alone, and cures a mistake of the catalogue."""
    for claim in _claims(TRUE[::9]):
        for edit in repairs(claim, is_right=is_right):
            kept, before = (edit.claim.left, claim.left)
            if not is_right:
                kept, before = (edit.claim.right, claim.right)
            assert kept == before
            assert edit.cure in MISTAKES


def test_repairs_hold_all_edits():
    """What mends a claim goes beyond its mutants by the parts that may be missing."""
    for claim in _claims(TRUE[::9]):
        mended = {edit.claim for edit in repairs(claim)}
        right = {edit.claim for edit in edits(claim) if edit.claim.left == claim.left}
        assert right <= mended


def test_edit_of_an_edit_leads_back():
    """Two of the kinds undo themselves: the true claim is among the edits of its mutant."""
    claim = _claim(r"\Delta^{l} = \left( (W^{l+1})^\top \Delta^{l+1} \right) \odot A^{l}")
    for edit in edits(claim):
        if edit.kind in {"product", "order"}:
            assert claim in {back.claim for back in edits(edit.claim)}


def test_every_kind_occurs_in_one_formula_of_the_page():
    """BP1 to BP3 by elements and as arrays have all kinds of change."""
    latex = (
        r"\Delta^{L} = \frac{1}{M}(A^{L} - Y) \odot (\sigma^{L})'(Z^{L}) \\"
        r"\frac{\partial C}{\partial W^{l}} = \Delta^{l} (A^{l-1})^\top \\"
        r"\frac{\partial C}{\partial W^{l}_{j,i}} = \sum_m \Delta^{l}_{j,m} A^{l-1}_{i,m}"
    )
    claims = read_display(latex, MODELS["dense"].names).claims
    counts = Counter(edit.kind for claim in claims for edit in edits(claim))
    assert set(counts) == set(KINDS)


def test_slope_moves_to_another_layer_as_a_whole():
    r"""\sigma' and its argument change their layer together, as one mistake does."""
    claim = _claim(r"A^{l} = (\sigma^{l})'(Z^{l})")
    made = {edit.claim for edit in edits(claim)}
    assert _claim(r"A^{l} = (\sigma^{L})'(Z^{L})") in made


def test_plainer_names_come_first():
    """The catalogue is in the order of the explanations."""
    names = list(MISTAKES)
    assert sorted(names, key=plainness) == names
    assert plainness("wrong sign") < plainness("1/M twice") < plainness("wrong index")


@pytest.mark.parametrize(
    ("latex", "symbol", "is_below", "rest"),
    [
        (r"\frac{1}{M} Z^{l}", M, True, r"Z^{l}"),
        (r"\frac{1}{2M} Z^{l}", M, True, r"\frac{1}{2} Z^{l}"),
        (r"\frac{1}{M^2} Z^{l}", M, True, r"\frac{1}{M} Z^{l}"),
        (r"M Z^{l}", M, False, r"Z^{l}"),
        (r"\frac{2}{M} Z^{l}", TWO, False, r"\frac{1}{M} Z^{l}"),
        (r"\frac{1}{M} Z^{l} \odot A^{l}", M, True, r"Z^{l} \odot A^{l}"),
        (r"\sum_m \frac{1}{M} Z^{l}_{j,m}", M, True, r"\sum_m Z^{l}_{j,m}"),
        (r"-\frac{1}{M} Z^{l}", M, True, r"-Z^{l}"),
        (r"Z^{l} / M", M, True, r"Z^{l}"),
    ],
)
def test_factor_is_cancelled_where_it_stands(latex, symbol, is_below, rest):
    """A factor that is too many is taken out of the product, and nothing else."""
    assert without(_side(latex), symbol, is_below=is_below) == _side(rest)


@pytest.mark.parametrize(
    "latex", [r"(Z^{l}_{j,m})^{2}", r"A^{l} + 2 Z^{l}", r"\exp(2 Z^{l})", r"\delta^{l}_{m}"]
)
def test_no_factor_is_found_where_none_is(latex):
    """An exponent, a term and an argument are no factors, nor is the M of a letter."""
    for symbol in (TWO, M):
        assert without(_side(latex), symbol) is None
        assert without(_side(latex), symbol, is_below=True) is None


def test_factor_is_multiplied_in():
    """What does not cancel is written in front, in one fraction with what is there."""
    over = Factor(samples=-1)
    assert over.times(_side(r"Z^{l}")) == _side(r"\frac{1}{M} Z^{l}")
    assert over.times(_side(r"\frac{1}{2} Z^{l}")) == _side(r"\frac{1}{2 M} Z^{l}")
    half = Factor(twos=-1)
    assert half.times(_side(r"\frac{1}{M} Z^{l}")) == _side(r"\frac{1}{2 M} Z^{l}")
    minus = Factor(sign=-1)
    assert minus.times(minus.times(_side("Z^{l}"))) == _side("Z^{l}")
    assert Factor(twos=1).times(t.Number(1)) == TWO
