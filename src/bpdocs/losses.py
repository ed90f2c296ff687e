r"""Losses, each with its value and its gradient; both are means over the samples of the batch.

The factor $1/M$ enters the derivation here, in the gradient, and nowhere else.
The page is [Loss and output error](../derivation/loss.md).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bpdocs._checks import require_matrix, require_same_dtype


@dataclass(frozen=True)
class Loss:
    r"""A scalar function $C(A^L, Y)$ with its gradient $\partial C / \partial A^L$.

    Call it for $C$; [`gradient`][bpdocs.Loss.gradient] gives $\partial C / \partial A^L$.

    Attributes
    ----------
    name : str
        Used in error messages.
    rule : callable
        $C$, from two ndarrays of one shape to a number, unchecked.
    slope : callable
        $\partial C / \partial A^L$, likewise, in the layout of $A^L$.
    """

    name: str
    rule: Callable[[np.ndarray, np.ndarray], float]
    slope: Callable[[np.ndarray, np.ndarray], np.ndarray]

    def __call__(self, activation: np.ndarray, targets: np.ndarray) -> float:
        r"""Return the loss $C$ of the batch.

        Parameters
        ----------
        activation : ndarray of shape (N_L, M)
            $A^L$, the output of the network.
        targets : ndarray of shape (N_L, M)
            $Y$.

        Returns
        -------
        float
            $C \ge 0$, a mean over the $M$ samples.

        Raises
        ------
        TypeError
            If an argument is not a float32 or float64 ndarray, or the dtypes differ.
        ValueError
            If the shapes differ, or a value is not finite.
        """
        _check_pair(self.name, activation, targets)
        return float(self.rule(activation, targets))

    def gradient(self, activation: np.ndarray, targets: np.ndarray) -> np.ndarray:
        r"""Return $\partial C / \partial A^L$, which carries the factor $1/M$.

        Parameters
        ----------
        activation : ndarray of shape (N_L, M)
            $A^L$, the output of the network.
        targets : ndarray of shape (N_L, M)
            $Y$.

        Returns
        -------
        ndarray of shape (N_L, M)
            In the dtype of `activation`.

        Raises
        ------
        TypeError
            If an argument is not a float32 or float64 ndarray, or the dtypes differ.
        ValueError
            If the shapes differ, or a value is not finite.
        """
        _check_pair(f"{self.name}.gradient", activation, targets)
        return self.slope(activation, targets)

    def __repr__(self) -> str:
        return f"<loss {self.name}>"


def _check_pair(function: str, activation: np.ndarray, targets: np.ndarray) -> None:
    require_matrix(function, "activation", activation, ("N_L", "M"))
    require_matrix(function, "targets", targets, activation.shape)
    require_same_dtype(function, {"activation": activation, "targets": targets})


def _n_samples(A: np.ndarray) -> int:
    return A.shape[1]


half_squared_error = Loss(
    "half_squared_error",
    lambda A, Y: ((A - Y) ** 2).sum() / (2 * _n_samples(A)),
    lambda A, Y: (A - Y) / _n_samples(A),
)
