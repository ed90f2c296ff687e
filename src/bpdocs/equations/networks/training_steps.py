"""A step of training: what the parameters and the velocities are after it."""

from collections.abc import Callable

import numpy as np

from bpdocs.equations.networks.forward import Build, columns
from bpdocs.equations.networks.graph import Graph
from bpdocs.equations.networks.objectives import HALF_SQUARED, Objective
from bpdocs.equations.networks.smooth_functions import draw_signed

# A new velocity from the old one, the gradient, momentum and rate; then the change of the parameter
# from that velocity, the gradient and the rate.
NextVelocity = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], np.ndarray]
Change = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def sum_of_gradients(
    velocity: np.ndarray, gradient: np.ndarray, momentum: np.ndarray, _: np.ndarray
) -> np.ndarray:
    """Return the velocity that adds the gradient to what is kept of the old one."""
    return momentum * velocity + gradient


def down_the_gradient(_: np.ndarray, gradient: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """Return the change of plain gradient descent."""
    return -rate * gradient


def down_the_velocity(velocity: np.ndarray, _: np.ndarray, rate: np.ndarray) -> np.ndarray:
    """Return the change of a step with momentum."""
    return -rate * velocity


def training(
    change: Change,
    next_velocity: NextVelocity = sum_of_gradients,
    objective: Objective = HALF_SQUARED,
) -> Build:
    """Return the model of a step.

    Parameters
    ----------
    change : callable
        What is added to a parameter.
    next_velocity : callable
        The velocity after the step.
    objective : Objective
        How the network ends.
    """

    def build(
        sizes: tuple[int, ...], n_samples: int, rng: np.random.Generator, same: bool
    ) -> Graph:
        graph = columns(objective)(sizes, n_samples, rng, same)
        graph.add_given(("eta", 0), draw_signed(rng))
        graph.add_given(("momentum", 0), draw_signed(rng))
        for parameter, velocity in (("W", "V"), ("b", "V_b")):
            for l in range(1, len(sizes)):
                graph.add_given((velocity, l), rng.normal(size=graph.shape((parameter, l))))
                _add_step(graph, (parameter, l), velocity, change, next_velocity)
        return graph

    return build


def _add_step(
    graph: Graph,
    parameter: tuple[str, int],
    velocity: str,
    change: Change,
    next_velocity: NextVelocity,
) -> None:
    name, l = parameter
    rate, momentum = graph.value(("eta", 0)), graph.value(("momentum", 0))

    def gradient() -> np.ndarray:
        return graph.gradient(("C", 0), parameter)

    def new_velocity() -> np.ndarray:
        return next_velocity(graph.value((velocity, l)), gradient(), momentum, rate)

    def new_parameter() -> np.ndarray:
        new = graph.value((f"{velocity}_new", l))
        return graph.value(parameter) + change(new, gradient(), rate)

    graph.add_derived((f"{velocity}_new", l), new_velocity)
    graph.add_derived((f"{name}_new", l), new_parameter)
