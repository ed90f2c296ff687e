r"""The dense layer, $Z^l = W^l A^{l-1} + b^l 1_M^\mathsf{T}$ and $A^l = \sigma^l(Z^l)$."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from bpdocs._checks import require_instance, require_matrix, require_same_dtype
from bpdocs.activations import Activation, find_activation


@dataclass(frozen=True, eq=False)
class Dense:
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
    activation: Activation

    def __init__(
        self, weight: np.ndarray, bias: np.ndarray, activation: str | Activation = "identity"
    ) -> None:
        require_matrix("Dense", "weight", weight, ("N_l", "N_prev"))
        require_matrix("Dense", "bias", bias, (weight.shape[0], 1))
        require_same_dtype("Dense", {"weight": weight, "bias": bias})
        object.__setattr__(self, "weight", weight)
        object.__setattr__(self, "bias", bias)
        object.__setattr__(self, "activation", find_activation(activation, "Dense"))

    @classmethod
    def random(
        cls,
        n_in: int,
        n_out: int,
        activation: str | Activation,
        rng: np.random.Generator,
        dtype: Any = np.float64,
    ) -> "Dense":
        r"""Return a layer with random weights and a zero bias.

        Parameters
        ----------
        n_in, n_out : int
            $N_{l-1}$ and $N_l$, at least 1.
        activation : str or Activation
            $\sigma^l$.
        rng : numpy.random.Generator
            Draws the weights, normal with variance $1/N_{l-1}$.
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
            If a size is below 1 or the activation's name is unknown.
        """
        for argument, size in {"n_in": n_in, "n_out": n_out}.items():
            if isinstance(size, bool) or not isinstance(size, int | np.integer):
                raise TypeError(f"Dense.random: {argument} must be an integer, got {size!r}")
            if size < 1:
                raise ValueError(f"Dense.random: {argument} must be at least 1, got {size}")
        require_instance("Dense.random", "rng", rng, np.random.Generator)
        weight = rng.standard_normal((n_out, n_in)) / np.sqrt(n_in)
        return cls(weight.astype(dtype), np.zeros((n_out, 1), dtype), activation)

    @property
    def n_in(self) -> int:
        """Number of neurons in the layer before, $N_{l-1}$."""
        return self.weight.shape[1]

    @property
    def n_out(self) -> int:
        """Number of neurons in this layer, $N_l$."""
        return self.weight.shape[0]

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
            If `activation_prev` is not an ndarray of the weight's dtype.
        ValueError
            If it has another number of rows than the weight has columns, or is not finite.
        """
        function = "Dense.forward"
        require_matrix(function, "activation_prev", activation_prev, (self.n_in, "M"))
        require_same_dtype(function, {"weight": self.weight, "activation_prev": activation_prev})
        Z = self.weight @ activation_prev + self.bias
        return Z, self.activation.rule(Z)

    def __repr__(self) -> str:
        return f"Dense({self.n_in} -> {self.n_out}, {self.activation.name})"
