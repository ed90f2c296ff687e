r"""Activation functions, each beside its derivative; both act on every entry of Z on its own.

The pages are [Forward pass](../derivation/forward.md) for $\sigma^l$ and
[Loss and output error](../derivation/loss.md) for $(\sigma^l)'$.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bpdocs._checks import require_choice, require_floats

ElementWise = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Activation:
    r"""An element-wise function $\sigma$ with its derivative $\sigma'$.

    Call it for $A = \sigma(Z)$; [`derivative`][bpdocs.Activation.derivative] gives $\sigma'(Z)$.

    Attributes
    ----------
    name : str
        What `Dense` and `Network.from_sizes` know it by.
    rule : callable
        $\sigma$, from ndarray to ndarray of the same shape and dtype, unchecked.
    slope : callable
        $\sigma'$, likewise.

    Examples
    --------
    >>> import numpy as np
    >>> tanh(np.array([[0.0, 1.0]])).round(4)
    array([[0.    , 0.7616]])
    >>> tanh.derivative(np.array([[0.0, 1.0]])).round(4)
    array([[1.  , 0.42]])
    """

    name: str
    rule: ElementWise
    slope: ElementWise

    def __call__(self, preactivation: np.ndarray) -> np.ndarray:
        r"""Return $\sigma(Z)$.

        Parameters
        ----------
        preactivation : ndarray of shape (N_l, M)
            $Z^l$; any other shape is taken entry by entry too.

        Returns
        -------
        ndarray of shape (N_l, M)
            $A^l$, in the dtype of `preactivation`.

        Raises
        ------
        TypeError
            If `preactivation` is not a float32 or float64 ndarray.
        ValueError
            If it holds NaN or infinity.
        """
        require_floats(self.name, "preactivation", preactivation)
        return self.rule(preactivation)

    def derivative(self, preactivation: np.ndarray) -> np.ndarray:
        r"""Return $\sigma'(Z)$, entry by entry.

        Parameters
        ----------
        preactivation : ndarray of shape (N_l, M)
            $Z^l$, not the activation $A^l$.

        Returns
        -------
        ndarray of shape (N_l, M)
            In the dtype of `preactivation`.

        Raises
        ------
        TypeError
            If `preactivation` is not a float32 or float64 ndarray.
        ValueError
            If it holds NaN or infinity.
        """
        require_floats(f"{self.name}.derivative", "preactivation", preactivation)
        return self.slope(preactivation)

    def __repr__(self) -> str:
        return f"<activation {self.name}>"


def _logistic(Z: np.ndarray) -> np.ndarray:
    # exp of a number that is never positive cannot overflow.
    e = np.exp(-np.abs(Z))
    return np.where(Z >= 0, 1, e) / (1 + e)


identity = Activation("identity", lambda Z: Z.copy(), np.ones_like)

# sigma' = sigma (1 - sigma), with 1 - sigma(z) = sigma(-z) so that it keeps its digits for large z.
sigmoid = Activation("sigmoid", _logistic, lambda Z: _logistic(Z) * _logistic(-Z))

tanh = Activation("tanh", np.tanh, lambda Z: 1 - np.tanh(Z) ** 2)

# The derivative at the kink, z = 0, is taken as 0.
relu = Activation("relu", lambda Z: np.maximum(Z, 0), lambda Z: (Z > 0).astype(Z.dtype))

ACTIVATIONS = {activation.name: activation for activation in (identity, sigmoid, tanh, relu)}


def find_activation(activation: str | Activation, function: str = "activation") -> Activation:
    """Return the activation of that name; an `Activation` is returned as it is.

    Parameters
    ----------
    activation : str or Activation
        "identity", "sigmoid", "tanh", "relu", or an object of your own.
    function : str
        The caller, for the error message.

    Returns
    -------
    Activation
        A function with its derivative.

    Raises
    ------
    ValueError
        If the name is unknown.

    Examples
    --------
    >>> find_activation("relu")
    <activation relu>
    """
    if isinstance(activation, Activation):
        return activation
    require_choice(function, "activation", activation, tuple(ACTIVATIONS))
    return ACTIVATIONS[activation]
