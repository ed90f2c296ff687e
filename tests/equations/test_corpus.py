"""The corpus: displays with the verdict that each deserves, in every model and notation."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from bpdocs.equations import MODELS, check

FOLDER = Path(__file__).with_name("corpus")
_HEAD = re.compile(r"^(?P<status>holds|fails|unreadable) \[(?P<model>\w+)\](?: - (?P<reason>.*))?$")


@dataclass(frozen=True)
class Entry:
    """A display of the corpus."""

    place: str
    status: str
    model: str
    latex: str
    reason: str


def read_corpus() -> list[Entry]:
    """Return all entries; a line that does not belong to one is an error."""
    entries = []
    for path in sorted(FOLDER.glob("*.txt")):
        line = 1
        for block in path.read_text("utf-8").split("\n\n"):
            lines = [text for text in block.splitlines() if not text.startswith("%")]
            if any(text.strip() for text in lines):
                while not lines[0].strip():
                    lines.pop(0)
                head = _HEAD.match(lines[0])
                assert head, f"{path.name}:{line}: {lines[0]!r} is no head of an entry"
                latex = "\n".join(lines[1:])
                entries.append(
                    Entry(
                        f"{path.stem}-{line}",
                        head["status"],
                        head["model"],
                        latex,
                        head["reason"] or "",
                    )
                )
            line += block.count("\n") + 2
    return entries


ENTRIES = read_corpus()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.place)
def test_verdict_is_the_deserved_one(entry):
    """A true display holds, a false one fails, and nothing is guessed."""
    verdict = check(entry.latex, entry.model, explain=False)
    assert verdict.status == entry.status, verdict.sentence


def test_every_model_is_in_the_corpus():
    """Each model has displays that hold and displays that fail."""
    found = {(entry.model, entry.status) for entry in ENTRIES}
    assert found >= {(model, status) for model in MODELS for status in ("holds", "fails")}
