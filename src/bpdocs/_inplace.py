r"""The rules of the activations and losses once more, written into arrays that are there already.

The text to read is in `activations` and `losses`; a test holds these equal to it. Nothing here
allocates, and derivatives come from $A$, so that $Z$ need not be kept. `S` is scratch space in the
shape of `A`; one of its rows serves where a number for each sample is wanted.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bpdocs.activations import ACTIVATIONS, LEAK, Activation
from bpdocs.layers import Dense, Layer
from bpdocs.losses import LOSSES, Loss


@dataclass(frozen=True)
class InPlaceActivation:
    r"""`activate(Z, S)` turns Z into A; `pull(A, D, S)` turns $\partial C/\partial A$ into Δ."""

    activate: Callable[[np.ndarray, np.ndarray], object]
    pull: Callable[[np.ndarray, np.ndarray, np.ndarray], object]


@dataclass(frozen=True)
class InPlaceLoss:
    r"""`value(A, Y, D, S)` returns C and leaves $\partial C/\partial A$ in D.

    `accepts(A, Y, D, S)` is False where the loss itself would raise; it overwrites D and S.
    """

    accepts: Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], bool]
    value: Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], float]


def _keep(*_: np.ndarray) -> None:
    """Do nothing: A is Z, and Δ is the gradient of A."""


def _sigmoid(Z: np.ndarray, S: np.ndarray) -> None:
    # exp(min(z, 0)) / (1 + exp(-|z|)): no exp of a positive number, as in the plain rule.
    np.minimum(Z, 0, out=S)
    np.exp(S, out=S)
    _exp_minus_abs(Z)
    np.add(Z, 1, out=Z)
    np.divide(S, Z, out=Z)


def _pull_sigmoid(A: np.ndarray, D: np.ndarray, S: np.ndarray) -> None:
    np.subtract(1, A, out=S)
    np.multiply(S, A, out=S)
    np.multiply(D, S, out=D)


def _tanh(Z: np.ndarray, _: np.ndarray) -> None:
    np.tanh(Z, out=Z)


def _pull_tanh(A: np.ndarray, D: np.ndarray, S: np.ndarray) -> None:
    np.multiply(A, A, out=S)
    np.subtract(1, S, out=S)
    np.multiply(D, S, out=D)


def _relu(Z: np.ndarray, _: np.ndarray) -> None:
    np.maximum(Z, 0, out=Z)


def _pull_relu(A: np.ndarray, D: np.ndarray, S: np.ndarray) -> None:
    np.sign(A, out=S)
    np.multiply(D, S, out=D)


def _leaky_relu(Z: np.ndarray, S: np.ndarray) -> None:
    np.multiply(Z, LEAK, out=S)
    np.maximum(Z, S, out=Z)


def _pull_leaky_relu(A: np.ndarray, D: np.ndarray, S: np.ndarray) -> None:
    np.sign(A, out=S)
    np.maximum(S, LEAK, out=S)
    np.multiply(D, S, out=D)


def _softplus(Z: np.ndarray, S: np.ndarray) -> None:
    # np.logaddexp(Z, 0) says the same in one line and takes ten times as long.
    np.maximum(Z, 0, out=S)
    _exp_minus_abs(Z)
    np.log1p(Z, out=Z)
    np.add(Z, S, out=Z)


def _pull_softplus(A: np.ndarray, D: np.ndarray, S: np.ndarray) -> None:
    # From a = log(1 + exp(z)) follows sigma'(z) = 1 - exp(-a).
    np.negative(A, out=S)
    np.expm1(S, out=S)
    np.negative(S, out=S)
    np.multiply(D, S, out=D)


def _softmax(Z: np.ndarray, S: np.ndarray) -> None:
    Z.max(axis=0, out=S[0])
    _repeat_first_row(S)
    np.subtract(Z, S, out=Z)
    np.exp(Z, out=Z)
    Z.sum(axis=0, out=S[0])
    _repeat_first_row(S)
    np.divide(Z, S, out=Z)


def _pull_softmax(P: np.ndarray, D: np.ndarray, S: np.ndarray) -> None:
    np.einsum("jm,jm->m", P, D, out=S[0])
    _repeat_first_row(S)
    np.subtract(D, S, out=D)
    np.multiply(D, P, out=D)


def _repeat_first_row(S: np.ndarray) -> None:
    # Subtracting a single row by broadcasting would make NumPy allocate a buffer.
    S[1:] = S[0]


def _exp_minus_abs(Z: np.ndarray) -> None:
    np.abs(Z, out=Z)
    np.negative(Z, out=Z)
    np.exp(Z, out=Z)


def _half_squared_error(A: np.ndarray, Y: np.ndarray, D: np.ndarray, _: np.ndarray) -> float:
    n_samples = A.shape[1]
    np.subtract(A, Y, out=D)
    value = float(np.vdot(D, D)) / (2 * n_samples)
    np.divide(D, n_samples, out=D)
    return value


def _cross_entropy(P: np.ndarray, Y: np.ndarray, D: np.ndarray, S: np.ndarray) -> float:
    n_samples = P.shape[1]
    _probability_or_one(P, Y, D, S)
    np.divide(Y, S, out=D)
    np.divide(D, -n_samples, out=D)
    np.log(S, out=S)
    return -float(np.vdot(Y, S)) / n_samples


def _softmax_cross_entropy(Z: np.ndarray, Y: np.ndarray, D: np.ndarray, S: np.ndarray) -> float:
    n_samples, row = Z.shape[1], S[0]
    Z.max(axis=0, out=row)
    _repeat_first_row(S)
    np.subtract(Z, S, out=D)
    # Columns of Y sum to 1, so that the shift leaves log-sum-exp minus <Y, Z> as it is.
    value = -float(np.vdot(Y, D))
    np.exp(D, out=D)
    D.sum(axis=0, out=row)
    _repeat_first_row(S)
    np.divide(D, S, out=D)
    np.subtract(D, Y, out=D)
    np.divide(D, n_samples, out=D)
    np.log(row, out=row)
    return (value + float(row.sum())) / n_samples


def _binary_cross_entropy(Z: np.ndarray, Y: np.ndarray, D: np.ndarray, S: np.ndarray) -> float:
    n_samples = Z.shape[1]
    np.copyto(D, Z)
    _softplus(D, S)
    value = float(D.sum()) - float(np.vdot(Y, Z))
    np.copyto(D, Z)
    _sigmoid(D, S)
    np.subtract(D, Y, out=D)
    np.divide(D, n_samples, out=D)
    return value / n_samples


def _probability_or_one(P: np.ndarray, Y: np.ndarray, D: np.ndarray, S: np.ndarray) -> None:
    """Leave P in S where Y > 0 and 1 elsewhere, where P does not count; D is overwritten."""
    np.sign(Y, out=S)
    np.subtract(1, S, out=D)
    np.multiply(S, P, out=S)
    np.add(S, D, out=S)


def _accepts_all(*_: np.ndarray) -> bool:
    return True


def _accepts_binary(_: np.ndarray, Y: np.ndarray, *__: np.ndarray) -> bool:
    return bool(Y.min() >= 0 and Y.max() <= 1)


def _accepts_distributions(A: np.ndarray, Y: np.ndarray, D: np.ndarray, S: np.ndarray) -> bool:
    row = S[0]
    Y.sum(axis=0, out=row)
    np.subtract(row, 1, out=row)
    np.abs(row, out=row)
    sums_to_1 = row.max() <= 8 * len(Y) * np.finfo(Y.dtype).eps
    return bool(sums_to_1) and _accepts_binary(A, Y, D, S)


def _accepts_probabilities(P: np.ndarray, Y: np.ndarray, D: np.ndarray, S: np.ndarray) -> bool:
    _probability_or_one(P, Y, D, S)
    is_positive = S.min() > 0 and P.min() >= 0 and P.max() <= 1
    return bool(is_positive) and _accepts_distributions(P, Y, D, S)


IN_PLACE_ACTIVATIONS: dict[Activation, InPlaceActivation] = {
    ACTIVATIONS[name]: InPlaceActivation(activate, pull)
    for name, activate, pull in (
        ("identity", _keep, _keep),
        ("sigmoid", _sigmoid, _pull_sigmoid),
        ("tanh", _tanh, _pull_tanh),
        ("relu", _relu, _pull_relu),
        ("leaky_relu", _leaky_relu, _pull_leaky_relu),
        ("softplus", _softplus, _pull_softplus),
        ("softmax", _softmax, _pull_softmax),
    )
}

IN_PLACE_LOSSES: dict[Loss, InPlaceLoss] = {
    LOSSES[name]: InPlaceLoss(accepts, value)
    for name, accepts, value in (
        ("half_squared_error", _accepts_all, _half_squared_error),
        ("cross_entropy", _accepts_probabilities, _cross_entropy),
        ("softmax_cross_entropy", _accepts_distributions, _softmax_cross_entropy),
        ("binary_cross_entropy", _accepts_binary, _binary_cross_entropy),
    )
}


def find_rules(l: int, layer: Layer) -> InPlaceActivation:
    """Return the rules for the activation of layer l, which must be a dense one."""
    if type(layer) is not Dense:
        raise TypeError(f"Workspace: layer {l} must be a Dense, got {type(layer).__name__}")
    if layer.activation not in IN_PLACE_ACTIVATIONS:
        raise ValueError(
            f"Workspace: layer {l} must have an activation of bpdocs.activations, "
            f"got {layer.activation.name}"
        )
    return IN_PLACE_ACTIVATIONS[layer.activation]
