r"""Batch norm and layer norm: the first mixes the samples of a batch, the second does not.

Both make rows or columns of $A^{l-1}$ have mean 0 and variance 1, $\hat A$, and give
$Z^l = (\gamma 1_M^\mathsf{T}) \odot \hat A + \beta 1_M^\mathsf{T}$ with a scale $\gamma$ and a
shift $\beta$ for each neuron.
"""

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from bpdocs._checks import (
    overflow_told,
    require_dtype,
    require_matrix,
    require_positive,
    require_result,
    require_same_dtype,
    require_size,
)
from bpdocs.activations import Activation, find_activation, identity
from bpdocs.layers import Layer


@dataclass(frozen=True, eq=False, repr=False)
class Normalization(Layer):
    """What batch norm and layer norm have in common; they differ in the axis of their means."""

    scale: np.ndarray
    shift: np.ndarray
    activation: Activation = identity
    epsilon: float = 1e-5
    parameter_names: ClassVar[tuple[str, ...]] = ("scale", "shift")
    axis: ClassVar[int]

    def __post_init__(self) -> None:
        name = type(self).__name__
        require_matrix(name, "scale", self.scale, ("N_l", 1))
        require_matrix(name, "shift", self.shift, self.scale.shape)
        require_same_dtype(name, {"scale": self.scale, "shift": self.shift})
        require_positive(name, "epsilon", self.epsilon)
        # A NumPy scalar would turn float32 into float64.
        object.__setattr__(self, "epsilon", float(self.epsilon))
        object.__setattr__(self, "activation", find_activation(self.activation, name))

    @classmethod
    def of_size(
        cls, size: int, activation: str | Activation = "identity", dtype: Any = np.float64
    ) -> Self:
        """Return a layer with scale 1 and shift 0.

        Parameters
        ----------
        size : int
            $N_l$, at least 1.
        activation : str or Activation
            The activation function.
        dtype : dtype
            float64 or float32.

        Returns
        -------
        BatchNorm or LayerNorm
            For `size` neurons; a batch norm is in training.

        Raises
        ------
        TypeError
            If `size` is not an integer, or `dtype` is another one.
        ValueError
            If `size` is below 1 or the activation's name is unknown.
        """
        function = f"{cls.__name__}.of_size"
        require_size(function, "size", size)
        require_dtype(function, "dtype", dtype)
        sigma = find_activation(activation, function)
        return cls(np.ones((size, 1), dtype), np.zeros((size, 1), dtype), sigma)

    @property
    def n_in(self) -> int:
        """Number of neurons in the layer before, the same as in this one."""
        return self.scale.shape[0]

    @property
    def n_out(self) -> int:
        """Number of neurons in this layer, $N_l$."""
        return self.scale.shape[0]

    @abstractmethod
    def normalise(self, activation_prev: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        r"""Return $\hat A$ and the standard deviations by which it was divided."""

    def preactivate(self, activation_prev: np.ndarray) -> np.ndarray:
        r"""Return $(\gamma 1_M^\mathsf{T}) \odot \hat A + \beta 1_M^\mathsf{T}$."""
        normalised, _ = self.normalise(activation_prev)
        return self.scale * normalised + self.shift

    def parameter_gradients(
        self, delta: np.ndarray, activation_prev: np.ndarray
    ) -> dict[str, np.ndarray]:
        r"""Return $(\Delta^l \odot \hat A) 1_M$ and $\Delta^l 1_M$."""
        normalised, _ = self.normalise(activation_prev)
        return {
            "scale": (delta * normalised).sum(axis=1, keepdims=True),
            "shift": delta.sum(axis=1, keepdims=True),
        }

    def pull_back(self, delta: np.ndarray, activation_prev: np.ndarray) -> np.ndarray:
        r"""Return $\partial C / \partial A^{l-1}$, also through the mean and the deviation.

        With $G = (\gamma 1_M^\mathsf{T}) \odot \Delta^l$ and means along the axis of the norm:
        $(G - \mathrm{mean}(G) - \hat A \odot \mathrm{mean}(G \odot \hat A)) / s$.
        """
        normalised, deviation = self.normalise(activation_prev)
        G = self.scale * delta
        mean = G.mean(axis=self.axis, keepdims=True)
        slope = (G * normalised).mean(axis=self.axis, keepdims=True)
        return (G - mean - normalised * slope) / deviation

    def _normalise_along_axis(self, A: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        centred = A - A.mean(axis=self.axis, keepdims=True)
        # Not np.var, which takes absolute values and so stops a complex step.
        variance = (centred**2).mean(axis=self.axis, keepdims=True)
        # Divided by infinity, large numbers would become 0 without a word.
        require_result(type(self).__name__, "variance", variance)
        deviation = np.sqrt(variance + self.epsilon)
        return centred / deviation, deviation

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.n_out}, {self.activation.name})"


