"""What a gradient check found: a report, parameter by parameter."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class ParameterCheck:
    r"""The gradient of one parameter, computed twice.

    Attributes
    ----------
    name : str
        "weight[1]", "bias[1]", …
    analytic, numeric : ndarray of the parameter's shape
        From the backward pass, and from differences; `numeric` is NaN where none was taken.
    relative_error : float
        $\lVert a - n \rVert_F / \max(\lVert a \rVert_F, \lVert n \rVert_F)$, dimensionless, over
        the entries that are judged; 0 if the two differ by no more than rounding.
    checked : ndarray of bool or None
        The entries that were drawn; None for all.
    at_kink : ndarray of bool or None
        The entries where a kink spoils the difference; they are not judged. None for none.
    mistakes : tuple of str
        The mistakes of the catalogue that give this gradient, each as a phrase.

    Examples
    --------
    >>> import numpy as np
    >>> check = ParameterCheck("bias[1]", np.array([[1.0], [4.0]]), np.array([[1.0], [3.0]]), 0.24)
    >>> check.worst
    (1, 0)
    """

    name: str
    analytic: np.ndarray
    numeric: np.ndarray
    relative_error: float
    checked: np.ndarray | None = None
    at_kink: np.ndarray | None = None
    mistakes: tuple[str, ...] = ()

    @property
    def n_checked(self) -> int:
        """Number of entries that were compared."""
        return self.analytic.size if self.checked is None else int(self.checked.sum())

    @property
    def n_at_kink(self) -> int:
        """Number of entries that are not judged because of a kink."""
        return 0 if self.at_kink is None else int(self.at_kink.sum())

    @property
    def is_judged(self) -> np.ndarray:
        """The entries that count: those that were drawn and are not at a kink."""
        is_judged = np.ones(self.analytic.shape, bool)
        if self.checked is not None:
            is_judged &= self.checked
        if self.at_kink is not None:
            is_judged &= ~self.at_kink
        return is_judged

    @property
    def worst(self) -> tuple[int, ...] | None:
        """The judged entry that differs most; None if no entry is judged."""
        if not self.is_judged.any():
            return None
        # A NaN counts as the largest, so it is found.
        distance = np.where(self.is_judged, np.abs(self.analytic - self.numeric), -1)
        return tuple(int(i) for i in np.unravel_index(distance.argmax(), distance.shape))

    def __str__(self) -> str:
        size, worst = self.analytic.size, self.worst
        facts = [f"{self.name}: relative error {self.relative_error:.1e}"]
        facts.append("no entry judged" if worst is None else f"worst entry {worst}")
        if self.n_checked < size:
            facts.append(f"{self.n_checked} of {size} entries")
        if self.n_at_kink:
            facts.append(f"{self.n_at_kink} at a kink")
        lines = [", ".join(facts)]
        if worst is not None:
            lines.append(f"  analytic: {self.analytic[worst]: .6e}")
            lines.append(f"  numeric:  {self.numeric[worst]: .6e}")
        if self.mistakes:
            lines.append(f"  this is {', or '.join(self.mistakes)}")
        return "\n".join(lines)


@dataclass(frozen=True, eq=False)
class GradientReport:
    """The result of a gradient check; print it for a table.

    Attributes
    ----------
    parameters : tuple of ParameterCheck
        One for each parameter, layer 1 first.

    Examples
    --------
    >>> import numpy as np
    >>> one, two = np.array([[1.0]]), np.array([[2.0]])
    >>> report = GradientReport((ParameterCheck("weight[1]", two, one, 0.5),))
    >>> report.is_close()
    False
    >>> print(report)
    weight[1]: relative error 5.0e-01, worst entry (0, 0)
      analytic:  2.000000e+00
      numeric:   1.000000e+00
    """

    parameters: tuple[ParameterCheck, ...]

    @property
    def relative_error(self) -> float:
        """The largest relative error of any parameter."""
        # Python's max would pass over a NaN.
        return float(np.max([parameter.relative_error for parameter in self.parameters]))

    @property
    def n_at_kink(self) -> int:
        """Number of entries that are not judged because of a kink."""
        return sum(parameter.n_at_kink for parameter in self.parameters)

    def is_close(self, tolerance: float = 1e-6) -> bool:
        """Tell whether the two gradients of every parameter agree.

        Parameters
        ----------
        tolerance : float
            The largest relative error that passes.

        Returns
        -------
        bool
            Whether every relative error is at most `tolerance`; NaN never is.
        """
        return self.relative_error <= tolerance

    def __str__(self) -> str:
        return "\n".join(str(parameter) for parameter in self.parameters)
