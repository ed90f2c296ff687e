r"""What the networks have in common is taken for a law, so they have nothing in common.

The laws are generated: each quantity that the notation leaves free, each $\sigma^l$, in each model
and layout, on the networks themselves and as claims in LaTeX that must not hold.
"""

from itertools import combinations

import numpy as np
import pytest

from bpdocs.equations import MODELS, check
from bpdocs.equations.networks.graph import STEP
from bpdocs.equations.networks.models import LAST_SHARED_LAYER, networks

LAYOUTS = [(name, layout) for name, model in MODELS.items() for layout in model.layouts]
every_layout = pytest.mark.parametrize(("name", "layout"), LAYOUTS)
every_model = pytest.mark.parametrize("name", MODELS)
LAYERS = ("1", "2", "3", "L", "")  # the last is a plain sigma
RATES = {"eta": r"\eta", "momentum": r"\mu", "epsilon": r"\epsilon"}


def free_numbers(graph) -> dict[str, float]:
    """Return the numbers of a network that the notation leaves free, by their LaTeX."""
    found = {"L": graph.n_layers, "N_{L}": graph.sizes[-1]}
    found |= {f"N_{{{l}}}": size for l, size in enumerate(graph.sizes[: LAST_SHARED_LAYER + 1])}
    if graph.has_batch:
        found["M"] = graph.n_samples
    for name, latex in RATES.items():
        if (name, 0) in graph:
            found[latex] = float(graph.value((name, 0)))
    return found


def sigmas(name, layout, layer) -> list:
    """Return the activations of a layer on all networks that have one there that is drawn."""
    graphs = networks(MODELS[name], layout, is_same=not layer)
    layers = [graph.n_layers if layer == "L" else int(layer or 1) for graph in graphs]
    pairs = zip(graphs, layers, strict=True)
    return [graph.activations[l] for graph, l in pairs if l not in graph.coupled]


# On the networks themselves


@every_layout
def test_no_number_is_common_to_all_networks(name, layout):
    """Sizes, depths, M and rates; nor a sign, of what may have either, nor an order of rates."""
    found = [free_numbers(graph) for graph in networks(MODELS[name], layout, is_same=False)]
    assert len(found) >= 3
    for letter in found[0]:
        assert len({numbers[letter] for numbers in found}) > 1, letter
    rates = sorted(set(RATES.values()) & set(found[0]))
    for letter in rates:
        assert len({abs(numbers[letter]) < 1 for numbers in found}) == 2, letter
        is_free = letter != RATES["epsilon"]
        assert len({numbers[letter] > 0 for numbers in found}) == 1 + is_free, letter
    for a, b in combinations(rates, 2):
        assert len({numbers[a] < numbers[b] for numbers in found}) == 2


@every_layout
def test_no_entry_is_common_to_two_networks(name, layout):
    """Parameters, input, targets and all that follows: the first entry is another one each time."""
    graphs = networks(MODELS[name], layout, is_same=False)
    for a, b in combinations(graphs, 2):
        both = {(what, l) for what in ("A", "Z", "W", "b", "Y", "gamma", "beta") for l in range(4)}
        for key in [key for key in both if key in a and key in b]:
            assert a.value(key).flat[0] != b.value(key).flat[0], key


GRID = np.linspace(-3, 3, 401)
NAMED = {
    "identity": lambda z: z,
    "tanh": np.tanh,
    "sigmoid": lambda z: 1 / (1 + np.exp(-z)),
    "softplus": lambda z: np.log1p(np.exp(z)),
    "relu": lambda z: np.maximum(z, 0),
    "exp": np.exp,
    "sin": np.sin,
    "gauss": lambda z: np.exp(-(z**2)),
    "swish": lambda z: z / (1 + np.exp(-z)),
}


def slope(function, z) -> np.ndarray:
    """Return the derivative by the complex step."""
    return np.imag(function(z + 1j * STEP)) / STEP


