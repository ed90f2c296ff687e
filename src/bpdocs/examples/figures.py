"""The backend that matplotlib has in the browser: figures appear under the cell that drew them.

Imported by matplotlib alone, which looks for the name `FigureCanvas`.
`bpdocs.examples.rich` shows what is drawn when its cell has run.
"""

from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg


class _FigureManager(FigureManagerBase):
    @classmethod
    def pyplot_show(cls, *, block: bool | None = None) -> None:
        """Do nothing: there is no window to wait for."""


class FigureCanvas(FigureCanvasAgg):
    """Draws a figure into pixels."""

    manager_class = _FigureManager
