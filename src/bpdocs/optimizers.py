r"""Optimizers: what turns a gradient into a step, each beside its formula.

All are pure: parameters, gradients and state come in, new parameters and a new state go out. The
gradient is that of a mean over the samples, so no formula here knows $M$.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from bpdocs._checks import (
    overflow_told,
    require_instance,
    require_number,
    require_positive,
    require_result,
)
from bpdocs._parameters import Parameters, map_parameters, require_alike, require_parameters

ByName = dict[int, dict[str, np.ndarray]]
Memory = dict[str, ByName]


@dataclass(frozen=True, eq=False)
class OptimizerState:
    """What an optimizer remembers from one step to the next.

    Attributes
    ----------
    n_steps : int
        How many steps have been made.
    memory : dict of str to dict of int to dict of str to ndarray
        The running means by their name; each has the form of the parameters.

    Examples
    --------
    >>> import numpy as np
    >>> parameters = {1: {"weight": np.array([[1.0]])}}
    >>> _, state = Adam(0.1).step(parameters, parameters)
    >>> state.n_steps, sorted(state.memory)
    (1, ['first_moment', 'second_moment'])
    """

    n_steps: int
    memory: Mapping[str, Parameters]


class Optimizer(ABC):
    """A rule that moves parameters against their gradient.

    Attributes
    ----------
    learning_rate : float
        The learning rate, > 0.
    memory_names : tuple of str
        What the state holds besides the number of steps.
    decay_names : tuple of str
        The attributes that lie in [0, 1); all others are positive.

    Examples
    --------
    >>> import numpy as np
    >>> weight, gradient = {1: {"weight": np.array([[1.0]])}}, {1: {"weight": np.array([[2.0]])}}
    >>> moved, state = SGD(0.1).step(weight, gradient)
    >>> moved[1]["weight"]
    array([[0.8]])
    """

    learning_rate: float
    memory_names: ClassVar[tuple[str, ...]] = ()
    decay_names: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        function = type(self).__name__
        for argument, value in list(vars(self).items()):
            check = _require_decay if argument in self.decay_names else require_positive
            check(function, argument, value)
            # Not a numpy.float64, which would turn float32 parameters into float64.
            object.__setattr__(self, argument, float(value))

    @abstractmethod
    def _move(
        self, parameters: Parameters, gradients: Parameters, state: OptimizerState
    ) -> tuple[ByName, Memory]:
        """Return the new parameters and the new memory; nothing is checked."""

    def step(
        self, parameters: Parameters, gradients: Parameters, state: OptimizerState | None = None
    ) -> tuple[ByName, OptimizerState]:
        """Return the parameters after one step, and the state for the next one.

        Parameters
        ----------
        parameters : mapping of int to mapping of str to ndarray
            By layer number and name, as `Network.parameters`; not modified.
        gradients : mapping of int to mapping of str to ndarray
            As `Gradients.parameters`, of the same names, shapes and dtype.
        state : OptimizerState or None
            What the step before returned; None for the first step.

        Returns
        -------
        parameters : dict of int to dict of str to ndarray
            New arrays in the dtype of the old ones, for `Network.with_parameters`.
        state : OptimizerState
            To be given to the next step.

        Raises
        ------
        TypeError
            If an argument is no mapping of float32 or float64 arrays, or the dtypes differ.
        ValueError
            If names or shapes differ, a value is not finite, the state is of another optimizer, or
            a result is too large for the dtype.
        """
        function = f"{type(self).__name__}.step"
        require_parameters(function, "parameters", parameters)
        require_alike(function, ("gradients", "parameters"), gradients, parameters)
        if state is None:
            zeros = {name: map_parameters(np.zeros_like, parameters) for name in self.memory_names}
            state = OptimizerState(0, zeros)
        else:
            self._require_state(function, state, parameters)
        with overflow_told():
            moved, memory = self._move(parameters, gradients, state)
        for what, arrays in {
            "new ": moved,
            **{f"{name} of ": memory[name] for name in memory},
        }.items():
            for l, row in arrays.items():
                for name, array in row.items():
                    require_result(function, f"{what}{name}[{l}]", array)
        return moved, OptimizerState(state.n_steps + 1, memory)

    def _require_state(self, function: str, state: OptimizerState, parameters: Parameters) -> None:
        """Raise unless the state is one that this optimizer left for these parameters."""
        require_instance(function, "state", state, OptimizerState)
        if isinstance(state.n_steps, bool) or not isinstance(state.n_steps, int):
            raise TypeError(
                f"{function}: n_steps of state must be an integer, got {state.n_steps!r}"
            )
        if state.n_steps < 0:
            raise ValueError(
                f"{function}: n_steps of state must be at least 0, got {state.n_steps}"
            )
        require_instance(function, "memory of state", state.memory, Mapping)
        if set(state.memory) != set(self.memory_names):
            want, got = (
                ", ".join(map(str, names)) or "nothing"
                for names in (self.memory_names, state.memory)
            )
            raise ValueError(f"{function}: state must hold {want}, got {got}")
        for name, value in state.memory.items():
            require_alike(function, (f"{name} of state", "parameters"), value, parameters)


def _require_decay(function: str, argument: str, value: Any) -> None:
    require_number(function, argument, value)
    if not 0 <= value < 1:
        raise ValueError(f"{function}: {argument} must lie in [0, 1), got {value}")


@dataclass(frozen=True)
class SGD(Optimizer):
    r"""Stochastic gradient descent, $W \leftarrow W - \eta \, \partial C / \partial W$.

    Attributes
    ----------
    learning_rate : float
        $\eta$, > 0.

    Raises
    ------
    TypeError
        If the learning rate is not a number.
    ValueError
        If it is not positive and finite.

    References
    ----------
    Robbins and Monro, "A stochastic approximation method", Annals of Mathematical Statistics 22,
    1951.

    Examples
    --------
    >>> import numpy as np
    >>> weight, gradient = np.array([[1.0, 2.0]]), np.array([[10.0, -10.0]])
    >>> moved, state = SGD(0.1).step({1: {"weight": weight}}, {1: {"weight": gradient}})
    >>> moved[1]["weight"]
    array([[0., 3.]])
    """

    learning_rate: float

    def _move(
        self, parameters: Parameters, gradients: Parameters, _: OptimizerState
    ) -> tuple[ByName, Memory]:
        eta = self.learning_rate
        return map_parameters(lambda W, dW: W - eta * dW, parameters, gradients), {}


@dataclass(frozen=True)
class Momentum(Optimizer):
    r"""Gradient descent with momentum, a velocity that sums up past gradients.

    $V \leftarrow \mu V + \partial C / \partial W$, then $W \leftarrow W - \eta V$, with $V = 0$ at
    first. On a constant gradient the velocity tends to $1 / (1 - \mu)$ times the gradient.

    Attributes
    ----------
    learning_rate : float
        $\eta$, > 0.
    momentum : float
        $\mu$, in [0, 1); 0 is plain gradient descent.

    Raises
    ------
    TypeError
        If an argument is not a number.
    ValueError
        If the learning rate is not positive and finite, or $\mu$ is not in [0, 1).

    References
    ----------
    Polyak, "Some methods of speeding up the convergence of iteration methods", USSR Computational
    Mathematics and Mathematical Physics 4, 1964. In this form: Goh, "Why momentum really works",
    Distill 2017, doi:10.23915/distill.00006.

    Examples
    --------
    Twice the gradient 1: the velocity is 1, then 1.5.

    >>> import numpy as np
    >>> optimizer, gradient = Momentum(1.0, 0.5), {1: {"weight": np.array([[1.0]])}}
    >>> moved, state = optimizer.step({1: {"weight": np.array([[0.0]])}}, gradient)
    >>> moved, state = optimizer.step(moved, gradient, state)
    >>> moved[1]["weight"]
    array([[-2.5]])
    """

    learning_rate: float
    momentum: float = 0.9
    memory_names: ClassVar[tuple[str, ...]] = ("velocity",)
    decay_names: ClassVar[tuple[str, ...]] = ("momentum",)

    def _move(
        self, parameters: Parameters, gradients: Parameters, state: OptimizerState
    ) -> tuple[ByName, Memory]:
        eta, mu = self.learning_rate, self.momentum
        velocity = map_parameters(lambda V, dW: mu * V + dW, state.memory["velocity"], gradients)
        moved = map_parameters(lambda W, V: W - eta * V, parameters, velocity)
        return moved, {"velocity": velocity}


@dataclass(frozen=True)
class Adam(Optimizer):
    r"""Adam: running means of the gradient and of its square, each freed of its start at 0.

    In step $t = 1, 2, \dots$, entry by entry and with $G = \partial C / \partial W$,
    $S \leftarrow \beta_1 S + (1 - \beta_1) G$ and $Q \leftarrow \beta_2 Q + (1 - \beta_2) G^2$;
    then $W \leftarrow W - \eta \, \hat S / (\sqrt{\hat Q} + \epsilon)$ with
    $\hat S = S / (1 - \beta_1^t)$ and $\hat Q = Q / (1 - \beta_2^t)$.

    Attributes
    ----------
    learning_rate : float
        $\eta$, > 0.
    first_decay, second_decay : float
        $\beta_1$ and $\beta_2$, in [0, 1).
    epsilon : float
        $\epsilon$, > 0.

    Raises
    ------
    TypeError
        If an argument is not a number.
    ValueError
        If $\eta$ or $\epsilon$ is not positive and finite, or a decay is not in [0, 1).

    References
    ----------
    Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, arXiv:1412.6980,
    algorithm 1.

    Examples
    --------
    The first step has length $\eta$ in every entry, whatever the size of the gradient:

    >>> import numpy as np
    >>> weight, gradient = np.array([[1.0, 2.0]]), np.array([[1000.0, -0.5]])
    >>> moved, state = Adam(0.1).step({1: {"weight": weight}}, {1: {"weight": gradient}})
    >>> moved[1]["weight"].round(4)
    array([[0.9, 2.1]])
    """

    learning_rate: float = 1e-3
    first_decay: float = 0.9
    second_decay: float = 0.999
    epsilon: float = 1e-8
    memory_names: ClassVar[tuple[str, ...]] = ("first_moment", "second_moment")
    decay_names: ClassVar[tuple[str, ...]] = ("first_decay", "second_decay")

    def _move(
        self, parameters: Parameters, gradients: Parameters, state: OptimizerState
    ) -> tuple[ByName, Memory]:
        eta, beta_1, beta_2 = self.learning_rate, self.first_decay, self.second_decay
        t = state.n_steps + 1
        S, Q = (state.memory[name] for name in self.memory_names)
        S = map_parameters(lambda S, G: beta_1 * S + (1 - beta_1) * G, S, gradients)
        Q = map_parameters(lambda Q, G: beta_2 * Q + (1 - beta_2) * G**2, Q, gradients)

        def move(W: np.ndarray, S: np.ndarray, Q: np.ndarray) -> np.ndarray:
            S_hat, Q_hat = S / (1 - beta_1**t), Q / (1 - beta_2**t)
            return W - eta * S_hat / (np.sqrt(Q_hat) + self.epsilon)

        return map_parameters(move, parameters, S, Q), {"first_moment": S, "second_moment": Q}