def misfit(values, terms) -> float:
    """Return how far the best combination of some terms stays from values, in their size."""
    design = np.stack(terms, axis=1)
    best = np.linalg.lstsq(design, values, rcond=None)[0]
    return float(np.abs(design @ best - values).max() / np.abs(values).max())


@pytest.mark.parametrize("layer", LAYERS)
@every_layout
def test_no_activation_is_a_named_one(name, layout, layer):
    """Not even stretched and shifted: no a f(z) + b is near."""
    for sigma in sigmas(name, layout, layer):
        for title, named in NAMED.items():
            assert misfit(sigma(GRID), [named(GRID), np.ones_like(GRID)]) > 0.02, title


@pytest.mark.parametrize("layer", LAYERS)
@every_layout
def test_no_activation_has_a_symmetry(name, layout, layer):
    """Neither odd nor even nor zero at 0, nor is its slope even; on no network."""
    for sigma in sigmas(name, layout, layer):
        assert np.abs(sigma(GRID) + sigma(-GRID)).max() > 0.05
        assert np.abs(sigma(GRID) - sigma(-GRID)).max() > 0.05
        assert np.abs(slope(sigma, GRID) - slope(sigma, -GRID)).max() > 0.05
        assert abs(sigma(np.array(0.0))) > 1e-3
        assert abs(slope(sigma, np.array(0.0))) > 1e-3


@pytest.mark.parametrize("layer", LAYERS)
@every_layout
def test_no_slope_is_a_polynomial_of_the_value(name, layout, layer):
    """As 1 - a^2 is for tanh and a - a^2 for the sigmoid: none of degree 4 fits, on no network."""
    for sigma in sigmas(name, layout, layer):
        a = sigma(GRID)
        assert misfit(slope(sigma, GRID), [a**power for power in range(5)]) > 0.05
        h = 1e-4
        bend = (slope(sigma, GRID + h) - slope(sigma, GRID - h)) / (2 * h)
        assert misfit(bend, [a**power for power in range(5)]) > 0.05
        assert np.abs(bend).max() > 0.1


@pytest.mark.parametrize("layer", LAYERS)
@every_layout
def test_activations_rise_and_fall(name, layout, layer):
    """Over all networks the slope, the bend and the value have both signs where Z is."""
    drawn = sigmas(name, layout, "2" if name == "softmax" and layer == "L" else layer)
    z = GRID[np.abs(GRID) < 2]
    values = np.concatenate([sigma(z) for sigma in drawn])
    slopes = np.concatenate([slope(sigma, z) for sigma in drawn])
    for found in (values, slopes, np.diff(slopes)):
        assert found.min() < 0 < found.max()


# As claims in LaTeX


def holds(latex, name) -> bool:
    """Tell whether a claim is accepted in a model."""
    return check(latex, name, explain=False).status == "holds"


@every_model
def test_no_quantity_has_a_value(name):
    """No claim that says what a free number is on one of the networks holds."""
    model = MODELS[name]
    graphs = networks(model, next(iter(model.layouts)), is_same=False)
    for graph in graphs:
        for letter, value in free_numbers(graph).items():
            # A number alone may be read as a condition, so a quantity stands beside it, too.
            assert not holds(f"{letter} = {value!r}", name)
            assert not holds(f"{letter} C = {value!r} C", name)
            assert not holds(rf"\frac{{C}}{{{letter}}} = \frac{{C}}{{{value!r}}}", name)


@pytest.mark.parametrize(
    ("latex", "name"),
    [
        (rf"\max({size}, 1) = {is_}", name)
        for name, rate in (("training", r"\eta"), ("training", r"\mu"), ("batch_norm", r"\epsilon"))
        for size in (rate, f"|{rate}|")
        for is_ in (size, "1")
    ]
    + [(rf"\max(\eta, \mu) = {rate}", "training") for rate in (r"\eta", r"\mu")],
)
def test_no_order_of_rates_holds(latex, name):
    """No rate is always below 1, or above, nor always below the other."""
    assert not holds(latex, name)


