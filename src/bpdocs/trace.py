r"""What the two passes through a network leave behind, by the layer number of the pages.

`trace.A[0]` is $X$, `trace.Z[1]` is $Z^1$; `gradients.weight[1]` is $\partial C / \partial W^1$.
"""

from dataclasses import dataclass

import numpy as np

from bpdocs._checks import require_result

ByLayer = dict[int, np.ndarray]


@dataclass(frozen=True, eq=False)
class Trace:
    """What a forward pass leaves behind for the backward pass.

    Attributes
    ----------
    Z : dict of int to ndarray of shape (N_l, M)
        Preactivations of the layers 1 to L.
    A : dict of int to ndarray of shape (N_l, M)
        Activations of the layers 0 to L; `A[0]` is the input batch.

    Examples
    --------
    One neuron that doubles, two samples:

    >>> import numpy as np
    >>> from bpdocs import Dense, Network
    >>> network = Network([Dense(np.array([[2.0]]), np.array([[0.0]]))])
    >>> network.forward(np.array([[1.0, 5.0]])).Z[1]
    array([[ 2., 10.]])
    """

    Z: ByLayer
    A: ByLayer

    @property
    def output(self) -> np.ndarray:
        """The activation of the last layer, $A^L$, of shape (N_L, M)."""
        return self.A[len(self.Z)]


@dataclass(frozen=True, eq=False)
class Gradients:
    r"""What a backward pass gives, each by layer number, 1 to L.

    Attributes
    ----------
    delta : dict of int to ndarray of shape (N_l, M)
        $\Delta^l = \partial C / \partial Z^l$.
    parameters : dict of int to dict of str to ndarray
        The gradient of each parameter, of its shape, by layer number and name.

    Examples
    --------
    One neuron, two samples with the errors 2 and 10; $\Delta^1$ has half of each:

    >>> import numpy as np
    >>> from bpdocs import Dense, Network
    >>> network = Network([Dense(np.array([[2.0]]), np.array([[0.0]]))])
    >>> trace = network.forward(np.array([[1.0, 5.0]]))
    >>> gradients = network.backward(trace, np.zeros((1, 2)))
    >>> gradients.delta[1], gradients.weight[1], gradients.bias[1]
    (array([[1., 5.]]), array([[26.]]), array([[6.]]))
    """

    delta: ByLayer
    parameters: dict[int, dict[str, np.ndarray]]

    @property
    def weight(self) -> ByLayer:
        r"""$\partial C / \partial W^l$ of shape (N_l, N_{l-1}), for the dense layers."""
        return self._of("weight")

    @property
    def bias(self) -> ByLayer:
        r"""$\partial C / \partial b^l$ of shape (N_l, 1), for the dense layers."""
        return self._of("bias")

    @property
    def scale(self) -> ByLayer:
        r"""$\partial C / \partial \gamma^l$ of shape (N_l, 1), for the norms."""
        return self._of("scale")

    @property
    def shift(self) -> ByLayer:
        r"""$\partial C / \partial \beta^l$ of shape (N_l, 1), for the norms."""
        return self._of("shift")

    def _of(self, name: str) -> ByLayer:
        return {l: arrays[name] for l, arrays in self.parameters.items() if name in arrays}


def require_finite_trace(function: str, trace: Trace) -> Trace:
    """Return the trace; raise if a number of it is not finite."""
    for l, Z in trace.Z.items():
        require_result(function, f"Z[{l}]", Z)
        require_result(function, f"A[{l}]", trace.A[l])
    return trace


def require_finite_gradients(function: str, gradients: Gradients) -> Gradients:
    """Return the gradients; raise if a number of them is not finite."""
    for l, delta in sorted(gradients.delta.items(), reverse=True):
        require_result(function, f"delta[{l}]", delta)
        for name, gradient in gradients.parameters[l].items():
            require_result(function, f"gradient of {name}[{l}]", gradient)
    return gradients
