r"""`check_inline`: a formula inside a sentence in, a verdict out."""

import re
from dataclasses import dataclass
from typing import Literal

from bpdocs.equations.networks.models import find_model
from bpdocs.equations.reading.display import Definitions
from bpdocs.equations.verdict import Verdict, check

MISTAKES = {
    "transpose": "transpose missing, superfluous or on the wrong factor",
    "1/M missing": "1/M missing",
    "1/M twice": "1/M twice",
    "σ′ missing": "σ′ missing",
    "σ′ for σ": "σ′ for σ",
    "σ′ where none belongs": "σ′ where none belongs",
    "sign": "wrong sign",
    "layer": "wrong layer",
    "index": "wrong index",
    "order": "factors in the wrong order",
    "⊙ for a matrix product": "⊙ for a matrix product",
    "matrix product for ⊙": "matrix product for ⊙",
    "sum": "sum over the wrong index",
    "sum missing": "sum over the samples missing",
    "softmax": "⊙ with softmax",
}
"""The mistakes that a mark may name, each with its sentence."""

_RELATION = re.compile(r":=|=|<|>|\\(?:ne|neq|le|leq|ge|geq|in|approx|equiv|ll|gg)(?![A-Za-z])")
_QUANTITY = re.compile(
    r"\\partial|\\nabla|\\mathrm\s*\{?d|\\mathbb|\\[dD]elta|\\sigma|\\operatorname|\\exp"
    r"|\\(?:bm|mathbf|boldsymbol)(?![A-Za-z])|(?<![\\A-Za-z_])[CWwbZzAaXxYyPV](?![A-Za-z])"
)
_ARRAYS = re.compile(
    r"(?P<names>.*)\\in\s*\\mathbb\s*\{?R\}?\s*\^\s*\{.*\\times.*\}|(?P<name>.*):=", re.DOTALL
)
_BAD = re.compile(r"is not a name|needs its layer|does not fit|no value as a number")


@dataclass(frozen=True)
class InlineVerdict:
    """What came of a formula inside a sentence."""

    kind: Literal["claim", "condition", "expression"]
    status: Literal["holds", "fails", "unreadable"]
    sentence: str
    mistakes: tuple[str, ...] = ()
    place: int | None = None
    definitions: Definitions | None = None


def check_inline(
    latex: str, model: str, *, definitions: Definitions | None = None
) -> InlineVerdict:
    """Say whether a formula inside a sentence is true, if it claims anything."""
    find_model(model)
    relation = _RELATION.search(latex)
    if not relation:
        # Letters and shapes are read by setting the expression equal to itself.
        verdict = check(f"{latex} = {latex}", model, definitions=definitions, explain=False)
        sentence = verdict.sentence
        is_bad = verdict.status != "holds" and bool(_BAD.search(sentence))
        is_bad = is_bad and not re.match("[PQ] is not", sentence)
        status: Literal["holds", "unreadable"] = "unreadable" if is_bad else "holds"
        return InlineVerdict("expression", status, sentence, (), verdict.place, definitions)
    if not _QUANTITY.search(latex) and relation[0] != ":=":
        return InlineVerdict("condition", "holds", "", (), None, definitions)
    verdict = check(latex, model, definitions=definitions)
    is_named = r"\operatorname{relu}" in latex
    if verdict.status == "unreadable" and (is_named or _introduces(latex)):
        return InlineVerdict("claim", "holds", "free arrays", (), None, definitions)
    return InlineVerdict(
        "claim",
        verdict.status if verdict.status in ("holds", "fails") else "unreadable",
        verdict.sentence,
        mistakes_of(verdict),
        verdict.place,
        verdict.definitions,
    )


def _introduces(latex: str) -> bool:
    match = _ARRAYS.fullmatch(latex)
    return bool(match and match["names"] and re.search("[PQRSUV]", match["names"]))


def mistakes_of(verdict: Verdict) -> tuple[str, ...]:
    """Return the short names of a verdict's mistakes."""
    return tuple(
        dict.fromkeys(
            name
            for step in verdict.steps
            for name, sentence in MISTAKES.items()
            if step.mistake.startswith(sentence)
        )
    )
