"""True equations of the corpus, on networks that nobody chose."""

import re
from functools import cache

import numpy as np
import pytest

from bpdocs.equations import MODELS
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.evaluating.claims import evaluate
from bpdocs.equations.judging import has_plain_sigma
from bpdocs.equations.reading.display import read_display
from corpus import ENTRIES

N_RANDOM = 20
N_VISIBLE = 15  # at least; of a saturated softmax nothing can be said
TRUE = [entry for entry in ENTRIES if entry.status == "holds"]


def random_sizes(name, rng, least) -> tuple[tuple[int, ...], int]:
    """Return sizes and M that differ; in models of norms, norms stand between dense layers."""
    n_layers = int(rng.integers(3, 6))
    *sizes, n_samples = map(int, rng.permutation(np.arange(least, least + 8))[: n_layers + 2])
    if "norm" in name:
        first = int(rng.integers(1, 3))
        for l in range(first, n_layers + 1, 2):
            sizes[l] = sizes[l - 1]
    return tuple(sizes), n_samples


@cache
def random_networks(name, layout, is_same, least) -> tuple:
    """Return networks of random sizes, depths, activations and numbers."""
    rng = np.random.default_rng(list(name.encode()))
    build = MODELS[name].layouts[layout]
    graphs = []
    for number in range(N_RANDOM):
        graphs.append(build(*random_sizes(name, rng, least), rng, is_same))
        graphs[-1].number = number
    return tuple(graphs)


def is_hidden(claim, graph) -> bool:
    """Tell whether rounding hides a claim on one network, as where a softmax is saturated."""
    try:
        evaluate(claim, [graph])
    except UnreadableError as error:
        return "rounding hides it" in str(error)
    return False


def is_true(claim, graphs) -> bool:
    """Tell whether a claim holds on networks; rounding may hide it on few."""
    try:
        return evaluate(claim, graphs).is_true
    except UnreadableError:
        visible = [graph for graph in graphs if not is_hidden(claim, graph)]
        if not N_VISIBLE <= len(visible) < len(graphs):
            return False
    return evaluate(claim, visible).is_true


@pytest.mark.parametrize("entry", TRUE, ids=lambda entry: entry.place)
def test_true_equation_holds_on_random_networks(entry):
    """Each true equation of the corpus holds on 20 networks that nobody chose.

    It could never notice what is read wrongly, since the same reader and evaluator judge here, nor
    a false equation that the corpus calls false; nor what the random networks share, too: smooth
    activations, the losses, six layers at most and no two sizes equal by chance.
    """
    model = MODELS[entry.model]
    display = read_display(entry.latex, model.names, None)
    is_same = has_plain_sigma(display)
    has_numbers = re.search(r"[_,={ ][2-9]", entry.latex)
    least = 3 if has_numbers else 2
    assert any(
        all(
            is_true(claim, random_networks(entry.model, layout, is_same, least))
            for claim in display.claims
        )
        for layout in model.layouts
    )
