"""The pure parts of the front end, tested in Node."""

import re
from pathlib import Path

from bpdocs.site.node import run_node


def test_front_end() -> None:
    """Every unit test of this folder passes in Node, and none is passed over."""
    report = run_node("test.mjs", str(Path(__file__).parent))
    counts = dict(re.findall(r"^. (tests|pass|skipped|todo) (\d+)$", report, re.MULTILINE))

    assert int(counts["tests"]) == int(counts["pass"]) > 15
    assert counts["skipped"] == counts["todo"] == "0"