@every_model
def test_no_two_quantities_are_related(name):
    """Nor one that says their difference, sum or ratio."""
    model = MODELS[name]
    for graph in networks(model, next(iter(model.layouts)), is_same=False):
        found = free_numbers(graph)
        for (x, a), (y, b) in combinations(found.items(), 2):
            for latex in (
                f"({x} - {y}) C = {a - b!r} C",
                f"({x} + {y}) C = {a + b!r} C",
                rf"{b!r} {x} C = {a!r} {y} C",
            ):
                assert not holds(latex, name), latex


def entry_of(letter, layer, name) -> str:
    """Return an entry of Z or A in the notation of a model."""
    if name == "single_sample":
        return f"{letter.lower()}^{{{layer}}}_{{j}}"
    return f"{letter}^{{{layer}}}_{{{'m,j' if name == 'rows' else 'j,m'}}}"


def claims_about(sigma, z, a) -> list[str]:
    """Return closed claims about an activation, each true of some function."""
    value, derivative, second = f"{sigma}({z})", f"{sigma}'({z})", f"{sigma}''({z})"
    return [
        rf"{value} = \tanh({z})",
        rf"{value} = \frac{{1}}{{1 + e^{{-{z}}}}}",
        rf"{value} = \log(1 + e^{{{z}}})",
        rf"{value} = \max({z}, 0)",
        rf"{value} = {z}",
        rf"{value} = e^{{{z}}}",
        rf"{derivative} = 1 - ({a})^2",
        rf"{derivative} = {a} (1 - {a})",
        rf"{derivative} = 1 - e^{{-{a}}}",
        rf"{derivative} = {a}",
        rf"{derivative} = 1",
        rf"{second} = -2 {a} (1 - ({a})^2)",
        rf"{second} = 0",
        rf"{second} = -{value}",
        rf"{value} + {second} = {z}",
        rf"{sigma}(-{z}) = -{value}",
        rf"{sigma}(-{z}) = {value}",
        rf"{sigma}(-{z}) = 1 - {value}",
        rf"{sigma}'(-{z}) = {derivative}",
        rf"{sigma}'(-{z}) = -{derivative}",
        rf"{sigma}(2 {z}) = 2 {value}",
        rf"{sigma}({z} + 1) = {value} + 1",
        rf"|{value}| = {value}",
        rf"|{value}| = -{value}",
        rf"|{derivative}| = {derivative}",
        rf"|{derivative}| = -{derivative}",
        rf"|{second}| = {second}",
        rf"|{second}| = -{second}",
        *(rf"{sigma}({at}) = {is_}" for at, is_ in (("0", "0"), ("0", r"\frac{1}{2}"), ("1", "1"))),
        *(rf"{sigma}'(0) = {is_}" for is_ in ("0", "1", r"\frac{1}{4}", r"\frac{3}{2}")),
    ]


@pytest.mark.parametrize("layer", LAYERS)
@every_model
def test_no_claim_about_an_activation_holds(name, layer):
    """Named functions, symmetries, signs, and slopes as formulas of the value."""
    if name == "softmax" and layer in {"3", "L"}:
        layer = "L-1"  # the last is softmax, and layer 3 is the last of one network
    sigma = rf"(\sigma^{{{layer}}})" if layer else r"\sigma"
    at = layer or "l"
    z, a = entry_of("Z", at, name), entry_of("A", at, name)
    if not layer and name == "softmax":
        z, a = entry_of("Z", "1", name), entry_of("A", "1", name)
    assert holds(f"{sigma}({z}) = {a}", name)  # so that the others are read
    for latex in claims_about(sigma, z, a):
        plain = latex.replace(rf"{sigma}(", rf"{sigma[1:-1]}(") if layer else latex
        assert not holds(plain, name), plain
