"""The corpus of displays, each with the verdict that it deserves."""

import re
from dataclasses import dataclass

from repository import ROOT

FOLDER = ROOT / "tests/equations/corpus"
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
