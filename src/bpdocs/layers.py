r"""The layer of a network, and the dense one, $Z^l = W^l A^{l-1} + b^l 1_M^\mathsf{T}$.

A layer maps $A^{l-1}$ to $Z^l$, and its activation function maps $Z^l$ to $A^l$. On the way back it
gives the gradients of its parameters, and $\partial C / \partial A^{l-1}$.
"""

# NumPy loads numpy.random on first use; annotations must not be a use.
from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from bpdocs._checks import overflow_told, require_matrix, require_result, require_same_dtype
from bpdocs.activations import Activation, find_activation, identity
from bpdocs.initialization import initial_weight


class Layer(ABC):
    """What a network needs of a layer; the arrays are checked before they come here.

    Attributes
    ----------
    activation : Activation
        The activation function of the layer.
    parameter_names : tuple of str
        The attributes that are parameters, in the order in which they are listed everywhere.

    Examples
    --------
    One neuron with two inputs passes its error back times each input's weight:

    >>> import numpy as np
    >>> layer = Dense(np.array([[2.0, -1.0]]), np.array([[0.0]]))
    >>> layer.pull_back(np.array([[3.0]]), np.array([[1.0], [1.0]]))
    array([[ 6.],
           [-3.]])
    """

    activation: Activation
    parameter_names: ClassVar[tuple[str, ...]]

    @property
    @abstractmethod
    def n_in(self) -> int:
        """Number of neurons in the layer before, $N_{l-1}$."""

    @property
    @abstractmethod
    def n_out(self) -> int:
        """Number of neurons in this layer, $N_l$."""

    @abstractmethod
    def preactivate(self, activation_prev: np.ndarray) -> np.ndarray:
        r"""Return $Z^l$ from $A^{l-1}$."""

    @abstractmethod
    def parameter_gradients(
        self, delta: np.ndarray, activation_prev: np.ndarray
    ) -> dict[str, np.ndarray]:
        r"""Return the gradient of each parameter, by its name, from $\Delta^l$ and $A^{l-1}$."""

    @abstractmethod
    def pull_back(self, delta: np.ndarray, activation_prev: np.ndarray) -> np.ndarray:
        r"""Return $\partial C / \partial A^{l-1}$ from $\Delta^l$ and $A^{l-1}$."""

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """The parameters by name."""
        return {name: getattr(self, name) for name in self.parameter_names}

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the parameters."""
        return next(iter(self.parameters.values())).dtype

    def with_parameters(self, **parameters: np.ndarray) -> Self:
        """Return a copy of the layer with other parameters.

        Parameters
        ----------
        parameters : ndarray
            New values by name; what is not named stays.

        Returns
        -------
        Layer
            Of the same kind and activation.

        Raises
        ------
        TypeError
            If a name is unknown, or an array is not a float32 or float64 ndarray.
        ValueError
            If a shape does not fit, or a value is not finite.
        """
        return replace(self, **parameters)  # type: ignore[type-var]

    def forward(self, activation_prev: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        r"""Return the preactivation and the activation of this layer.

        Parameters
        ----------
        activation_prev : ndarray of shape (N_{l-1}, M)
            $A^{l-1}$, one sample a column.

        Returns
        -------
        preactivation, activation : ndarray of shape (N_l, M)
            $Z^l$ and $A^l$.

        Raises
        ------
        TypeError
            If `activation_prev` is not an ndarray of the layer's dtype.
        ValueError
            If it does not have $N_{l-1}$ rows, is not finite, or a result is too large for the
            dtype.
        """
        function = f"{type(self).__name__}.forward"
        require_matrix(function, "activation_prev", activation_prev, (self.n_in, "M"))
        name, parameter = next(iter(self.parameters.items()))
        require_same_dtype(function, {name: parameter, "activation_prev": activation_prev})
        with overflow_told():
            Z = require_result(function, "preactivation", self.preactivate(activation_prev))
            return Z, require_result(function, "activation", self.activation.rule(Z))


@dataclass(frozen=True, eq=False)
class Dense(Layer):
    r"""A fully connected layer: a weight, a bias and an activation function.

    The page is [Forward pass](../derivation/forward.md#forward).

    Attributes
    ----------
    weight : ndarray of shape (N_l, N_{l-1})
        $W^l$.
    bias : ndarray of shape (N_l, 1)
        $b^l$, a column; one-dimensional arrays are refused.
    activation : Activation
        $\sigma^l$; a name such as "tanh" may be given.

    Raises
    ------
    TypeError
        If weight or bias is not a float32 or float64 ndarray, or their dtypes differ.
    ValueError
        If a shape does not fit, a value is not finite, or the activation's name is unknown.

    Examples
    --------
    Two inputs, one neuron; the second sample's preactivation is negative:

    >>> import numpy as np
    >>> layer = Dense(np.array([[1.0, 2.0]]), np.array([[0.5]]), "relu")
    >>> Z, A = layer.forward(np.array([[1.0, -1.0], [1.0, -1.0]]))
    >>> Z
    array([[ 3.5, -2.5]])
    >>> A
    array([[3.5, 0. ]])
    """

    weight: np.ndarray
    bias: np.ndarray
    activation: Activation = identity
    parameter_names: ClassVar[tuple[str, ...]] = ("weight", "bias")

    def __post_init__(self) -> None:
        require_matrix("Dense", "weight", self.weight, ("N_l", "N_prev"))
        require_matrix("Dense", "bias", self.bias, (self.weight.shape[0], 1))
        require_same_dtype("Dense", {"weight": self.weight, "bias": self.bias})
        object.__setattr__(self, "activation", find_activation(self.activation, "Dense"))

    @classmethod
    def random(
        cls,
        n_in: int,
        n_out: int,
        activation: str | Activation,
        rng: np.random.Generator,
        initialization: str = "xavier",
        dtype: Any = np.float64,
    ) -> Dense:
        r"""Return a layer with random weights and a zero bias.

        Parameters
        ----------
        n_in, n_out : int
            $N_{l-1}$ and $N_l$, at least 1.
        activation : str or Activation
            $\sigma^l$.
        rng : numpy.random.Generator
            Draws the weights.
        initialization : str
            "xavier" or "he", see `initial_weight`.
        dtype : dtype
            float64 or float32.

        Returns
        -------
        Dense
            A layer of shape (`n_out`, `n_in`).

        Raises
        ------
        TypeError
            If a size is not an integer or `rng` is not a Generator.
        ValueError
            If a size is below 1 or a name is unknown.
        """
        weight = initial_weight(n_in, n_out, rng, initialization, dtype)
        return cls(weight, np.zeros((n_out, 1), dtype), find_activation(activation, "Dense.random"))

    @property
    def n_in(self) -> int:
        """Number of neurons in the layer before, $N_{l-1}$."""
        return self.weight.shape[1]

    @property
    def n_out(self) -> int:
        """Number of neurons in this layer, $N_l$."""
        return self.weight.shape[0]

    def preactivate(self, activation_prev: np.ndarray) -> np.ndarray:
        r"""Return $W^l A^{l-1} + b^l 1_M^\mathsf{T}$."""
        return self.weight @ activation_prev + self.bias

    def parameter_gradients(
        self, delta: np.ndarray, activation_prev: np.ndarray
    ) -> dict[str, np.ndarray]:
        r"""Return $\Delta^l (A^{l-1})^\mathsf{T}$ and $\Delta^l 1_M$."""
        return {"weight": delta @ activation_prev.T, "bias": delta.sum(axis=1, keepdims=True)}

    def pull_back(self, delta: np.ndarray, activation_prev: np.ndarray) -> np.ndarray:  # noqa: ARG002 - other layers need it
        r"""Return $(W^l)^\mathsf{T} \Delta^l$."""
        return self.weight.T @ delta

    def __repr__(self) -> str:
        return f"Dense({self.n_in} -> {self.n_out}, {self.activation.name})"
