r"""Equations that are executed: LaTeX is read, evaluated on random networks, and judged.

>>> from bpdocs.equations import check
>>> check(r"\bm{A}^{l} = \sigma^{l}(\bm{Z}^{l})").status
'holds'
"""

from bpdocs.equations.inline import MISTAKES, InlineVerdict, check_inline
from bpdocs.equations.networks.models import MODELS
from bpdocs.equations.verdict import Step, Verdict, check

__all__ = ["MISTAKES", "MODELS", "InlineVerdict", "Step", "Verdict", "check", "check_inline"]
