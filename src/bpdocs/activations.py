r"""Activation functions, each beside its derivative.

All but softmax act on every entry of Z on its own. What back propagation needs of an activation is
its vector-Jacobian product, `vjp`: for an element-wise one it multiplies by the derivative.
The pages are [Forward pass](../derivation/forward.md) for $\sigma^l$ and
[Loss and output error](../derivation/loss.md) for $(\sigma^l)'$.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bpdocs._checks import (
    overflow_told,
    require_callable,
    require_choice,
    require_floats,
    require_matrix,
    require_result,
    require_same_dtype,
)

ElementWise = Callable[[np.ndarray], np.ndarray]
Pullback = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Activation:
    r"""A function $\sigma$ with what back propagation needs of its derivative.

    Call it for $A = \sigma(Z)$; `derivative` gives $\sigma'(Z)$, and `vjp` takes
    $\partial C / \partial A$ to $\partial C / \partial Z$.

    Attributes
    ----------
    name : str
        What `Dense` and `Network.from_sizes` know it by.
    rule : callable
        $\sigma$, from ndarray to ndarray of the same shape and dtype, unchecked.
    slope : callable or None
        $\sigma'$, likewise; None for a function that is not element-wise.
    pullback : callable or None
        For a function that is not element-wise: from $Z$ and $\partial C / \partial A$ to
        $\partial C / \partial Z$, unchecked.
    kink : float or None
        The $z$ at which $\sigma$ has no derivative; there `slope` is the derivative from the left.

    Examples
    --------
    >>> import numpy as np
    >>> tanh(np.array([[0.0, 1.0]])).round(4)
    array([[0.    , 0.7616]])
    >>> tanh.derivative(np.array([[0.0, 1.0]])).round(4)
    array([[1.  , 0.42]])
    >>> tanh.vjp(np.array([[0.0, 1.0]]), np.array([[10.0, 100.0]])).round(2)
    array([[10., 42.]])
    """

    name: str
    rule: ElementWise
    slope: ElementWise | None = None
    pullback: Pullback | None = None
    kink: float | None = None

    def __post_init__(self) -> None:
        if (self.slope is None) == (self.pullback is None):
            raise TypeError(
                f"Activation: {self.name} must have either a slope or a pullback, "
                f"got {'neither' if self.slope is None else 'both'}"
            )
        require_callable("Activation", "rule", self.rule)
        kind = "slope" if self.pullback is None else "pullback"
        require_callable("Activation", kind, getattr(self, kind))

    @property
    def is_elementwise(self) -> bool:
        """Whether every entry of A depends on the same entry of Z alone."""
        return self.slope is not None

    def __call__(self, preactivation: np.ndarray) -> np.ndarray:
        r"""Return $\sigma(Z)$.

        Parameters
        ----------
        preactivation : ndarray of shape (N_l, M)
            $Z^l$; an element-wise function takes any other shape too.

        Returns
        -------
        ndarray of shape (N_l, M)
            $A^l$, in the dtype of `preactivation`.

        Raises
        ------
        TypeError
            If `preactivation` is not a float32 or float64 ndarray.
        ValueError
            If it holds NaN or infinity, or is not a matrix where the function needs columns.
        """
        self._require(self.name, preactivation)
        with overflow_told():
            return np.asarray(require_result(self.name, "result", self.rule(preactivation)))

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
            If `preactivation` is not a float32 or float64 ndarray, or if the function is not
            element-wise and therefore has no such derivative.
        ValueError
            If it holds NaN or infinity.
        """
        if self.slope is None:
            raise TypeError(
                f"{self.name}.derivative: {self.name} must be element-wise to have a derivative "
                f"entry by entry, got a function whose every output depends on its whole column; "
                f"use {self.name}.vjp"
            )
        function = f"{self.name}.derivative"
        require_floats(function, "preactivation", preactivation)
        with overflow_told():
            return np.asarray(require_result(function, "result", self.slope(preactivation)))

    def vjp(self, preactivation: np.ndarray, activation_gradient: np.ndarray) -> np.ndarray:
        r"""Return $\partial C / \partial Z$ from $\partial C / \partial A$.

        Parameters
        ----------
        preactivation : ndarray of shape (N_l, M)
            $Z^l$.
        activation_gradient : ndarray of shape (N_l, M)
            $\partial C / \partial A^l$.

        Returns
        -------
        ndarray of shape (N_l, M)
            $\partial C / \partial A^l \odot (\sigma^l)'(Z^l)$ for an element-wise function; for
            softmax, column by column, $P \odot (dA - 1 1^\mathsf{T} (P \odot dA))$.

        Raises
        ------
        TypeError
            If an argument is not a float32 or float64 ndarray, or the dtypes differ.
        ValueError
            If the shapes differ, a value is not finite, or the result is too large for the dtype.
        """
        function = f"{self.name}.vjp"
        require_matrix(function, "preactivation", preactivation, ("N_l", "M"))
        require_matrix(function, "activation_gradient", activation_gradient, preactivation.shape)
        require_same_dtype(
            function,
            {"preactivation": preactivation, "activation_gradient": activation_gradient},
        )
        with overflow_told():
            pulled = self.pull(preactivation, activation_gradient)
            return np.asarray(require_result(function, "result", pulled))

    def pull(self, Z: np.ndarray, dA: np.ndarray) -> np.ndarray:
        """Return what `vjp` returns, without checks."""
        return dA * self.slope(Z) if self.slope else self.pullback(Z, dA)  # type: ignore[misc]

    def _require(self, function: str, preactivation: np.ndarray) -> None:
        if self.is_elementwise:
            require_floats(function, "preactivation", preactivation)
        else:
            require_matrix(function, "preactivation", preactivation, ("N_l", "M"))

    def __repr__(self) -> str:
        return f"<activation {self.name}>"


