r"""The models: which network an equation speaks of, and in which layout.

Every size differs from every other, there are three layers or more, and each layer has an
activation of its own, so that what is equal by chance is rare. An equation must hold on all
networks of a model.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from bpdocs.equations import notation
from bpdocs.equations.networks import forward
from bpdocs.equations.networks.graph import Graph
from bpdocs.equations.notation import Name

MAX_LAYERS = 6
MAX_SIZE = 20


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
    layouts: Mapping[str, Callable[[tuple[int, ...], int, np.random.Generator, bool], Graph]]
    sizes: tuple[tuple[tuple[int, ...], int], ...] = (((4, 3, 5, 2), 6), ((3, 5, 2, 7, 4), 6))

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
            raise ValueError(f"check: sizes must name 1 to {MAX_LAYERS} layers, got {list(sizes)}")
        if not all(1 <= length <= MAX_SIZE for length in lengths):
            raise ValueError(f"check: sizes must be between 1 and {MAX_SIZE}, got {list(lengths)}")
        return replace(self, sizes=((sizes, samples),))


_NORM_SIZES = (((4, 3, 3, 5, 5, 2), 6), ((3, 6, 6, 4, 4, 2), 5))
_KERAS = "W is N_{l-1} x N_l and b a row, as Keras keeps them"
_STEPS = {
    "a step of gradient descent": forward.training(has_momentum=False),
    "a step with momentum": forward.training(has_momentum=True),
}
_PYTORCH = "W is N_l x N_{l-1} and b a column, as PyTorch keeps them"

MODELS = {
    model.name: model
    for model in (
        Model("dense", notation.DENSE, {"": forward.dense}),
        Model("rows", notation.ROWS, {_KERAS: forward.rows(False), _PYTORCH: forward.rows(True)}),
        Model("single_sample", notation.SINGLE_SAMPLE, {"": forward.single_sample}),
        Model("softmax", notation.SOFTMAX, {"": forward.softmax_output}),
        Model("batch_norm", notation.NORMS, {"": forward.norms(-1)}, _NORM_SIZES),
        Model("layer_norm", notation.NORMS, {"": forward.norms(-2)}, _NORM_SIZES),
        Model("training", notation.TRAINING, _STEPS),
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
        raise ValueError(f"check: model must be one of {', '.join(MODELS)}, got {name!r}")
    return found


@cache
def networks(model: Model, layout: str, is_same: bool) -> tuple[Graph, ...]:
    """Return the networks on which an equation of a model is checked, always the same ones."""
    build = model.layouts[layout]
    graphs = []
    for at, (sizes, n_samples) in enumerate(model.sizes):
        graph = build(sizes, n_samples, np.random.default_rng(2020 + at), is_same)
        if len({1, *sizes, n_samples}) < len(sizes) + 2:
            graph.apart = build(*_apart(graph), np.random.default_rng(0), is_same)
        graphs.append(graph)
    return tuple(graphs)


def _apart(graph: Graph) -> tuple[tuple[int, ...], int]:
    """Return sizes and M for the same layers, all above 1 and different; a norm keeps its size."""
    sizes = [2]
    for l in range(1, graph.n_layers + 1):
        sizes.append(sizes[-1] + (("gamma", l) not in graph))
    return tuple(sizes), sizes[-1] + 1
