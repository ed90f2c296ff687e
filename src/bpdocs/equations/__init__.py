r"""Equations that are executed: LaTeX is read, evaluated on random networks, and judged.

>>> from bpdocs.equations import check
>>> check(r"\bm{A}^{l} = \sigma^{l}(\bm{Z}^{l})").status
'holds'
"""

from bpdocs.equations.inline import InlineVerdict, check_inline
from bpdocs.equations.judging import Step
from bpdocs.equations.networks.models import MODELS
from bpdocs.equations.repairs.catalogue import MISTAKES, Mistake
from bpdocs.equations.verdict import Verdict, check

__all__ = [
    "MISTAKES",
    "MODELS",
    "InlineVerdict",
    "Mistake",
    "Step",
    "Verdict",
    "check",
    "check_inline",
]
