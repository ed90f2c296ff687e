r"""The equations of the pages: each page names its model once, and definitions go down the page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bpdocs.equations.reading.context import Definitions
from bpdocs.equations.verdict import Verdict, check
from bpdocs.examples.reader import Page, PageError, read_page

# As MkDocs has it: between --- and --- or ..., or fields up to the first empty line.
_FRONT_MATTER = re.compile(
    r"\A\ufeff?\s*(?:---[ \t]*\n(?P<yaml>.*?)\n(?:---|\.\.\.)[ \t]*$|(?P<fields>(?:\w+:.*\n)+))",
    re.DOTALL | re.MULTILINE,
)
_MODEL = re.compile(r"^model:[ \t]*[\"']?(?P<name>[^\s\"']+)[\"']?[ \t]*$", re.MULTILINE)


@dataclass(frozen=True)
class CheckedEquation:
    """An equation of a page with its verdict.

    Attributes
    ----------
    page, id, line : str, str, int
        Where it stands.
    latex : str
        As it stands there.
    model : str
        The page's.
    known : mapping or None
        What earlier equations of the page defined.
    earlier : tuple of str
        These equations.
    verdict : Verdict
        Whether it is true.
    """

    page: str
    id: str
    line: int
    latex: str
    model: str
    known: Definitions | None
    earlier: tuple[str, ...]
    verdict: Verdict

    @property
    def name(self) -> str:
        """Page and id, as an address: derivation/loss.md#output-delta."""
        return f"{self.page}#{self.id}"


def model_of(text: str) -> str:
    """Return the model that a page names in its front matter; dense if it names none."""
    front = _FRONT_MATTER.match(text)
    named = _MODEL.search(front["yaml"] or front["fields"]) if front else None
    return named["name"] if named else "dense"


def check_page(page: Page, model: str) -> list[CheckedEquation]:
    """Check all displayed equations of a page.

    Parameters
    ----------
    page : Page
        What `bpdocs.examples.reader` read.
    model : str
        The page's model.

    Returns
    -------
    list of CheckedEquation
        In the order of the page.

    Raises
    ------
    PageError
        If `bpdocs.equations.MODELS` has no such model.
    """
    known: Definitions | None = None
    earlier: tuple[str, ...] = ()
    found = []
    for equation in page.equations:
        try:
            verdict = check(equation.latex, model, definitions=known)
        except ValueError as error:
            raise PageError(page.name, 1, f"{error}. Correct the page's `model:`.") from error
        found.append(
            CheckedEquation(
                page.name,
                equation.id,
                equation.line,
                equation.latex,
                model,
                known,
                earlier,
                verdict,
            )
        )
        if verdict.definitions and verdict.definitions != known:
            earlier = (*earlier, equation.latex)
        known = verdict.definitions
    return found


def require_true(equations: list[CheckedEquation]) -> None:
    """Raise PageError, with the line, for the first equation that does not hold."""
    for equation in equations:
        verdict = equation.verdict
        if verdict.status == "holds":
            continue
        above = equation.latex[: verdict.place or 0].count("\n")
        what = "cannot be read" if verdict.status == "unreadable" else "is false"
        raise PageError(
            equation.page,
            equation.line + above,
            f"the equation #{equation.id} {what}: {verdict.sentence}. Correct it.",
        )


def check_folder(folder: Path) -> Iterator[CheckedEquation]:
    """Yield the equations of all pages below a folder."""
    for path in sorted(folder.rglob("*.md")):
        text = path.read_text("utf-8")
        page = read_page(text, path.relative_to(folder).as_posix())
        yield from check_page(page, model_of(text))
