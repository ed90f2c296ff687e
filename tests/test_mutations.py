"""The list of mutations fits the source; `python tests/mutations.py` runs them."""

import pytest

from mutations import MUTATIONS, count


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda m: f"{m.file}: {m.why}")
def test_text_of_mutation_occurs_once(mutation):
    """What a mutation replaces stands in its file exactly once, and is changed."""
    assert count(mutation) == 1
    assert mutation.text != mutation.replacement


def test_mutations_differ():
    """No mutation is listed twice."""
    assert len({(m.file, m.text, m.replacement) for m in MUTATIONS}) == len(MUTATIONS)
