"""Words between formulas: what each says, and that none is passed over."""

import pytest

from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.reading.words import roles_of


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("for all", {"for", "all"}),
        ("or if", {"or", "if"}),
        ("Unless", {"unless"}),
        ("otherwise.", {"otherwise", "stop"}),
        ("then:", {"then", "colon"}),
        ("hence", {"so"}),
        ("(by the chain rule)", set()),
        ("对所有", {"for", "all"}),
        ("，并且", {"and"}),
        ("除非", {"unless"}),
        ("或者", {"or"}),
        ("其他情况", {"otherwise"}),
        (r"\iff", {"iff"}),
        (r"\lor", {"or"}),
    ],
)
def test_words_have_their_roles(text, roles):
    """English and Chinese words join, negate, announce, or say nothing."""
    assert roles_of(text, 0) == roles


@pytest.mark.parametrize("text", ["plus", "almost", "is false", "times two", "only if", "几乎"])
def test_unknown_word_is_refused(text):
    """What is not understood is never left out; the sentence says which words are."""
    with pytest.raises(UnreadableError, match="is not understood; conditions are joined by"):
        roles_of(text, 7)
