"""The corpus: displays with the verdict that each deserves, in every model and notation."""

import pytest

from bpdocs.equations import MODELS, check
from corpus import ENTRIES


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.place)
def test_verdict_is_the_deserved_one(entry):
    """A true display holds, a false one fails, and nothing is guessed."""
    verdict = check(entry.latex, entry.model, explain=False)
    assert verdict.status == entry.status, verdict.sentence


def test_every_model_is_in_the_corpus():
    """Each model has displays that hold and displays that fail."""
    found = {(entry.model, entry.status) for entry in ENTRIES}
    assert found >= {(model, status) for model in MODELS for status in ("holds", "fails")}