# The rules compare real parts and use no absolute value, so that a step of size h in an imaginary
# direction, Z + ih, goes through them as through the formulas: the gradient check needs that.


def _logistic(Z: np.ndarray) -> np.ndarray:
    # exp of a number that is never positive cannot overflow.
    is_positive = Z.real >= 0
    e = np.exp(np.where(is_positive, -Z, Z))
    return np.where(is_positive, 1, e) / (1 + e)


def _softplus(Z: np.ndarray) -> np.ndarray:
    is_positive = Z.real > 0
    return np.where(is_positive, Z, 0) + np.log1p(np.exp(np.where(is_positive, -Z, Z)))


def _softmax(Z: np.ndarray) -> np.ndarray:
    E = np.exp(Z - Z.real.max(axis=0, keepdims=True))
    return E / E.sum(axis=0, keepdims=True)


def _pull_softmax(Z: np.ndarray, dA: np.ndarray) -> np.ndarray:
    P = _softmax(Z)
    return P * (dA - (P * dA).sum(axis=0, keepdims=True))


LEAK = 0.01

identity = Activation("identity", lambda Z: Z.copy(), np.ones_like)
r"""$\sigma(z) = z$, $\sigma'(z) = 1$.

Examples
--------
>>> import numpy as np
>>> identity(np.array([[-1.0, 2.0]]))
array([[-1.,  2.]])
"""

# sigma' = sigma (1 - sigma), with 1 - sigma(z) = sigma(-z) so that it keeps its digits for large z.
sigmoid = Activation("sigmoid", _logistic, lambda Z: _logistic(Z) * _logistic(-Z))
r"""$\sigma(z) = 1 / (1 + e^{-z})$ in (0, 1), $\sigma'(z) = \sigma(z) \sigma(-z)$. No overflow.

Examples
--------
>>> import numpy as np
>>> sigmoid(np.array([[0.0, -1000.0, 1000.0]]))
array([[0.5, 0. , 1. ]])
>>> sigmoid.derivative(np.array([[0.0]]))
array([[0.25]])
"""

tanh = Activation("tanh", np.tanh, lambda Z: 1 - np.tanh(Z) ** 2)
r"""$\sigma(z) = \tanh z$ in (-1, 1), $\sigma'(z) = 1 - \tanh^2 z$.

Examples
--------
>>> import numpy as np
>>> tanh.derivative(np.array([[0.0]]))
array([[1.]])
"""

relu = Activation(
    "relu",
    lambda Z: np.where(Z.real > 0, Z, 0),
    lambda Z: (Z.real > 0).astype(Z.dtype),
    kink=0.0,
)
r"""$\sigma(z) = \max(z, 0)$; $\sigma'(z)$ is 1 for $z > 0$ and 0 otherwise, at the kink too.

Examples
--------
>>> import numpy as np
>>> relu(np.array([[-1.0, 0.0, 2.0]]))
array([[0., 0., 2.]])
>>> relu.derivative(np.array([[-1.0, 0.0, 2.0]]))
array([[0., 0., 1.]])
"""

leaky_relu = Activation(
    "leaky_relu",
    lambda Z: np.where(Z.real > 0, Z, LEAK * Z),
    lambda Z: np.where(Z.real > 0, 1, LEAK).astype(Z.dtype),
    kink=0.0,
)
r"""$\sigma(z) = z$ for $z > 0$ and $0.01 z$ otherwise; $\sigma'(0) = 0.01$, as from the left.

Examples
--------
>>> import numpy as np
>>> leaky_relu(np.array([[-1.0, 2.0]]))
array([[-0.01,  2.  ]])
"""

softplus = Activation("softplus", _softplus, _logistic)
r"""$\sigma(z) = \ln(1 + e^z) > 0$, a smooth relu; $\sigma'$ is the sigmoid. No overflow at any z.

Examples
--------
>>> import numpy as np
>>> softplus(np.array([[0.0, 1000.0]])).round(4)
array([[6.931e-01, 1.000e+03]])
"""

softmax = Activation("softmax", _softmax, pullback=_pull_softmax)
r"""$P_{j,m} = e^{z_{j,m}} / \sum_k e^{z_{k,m}}$, probabilities that sum to 1 in each column.

It is not element-wise: `derivative` is an error, and `vjp` is, column by column,
$P \odot (dA - 1 1^\mathsf{T} (P \odot dA))$.

Examples
--------
>>> import numpy as np
>>> softmax(np.array([[0.0, 1000.0], [0.0, 0.0]]))
array([[0.5, 1. ],
       [0.5, 0. ]])
"""

ACTIVATIONS = {
    activation.name: activation
    for activation in (identity, sigmoid, tanh, relu, leaky_relu, softplus, softmax)
}


def find_activation(activation: str | Activation, function: str = "activation") -> Activation:
    """Return the activation of that name; an `Activation` is returned as it is.

    Parameters
    ----------
    activation : str or Activation
        A name such as "tanh", or an object of your own.
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
