r"""Losses, each with its value and its gradient; all are means over the samples of the batch.

The factor $1/M$ enters the derivation here, in the gradient, and nowhere else.
The page is [Loss and output error](../derivation/loss.md).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from bpdocs._checks import (
    is_classes,
    overflow_told,
    require_callable,
    require_dtype,
    require_matrix,
    require_result,
    require_same_dtype,
    require_size,
)
from bpdocs.activations import sigmoid, softmax, softplus

Rule = Callable[[np.ndarray, np.ndarray], Any]
Requirement = Callable[[str, np.ndarray, np.ndarray], None]


@dataclass(frozen=True)
class Loss:
    r"""A scalar function $C(A^L, Y)$ with its gradient $\partial C / \partial A^L$.

    Call it for $C$; `gradient` gives $\partial C / \partial A^L$, with the factor $1/M$.

    Attributes
    ----------
    name : str
        Used in error messages.
    rule : callable
        $C$, from two ndarrays of one shape to a number, unchecked.
    slope : callable
        $\partial C / \partial A^L$, likewise, in the layout of $A^L$.
    requirement : callable or None
        Raises unless the values of $A^L$ and $Y$ are such as the loss is defined for.
    takes_classes : bool
        Whether the targets may be given as integer classes 0 to $N_L - 1$, one a sample.

    Examples
    --------
    Two samples, one output: the errors are 1 and 3.

    >>> import numpy as np
    >>> A, Y = np.array([[1.0, 3.0]]), np.array([[0.0, 0.0]])
    >>> half_squared_error(A, Y)
    2.5
    >>> half_squared_error.gradient(A, Y)
    array([[0.5, 1.5]])
    """

    name: str
    rule: Rule
    slope: Rule
    requirement: Requirement | None = None
    takes_classes: bool = False

    def __post_init__(self) -> None:
        require_callable("Loss", "rule", self.rule)
        require_callable("Loss", "slope", self.slope)

    def __call__(self, activation: np.ndarray, targets: np.ndarray) -> float:
        r"""Return the loss $C$ of the batch.

        Parameters
        ----------
        activation : ndarray of shape (N_L, M)
            $A^L$, the output of the network.
        targets : ndarray of shape (N_L, M), or integers of shape (M,)
            $Y$, or classes where the loss takes them.

        Returns
        -------
        float
            $C$, a mean over the $M$ samples; in nats for the entropies.

        Raises
        ------
        TypeError
            If an argument is not a float32 or float64 ndarray, or the dtypes differ.
        ValueError
            If the shapes differ, a value is not finite, or is none for which the loss is defined;
            or if the result is too large for the dtype.
        """
        Y = self.encode(self.name, activation, targets)
        with overflow_told():
            return float(require_result(self.name, "loss", self.rule(activation, Y)))

    def gradient(self, activation: np.ndarray, targets: np.ndarray) -> np.ndarray:
        r"""Return $\partial C / \partial A^L$, which carries the factor $1/M$.

        Parameters
        ----------
        activation : ndarray of shape (N_L, M)
            $A^L$, the output of the network.
        targets : ndarray of shape (N_L, M), or integers of shape (M,)
            $Y$, or classes where the loss takes them.

        Returns
        -------
        ndarray of shape (N_L, M)
            In the dtype of `activation`.

        Raises
        ------
        TypeError
            If an argument is not a float32 or float64 ndarray, or the dtypes differ.
        ValueError
            If the shapes differ, a value is not finite, or is none for which the loss is defined;
            or if the result is too large for the dtype.
        """
        function = f"{self.name}.gradient"
        Y = self.encode(function, activation, targets)
        with overflow_told():
            gradient: np.ndarray = require_result(function, "gradient", self.slope(activation, Y))
        return gradient

    def encode(self, function: str, activation: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Check both arguments and return the targets as a matrix; `function` is the caller."""
        require_matrix(function, "activation", activation, ("N_L", "M"))
        if self.takes_classes and is_classes(targets):
            n_out, n_samples = activation.shape
            if len(targets) != n_samples:
                raise ValueError(
                    f"{function}: targets must have one class a sample, {n_samples}, "
                    f"got {len(targets)}"
                )
            targets = one_hot(targets, n_out, activation.dtype)
        require_matrix(function, "targets", targets, activation.shape)
        require_same_dtype(function, {"activation": activation, "targets": targets})
        if self.requirement:
            self.requirement(function, activation, targets)
        return targets

    def __repr__(self) -> str:
        return f"<loss {self.name}>"


def one_hot(labels: np.ndarray, n_classes: int, dtype: Any = np.float64) -> np.ndarray:
    """Return integer classes as columns with a single 1.

    Parameters
    ----------
    labels : ndarray of shape (M,), of integers
        Classes 0 to `n_classes` - 1.
    n_classes : int
        The number of rows of the result.
    dtype : dtype
        float64 or float32.

    Returns
    -------
    ndarray of shape (n_classes, M)
        Columns that sum to 1.

    Raises
    ------
    TypeError
        If `labels` is not a one-dimensional ndarray of integers, or `dtype` is another one.
    ValueError
        If a class is out of range, or `n_classes` is below 1.

    Examples
    --------
    >>> import numpy as np
    >>> one_hot(np.array([2, 0]), 3)
    array([[0., 1.],
           [0., 0.],
           [1., 0.]])
    """
    require_size("one_hot", "n_classes", n_classes)
    if not is_classes(labels) or not len(labels):
        is_array = type(labels) is np.ndarray
        got = f"{labels.dtype} of shape {labels.shape}" if is_array else type(labels).__name__
        raise TypeError(
            f"one_hot: labels must be a one-dimensional ndarray of one integer or more, got {got}"
        )
    require_dtype("one_hot", "dtype", dtype)
    outside = (labels < 0) | (labels >= n_classes)
    if outside.any():
        raise ValueError(
            f"one_hot: labels must lie in 0 to {n_classes - 1}, got {labels[outside][0]}"
        )
    Y = np.zeros((n_classes, len(labels)), dtype)
    Y[labels, np.arange(len(labels))] = 1
    return Y


