"""The networks themselves: what they share, and what moving their values costs."""

import json
import time
import tracemalloc
from itertools import combinations, pairwise, permutations, product

import numpy as np
import pytest

from bpdocs.equations import MODELS
from bpdocs.equations.answer import answer
from bpdocs.equations.evaluating.claims import FEWEST_NETWORKS
from bpdocs.equations.networks import graph as graph_module
from bpdocs.equations.networks import models
from bpdocs.equations.networks.forward import softmax
from bpdocs.equations.networks.graph import STEP
from bpdocs.equations.networks.models import LAST_SHARED_LAYER, networks
from bpdocs.equations.networks.moved_arrays import MovedArrays

CASES = [
    (model, layout, is_same)
    for model in MODELS.values()
    for layout in model.layouts
    for is_same in (False, True)
]
NORMS = ("batch_norm", "layer_norm")


def case_name(value) -> str:
    """Return the name of a test's model, layout or kind of activations."""
    return getattr(value, "name", str(value)[:20])


every_case = pytest.mark.parametrize(("model", "layout", "is_same"), CASES, ids=case_name)
every_model = pytest.mark.parametrize("model", MODELS.values(), ids=case_name)


def numbers(sizes, n_samples) -> dict[str, int]:
    """Return the numbers of a network that the notation leaves free, by their letters."""
    layers = {f"N_{l}": size for l, size in enumerate(sizes[: LAST_SHARED_LAYER + 1])}
    return {"L": len(sizes) - 1, "M": n_samples, "N_L": sizes[-1], **layers}


def common_letters(found) -> list[str]:
    """Return the letters that all of the networks have."""
    return sorted(set.intersection(*(set(letters) for letters in found)))


def is_always(found, rule, *letters) -> bool:
    """Tell whether a relation of some letters holds on all networks."""
    return all(rule(*(network[letter] for letter in letters)) for network in found)


def spread(found, factors, letters) -> set[int]:
    """Return the values of a linear form of letters, one if it says a relation."""
    return {
        sum(factor * network[letter] for factor, letter in zip(factors, letters, strict=True))
        for network in found
    }


def relations(found) -> list[tuple]:
    """Return every a x + b y = c, x + y + z = c, x y = c and x y = z that holds on all networks."""
    names = different_letters(found)
    common = [(x,) for x in names if len(spread(found, (1,), (x,))) == 1]
    for pair, (a, b) in product(combinations(names, 2), product(range(1, 4), range(-3, 4))):
        common += [(pair, a, b)] * (b != 0 and len(spread(found, (a, b), pair)) == 1)
    for trio, (b, c) in product(combinations(names, 3), product((1, -1), repeat=2)):
        common += [(trio, b, c)] * (len(spread(found, (1, b, c), trio)) == 1)
    for x, y in combinations(names, 2):
        common += [(x, y)] * (len({network[x] * network[y] for network in found}) == 1)
        common += [
            (x, y, z) for z in names if is_always(found, lambda x, y, z: x * y == z, x, y, z)
        ]
    return common


def different_letters(found) -> list[str]:
    """Return the letters that all networks have; of sizes that a norm keeps the same, one."""
    values = {}
    for letter in common_letters(found):
        of_sizes = letter.startswith("N_")
        values.setdefault((of_sizes or letter, *(network[letter] for network in found)), letter)
    return sorted(values.values())


@every_model
def test_no_simple_relation_is_common_to_all_networks(model):
    """No a x + b y = c, x + y + z = c, x y = c or z, nor x <= y holds on every network."""
    found = [numbers(*network) for network in model.sizes]
    names = common_letters(found)
    assert different_letters(found) == names
    assert relations(found) == []
    pairs = permutations(names, 2)
    assert not any(is_always(found, lambda x, y: x <= y, *pair) for pair in pairs)


@every_model
def test_networks_have_other_sizes_in_every_layer(model):
    """Three at least, of other depths, M and N_L; what a layer's number says is never the same."""
    lengths = [n_samples for _, n_samples in model.sizes]
    assert len(set(lengths)) >= FEWEST_NETWORKS
    assert len({sizes[-1] for sizes, _ in model.sizes}) == len(lengths) >= FEWEST_NETWORKS
    assert len({len(sizes) for sizes, _ in model.sizes}) > 1
    for sizes, n_samples in model.sizes:
        assert len(sizes) > LAST_SHARED_LAYER
        assert min(sizes) < n_samples < max(sizes)
        own = [size for before, size in pairwise((0, *sizes)) if size != before]
        assert len({*own, n_samples}) == len(own) + 1
        assert min(*own, n_samples) >= 2


def is_norm(sizes, l) -> bool:
    """Tell whether a layer keeps its size, as a norm does."""
    return sizes[l] == sizes[l - 1]


@pytest.mark.parametrize("name", MODELS)
def test_what_stands_at_a_numbered_layer_is_judged_on_three_networks(name):
    """Up to the last shared layer, those with a norm there and those without share no relation."""
    for l in range(1, LAST_SHARED_LAYER + 1):
        for has_norm in (False, True) if name in NORMS else (False,):
            having = [
                numbers(*network)
                for network in MODELS[name].sizes
                if is_norm(network[0], l) == has_norm
            ]
            assert len(having) >= FEWEST_NETWORKS
            assert relations(having) == []


@pytest.mark.parametrize("name", NORMS)
def test_norms_stand_elsewhere_in_each_network(name):
    """One network begins with a norm, one has two dense layers in a row."""
    patterns = [
        tuple(is_norm(sizes, l) for l in range(1, len(sizes))) for sizes, _ in MODELS[name].sizes
    ]
    assert len(set(patterns)) == len(patterns)
    assert all(len(set(at)) == 2 for at in zip(*patterns, strict=False))
    assert any(pattern[0] for pattern in patterns)
    assert any((False, False) in pairwise(pattern) for pattern in patterns)


