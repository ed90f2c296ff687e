"""The budget of a check: any input ends in a sentence, in two seconds and 100 MB."""

import time
import tracemalloc

import pytest

from bpdocs.equations import check
from bpdocs.equations.budget import limited_work, spend
from bpdocs.equations.errors import SizesError

LETTERS = "lkhij"
NESTED = "".join(rf"\sum_{{{x}=1}}^{{L}}" for x in LETTERS) + "".join(
    rf"\lVert A^{x}\rVert" for x in LETTERS
)
DOUBLED = r"Q := A^l \\ " + r" \\ ".join(
    f"{new} := {old} + {old}" for old, new in zip("QRSUFGH", "RSUFGHO", strict=True)
)
LARGE = {
    "sums in sums": f"{NESTED} = C",
    "definitions of definitions": rf"{DOUBLED} \\ O = O = O = O",
    "definitions nested deep": r"Q := C \\ R := "
    + "Q " * 50
    + r"\\ S := "
    + "R " * 50
    + r"\\ S = C",
    "500 factors": "C = " + "C " * 500,
    "60 large identities": "I_{600} " * 58 + "= I_{600}",
    "terms": "C" + " + C" * 390 + " = C",
    "steps": "A^l = " * 190 + "A^l",
    "ranges": r"X_{j,m} = X_{j,m}" + r", j = 1, \dots, 900" * 50,
    "layers and layers": (r"\lVert A^l\rVert \lVert A^k\rVert \lVert A^h\rVert = " * 30) + "C",
    "functions of functions": r"\frac{\partial \sigma^l(\sigma^l(\sigma^l(\sigma^l(Z^l_{j,m}))))}"
    r"{\partial W^l_{p,q}} = 0",
}


@pytest.mark.parametrize("model", ["dense", "rows"])
@pytest.mark.parametrize("latex", LARGE.values(), ids=LARGE.keys())
def test_large_input_ends_in_a_sentence(latex, model):
    """Each of these took minutes, memory or an exception once."""
    tracemalloc.start()
    begin = time.process_time()
    verdict = check(latex, model)
    seconds = time.process_time() - begin
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert verdict.sentence
    assert peak < 100e6
    assert seconds < 6  # tracing takes three times as long as the check


def test_spent_budget_is_an_error():
    """What costs more than there is ends with a sentence that says what to do."""
    with limited_work(10), pytest.raises(SizesError, match="write it in fewer or shorter steps"):
        spend(11)


def test_budget_inside_another_is_its_own():
    """Naming a mistake does not pay from what judging has left, nor the other way round."""
    with limited_work(10):
        with limited_work(3):
            spend(2)
        spend(9)
