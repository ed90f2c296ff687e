r"""The models: which network an equation speaks of, and in which layout.

An equation must hold on all networks of a model, so whatever they have in common would be taken for
a law. They share nothing that the notation leaves free: not the depth, nor a size, nor M, nor an
activation, nor a rate. Nor does a simple relation between sizes hold on all of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np

from bpdocs.equations import notation
from bpdocs.equations.errors import RefusedError
from bpdocs.equations.networks import forward
from bpdocs.equations.networks.forward import Build
from bpdocs.equations.networks.graph import Graph
from bpdocs.equations.networks.objectives import CROSS_ENTROPY
from bpdocs.equations.networks.training_steps import (
    down_the_gradient,
    down_the_velocity,
    training,
)
from bpdocs.equations.notation import Name

MAX_LAYERS = 6
MAX_SIZE = 20
# The last layer that three networks of every model have: what is said of a later one by its number
# is checked on one or two, and holds there by chance, as A^5 = A^L does if its L is 5.
LAST_SHARED_LAYER = 3

# Sizes and M, found by drawing numbers from 2 to 8 until no relation was left of these kinds
# between L, M, N_0 to N_3 and N_L on all networks: a x + b y = c with a, b up to 3;
# x + y + z = c with any signs; x y = c; x y = z; x < y. M lies between the smallest and the largest
# size, so that a range to the wrong one of them overruns or falls short.
_SIZES = (((4, 2, 3, 7), 6), ((3, 7, 6, 4, 2), 5), ((6, 7, 2, 4, 8, 5), 3))

# Likewise, by descending from a random choice. Each of the layers 1 to 3 is a norm on three
# networks and dense on the three others; the relations, but for x < y, were excluded on each
# three of these, too.
_NORM_SIZES = (
    ((2, 2, 7, 7, 5), 4),
    ((8, 7, 7, 3), 5),
    ((3, 3, 6, 8), 7),
    ((7, 8, 8, 8, 5, 2), 6),
    ((2, 2, 2, 5, 8, 4), 7),
    ((6, 8, 2, 2, 7), 3),
)
# With it sigma^1 to sigma^3, sigma^L, a plain sigma, eta and momentum have either sign; eta,
# momentum and epsilon are on either side of 1, eta and momentum of each other; and the errors of
# the first layer are at least 1/50 of those of the last.
_FIRST_SEED = 259


@dataclass(frozen=True, eq=False)
class Model:
    """A kind of network, with what its letters mean.

    Attributes
    ----------
    name : str
        As it is asked for.
    names : mapping of str to Name
        The notation.
    layouts : mapping of str to callable
        The ways to lay out the parameters, or to step, by a phrase; most models have one. An
        equation holds if it holds in one of them throughout. Each makes a network from sizes, M,
        a generator and whether all layers have the same activation.
    sizes : tuple of (tuple of int, int)
        Sizes and M of the networks to check on.
    """

    name: str
    names: Mapping[str, Name]
    layouts: Mapping[str, Build]
    sizes: tuple[tuple[tuple[int, ...], int], ...] = _SIZES

    def of_sizes(self, sizes: tuple[int, ...], n_samples: int | None) -> "Model":
        """Return the model with one network of these sizes.

        Raises
        ------
        ValueError
            If a size or the number of samples is not between 1 and 20, or there is not one layer
            at least and 6 at most.
        """
        samples = self.sizes[0][1] if n_samples is None else n_samples
        lengths = (*sizes, samples)
        if not 2 <= len(sizes) <= MAX_LAYERS + 1:
            raise RefusedError(
                f"check: sizes must name 1 to {MAX_LAYERS} layers, got {list(sizes)}"
            )
        if not all(1 <= length <= MAX_SIZE for length in lengths):
            raise RefusedError(
                f"check: sizes must be between 1 and {MAX_SIZE}, got {list(lengths)}"
            )
        return replace(self, sizes=((sizes, samples),))


# How to make the networks of a layout; without arguments, as the model has them.
ROW_LAYOUTS: Mapping[str, Callable[..., Build]] = {
    "W is N_{l-1} x N_l and b a row, as Keras keeps them": forward.rows,
    "W is N_l x N_{l-1} and b a column, as PyTorch keeps them": partial(
        forward.rows, is_weight_transposed=True, is_bias_transposed=True
    ),
    "W is N_l x N_{l-1}, as PyTorch keeps it, and b a row": partial(
        forward.rows, is_weight_transposed=True
    ),
}
STEPS: Mapping[str, Callable[..., Build]] = {
    "a step of gradient descent": partial(training, down_the_gradient),
    "a step with momentum": partial(training, down_the_velocity),
}

MODELS = {
    model.name: model
    for model in (
        Model("dense", notation.DENSE, {"": forward.columns()}),
        Model("rows", notation.ROWS, {phrase: make() for phrase, make in ROW_LAYOUTS.items()}),
        Model("single_sample", notation.SINGLE_SAMPLE, {"": forward.single_sample()}),
        Model("softmax", notation.SOFTMAX, {"": forward.columns(CROSS_ENTROPY)}),
        Model("batch_norm", notation.NORMS, {"": forward.norms(-1)}, _NORM_SIZES),
        Model("layer_norm", notation.NORMS, {"": forward.norms(-2)}, _NORM_SIZES),
        Model("training", notation.TRAINING, {phrase: make() for phrase, make in STEPS.items()}),
    )
}


# As people say it: "Dense rows", "single sample", "BatchNorm".
_SPELLINGS = {
    "columns": "dense",
    "densecolumns": "dense",
    "denserows": "rows",
    "single": "single_sample",
    "softmaxoutput": "softmax",
    "trainingstep": "training",
    **{name.replace("_", ""): name for name in MODELS},
}


def find_model(name: str) -> Model:
    """Return a model by name; blanks, hyphens and capitals do not count.

    Raises
    ------
    ValueError
        If there is none of the name.
    """
    plain = "".join(letter for letter in name.lower() if letter.isalpha())
    found = MODELS.get(_SPELLINGS.get(plain, ""))
    if found is None:
        raise RefusedError(f"check: model must be one of {', '.join(MODELS)}, got {name!r}")
    return found


def networks(model: Model, layout: str, is_same: bool) -> tuple[Graph, ...]:
    """Return the networks on which an equation of a model is checked, always the same ones."""
    is_own = model.sizes == MODELS[model.name].sizes
    remembered = _own_networks if is_own else _chosen_networks
    return remembered(model.name, model.sizes, layout, is_same)


def _networks_by_name(
    name: str, sizes: tuple[tuple[tuple[int, ...], int], ...], layout: str, is_same: bool
) -> tuple[Graph, ...]:
    return build_networks(MODELS[name].layouts[layout], sizes, is_same)


# Of sizes that a reader chooses only the last are kept: they seldom come back, and are large.
_own_networks = lru_cache(maxsize=None)(_networks_by_name)
_chosen_networks = lru_cache(maxsize=2)(_networks_by_name)


def build_networks(
    build: Build, sizes: tuple[tuple[tuple[int, ...], int], ...], is_same: bool
) -> tuple[Graph, ...]:
    """Return networks of these sizes, each with what its lengths are apart if some are equal."""
    graphs = []
    for at, (lengths, n_samples) in enumerate(sizes):
        graph = build(lengths, n_samples, np.random.default_rng(_FIRST_SEED + at), is_same)
        graph.number = at
        if len({1, *lengths, n_samples}) < len(lengths) + 2:
            graph.apart = build(*_apart(graph), np.random.default_rng(0), is_same)
        graphs.append(graph)
    return tuple(graphs)


def _apart(graph: Graph) -> tuple[tuple[int, ...], int]:
    """Return sizes and M for the same layers, all above 1 and different; a norm keeps its size."""
    sizes = [2]
    for l in range(1, graph.n_layers + 1):
        sizes.append(sizes[-1] + (("gamma", l) not in graph))
    return tuple(sizes), sizes[-1] + 1
