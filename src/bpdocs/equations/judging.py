r"""What each claim of a display comes to: evaluated in every layout, and explained where false."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bpdocs.equations import tree as t
from bpdocs.equations.errors import NoValueError, SizesError, UnreadableError
from bpdocs.equations.evaluating.claims import Outcome, evaluate
from bpdocs.equations.networks.graph import Graph
from bpdocs.equations.networks.models import LAST_SHARED_LAYER, MODELS, Model, networks
from bpdocs.equations.reading.display import Display
from bpdocs.equations.repairs.catalogue import MISTAKES, Mistake

# What stands before a symbol and makes no token.
_FONT_BEFORE = re.compile(r"(?:\\(?:bm|boldsymbol|math[a-z]+|left|[bB]igg?l?)\s*\{?\s*)+$")

# What may stand between the sides of one step: its relation, and what only changes the look.
_BETWEEN = re.compile(
    r"(?:[\s&=~{}]|:=|\\(?:in|leftarrow|rightarrow|gets|to|coloneqq|coloneq|triangleq|equiv)(?![A-Za-z])"
    r"|\\[,;:!> ]|\\(?:quad|qquad|bm|boldsymbol|math[a-z]+|left|[bB]igg?l?)(?![A-Za-z])"
    r"|\\(?:overset|stackrel)\s*\{[^=]*\}\s*(?:\{\s*=\s*\}|=))*"
)
_RELATIONS = {"=": "=", ":=": ":=", "in": r"\in", "<-": r"\leftarrow"}

MAX_EXPLAINED = 3

Status = Literal["holds", "fails", "unreadable", "empty", "large"]


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
    has_value : bool
        Whether both sides are numbers; not where a logarithm of a negative number is among them.
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
    has_value: bool = True

    @property
    def mistake(self) -> str:
        """What is wrong, and the step put right, in one line; or ""."""
        named = [mistake for mistake in self.mistakes if mistake.name != "shapes do not fit"]
        if not named:
            return ""
        repair = named[0].repair
        same = [mistake for mistake in named if mistake.repair == repair]
        what = ": ".join(MISTAKES[mistake.name] for mistake in same)
        return f"{what}; true is {repair}" if repair else what

    @property
    def explanation(self) -> str:
        """The sentence with the convention or mistake that explains it."""
        reason = "; or ".join(filter(None, (self.mistake, self.convention)))
        return f"{reason} ({self.sentence})" if reason else self.sentence


def judge(
    latex: str, display: Display, model: Model, *, has_own_sizes: bool
) -> tuple[str, tuple[Step, ...]]:
    """Return the layout in which most steps hold, or else are empty, with the steps."""
    is_same = has_plain_sigma(display)
    found: list[tuple[str, tuple[Step, ...]]] = []
    for layout in model.layouts:
        graphs = networks(model, layout, is_same)
        steps = tuple(
            _judge(latex, claim, graphs, has_own_sizes=has_own_sizes) for claim in display.claims
        )
        if all(step.status == "holds" for step in steps):
            return layout, steps
        found.append((layout, steps))

    def merit(pair: tuple[str, tuple[Step, ...]]) -> tuple[int, int]:
        statuses = [step.status for step in pair[1]]
        return statuses.count("holds"), statuses.count("empty")

    return max(found, key=merit)


def _judge(latex: str, claim: t.Claim, graphs: Sequence[Graph], *, has_own_sizes: bool) -> Step:
    text, (begin, _) = _text(latex, claim), claim.place
    status: Status
    try:
        if has_own_sizes:
            _require_shared_layers(claim)
        outcome = evaluate(claim, graphs)
        outcome = _with_condition_nearby(claim, outcome, graphs)
    except UnreadableError as error:
        status = "unreadable"
        if isinstance(error, SizesError) and not has_own_sizes:
            status = "large" if error.is_large else "empty"
        has_value = not isinstance(error, NoValueError)
        return Step(status, text, str(error), place=error.place, has_value=has_value)
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


def _require_shared_layers(claim: t.Claim) -> None:
    """Refuse a layer by a number that few networks have: what they share there proves nothing."""
    for node in claim.walk():
        layer = getattr(node, "layer", None)
        if isinstance(layer, t.Number) and layer.value > LAST_SHARED_LAYER:
            raise UnreadableError(
                f"few networks have a layer {layer.value}; write it for any layer, with l or L",
                node.place[0],
            )


def _with_condition_nearby(claim: t.Claim, outcome: Outcome, graphs: Sequence[Graph]) -> Outcome:
    """Return an outcome that says where the condition of another row would make a step true."""
    if outcome.is_true or not claim.nearby:
        return outcome
    meant = replace(claim, conditions=(*claim.conditions, *claim.nearby), nearby=())
    if not evaluate(meant, graphs, to_first=True).is_true:
        return outcome
    hint = "; true under the condition of another line: write it on each line that it restricts"
    return replace(outcome, message=outcome.message + hint)


def _letter_hint(claim: t.Claim, outcome: Outcome) -> str:
    """Return a word on L where a number of layers is equated with what only a loss can be."""
    is_loss = outcome.worst is not None and t.Constant("L") in (claim.left, claim.right)
    return r" (L is the number of layers; the loss is C or \mathcal{L})" if is_loss else ""


def _text(latex: str, claim: t.Claim) -> str:
    """Return a claim as it stands in the LaTeX; its sides apart, where others stand between them.

    Between them may be the other sides of a chain over several lines, the other cases, or names of
    a list.
    """
    left, right = claim.left.place, claim.right.place
    between = latex[left[1] : right[0]]
    begin = _begin(latex, left[0])
    if _BETWEEN.fullmatch(between):
        return latex[begin : right[1]]
    sides = latex[begin : left[1]], latex[_begin(latex, right[0]) : right[1]]
    return f" {_RELATIONS[claim.relation]} ".join(sides)


def _begin(latex: str, place: int) -> int:
    """Return where a side begins, with the font or size of its first symbol."""
    before = _FONT_BEFORE.search(latex, 0, place)
    return before.start() if before else place


def explain(
    steps: tuple[Step, ...], display: Display, model: Model, layout: str
) -> tuple[Step, ...]:
    """Return the steps, the first false ones with the mistake or convention that explains them."""
    false = [at for at, s in enumerate(steps) if s.status == "fails" or not s.has_value]
    false = false[:MAX_EXPLAINED]
    if not false:
        return steps
    # Not needed where all is true, and the browser imports slowly.
    from bpdocs.equations.printing.latex import Printer
    from bpdocs.equations.repairs.meanings import name_convention
    from bpdocs.equations.repairs.naming import name_mistakes

    is_same = has_plain_sigma(display)
    # On a network of chosen sizes a factor may be 2, M and N_L at once.
    graphs = networks(MODELS[model.name], layout, is_same)
    explained = list(steps)
    for at in false:
        claim = display.claims[at]
        others = (*display.claims[:at], *display.claims[at + 1 :])
        is_false = steps[at].has_value
        explained[at] = replace(
            steps[at],
            mistakes=name_mistakes(claim, graphs, Printer(model.names)) if is_false else (),
            convention=name_convention(claim, others, model, layout, is_same),
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
