r"""A catalogue of mistakes in back propagation, nearly all of which keep every shape.

Each mistake spoils one piece of the backward pass, so that it yields the gradients of somebody who
made it. `bpdocs.diagnosis` compares gradients with all of them.

Choose sizes that differ pairwise, the batch among them: where a layer or a batch is square, a
transpose fits in place of the matrix, and with two samples a missing 1/M is the same as a factor 2.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from bpdocs._checks import require_instance
from bpdocs._substitution import substitute
from bpdocs.activations import Activation, softmax
from bpdocs.layers import Dense, Layer
from bpdocs.losses import Loss, half_squared_error
from bpdocs.network import Network
from bpdocs.trace import Gradients, Trace

Pieces = tuple[dict[int, Layer], Loss]
# From the layers and the loss, the layers in which to go wrong, and M, to what takes their place.
Spoil = Callable[[dict[int, Layer], Loss, frozenset[int], int], Pieces]


@dataclass(frozen=True)
class Mistake:
    """A mistake in back propagation, with the gradients that it gives.

    Attributes
    ----------
    name : str
        Its key in `MISTAKES`.
    phrase : str
        What completes "this is ...".
    spoil : callable
        Replaces the pieces of the backward pass that the mistake concerns.
    is_local : bool
        Whether it can be made in some layers and not in others.

    Examples
    --------
    >>> MISTAKES["derivative_missing"].phrase
    "what BP1 or BP2 gives without σ'"
    """

    name: str
    phrase: str
    spoil: Spoil
    is_local: bool = False

    def gradients(
        self,
        network: Network,
        trace: Trace,
        targets: np.ndarray,
        loss: Loss = half_squared_error,
        layers: Iterable[int] | None = None,
    ) -> Gradients:
        """Return the gradients of a backward pass with this mistake.

        Where the mistake cannot be made, for example a transpose where nothing is square, they are
        the right ones.

        Parameters
        ----------
        network : Network
            Not modified.
        trace : Trace
            What `forward` returned for the batch.
        targets : ndarray of shape (N_L, M), or integers of shape (M,)
            $Y$, or classes where the loss takes them.
        loss : Loss
            $C$.
        layers : iterable of int or None
            The layers in which a local mistake is made; None for all.

        Returns
        -------
        Gradients
            Wrong ones, of the shapes of the right ones (but for a transposed result).

        Raises
        ------
        TypeError
            If an argument is of the wrong kind.
        ValueError
            If `targets` or `trace` does not fit the network.

        Examples
        --------
        >>> import numpy as np
        >>> network = Network([Dense(np.array([[2.0]]), np.array([[0.0]]))])
        >>> trace = network.forward(np.array([[1.0, 3.0]]))
        >>> network.backward(trace, np.zeros((1, 2))).weight[1]
        array([[10.]])
        >>> MISTAKES["one_over_m_twice"].gradients(network, trace, np.zeros((1, 2))).weight[1]
        array([[5.]])
        """
        require_instance("Mistake.gradients", "network", network, Network)
        network.backward(trace, targets, loss)  # which refuses what does not fit
        where = frozenset(network.layers)
        if layers is not None:
            require_instance("Mistake.gradients", "layers", layers, Iterable)
            where &= frozenset(layers)
        n_samples = trace.output.shape[1]
        spoiled, wrong_loss = self.spoil(network.layers, loss, where, n_samples)
        return Network(list(spoiled.values())).backward(trace, targets, wrong_loss)


def _scale(factor: Callable[[int], float]) -> Spoil:
    def spoil(layers: dict[int, Layer], loss: Loss, _: frozenset[int], n_samples: int) -> Pieces:
        return layers, replace(loss, slope=lambda A, Y: factor(n_samples) * loss.slope(A, Y))

    return spoil


def _in_layers(change: Callable[[Layer, int], Layer]) -> Spoil:
    def spoil(
        layers: dict[int, Layer], loss: Loss, where: frozenset[int], n_samples: int
    ) -> Pieces:
        changed = {l: change(layer, n_samples) for l, layer in layers.items() if l in where}
        return layers | changed, loss

    return spoil


def _in_activations(change: Callable[[Activation], Activation]) -> Spoil:
    return _in_layers(lambda layer, _: substitute(layer, activation=change(layer.activation)))


def _forget_derivative(sigma: Activation) -> Activation:
    return Activation(sigma.name, sigma.rule, np.ones_like)


def _differentiate_at_activation(sigma: Activation) -> Activation:
    slope = sigma.slope
    return replace(sigma, slope=lambda Z: slope(sigma.rule(Z))) if slope else sigma


def _take_diagonal(sigma: Activation) -> Activation:
    if sigma is not softmax:
        return sigma
    return Activation(sigma.name, sigma.rule, lambda Z: sigma.rule(Z) * (1 - sigma.rule(Z)))


def _forget_weight_transpose(layer: Layer, _: int) -> Layer:
    if not isinstance(layer, Dense) or layer.n_in != layer.n_out:
        return layer
    return substitute(layer, pull_back=lambda delta, _: layer.weight @ delta)


def _change_gradient(
    layer: Layer, names: set[str], change: Callable[[np.ndarray, np.ndarray, np.ndarray], object]
) -> Layer:
    """Return a layer whose gradients of these names are changed: from gradient, delta, A_prev."""

    def parameter_gradients(delta: np.ndarray, A: np.ndarray) -> dict[str, object]:
        right = layer.parameter_gradients(delta, A)
        return {
            name: change(array, delta, A) if name in names else array
            for name, array in right.items()
        }

    return substitute(layer, parameter_gradients=parameter_gradients)


def _forget_activation_transpose(layer: Layer, n_samples: int) -> Layer:
    if layer.n_in != n_samples:
        return layer
    return _change_gradient(layer, {"weight"}, lambda _, delta, A: delta @ A)


def _transpose_result(layer: Layer, _: int) -> Layer:
    return _change_gradient(layer, {"weight"}, lambda gradient, *_: gradient.T)


def _mean_for_sum(layer: Layer, n_samples: int) -> Layer:
    return _change_gradient(layer, {"bias", "shift"}, lambda gradient, *_: gradient / n_samples)


MISTAKES = {
    mistake.name: mistake
    for mistake in (
        Mistake("one_over_m_twice", "the gradient divided by M twice", _scale(lambda M: 1 / M)),
        Mistake("one_over_m_missing", "the gradient without its factor 1/M", _scale(float)),
        Mistake("half_missing", "twice the gradient, as without the ½", _scale(lambda _: 2.0)),
        Mistake("sign_flipped", "the gradient with its sign flipped", _scale(lambda _: -1.0)),
        Mistake(
            "mean_for_sum",
            "the mean over the samples in place of their sum in BP4",
            _in_layers(_mean_for_sum),
            is_local=True,
        ),
        Mistake(
            "weight_transpose_missing",
            "what W in place of its transpose in BP2 gives",
            _in_layers(_forget_weight_transpose),
            is_local=True,
        ),
        Mistake(
            "activation_transpose_missing",
            "what A in place of its transpose in BP3 gives",
            _in_layers(_forget_activation_transpose),
            is_local=True,
        ),
        Mistake(
            "result_transposed",
            "the transpose of the gradient",
            _in_layers(_transpose_result),
            is_local=True,
        ),
        Mistake(
            "derivative_missing",
            "what BP1 or BP2 gives without σ'",
            _in_activations(_forget_derivative),
            is_local=True,
        ),
        Mistake(
            "derivative_at_activation",
            "what σ'(A) in place of σ'(Z) gives",
            _in_activations(_differentiate_at_activation),
            is_local=True,
        ),
        Mistake(
            "softmax_diagonal",
            "what ⊙ P ⊙ (1 - P) in place of the whole Jacobian of softmax gives",
            _in_activations(_take_diagonal),
            is_local=True,
        ),
    )
}
