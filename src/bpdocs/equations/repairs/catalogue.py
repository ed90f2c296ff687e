"""The mistakes that have a name."""

from collections.abc import Mapping
from dataclasses import dataclass

# Short and stable name, as an author marks it, and the sentence that is shown. The order is that
# in which explanations are tried and given: the plainest first.
MISTAKES: Mapping[str, str] = {
    "⊙ with softmax": "⊙ with softmax, whose derivative is no array of slopes",
    "softmax without its second term": "the second term of softmax's derivative is missing",
    "wrong sign": "wrong sign",
    "1/M twice": "1/M twice",
    "1/M missing": "1/M missing",
    "1/M superfluous": "1/M where none belongs",
    "factor M": "a factor M is missing or superfluous",
    "factor 2": "a factor 2 is missing or superfluous",
    "factor 1/2": "a factor 1/2 is missing or superfluous",
    "factor N_L": "a factor N_L or 1/N_L is missing or superfluous",
    "factor N_l": "a factor N_l or 1/N_l is missing or superfluous",
    "mean for a sum": "a mean for a sum",
    "sum for a mean": "a sum for a mean",
    "σ′ twice": "σ′ twice",
    "σ′ missing": "σ′ missing",
    "σ′ for σ": "σ′ for σ",
    "σ for σ′": "σ for σ′",
    "σ′ superfluous": "σ′ where none belongs",
    "γ twice": "γ twice",
    "γ missing": "γ missing",
    "γ superfluous": "γ where none belongs",
    "momentum factor missing": "the momentum factor is missing",
    "learning rate missing": "the learning rate is missing",
    "learning rate superfluous": "the learning rate stands where none belongs",
    "bias without ones": "the bias is one column: it needs the ones to stand for every sample",
    "statistics held fixed": "the mean and the deviation were held fixed, but they depend on it",
    "square missing": "the square of a norm is missing",
    "indices swapped": "indices in the wrong order",
    "transpose": "transpose missing, superfluous or on the wrong factor",
    "⊙ for a matrix product": "⊙ for a matrix product",
    "matrix product for ⊙": "matrix product for ⊙",
    "sum over the samples missing": "sum over the samples missing",
    "sum over a neuron index missing": "sum over a neuron index missing",
    "sum superfluous": "a sum where none belongs",
    "wrong sum": "sum over the wrong index, or to the wrong limit",
    "wrong layer": "wrong layer (l, l+1, l-1 or L for another)",
    "order of factors": "factors in the wrong order",
    "wrong length": "ones or an identity of the wrong length",
    "Kronecker delta missing": "Kronecker delta missing: 0 where the indices differ",
    "wrong index": "wrong index",
    "wrong quantity": "one quantity for another: Z, A or \\hat A",
    "rows and columns exchanged": "rows and columns exchanged",
    "shapes do not fit": "the shapes do not fit",
}


@dataclass(frozen=True)
class Mistake:
    """A named mistake.

    Attributes
    ----------
    name : str
        A key of `MISTAKES`.
    repair : str
        LaTeX of the claim put right, "" where no small change does it.
    """

    name: str
    repair: str = ""


_PLACES = {name: place for place, name in enumerate(MISTAKES)}


def plainness(name: str) -> int:
    """Return the place of a mistake in the catalogue, the plainest first."""
    return _PLACES[name]