@dataclass(frozen=True, eq=False, repr=False)
class LayerNorm(Normalization):
    r"""Normalise every column, that is every sample on its own.

    Attributes
    ----------
    scale, shift : ndarray of shape (N_l, 1)
        $\gamma$ and $\beta$.
    activation : Activation
        $\sigma^l$; a name may be given.
    epsilon : float
        Added to the variance, > 0.

    Raises
    ------
    TypeError
        If scale or shift is not a float32 or float64 ndarray, or their dtypes differ.
    ValueError
        If a shape does not fit, a value is not finite, or `epsilon` is not positive.

    References
    ----------
    Ba, Kiros and Hinton, "Layer normalization", arXiv:1607.06450.

    Examples
    --------
    Two neurons, two samples; each column becomes (-1, 1):

    >>> import numpy as np
    >>> norm = LayerNorm.of_size(2)
    >>> Z, A = norm.forward(np.array([[1.0, 10.0], [3.0, 30.0]]))
    >>> Z.round(3)
    array([[-1., -1.],
           [ 1.,  1.]])
    """

    axis: ClassVar[int] = 0

    def normalise(self, activation_prev: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        r"""Return $\hat A$ and the standard deviation of each column."""
        return self._normalise_along_axis(activation_prev)


@dataclass(frozen=True, eq=False, repr=False)
class BatchNorm(Normalization):
    r"""Normalise every row over the samples of the batch: here samples interact.

    In training the means are those of the batch. For inference (`is_training` False) they are
    running means, constants that `updated` has collected.

    Attributes
    ----------
    scale, shift : ndarray of shape (N_l, 1)
        $\gamma$ and $\beta$.
    activation : Activation
        $\sigma^l$; a name may be given.
    epsilon : float
        Added to the variance, > 0.
    running_mean, running_variance : ndarray of shape (N_l, 1)
        What inference uses; 0 and 1 unless given.
    is_training : bool
        Whether the means are those of the batch.

    Raises
    ------
    TypeError
        If an array is not a float32 or float64 ndarray, the dtypes differ, or `is_training` is
        neither True nor False.
    ValueError
        If a shape does not fit, a value is not finite, or `epsilon` is not positive.

    References
    ----------
    Ioffe and Szegedy, "Batch normalization", ICML 2015, arXiv:1502.03167.

    Examples
    --------
    One neuron, two samples; the row becomes (-1, 1):

    >>> import numpy as np
    >>> norm = BatchNorm.of_size(1)
    >>> Z, A = norm.forward(np.array([[10.0, 30.0]]))
    >>> Z.round(3)
    array([[-1.,  1.]])
    """

    running_mean: np.ndarray | None = None
    running_variance: np.ndarray | None = None
    is_training: bool = True
    axis: ClassVar[int] = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        defaults = {"running_mean": np.zeros, "running_variance": np.ones}
        if not isinstance(self.is_training, bool):
            raise TypeError(
                f"BatchNorm: is_training must be True or False, got {self.is_training!r}"
            )
        for name, make in defaults.items():
            value = getattr(self, name)
            if value is None:
                object.__setattr__(self, name, make(self.scale.shape, self.scale.dtype))
                continue
            require_matrix("BatchNorm", name, value, self.scale.shape)
            require_same_dtype("BatchNorm", {"scale": self.scale, name: value})
        if (self._statistics[1] < 0).any():
            raise ValueError(
                f"BatchNorm: running_variance must not be negative, got {self._statistics[1].min()}"
            )

    @property
    def _statistics(self) -> tuple[np.ndarray, np.ndarray]:
        return self.running_mean, self.running_variance  # type: ignore[return-value]

    def normalise(self, activation_prev: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        r"""Return $\hat A$ and the standard deviation of each row, of the batch or running."""
        if self.is_training:
            if activation_prev.shape[1] < 2:
                raise ValueError(
                    "BatchNorm: activation_prev must have at least 2 samples in training, got 1"
                )
            return self._normalise_along_axis(activation_prev)
        mean, variance = self._statistics
        deviation = np.sqrt(variance + self.epsilon)
        return (activation_prev - mean) / deviation, deviation

    def pull_back(self, delta: np.ndarray, activation_prev: np.ndarray) -> np.ndarray:
        r"""Return $\partial C / \partial A^{l-1}$; running means are constants."""
        if self.is_training:
            return super().pull_back(delta, activation_prev)
        _, deviation = self.normalise(activation_prev)
        return self.scale * delta / deviation

    def updated(self, activation_prev: np.ndarray, momentum: float = 0.1) -> "BatchNorm":
        """Return a copy whose running means have taken in a batch.

        Parameters
        ----------
        activation_prev : ndarray of shape (N_l, M)
            The batch, at least two samples.
        momentum : float
            Weight of the new batch, in (0, 1]. The variance that is taken in is the unbiased one.

        Returns
        -------
        BatchNorm
            With the same parameters.

        Raises
        ------
        ValueError
            If the shape does not fit, there are fewer than two samples, `momentum` is not in
            (0, 1], or the variance is too large for the dtype.
        TypeError
            If `activation_prev` is not an ndarray of the layer's dtype.
        """
        function = "BatchNorm.updated"
        require_matrix(function, "activation_prev", activation_prev, (self.n_in, "M"))
        require_same_dtype(function, {"scale": self.scale, "activation_prev": activation_prev})
        require_positive(function, "momentum", momentum)
        if momentum > 1:
            raise ValueError(f"{function}: momentum must lie in (0, 1], got {momentum}")
        momentum = float(momentum)
        if activation_prev.shape[1] < 2:
            raise ValueError(f"{function}: activation_prev must have at least 2 samples, got 1")
        mean, variance = self._statistics
        with overflow_told():
            batch_mean = activation_prev.mean(axis=1, keepdims=True)
            batch_variance = activation_prev.var(axis=1, keepdims=True, ddof=1)
            mean = (1 - momentum) * mean + momentum * batch_mean
            variance = (1 - momentum) * variance + momentum * batch_variance
        return replace(
            self,
            running_mean=require_result(function, "running_mean", mean),
            running_variance=require_result(function, "running_variance", variance),
        )
