r"""Activations that are drawn: whatever is true of one of them is true of every smooth function.

A claim about $\sigma$ is one about any activation. If all networks had tanh in layer 1, a claim
that needs tanh would hold there; so each layer of each network has a function of its own, with a
rise or a fall, an inflection and a bump at random places.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class SmoothFunction:
    r"""A random $c + s (a \ln(1 + e^{p z + q}) + b \tanh(r z + t) + d e^{-((z - u) / w)^2})$.

    Its slope is of order 1 for moderate z and of both signs, and it is analytic, as the complex
    step needs it, within 1.2 of the real axis.
    """

    softplus: tuple[float, float, float]
    tanh: tuple[float, float, float]
    bump: tuple[float, float, float]
    shift: float
    sign: float

    def __call__(self, z: np.ndarray) -> np.ndarray:
        """Return the value at each entry, real or complex."""
        (a, p, q), (b, r, t), (d, u, w) = self.softplus, self.tanh, self.bump
        rise = a * np.log1p(np.exp(p * z + q)) + b * np.tanh(r * z + t)
        return self.shift + self.sign * (rise + d * np.exp(-(((z - u) / w) ** 2)))


def draw_function(rng: np.random.Generator) -> SmoothFunction:
    """Return a smooth function that is like no other."""

    def near(middle: float) -> float:
        return float(middle * rng.uniform(0.75, 1.25))

    return SmoothFunction(
        softplus=(near(0.7), near(0.9), float(rng.uniform(-1, 1))),
        tanh=(near(0.5), near(0.8), float(rng.uniform(-1, 1))),
        bump=(near(1.0), float(rng.uniform(-1, 1)), near(1.0)),
        shift=float(rng.uniform(-0.8, 0.8)),
        sign=float(rng.choice((-1, 1))),
    )


def draw_activations(
    n_layers: int, rng: np.random.Generator, is_same: bool
) -> Mapping[int, Callable[[np.ndarray], np.ndarray]]:
    """Return an activation for each layer, the same one for all where a plain σ is meant."""
    drawn = [draw_function(rng) for _ in range(n_layers)]
    return {l: drawn[0 if is_same else l - 1] for l in range(1, n_layers + 1)}


def draw_positive(rng: np.random.Generator) -> np.ndarray:
    """Return a positive number on either side of 1."""
    return np.array(np.exp(rng.uniform(-1.5, 1)))


def draw_signed(rng: np.random.Generator) -> np.ndarray:
    """Return a number of either sign whose size is on either side of 1."""
    return np.array(rng.choice((-1, 1)) * draw_positive(rng))


def draw_free(name: str, layer: int, shape: tuple[int, ...], number: int) -> np.ndarray:
    """Return an array that a page introduces, another one on each network of a model.

    Of three networks in a row a number is above 1 on one, below -1 on one, and between on one.
    """
    rng = np.random.default_rng([*name.encode(), layer, number, *map(int, shape)])
    if shape:
        return rng.normal(size=shape)
    sign = (-1) ** (sum(name.encode()) + layer + number)
    power = rng.uniform(0.1, 1)
    return np.array(sign * np.exp(-power if number % 3 == 2 else power))
