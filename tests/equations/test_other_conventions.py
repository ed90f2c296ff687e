"""Networks in other conventions: each makes the claims of its own texts true, under its name."""

import numpy as np
import pytest

from bpdocs.equations import MODELS
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.evaluating.claims import evaluate
from bpdocs.equations.judging import has_plain_sigma
from bpdocs.equations.networks import models
from bpdocs.equations.networks.models import networks
from bpdocs.equations.networks.other_conventions import conventions
from bpdocs.equations.reading.display import read_display

GIVES = "a step with momentum"
KERAS, _, PYTORCH = MODELS["rows"].layouts
OWN = "true if Δ is the error of each sample's own loss"
NAMED = [
    ("dense", "", r"\Delta^L = (A^L - Y) \odot (\sigma^L)'(Z^L)", "sum over the samples"),
    ("dense", "", r"C = \frac{1}{M} \lVert A^L - Y \rVert_F^2", "without the 1/2"),
    ("dense", "", r"C = \frac{1}{M N_L} \lVert A^L - Y \rVert_F^2", "mean over all entries"),
    ("dense", "", r"C = \lVert A^L - Y \rVert_F^2", "sum of all squared errors"),
    ("dense", "", r"\frac{\partial C}{\partial W^l} = \frac{1}{M} \Delta^l (A^{l-1})^\top", OWN),
    ("dense", "", r"\Delta^L = \frac{1}{M} (A^L - Y)", "softmax and the loss its cross-entropy"),
    (
        "dense",
        "",
        r"\frac{\partial C}{\partial A^L_{j,m}} = \frac{A^L_{j,m} - Y_{j,m}}"
        r"{M A^L_{j,m} (1 - A^L_{j,m})}",
        "output is a sigmoid",
    ),
    ("dense", "", r"\Delta^L = A^L - Y", "cross-entropy, and Δ is the error"),
    ("dense", "", r"Z^l = A^{l-1} W^l + \mathbf{1}_M b^l", f"samples are rows: {KERAS}"),
    ("dense", "", r"Z^l = A^{l-1} (W^l)^\top + \mathbf{1}_M b^l", f"rows: {PYTORCH}"),
    ("rows", KERAS, r"\Delta^L = (A^L - Y) \odot (\sigma^L)'(Z^L)", "sum over the samples"),
    ("rows", PYTORCH, r"\Delta^L = \frac{1}{M} (A^L - Y)", "softmax and the loss"),
    ("rows", KERAS, r"Z^l = W^l A^{l-1} + b^l \mathbf{1}_M^\top", "samples are columns"),
    ("single_sample", "", r"\delta^L = a^L - y", "softmax and the loss its cross-entropy"),
    (
        "single_sample",
        "",
        r"C = -\sum_j \left(y_j \log a^L_j + (1 - y_j) \log(1 - a^L_j)\right)",
        "binary cross-entropy, summed over outputs",
    ),
    ("single_sample", "", r"\frac{\partial C}{\partial a^L} = 2 (a^L - y)", "without the 1/2"),
    ("single_sample", "", r"C = \frac{1}{N_L} \sum_j (a^L_j - y_j)^2", "mean of the squared"),
    ("softmax", "", r"\Delta^L = P - Y", "sum over the samples"),
    ("softmax", "", r"\frac{\partial C}{\partial b^l} = \frac{1}{M} \Delta^l \mathbf{1}_M", OWN),
    ("batch_norm", "", r"(s^l_j)^2 = \frac{1}{M} \sum_m (A^{l-1}_{j,m} - \mu^l_j)^2", "no ε"),
    (
        "batch_norm",
        "",
        r"(s^l_j)^2 = \frac{1}{M - 1} \sum_m (A^{l-1}_{j,m} - \mu^l_j)^2 + \epsilon",
        "M - 1",
    ),
    (
        "layer_norm",
        "",
        r"s^l_m = \sqrt{\frac{1}{N_l} \sum_j (A^{l-1}_{j,m} - \mu^l_m)^2} + \epsilon",
        "outside the root",
    ),
    ("layer_norm", "", r"\frac{\partial C}{\partial A^L} = A^L - Y", "sum over the samples"),
    (
        "training",
        GIVES,
        r"V^l \leftarrow \mu V^l + (1 - \mu) \frac{\partial C}{\partial W^l}, \quad "
        r"W^l \leftarrow W^l - \eta V^l",
        "moving average",
    ),
    (
        "training",
        GIVES,
        r"V^l \leftarrow \mu V^l + \eta \frac{\partial C}{\partial W^l}, \quad "
        r"W^l \leftarrow W^l - V^l",
        "rate is inside the velocity",
    ),
    (
        "training",
        GIVES,
        r"v^l \leftarrow \mu v^l - \eta \frac{\partial C}{\partial b^l}, \quad "
        r"b^l \leftarrow b^l + v^l",
        "velocity points down",
    ),
    (
        "training",
        "a step of gradient descent",
        r"W^l \leftarrow W^l - \frac{\eta}{M} \Delta^l (A^{l-1})^\top",
        OWN,
    ),
]


@pytest.mark.parametrize(("name", "layout", "latex", "words"), NAMED)
def test_convention_is_named(name, layout, latex, words):
    """What is false in the model and true in another text is true on the first network of it."""
    model = MODELS[name]
    display = read_display(latex, model.names, None)
    is_same = has_plain_sigma(display)

    def holds(graphs):
        try:
            return all(evaluate(claim, graphs).is_true for claim in display.claims)
        except UnreadableError:  # the logarithm of what is no probability
            return False

    assert not holds(networks(model, layout, is_same))
    true = [sentence for sentence, graphs in conventions(model, layout, is_same) if holds(graphs)]
    assert true
    assert true[0].startswith("true if ")
    assert words in true[0]


@pytest.mark.parametrize(
    ("model", "layout"),
    [(model, layout) for model in MODELS.values() for layout in model.layouts],
    ids=lambda value: getattr(value, "name", str(value)[:20]),
)
@pytest.mark.parametrize("is_same", [False, True])
def test_conventions_differ_from_the_model(model, layout, is_same):
    """Each has its own sentence, the sizes of the model, and another number somewhere."""
    sentences = []
    for sentence, graphs in conventions(model, layout, is_same):
        sentences.append(sentence)
        own = networks(model, layout, is_same)
        assert [graph.sizes for graph in graphs] == [graph.sizes for graph in own]
        keys = [("C", 0), ("Delta", 1), ("s", 1), ("s", 2), ("V_new", 1), ("W_new", 1)]
        values = [
            [graph.value(key) for key in keys if key in graph] for graph in (own[0], graphs[0])
        ]
        same = [a.shape == b.shape and np.allclose(a, b) for a, b in zip(*values, strict=True)]
        assert not all(same) or "samples are" in sentence
    assert len(set(sentences)) == len(sentences) >= 2


def test_conventions_are_built_when_asked_for(monkeypatch):
    """The first one costs nothing of the others."""
    built = []
    original = models.build_networks
    monkeypatch.setattr(
        "bpdocs.equations.networks.other_conventions.build_networks",
        lambda *given: built.append(given) or original(*given),
    )
    next(conventions(MODELS["dense"], "", False))
    assert len(built) == 1