def _require_unit_interval(function: str, argument: str, value: np.ndarray) -> None:
    outside = (value < 0) | (value > 1)
    if outside.any():
        raise ValueError(f"{function}: {argument} must lie in [0, 1], got {value[outside][0]}")


def _require_distributions(function: str, _: np.ndarray, targets: np.ndarray) -> None:
    _require_unit_interval(function, "targets", targets)
    sums = targets.sum(axis=0)
    wrong = np.abs(sums - 1) > 8 * len(targets) * np.finfo(targets.dtype).eps
    if wrong.any():
        column = int(wrong.argmax())
        raise ValueError(
            f"{function}: targets must have columns that sum to 1, "
            f"got {sums[column]} in column {column}"
        )


def _require_probabilities(function: str, activation: np.ndarray, targets: np.ndarray) -> None:
    _require_unit_interval(function, "activation", activation)
    _require_distributions(function, activation, targets)
    if (activation[targets > 0] == 0).any():
        raise ValueError(
            f"{function}: activation must be positive where targets are, got 0; "
            "softmax_cross_entropy takes the preactivation and has no such limit"
        )


def _require_binary(function: str, _: np.ndarray, targets: np.ndarray) -> None:
    _require_unit_interval(function, "targets", targets)


def _log_sum_exp(Z: np.ndarray) -> np.ndarray:
    shift = Z.real.max(axis=0)
    return shift + np.log(np.exp(Z - shift).sum(axis=0))


def _n_samples(A: np.ndarray) -> int:
    return A.shape[1]


half_squared_error = Loss(
    "half_squared_error",
    lambda A, Y: ((A - Y) ** 2).sum() / (2 * _n_samples(A)),
    lambda A, Y: (A - Y) / _n_samples(A),
)
r"""$C = \frac{1}{2M} \lVert A^L - Y \rVert_F^2$, gradient $(A^L - Y) / M$.

Examples
--------
>>> import numpy as np
>>> half_squared_error(np.array([[2.0, 0.0]]), np.array([[0.0, 0.0]]))
1.0
"""

# 0 log 0 counts as 0: where the target is 0, log 1 stands in for the logarithm.
cross_entropy = Loss(
    "cross_entropy",
    lambda P, Y: -(Y * np.log(np.where(Y > 0, P, 1))).sum() / _n_samples(P),
    lambda P, Y: -Y / np.where(Y > 0, P, 1) / _n_samples(P),
    _require_probabilities,
    takes_classes=True,
)
r"""$C = -\frac{1}{M} \sum_{j,m} Y_{j,m} \ln P_{j,m}$ in nats, gradient $-Y / (M P)$ by entry.

The activation holds probabilities in [0, 1], positive where the target is; columns of $Y$ sum to 1.

Examples
--------
>>> import numpy as np
>>> P = np.array([[0.5, 0.25], [0.5, 0.75]])
>>> round(cross_entropy(P, np.array([0, 0])), 4)
1.0397
"""

softmax_cross_entropy = Loss(
    "softmax_cross_entropy",
    lambda Z, Y: (_log_sum_exp(Z) - (Y * Z).sum(axis=0)).sum() / _n_samples(Z),
    # The Jacobian of softmax and the 1/P of the cross-entropy cancel: columns of Y sum to 1.
    lambda Z, Y: (softmax.rule(Z) - Y) / _n_samples(Z),
    _require_distributions,
    takes_classes=True,
)
r"""Cross-entropy of softmax from the preactivation (logits), in nats; gradient $(P - Y) / M$.

The last layer has the activation identity. $C = \frac{1}{M} \sum_m (\ln \sum_k e^{z_{k,m}} -
\sum_k Y_{k,m} z_{k,m})$, computed without overflow; columns of $Y$ sum to 1.

Examples
--------
>>> import numpy as np
>>> Z = np.array([[0.0, 1000.0], [0.0, 0.0]])
>>> round(softmax_cross_entropy(Z, np.array([0, 0])), 4)
0.3466
>>> softmax_cross_entropy.gradient(Z, np.array([0, 0]))
array([[-0.25,  0.  ],
       [ 0.25,  0.  ]])
"""

binary_cross_entropy = Loss(
    "binary_cross_entropy",
    lambda Z, Y: (softplus.rule(Z) - Y * Z).sum() / _n_samples(Z),
    lambda Z, Y: (sigmoid.rule(Z) - Y) / _n_samples(Z),
    _require_binary,
)
r"""Cross-entropy of independent sigmoids from the preactivation (logits), in nats.

The last layer has the activation identity; targets lie in [0, 1]. The sum over the outputs of
$\ln(1 + e^z) - y z$, a mean over samples; gradient $(\sigma(Z) - Y) / M$.

Examples
--------
>>> import numpy as np
>>> binary_cross_entropy.gradient(np.array([[0.0, 0.0]]), np.array([[1.0, 0.5]]))
array([[-0.25,  0.  ]])
"""

LOSSES = {
    loss.name: loss
    for loss in (half_squared_error, cross_entropy, softmax_cross_entropy, binary_cross_entropy)
}
