r"""`check`: a displayed equation in, a verdict out."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bpdocs.equations import tree as t
from bpdocs.equations.errors import SizesError, UnreadableError
from bpdocs.equations.evaluating.claims import Outcome, evaluate
from bpdocs.equations.networks.graph import Graph
from bpdocs.equations.networks.models import Model, find_model, networks
from bpdocs.equations.reading.context import Definitions
from bpdocs.equations.reading.display import Display, read_display
from bpdocs.equations.repairs.catalogue import MISTAKES, Mistake

# What stands before a symbol and makes no token.
_FONT_BEFORE = re.compile(r"(?:\\(?:bm|boldsymbol|math[a-z]+|left|[bB]igg?l?)\s*\{?\s*)+$")

MAX_EXPLAINED = 3

Status = Literal["holds", "fails", "unreadable", "empty", "large"]
_WORST_FIRST: tuple[Status, ...] = ("fails", "unreadable", "large", "empty", "holds")


@dataclass(frozen=True)
class Step:
    """What came of one claim of a display.

    Attributes
    ----------
    status : str
        "holds", "fails" or "unreadable". On sizes that were given also "empty", where the network
        lacks the layers or entries that the claim speaks of, and "large", where it has too many.
    latex : str
        The claim as it stands in the display.
    sentence : str
        Why.
    left_shape, right_shape : str
        Of both sides, in letters: "N_l × M".
    worst : tuple or None
        Where the sides differ most, and both numbers.
    mistakes : tuple of Mistake
        The named mistakes that may make the difference, the plainest first.
    convention : str
        In which other convention it is true, "true if ...", or "".
    place : int or None
        Where reading ended, or where what is false begins, as an index into the display's LaTeX.
    n_checked : int
        How many numbers were compared.
    """

    status: Status
    latex: str
    sentence: str
    left_shape: str = ""
    right_shape: str = ""
    worst: tuple[str, float, float] | None = None
    mistakes: tuple[Mistake, ...] = ()
    convention: str = ""
    place: int | None = None
    n_checked: int = 0

    @property
    def mistake(self) -> str:
        """What is wrong, and the step put right, in one line; or ""."""
        if not self.mistakes:
            return ""
        repair = self.mistakes[0].repair
        same = [mistake for mistake in self.mistakes if mistake.repair == repair]
        what = ": ".join(MISTAKES[mistake.name] for mistake in same)
        return f"{what}; true is {repair}" if repair else what

    @property
    def explanation(self) -> str:
        """The sentence with the convention or mistake that explains it."""
        reason = self.convention or self.mistake
        return f"{reason} ({self.sentence})" if reason else self.sentence


@dataclass(frozen=True)
class Verdict:
    """What came of a displayed equation: the worst of its steps, and all of them.

    Attributes
    ----------
    status : str
        That of its worst step; "unreadable" if it has none.
    sentence : str
        Why, in one line.
    steps : tuple of Step
        By claim, in the order of the display; empty if it could not be read.
    place : int or None
        Where reading ended, or where what is false begins, as an index into the LaTeX.
    layout : str
        For rows, the layout of the parameters in which it holds; for training, the kind of step.
    definitions : mapping
        What it defined, for the displays below.
    display : Display or None
        What was read, for those who print it in another form.
    """

    status: Status
    sentence: str
    steps: tuple[Step, ...] = ()
    place: int | None = None
    layout: str = ""
    definitions: Definitions | None = None
    display: Display | None = None

    @property
    def deciding(self) -> Step | None:
        """The step that decides the status: the first that has it."""
        return next((step for step in self.steps if step.status == self.status), None)

    @property
    def left_shape(self) -> str:
        """The shape of the deciding step's left side."""
        return self.deciding.left_shape if self.deciding else ""

    @property
    def right_shape(self) -> str:
        """The shape of the deciding step's right side."""
        return self.deciding.right_shape if self.deciding else ""

    @property
    def worst(self) -> tuple[str, float, float] | None:
        """Where the deciding step's sides differ most, and both numbers."""
        return self.deciding.worst if self.deciding else None

    @property
    def mistake(self) -> str:
        """The named mistake of the deciding step with its repair, or ""."""
        return self.deciding.mistake if self.deciding else ""

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The names of the mistakes of all steps, keys of `MISTAKES`, each once."""
        names = (mistake.name for step in self.steps for mistake in step.mistakes)
        return tuple(dict.fromkeys(names))


def check(
    latex: str,
    model: str = "dense",
    *,
    definitions: Definitions | None = None,
    sizes: tuple[int, ...] | None = None,
    n_samples: int | None = None,
    explain: bool = True,
) -> Verdict:
    r"""Say whether a displayed equation is true.

    Every step of every chain is evaluated on random networks, for each layer and index that it
    speaks of; what a quantity means is fixed by [the notation](../derivation/notation.md#letters).

    Parameters
    ----------
    latex : str
        LaTeX as it stands in a display.
    model : str
        The network that it speaks of; a key of `bpdocs.equations.MODELS`.
    definitions : mapping, optional
        `definitions` of the verdicts of earlier displays.
    sizes : tuple of int, optional
        $N_0$ to $N_L$ of the network to check on; the model's own networks unless given. With
        equal sizes a wrong transpose may pass.
    n_samples : int, optional
        $M$ of that network; the model's unless given.
    explain : bool
        Whether to look for the mistake that makes a step false; it takes up to a second.

    Returns
    -------
    Verdict
        "holds" only if every step was evaluated and none differed. A step that says nothing about
        the model's own networks "fails"; about one of given sizes it is "empty".

    Raises
    ------
    ValueError
        If there is no such model, or the sizes are not those of a small network.

    Examples
    --------
    >>> check(r"\frac{\partial C}{\partial \bm{b}^{l}} = \bm{\Delta}^{l} \, \mathbf{1}_{M}").status
    'holds'
    >>> verdict = check(r"\frac{\partial C}{\partial \bm{W}^{l}} = \bm{\Delta}^{l} \bm{A}^{l-1}")
    >>> print(verdict.steps[0].sentence)
    a product of N_l × M and N_{l-1} × M does not fit at l = 1
    """
    found = find_model(model)
    if sizes is not None:
        found = found.of_sizes(sizes, n_samples)
    try:
        display = read_display(latex, found.names, definitions)
        layout, steps = _best(latex, display, found, has_own_sizes=sizes is None)
        if explain:
            steps = _explained(steps, display, found, layout)
    except UnreadableError as error:
        return Verdict("unreadable", str(error), (), error.place, definitions=definitions)
    for status in _WORST_FIRST:
        deciding = next((step for step in steps if step.status == status), None)
        if deciding is not None:
            break
    assert deciding is not None  # noqa: S101 - a display has one claim at least
    return Verdict(
        deciding.status,
        deciding.explanation,
        steps,
        deciding.place,
        layout,
        display.definitions,
        display,
    )


def _best(
    latex: str, display: Display, model: Model, *, has_own_sizes: bool
) -> tuple[str, tuple[Step, ...]]:
    """Return the layout in which most steps hold, or else are empty, with the steps."""
    is_same = has_plain_sigma(display)
    found = []
    for layout in model.layouts:
        graphs = networks(model, layout, is_same)
        steps = [
            _judge(latex, claim, graphs, has_own_sizes=has_own_sizes) for claim in display.claims
        ]
        found.append((layout, tuple(steps)))

    def merit(pair: tuple[str, tuple[Step, ...]]) -> tuple[int, int]:
        statuses = [step.status for step in pair[1]]
        return statuses.count("holds"), statuses.count("empty")

    return max(found, key=merit)


def _judge(latex: str, claim: t.Claim, graphs: Sequence[Graph], *, has_own_sizes: bool) -> Step:
    text, (begin, _) = _text(latex, claim.place), claim.place
    status: Status
    try:
        outcome = evaluate(claim, graphs)
        _require_own_condition(claim, outcome, graphs)
    except UnreadableError as error:
        status = "unreadable"
        if isinstance(error, SizesError) and not has_own_sizes:
            status = "large" if error.is_large else "empty"
        return Step(status, text, str(error), place=error.place)
    false: Status = "empty" if outcome.is_empty and not has_own_sizes else "fails"
    return Step(
        "holds" if outcome.is_true else false,
        text,
        outcome.message + _letter_hint(claim, outcome),
        outcome.left_shape,
        outcome.right_shape,
        outcome.worst,
        place=None if outcome.is_true else begin,
        n_checked=outcome.n_checked,
    )


def _require_own_condition(claim: t.Claim, outcome: Outcome, graphs: Sequence[Graph]) -> None:
    """Refuse a false step that the condition of another row would make true: it may be meant."""
    if outcome.is_true or not claim.nearby:
        return
    meant = replace(claim, conditions=(*claim.conditions, *claim.nearby), nearby=())
    if evaluate(meant, graphs, to_first=True).is_true:
        raise UnreadableError(
            "this is true only under a condition that stands on another line; write the condition "
            "on each line that it restricts",
            claim.place[0],
        )


def _letter_hint(claim: t.Claim, outcome: Outcome) -> str:
    """Return a word on L where a number of layers is equated with what only a loss can be."""
    is_loss = outcome.worst is not None and t.Constant("L") in (claim.left, claim.right)
    return r" (L is the number of layers; the loss is C or \mathcal{L})" if is_loss else ""


def _text(latex: str, place: tuple[int, int]) -> str:
    """Return a claim's LaTeX, with the font or size of its first symbol."""
    before = _FONT_BEFORE.search(latex, 0, place[0])
    return latex[before.start() if before else place[0] : place[1]]


def _explained(
    steps: tuple[Step, ...], display: Display, model: Model, layout: str
) -> tuple[Step, ...]:
    """Return the steps, the first false ones with the mistake or convention that explains them."""
    false = [at for at, step in enumerate(steps) if step.status == "fails"][:MAX_EXPLAINED]
    if not false:
        return steps
    # Not needed where all is true, and the browser imports slowly.
    from bpdocs.equations.printing.latex import Printer
    from bpdocs.equations.repairs.meanings import name_convention
    from bpdocs.equations.repairs.naming import name_mistakes

    is_same = has_plain_sigma(display)
    graphs = networks(model, layout, is_same)
    explained = list(steps)
    for at in false:
        claim = display.claims[at]
        explained[at] = replace(
            steps[at],
            mistakes=name_mistakes(claim, graphs, Printer(model.names)),
            convention=name_convention(claim, model, layout, is_same),
        )
    return tuple(explained)


def has_plain_sigma(display: Display) -> bool:
    r"""Tell whether \sigma stands without a layer: then all layers have the same activation."""
    layers = [
        node.layer is not None
        for claim in display.claims
        for node in claim.walk()
        if isinstance(node, t.Function) and node.name == r"\sigma"
    ]
    if True in layers and False in layers:
        raise UnreadableError(r"\sigma stands with a layer and without one", 0)
    return False in layers
