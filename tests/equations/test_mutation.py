"""Mistakes made in every equation: all are found, or true for a reason."""

from collections import Counter
from dataclasses import replace

import pytest

from bpdocs.equations import check
from bpdocs.equations.__main__ import main
from bpdocs.equations.networks.models import MODELS, networks
from bpdocs.equations.pages import CheckedEquation, check_claims
from bpdocs.equations.reading.display import read_display
from bpdocs.equations.repairs import excuses
from bpdocs.equations.repairs.algebra import unrelated_arrays
from bpdocs.equations.repairs.edits import KINDS
from bpdocs.equations.repairs.mutation import mutants, table
from corpus import ENTRIES
from repository import ROOT

DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def made():
    """Make every mistake in every equation of the pages."""
    return list(mutants(check_claims(DOCS / "en")))


def test_every_mistake_of_the_pages_is_found(made):
    """No mutant of a page's equation is true without a reason."""
    assert [(m.equation, m.latex) for m in made if not m.is_found and not m.reason] == []


def test_every_kind_of_mistake_is_made(made):
    """Each kind of the list is made often enough to say something."""
    counts = Counter(mutant.edit.kind for mutant in made)
    assert set(counts) == set(KINDS)
    assert min(counts.values()) >= 10


def test_numbers_find_what_shapes_do_not(made):
    """Of all mistakes a third keeps all shapes, and is found by numbers."""
    by_numbers = sum(mutant.is_found and not mutant.is_shape_error for mutant in made)
    assert by_numbers > 0.25 * len(made)


def test_mistakes_in_the_corpus_are_found():
    """In all models and notations of the corpus, few mutants are true, each a true formula."""
    equations = [
        CheckedEquation(
            "corpus", e.place, 1, e.latex, e.model, None, (), check(e.latex, e.model, explain=False)
        )
        for e in ENTRIES
        if e.status == "holds"
    ]
    made = list(mutants(equations))
    assert len(made) > 13000
    assert sum(mutant.is_found or bool(mutant.reason) for mutant in made) > 0.999 * len(made)


def _pair(claim, mutant, model="dense"):
    """Return a claim, its mutant, and the networks and arrays on which both are judged."""
    names = MODELS[model].names
    (before,) = read_display(claim, names).claims
    (after,) = read_display(mutant, names).claims
    graphs = networks(MODELS[model], next(iter(MODELS[model].layouts)), False)
    after = replace(after, statement=before.statement)
    return before, after, graphs, unrelated_arrays(graphs, MODELS[model])


JACOBIAN = r"\frac{\partial Z^{l}_{k,n}}{\partial Z^{l}_{j,m}}"
CHAIN = (
    r"\frac{\partial C}{\partial Z^{l}_{j,m}} = \sum_{k,n} \frac{\partial C}{\partial Z^{l+1}_{%s}}"
)
CHAIN += r" \frac{\partial Z^{l+1}_{k,n}}{\partial Z^{l}_{j,m}}"
OUTPUT = r"\Delta^{l} = \frac{1}{M} (A^{%s} - Y) \odot (\sigma^{l})'(Z^{l}), \quad l = L"
EXCUSED = [
    (
        excuses.ALGEBRA,
        r"C = \frac{1}{2M} \operatorname{tr}((A^L - Y) (A^L - Y)^\top)",
        r"C = \frac{1}{2M} \operatorname{tr}((A^L - Y)^\top (A^L - Y))",
    ),
    (
        excuses.ALGEBRA,
        r"\lVert W^{l} \rVert_F^2 = \sum_{i,j} (W^{l}_{j,i})^2",
        r"\lVert (W^{l})^\top \rVert_F^2 = \sum_{i,j} (W^{l}_{j,i})^2",
    ),
    (
        excuses.ALGEBRA,
        r"\mathrm{d}C = \langle \Delta^{l}, \mathrm{d}Z^{l} \rangle",
        r"\mathrm{d}C = \langle (\Delta^{l})^\top, (\mathrm{d}Z^{l})^\top \rangle",
    ),
    (
        excuses.NUMBERS,
        CHAIN % "k,n",
        r"\frac{\partial C}{\partial Z^{l}_{j,m}} = \sum_{k,n} \frac{\partial Z^{l+1}_{k,n}}"
        r"{\partial Z^{l}_{j,m}} \frac{\partial C}{\partial Z^{l+1}_{k,n}}",
    ),
    (excuses.OTHER_FACTOR, CHAIN % "k,n", CHAIN % "k,m"),
    (
        excuses.SAMPLES,
        rf"{JACOBIAN} = 0, \quad n \ne m",
        r"\frac{\partial Z^{l+1}_{k,n}}{\partial Z^{l}_{j,m}} = 0, \quad n \ne m",
    ),
    (
        excuses.ZERO,
        rf"{JACOBIAN} = 0, \quad n \ne m",
        rf"\frac{{1}}{{M}} {JACOBIAN} = 0, \quad n \ne m",
    ),
    (
        excuses.SAME_FOR_ALL,
        r"\frac{\partial C}{\partial b^{l}_{j}} = \sum_m \Delta^{l}_{j,m} "
        r"\frac{\partial Z^{l}_{j,m}}{\partial b^{l}_{j}}",
        r"\frac{\partial C}{\partial b^{l}_{j}} = \sum_m \Delta^{l}_{j,m} "
        r"\frac{\partial Z^{l}_{j,n}}{\partial b^{l}_{j}}",
    ),
    (excuses.SAME_VALUE, OUTPUT % "l", OUTPUT % "L"),
]


