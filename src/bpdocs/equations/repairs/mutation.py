r"""How strong the check is: every one-symbol mistake in every equation, and how many are found.

A mistake that leaves an equation true is none; those are listed with the reason.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bpdocs.equations import tree as t
from bpdocs.equations.errors import MismatchError, NoLayerError, UnreadableError
from bpdocs.equations.evaluating.claims import Outcome, evaluate
from bpdocs.equations.evaluating.letters import layer_letters
from bpdocs.equations.evaluating.shapes import Shapes
from bpdocs.equations.networks.graph import Graph
from bpdocs.equations.networks.models import MODELS, networks
from bpdocs.equations.pages import CheckedEquation
from bpdocs.equations.printing.latex import Printer
from bpdocs.equations.reading.display import read_display
from bpdocs.equations.repairs.edits import KINDS, Edit, edits
from bpdocs.equations.verdict import has_plain_sigma

# Why a mutant is true that is no number's move, by the equation and a part of the mutant.
REASONS = (
    (r"= 0, \quad n \ne m", "all derivatives of one sample by another are 0, in any layers"),
    (
        r"\frac{\partial C}{\partial \bm{Z}^{l+1}_{k,m}} \, \frac{\partial \bm{Z}^{l+1}_{k,n}}",
        "for n ≠ m the other factor is 0",
    ),
    (
        r"\frac{\partial C}{\partial \bm{A}^{L}_{k,m}} \, \frac{\partial \bm{A}^{L}_{k,n}}",
        "for n ≠ m the other factor is 0",
    ),
    (
        r"\frac{\partial C}{\partial \bm{A}^{L}_{j,n}} \, \frac{\partial \bm{A}^{L}_{k,n}}",
        "for k ≠ j the other factor is 0",
    ),
    (
        r"\frac{\partial \bm{Z}^{l}_{j,n}}{\partial \bm{b}^{l}_{j}}",
        "the bias has the same slope, 1, for every sample",
    ),
    (r"^\mathsf{T}\right]_{", "one index on a row is the same entry as on a column"),
)


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


def mutants(equations: Iterable[CheckedEquation]) -> Iterator[Mutant]:
    """Yield all mutants of all claims, each claim once."""
    seen: set[t.Claim] = set()
    for equation in equations:
        model = MODELS[equation.model]
        printer = Printer(model.names)
        display = read_display(equation.latex, model.names, equation.known)
        is_same = has_plain_sigma(display)
        graphs = networks(model, equation.verdict.layout, is_same)
        for claim in display.claims:
            if claim in seen or isinstance(claim.right, t.Space) or claim.relation == ":=":
                continue
            seen.add(claim)
            for edit in edits(claim):
                yield _judge(equation.name, edit, printer, graphs)


def _judge(name: str, edit: Edit, printer: Printer, graphs: tuple[Graph, ...]) -> Mutant:
    latex = printer.claim(edit.claim)
    try:
        outcome = evaluate(edit.claim, graphs)
    except UnreadableError:
        return Mutant(name, edit, latex, is_found=True, is_shape_error=True)
    reason = _reason(edit, latex, graphs[0]) if outcome.is_true else ""
    return Mutant(name, edit, latex, not outcome.is_true, _is_shape_error(outcome), reason)


def _is_shape_error(outcome: Outcome) -> bool:
    return not outcome.is_true and outcome.worst is None


def _reason(edit: Edit, latex: str, graph: Graph) -> str:
    if edit.kind in {"order", "product"} and isinstance(edit.before, t.Product):
        layers = dict.fromkeys(layer_letters([edit.claim]), 1)
        shapes = Shapes(graph, frozenset(layers))
        try:
            factors = [shapes.of(side, layers) for side in (edit.before.left, edit.before.right)]
        except (MismatchError, NoLayerError):
            factors = []
        if () in factors:
            return "a number may stand anywhere in a product"
    return next((reason for part, reason in REASONS if part in latex), "")


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
