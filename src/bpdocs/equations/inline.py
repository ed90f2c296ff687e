r"""`check_inline`: a formula inside a sentence in, a verdict out.

Prose carries half of the mathematics. A relation that speaks of the network is a claim and is
checked as a display is; of everything else letters, ranges and shapes must make sense.
"""

from dataclasses import dataclass
from typing import Literal

from bpdocs.equations import tree as t
from bpdocs.equations.budget import limited_work
from bpdocs.equations.errors import (
    MismatchError,
    NoLayerError,
    UnreadableClaimError,
    UnreadableError,
)
from bpdocs.equations.evaluating.counting import Layers
from bpdocs.equations.evaluating.restrictions import layer_choices, named_values
from bpdocs.equations.evaluating.shapes import Shapes
from bpdocs.equations.letters import free_letters, layer_letters
from bpdocs.equations.networks.graph import Graph
from bpdocs.equations.networks.models import Model, find_model, networks
from bpdocs.equations.notation import NEURON_LETTERS
from bpdocs.equations.reading.context import Definitions
from bpdocs.equations.reading.formula import Formula, read_formula
from bpdocs.equations.verdict import check_display


@dataclass(frozen=True)
class InlineVerdict:
    """What came of a formula inside a sentence.

    Attributes
    ----------
    kind : {"claim", "condition", "expression"}
        Whether it claims something, restricts indices, or only names something.
    status : {"holds", "fails", "unreadable"}
        "holds" too where nothing is claimed and all letters and shapes make sense.
    sentence : str
        Why.
    mistakes : tuple of str
        The names of the mistakes that make a claim false.
    place : int or None
        Where reading ended, or where what is false begins, as an index into the LaTeX.
    definitions : mapping or None
        What is defined below it.
    layout : str
        Of a claim, the layout in which it holds.
    """

    kind: Literal["claim", "condition", "expression"]
    status: Literal["holds", "fails", "unreadable"]
    sentence: str
    mistakes: tuple[str, ...] = ()
    place: int | None = None
    definitions: Definitions | None = None
    layout: str = ""


def check_inline(
    latex: str, model: str = "dense", *, definitions: Definitions | None = None
) -> InlineVerdict:
    r"""Say whether a formula inside a sentence is true, if it claims anything.

    Parameters
    ----------
    latex : str
        LaTeX as it stands between dollar signs.
    model : str
        The model of its page.
    definitions : mapping, optional
        What the page defines above it.

    Returns
    -------
    InlineVerdict
        Of a claim that of `check`; of a condition or an expression whether it makes sense.

    Raises
    ------
    ValueError
        If there is no such model.

    Examples
    --------
    >>> check_inline(r"\bm{A}^{0} = \bm{X}").kind, check_inline(r"1 \le l < L").kind
    ('claim', 'condition')
    >>> check_inline(r"\bm{W}^{l} \bm{A}^{l}").sentence
    'a product of N_l × N_{l-1} and N_l × M does not fit at l = 1'
    """
    found = find_model(model)
    formula = Formula("expression")
    try:
        formula = read_formula(latex, found.names, definitions)
        with limited_work():
            for value in formula.values:
                _require_shapes(value, found)
            for condition in formula.conditions:
                _require_ranges(condition, found)
        if formula.display is None:
            return InlineVerdict(
                formula.kind, "holds", "nothing is claimed", definitions=definitions
            )
        verdict = check_display(latex, formula.display, found)
    except UnreadableError as error:
        is_claim = isinstance(error, UnreadableClaimError)
        kind: Literal["claim", "expression"] = "claim" if is_claim else "expression"
        return InlineVerdict(
            kind, "unreadable", str(error), place=error.place, definitions=definitions
        )
    except MismatchError as error:
        return InlineVerdict(
            formula.kind, "fails", str(error), ("shapes do not fit",), 0, definitions
        )
    status = verdict.status
    assert status in {"holds", "fails", "unreadable"}  # noqa: S101 - on the model's own sizes
    return InlineVerdict(
        "claim",
        status,
        verdict.sentence,
        verdict.mistakes,
        verdict.place,
        verdict.definitions,
        verdict.layout,
    )


def _require_ranges(condition: t.Condition, model: Model) -> None:
    """Refuse values that no index of its kind has: a layer above L, a sample 0."""
    letters = free_letters(condition)
    for graph in networks(model, next(iter(model.layouts)), False):
        largest = {"l": graph.n_layers, **dict.fromkeys("mn", graph.n_samples)}
        largest |= dict.fromkeys(NEURON_LETTERS, max(graph.sizes))
        for layer in range(graph.n_layers + 1) if "l" in letters else [0]:
            for letter in letters & largest.keys():
                layers = {"l": layer} if letter != "l" and "l" in letters else {}
                _require_within(condition, letter, largest[letter], graph, layers)


def _require_within(
    condition: t.Condition, letter: str, largest: int, graph: Graph, layers: Layers
) -> None:
    first = 0 if letter == "l" else 1
    for value in sorted(named_values(condition, letter, graph, layers)):
        if not first <= value <= largest:
            kind = "layer" if letter == "l" else "sample" if letter in "mn" else "neuron"
            raise MismatchError(
                f"there is no {kind} {value} in a network with L = {graph.n_layers}, "
                f"M = {graph.n_samples} and {', '.join(map(str, graph.sizes))} neurons"
            )


def _require_shapes(value: t.Node, model: Model) -> None:
    """Refuse a value whose shapes fit in no layout; a function alone has no shape."""
    if isinstance(value, t.Function | t.Letter):
        return
    errors = []
    for layout in model.layouts:
        try:
            _require_shapes_in(value, model, layout)
        except MismatchError as error:
            errors.append(error)
        else:
            return
    raise errors[0]


def _require_shapes_in(value: t.Node, model: Model, layout: str) -> None:
    counting = layer_letters([value])
    letters = sorted(free_letters(value) & counting)
    for graph in networks(model, layout, False):
        for layers, _ in layer_choices((), letters, graph):
            try:
                Shapes.on(graph, frozenset(counting)).of(value, layers)
            except NoLayerError:
                continue
            except MismatchError as error:
                where = ", ".join(f"{letter} = {layer}" for letter, layer in layers.items())
                raise MismatchError(f"{error}{f' at {where}' if where else ''}") from error