@pytest.mark.parametrize(("reason", "claim", "mutant"), EXCUSED)
def test_true_mutant_is_excused_by_a_rule(reason, claim, mutant):
    """A change that leaves a claim true has a reason that can be seen without the network."""
    assert excuses.excuse(*_pair(claim, mutant)) == reason


def test_derivative_of_what_does_not_depend_is_0():
    """A quantity of a lower layer does not depend on a higher one, whichever."""
    claim = r"\frac{\partial A^{l-1}_{i,n}}{\partial Z^{l}_{j,m}} = 0"
    mutant = claim.replace("Z^{l}", "Z^{l+1}")
    assert excuses.excuse(*_pair(claim, mutant)) == excuses.INDEPENDENT


def test_law_for_each_index_is_the_same_law():
    """A claim of one sample is that of another one."""
    claim, mutant = (rf"\sum_j P_{{j,{letter}}} = 1" for letter in "mn")
    assert excuses.excuse(*_pair(claim, mutant, "softmax")) == excuses.RENAMED


@pytest.mark.parametrize(
    ("claim", "mutant"),
    [
        (r"A^{l} = \sigma^{l}(Z^{l})", r"A^{l} = \sigma^{l}(-Z^{l})"),
        (
            r"Z^{l} = W^{l} A^{l-1} + b^{l} \mathbf{1}_M^\top",
            r"Z^{l} = W^{l} A^{l} + b^{l} \mathbf{1}_M^\top",
        ),
        (
            r"\Delta^{l} = \frac{\partial C}{\partial Z^{l}}",
            r"\Delta^{l} = \frac{\partial C}{\partial A^{l}}",
        ),
        (
            r"\frac{\partial C}{\partial b^{l}} = \Delta^{l} \mathbf{1}_M",
            r"\frac{\partial C}{\partial b^{l}} = \frac{1}{M} \Delta^{l} \mathbf{1}_M",
        ),
        (CHAIN % "k,n", CHAIN % "j,n"),
    ],
)
def test_mistake_has_no_excuse(claim, mutant):
    """Were a mistake not found, no rule would excuse it."""
    assert excuses.excuse(*_pair(claim, mutant)) == ""


def test_false_equation_has_no_mutants():
    """What is meant to be false is left out."""
    latex = r"Z^{l} = W^{l} A^{l}"
    false = CheckedEquation("page", "id", 1, latex, "dense", None, (), check(latex, explain=False))
    assert list(mutants([false])) == []


def test_claim_counts_once_in_each_model():
    """The same claim twice has its mutants once, in another model once more."""
    latex = r"A^{l} = \sigma^{l}(Z^{l})"
    verdict = check(latex)
    twice = [
        CheckedEquation("page", "id", 1, latex, model, None, (), verdict)
        for model in ("dense", "dense", "batch_norm")
    ]
    assert len(list(mutants(twice))) == 2 * len(list(mutants(twice[:1])))


def test_table_counts_the_mutants(made):
    """The last line has all, and the columns add up."""
    lines, alive = table(made)
    rows = [[int(cell) for cell in line.split("|")[2:-1]] for line in lines[2:]]
    assert not alive
    assert rows[-1] == [sum(column) for column in zip(*rows[:-1], strict=True)]
    total, found, by_shapes, still_true = rows[-1]
    assert total == len(made) == found + still_true
    assert by_shapes < found


def test_command_prints_the_table(made, capsys):
    """`mutate` prints the table, and ends with 0 when nothing is alive."""
    assert main(["mutate", str(DOCS / "en")]) == 0
    assert capsys.readouterr().out.splitlines() == table(made)[0]


@pytest.mark.parametrize("code", ["en", "zh"])
def test_published_table_is_that_of_the_command(made, code):
    """The page shows the numbers of this table, and in English its words."""
    page = (DOCS / code / "checked.md").read_text("utf-8").splitlines()
    lines = table(made)[0]
    at = page.index(lines[1]) - 1
    shown = page[at : at + len(lines)]
    assert [line.split("|")[2:] for line in shown[2:]] == [
        line.split("|")[2:] for line in lines[2:]
    ]
    assert not page[at + len(lines)]
    if code == "en":
        assert shown == lines
