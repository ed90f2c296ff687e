"""Mistakes made in every equation: all are found, or true for a reason."""

from collections import Counter

import pytest

from bpdocs.equations import check
from bpdocs.equations.__main__ import main
from bpdocs.equations.pages import CheckedEquation, check_folder
from bpdocs.equations.repairs.edits import KINDS
from bpdocs.equations.repairs.mutation import mutants, table
from corpus import ENTRIES
from repository import ROOT

DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def made():
    """Make every mistake in every equation of the pages."""
    return list(mutants(check_folder(DOCS / "en")))


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
    assert len(made) > 4000
    assert sum(mutant.is_found or bool(mutant.reason) for mutant in made) > 0.975 * len(made)


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