@every_case
def test_errors_do_not_vanish(model, layout, is_same):
    """The errors of the first layer are of the order of those of the last, and all is moderate."""
    for graph in networks(model, layout, is_same):
        first, last = (np.abs(graph.value(("Delta", l))).max() for l in (1, graph.n_layers))
        assert first > 1e-2 * last
        assert all(np.abs(graph.value(("Z", l))).max() < 30 for l in range(1, graph.n_layers + 1))


def test_softmax_runs_along_the_axis_that_is_asked_for():
    """Its sums are 1 over the neurons: over columns unless told, over rows where samples are."""
    z = np.array([[0.5, -1.0], [2.0, 0.25], [1.0, 3.0]])
    assert np.allclose(softmax(z).sum(axis=0), 1)
    assert np.allclose(softmax(z, axis=-1), softmax(z.T).T)


def test_rows_have_three_layouts_of_one_network():
    """The same numbers flow through all of them; only W and b are laid out differently."""
    graphs = [networks(MODELS["rows"], layout, False)[0] for layout in MODELS["rows"].layouts]
    assert len({(graph.shape(("W", 1)), graph.shape(("b", 1))) for graph in graphs}) == 3
    for graph in graphs[1:]:
        assert np.array_equal(graph.value(("A", 3)), graphs[0].value(("A", 3)))


# Moving


@pytest.mark.parametrize("name", ["dense", "batch_norm"])
def test_targets_are_moved_as_all_are(name):
    """Asked for some values only, a move gives the same numbers as when asked for all."""
    graph = networks(MODELS[name], "", is_same=False)[1]
    move = {("Z", 1): 1j * STEP * np.ones(graph.shape(("Z", 1)))}
    everything = graph.moved(move)
    for target in everything:
        assert np.array_equal(graph.moved(move, {target})[target], everything[target])
    assert graph.moved(move, {("A", 0)}) == {}


def test_entries_of_targets_are_added_to_what_is_kept():
    """A second question for the same move is answered with the first one's arrays and new ones."""
    graph = networks(MODELS["dense"], "", is_same=False)[0]
    first = graph.moved_by_entries(("Z", 2), {("A", 2)})
    both = graph.moved_by_entries(("Z", 2), {("A", 2), ("C", 0), ("A", 0)})
    assert set(both) == {("A", 2), ("C", 0)}
    assert both["A", 2] is first["A", 2]
    assert both["C", 0].shape == graph.shape(("Z", 2))


def test_gradient_in_pieces_is_the_gradient(monkeypatch):
    """How many entries are moved at once does not change a number."""
    graph = networks(MODELS["dense"], "", is_same=False)[0]
    whole = graph.gradient(("C", 0), ("W", 2))
    monkeypatch.setattr(graph_module, "MAX_BYTES", 1)
    assert np.array_equal(graph.gradient(("C", 0), ("W", 2)), whole)


def test_deviation_depends_on_epsilon():
    """The network knows that epsilon stands below the root."""
    graph = networks(MODELS["batch_norm"], "", is_same=False)[0]
    assert ("s", 1) in graph.descendants({("epsilon", 0)})


def test_oldest_arrays_go_first():
    """Beyond the bound, what was asked for longest ago is dropped, and never more is kept."""
    kept: MovedArrays[str, str] = MovedArrays(most=200)
    for move in ("a", "b"):
        kept.keep(move, {"Z": np.zeros(10)})
    assert kept.find("a")
    kept.keep("c", {"Z": np.zeros(10)})
    assert (bool(kept.find("a")), kept.find("b"), kept.n_bytes) == (True, {}, 160)
    kept.keep("d", {"Z": np.zeros(1000)})
    assert kept.n_bytes == 0


BY_ENTRIES = [
    r"\frac{\partial C}{\partial W^{l}_{j,i}} = \sum_{m=1}^{M} \Delta^{l}_{j,m} A^{l-1}_{i,m}",
    r"\frac{\partial Z^{l+1}_{k,n}}{\partial Z^{l}_{j,m}} = 0, \quad n \ne m",
    r"\frac{\partial C}{\partial A^{l}_{j,m}} = \sum_{k} W^{l+1}_{k,j} \Delta^{l+1}_{k,m}",
]


def test_checks_at_the_largest_sizes_stay_small():
    """One takes less than 100 MB, and repeated ones keep no more than the first."""
    tracemalloc.start()
    begin = tracemalloc.get_traced_memory()[0]
    kept = []
    for _ in range(3):
        for latex in BY_ENTRIES:
            told = json.loads(answer(latex, "dense", [], (20,) * 7, 20))
            assert told["status"] == "holds"
        kept.append(tracemalloc.get_traced_memory()[0])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak - begin < 100e6
    assert kept[-1] - kept[0] < 1e6


def test_networks_are_built_once_and_quickly():
    """All of them take less than 0.3 s, and are the same when asked for again."""
    models._own_networks.cache_clear()
    begin = time.perf_counter()
    built = [networks(*case) for case in CASES]
    assert time.perf_counter() - begin < 0.3
    assert all(a is b for a, b in zip(built, (networks(*case) for case in CASES), strict=True))


def test_chosen_networks_are_let_go():
    """Of sizes that a reader chooses the last two stay."""
    for n in range(2, 8):
        networks(MODELS["dense"].of_sizes((n, 3), 4), "", is_same=False)
    assert models._chosen_networks.cache_info().currsize == 2
