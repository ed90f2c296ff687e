r"""How strong the check is: every one-symbol mistake in every equation, and how many are found.

A mistake that leaves an equation true is none; those are listed with the reason.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.evaluating.claims import evaluate
from bpdocs.equations.inline import InlineVerdict
from bpdocs.equations.judging import has_plain_sigma
from bpdocs.equations.networks.models import MODELS, Model, networks
from bpdocs.equations.printing.latex import Printer
from bpdocs.equations.reading.context import Definitions
from bpdocs.equations.reading.display import read_display
from bpdocs.equations.repairs.algebra import unrelated_arrays
from bpdocs.equations.repairs.edits import KINDS, Edit, edits
from bpdocs.equations.repairs.excuses import excuse
from bpdocs.equations.verdict import Verdict


class Checked(Protocol):
    """An equation with its verdict: a display, or a claim in a line of text."""

    @property
    def name(self) -> str:
        """Where it stands."""

    @property
    def latex(self) -> str:
        """As it stands there."""

    @property
    def model(self) -> str:
        """Of which model it speaks."""

    @property
    def known(self) -> Definitions | None:
        """What was defined above it."""

    @property
    def verdict(self) -> Verdict | InlineVerdict:
        """Whether it is true, and in which layout."""


@dataclass(frozen=True)
class Mutant:
    """A mutant and what came of it.

    `is_shape_error` tells whether shapes alone give it away; `reason` is why it is true, if it is.
    """

    equation: str
    edit: Edit
    latex: str
    is_found: bool
    is_shape_error: bool
    reason: str = ""


def mutants(equations: Iterable[Checked]) -> Iterator[Mutant]:
    """Yield all mutants of all claims that hold, each claim once in each model.

    Parameters
    ----------
    equations : iterable of Checked
        Those that do not hold are left out: they may be meant to be false.

    Yields
    ------
    Mutant
        In the order of the equations.
    """
    seen: set[tuple[str, str, t.Claim]] = set()
    for equation in equations:
        if equation.verdict.status != "holds":
            continue
        model = MODELS[equation.model]
        display = read_display(equation.latex, model.names, equation.known)
        ground = _Ground(model, equation.verdict.layout, has_plain_sigma(display))
        for claim in display.claims:
            key = (equation.model, equation.verdict.layout, claim)
            if key in seen or isinstance(claim.right, t.Space) or claim.relation == ":=":
                continue
            seen.add(key)
            for edit in edits(claim):
                yield _judge(equation.name, claim, edit, ground)


class _Ground:
    """Where the mutants of an equation are judged."""

    def __init__(self, model: Model, layout: str, is_same: bool) -> None:
        self.printer = Printer(model.names)
        self.graphs = networks(model, layout, is_same)
        self.unrelated = cache(lambda: unrelated_arrays(self.graphs, model))


def _judge(name: str, claim: t.Claim, edit: Edit, ground: _Ground) -> Mutant:
    latex = ground.printer.claim(edit.claim)
    try:
        outcome = evaluate(edit.claim, ground.graphs, to_first=True)
    except UnreadableError:
        return Mutant(name, edit, latex, is_found=True, is_shape_error=True)
    if not outcome.is_true:
        return Mutant(name, edit, latex, is_found=True, is_shape_error=outcome.worst is None)
    reason = excuse(claim, edit.claim, ground.graphs, ground.unrelated())
    return Mutant(name, edit, latex, is_found=False, is_shape_error=False, reason=reason)


def table(found: Iterable[Mutant]) -> tuple[list[str], list[Mutant]]:
    """Return the table by kind of mistake, in Markdown, and the mutants without an excuse."""
    total: Counter[str] = Counter()
    by_numbers: Counter[str] = Counter()
    by_shapes: Counter[str] = Counter()
    excused: Counter[str] = Counter()
    alive = []
    for mutant in found:
        kind = mutant.edit.kind
        total[kind] += 1
        by_numbers[kind] += mutant.is_found
        by_shapes[kind] += mutant.is_shape_error
        excused[kind] += not mutant.is_found and bool(mutant.reason)
        if not mutant.is_found and not mutant.reason:
            alive.append(mutant)
    lines = [
        "| changed | mistakes | found | by shapes alone | still true |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    counters = (total, by_numbers, by_shapes, excused)
    rows = [(label, [counter[kind] for counter in counters]) for kind, label in KINDS.items()]
    rows.append(("all", [counter.total() for counter in counters]))
    for label, counts in rows:
        lines.append(f"| {label} | {' | '.join(str(count) for count in counts)} |")
    return lines, alive
