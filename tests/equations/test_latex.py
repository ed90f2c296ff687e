"""What the printer writes is read as the same claim."""

from dataclasses import replace

import pytest

from bpdocs.equations.networks.models import MODELS
from bpdocs.equations.printing.latex import Printer
from bpdocs.equations.reading.display import read_display
from corpus import ENTRIES

CLAIMS = [entry for entry in ENTRIES if entry.status != "unreadable"]


@pytest.mark.parametrize("entry", CLAIMS, ids=lambda entry: entry.place)
def test_printed_claim_is_read_as_the_same(entry):
    """A claim that is printed as LaTeX and read again is the claim."""
    names = MODELS[entry.model].names
    printer = Printer(names)
    for claim in read_display(entry.latex, names).claims:
        (again,) = read_display(printer.claim(claim), names).claims
        # What varies under a differential is named by the whole chain.
        assert replace(again, differentials=claim.differentials) == claim
