r"""`check`: a displayed equation in, a verdict out."""

from dataclasses import dataclass

from bpdocs.equations.budget import limited_work
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.judging import Status, Step, judge
from bpdocs.equations.judging import explain as explain_steps
from bpdocs.equations.networks.models import MODELS, Model, find_model
from bpdocs.equations.reading.context import Definitions
from bpdocs.equations.reading.display import Display, read_display

_WORST_FIRST: tuple[Status, ...] = ("fails", "unreadable", "large", "empty", "holds")


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
        return check_display(latex, display, found, explain=explain)
    except UnreadableError as error:
        return Verdict("unreadable", str(error), (), error.place, definitions=definitions)


def check_display(latex: str, display: Display, model: Model, *, explain: bool = True) -> Verdict:
    """Say whether what was read of an equation is true.

    Parameters
    ----------
    latex : str
        The LaTeX.
    display : Display
        What was read of it.
    model : Model
        Of which it speaks, perhaps with chosen sizes.
    explain : bool
        Whether to look for the mistake that makes a step false.

    Returns
    -------
    Verdict
        As that of `check`.

    Raises
    ------
    UnreadableError
        If it is read with and without layers of the activation.
    """
    has_own_sizes = model is MODELS[model.name]
    with limited_work():
        layout, steps = judge(latex, display, model, has_own_sizes=has_own_sizes)
    if explain:
        with limited_work():
            steps = explain_steps(steps, display, model, layout)
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
