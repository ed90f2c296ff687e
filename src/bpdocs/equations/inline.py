r"""`check_inline`: a formula inside a sentence in, a verdict out.

Prose carries half of the mathematics. A relation that speaks of the network is a claim and is
checked as a display is; of everything else letters, ranges and shapes must make sense.
"""

from dataclasses import dataclass
from typing import Literal

from bpdocs.equations import tree as t
from bpdocs.equations.errors import MismatchError, NoLayerError, UnreadableError
from bpdocs.equations.evaluating.restrictions import layer_choices
from bpdocs.equations.evaluating.shapes import Shapes
from bpdocs.equations.letters import free_letters, layer_letters
from bpdocs.equations.networks.models import Model, find_model, networks
from bpdocs.equations.reading.context import Definitions
from bpdocs.equations.reading.formula import read_formula
from bpdocs.equations.verdict import check


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
    try:
        formula = read_formula(latex, found.names, definitions)
        for value in formula.values:
            _require_shapes(value, found)
    except UnreadableError as error:
        sentence = str(error)
        return InlineVerdict(
            "expression", "unreadable", sentence, place=error.place, definitions=definitions
        )
    except MismatchError as error:
        return InlineVerdict(
            "expression", "fails", str(error), ("shapes do not fit",), 0, definitions
        )
    if formula.kind != "claim":
        return InlineVerdict(formula.kind, "holds", "nothing is claimed", definitions=definitions)
    verdict = check(latex, model, definitions=definitions)
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
