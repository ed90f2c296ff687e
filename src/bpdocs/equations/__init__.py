r"""Equations that are executed: LaTeX is read, evaluated on random networks, and judged.

>>> from bpdocs.equations import check
>>> check(r"\bm{A}^{l} = \sigma^{l}(\bm{Z}^{l})").status
'holds'
"""

from bpdocs.equations.networks.models import MODELS
from bpdocs.equations.verdict import Step, Verdict, check

__all__ = ["MODELS", "Step", "Verdict", "check"]
