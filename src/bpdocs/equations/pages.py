r"""The formulas of the pages: each page names its model once, and definitions go down the page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bpdocs.equations.inline import InlineVerdict, check_inline
from bpdocs.equations.reading.context import Definitions
from bpdocs.equations.repairs.catalogue import MISTAKES
from bpdocs.equations.verdict import Verdict, check
from bpdocs.examples.fences import PageError
from bpdocs.examples.prose import FRONT_MATTER, Formula
from bpdocs.examples.reader import Equation, Page, read_page

_MODEL = re.compile(r"^model:[ \t]*[\"']?(?P<name>[^\s\"']+)[\"']?[ \t]*$", re.MULTILINE)


@dataclass(frozen=True)
class CheckedEquation:
    """A displayed equation of a page with its verdict.

    Attributes
    ----------
    page, id, line : str, str, int
        Where it stands.
    latex : str
        As it stands there.
    model : str
        The page's.
    known : mapping or None
        What the page defines above it.
    earlier : tuple of str
        The equations and inline formulas that define it.
    verdict : Verdict
        Whether it is true.
    fails : str
        The mistake that its author says is in it, or "".
    """

    page: str
    id: str
    line: int
    latex: str
    model: str
    known: Definitions | None
    earlier: tuple[str, ...]
    verdict: Verdict
    fails: str = ""

    @property
    def name(self) -> str:
        """Page and id, as an address: derivation/loss.md#output-delta."""
        return f"{self.page}#{self.id}"

    @property
    def title(self) -> str:
        """What a message calls it."""
        return f"the equation #{self.id}"

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The names of its mistakes."""
        return self.verdict.mistakes

    @property
    def is_claim(self) -> bool:
        """Whether it claims something: every display does."""
        return True


@dataclass(frozen=True)
class CheckedFormula:
    """A formula inside a sentence with its verdict.

    Attributes
    ----------
    page, line : str, int
        Where it stands.
    latex : str
        As it stands there.
    model : str
        The page's.
    known : mapping or None
        What the page defines above it.
    verdict : InlineVerdict
        What it is, and whether it is true.
    fails : str
        The mistake that its author says is in it, or "".
    """

    page: str
    line: int
    latex: str
    model: str
    known: Definitions | None
    verdict: InlineVerdict
    fails: str = ""

    @property
    def name(self) -> str:
        """Page and line."""
        return f"{self.page}:{self.line}"

    @property
    def title(self) -> str:
        """What a message calls it."""
        return f"the formula ${' '.join(self.latex.split())}$"

    @property
    def mistakes(self) -> tuple[str, ...]:
        """The names of its mistakes."""
        return self.verdict.mistakes

    @property
    def is_claim(self) -> bool:
        """Whether it claims something."""
        return self.verdict.kind == "claim"


Checked = CheckedEquation | CheckedFormula


def model_of(text: str) -> str:
    """Return the model that a page names in its front matter; dense if it names none."""
    front = FRONT_MATTER.match(text)
    named = _MODEL.search(front["yaml"] or front["fields"]) if front else None
    return named["name"] if named else "dense"


def check_page(page: Page, model: str) -> list[Checked]:
    """Check all formulas of a page, the displayed and the inline ones.

    Parameters
    ----------
    page : Page
        What `bpdocs.examples.reader` read.
    model : str
        The page's model.

    Returns
    -------
    list of CheckedEquation or CheckedFormula
        In the order of the page.

    Raises
    ------
    PageError
        If `bpdocs.equations.MODELS` has no such model.
    """
    known: Definitions | None = None
    earlier: tuple[str, ...] = ()
    seen: dict[str, InlineVerdict] = {}
    found: list[Checked] = []
    for formula in page.mathematics:
        checked: Checked
        try:
            if isinstance(formula, Equation):
                checked = _check_equation(formula, page.name, model, known, earlier)
            else:
                checked = _check_formula(formula, page.name, model, known, seen)
        except ValueError as error:
            raise PageError(page.name, 1, f"{error}. Correct the page's `model:`.") from error
        found.append(checked)
        definitions = checked.verdict.definitions
        if definitions and definitions != known:
            known, earlier = definitions, (*earlier, formula.latex)
            seen.clear()  # what was unknown above may be known below
    return found


def _check_equation(
    equation: Equation, page: str, model: str, known: Definitions | None, earlier: tuple[str, ...]
) -> CheckedEquation:
    verdict = check(equation.latex, model, definitions=known)
    place = (page, equation.id, equation.line)
    return CheckedEquation(*place, equation.latex, model, known, earlier, verdict, equation.fails)


def _check_formula(
    formula: Formula,
    page: str,
    model: str,
    known: Definitions | None,
    seen: dict[str, InlineVerdict],
) -> CheckedFormula:
    """Check a formula that may stand on the page a second time, as most short ones do."""
    latex = formula.latex
    if latex not in seen:
        seen[latex] = check_inline(latex, model, definitions=known)
    return CheckedFormula(page, formula.line, latex, model, known, seen[latex], formula.fails)


def fault_of(checked: Checked) -> str:
    """Return what is wrong with a formula of a page and what to do, or "".

    A formula must hold. One that is marked must fail, with the mistake that its mark names.
    """
    verdict, fails, mistakes = checked.verdict, checked.fails, checked.mistakes
    if fails and fails not in MISTAKES:
        return f"there is no mistake {fails!r}. Write one of: {', '.join(MISTAKES)}."
    if verdict.status == "holds":
        if not fails:
            return ""
        what = "holds" if checked.is_claim else "claims nothing"
        return f"{checked.title} is marked {fails!r}, but it {what}. Remove the mark."
    if verdict.status != "fails":
        return f"{checked.title} cannot be read: {verdict.sentence}. Correct it."
    if not fails:
        return f"{checked.title} is false: {verdict.sentence}. Correct it."
    if fails in mistakes:
        return ""
    named = f"its mistake is {' or '.join(mistakes)}" if mistakes else "that is not its mistake"
    return (
        f"{checked.title} is marked {fails!r}, but {named}: {verdict.sentence}. "
        "Name its mistake, or make the one that is named."
    )


def require_true(formulas: list[Checked]) -> None:
    """Raise PageError, with the line, for the first formula that is not as it should be."""
    for checked in formulas:
        fault = fault_of(checked)
        if fault:
            above = checked.latex[: checked.verdict.place or 0].count("\n")
            raise PageError(checked.page, checked.line + above, fault)


def check_pages(folder: Path) -> Iterator[Checked]:
    """Yield all formulas of all pages below a folder."""
    for path in sorted(folder.rglob("*.md")):
        text = path.read_text("utf-8")
        page = read_page(text, path.relative_to(folder).as_posix())
        yield from check_page(page, model_of(text))


def check_claims(folder: Path) -> Iterator[Checked]:
    """Yield the displays and the inline claims below a folder that are meant to be true."""
    for checked in check_pages(folder):
        if checked.is_claim and not checked.fails:
            yield checked


def check_folder(folder: Path) -> Iterator[CheckedEquation]:
    """Yield the displayed equations below a folder that are meant to be true."""
    for checked in check_pages(folder):
        if isinstance(checked, CheckedEquation) and not checked.fails:
            yield checked
