"""The lines of every true display of the corpus are true of the checker's own networks."""

import itertools
from collections import Counter

import numpy as np
import pytest

from bpdocs.equations import MODELS, check
from bpdocs.equations import tree as t
from bpdocs.equations.errors import NoLayerError, UnreadableError
from bpdocs.equations.evaluating.neighbours import shape_neighbours
from bpdocs.equations.evaluating.restrictions import layer_choices
from bpdocs.equations.evaluating.shapes import Shapes
from bpdocs.equations.judging import has_plain_sigma
from bpdocs.equations.letters import free_letters, layer_letters
from bpdocs.equations.networks.models import find_model, networks
from bpdocs.equations.printing.numpy_lines import numpy_lines
from bpdocs.equations.reading.display import read_display
from corpus import ENTRIES, Entry
from numpy_names import Binding

ELEMENT = r"Z^{l}_{j,m} = \sum_{i} W^{l}_{j,i} A^{l-1}_{i,m} + b^{l}_{j}"

MOST_PLACES = 20  # of the entries of an array that a line speaks of

# What has no line, and how the refusal says so; all else that is refused fails this test.
UNPRINTED = (
    "this derivative has no NumPy",  # by what the expression does not name, as C by Z
    "a second derivative has no NumPy here",
    "a layer like this has no name in NumPy",  # L-l
    "the differential of an expression has no NumPy",  # of a quantity it has
)


def lines_of(entry):
    """Return each line of an entry with its claim."""
    model = find_model(entry.model)
    display = read_display(entry.latex, model.names)
    lines = numpy_lines(display, model)
    is_same = has_plain_sigma(display)
    has_choice = len(model.layouts) > 1
    layout = check(entry.latex, entry.model, explain=False).layout if has_choice else ""
    return [
        (line, claim, model, layout, is_same)
        for line, claim in zip(lines, display.claims, strict=True)
    ]


def choices(claim, model, layout, is_same):
    """Yield the networks and layers of which a claim speaks, from the deepest network on."""
    sides = [claim.left, claim.right]
    subject = claim.statement[:1]
    counting = layer_letters([*sides, *subject, *claim.conditions])
    letters = sorted(free_letters(*sides, *subject) & counting)
    for graph in networks(model, layout, is_same)[::-1]:
        for layers, _ in layer_choices(claim.conditions, letters, graph):
            try:
                for side in [*subject, *sides]:
                    if not isinstance(side, t.Space):
                        Shapes.on(graph, frozenset(counting)).of(side, layers)
            except NoLayerError:
                continue
            shapes = Shapes.on(graph, frozenset(counting))
            shape_neighbours(shapes, [*sides, *claim.statement], layers)
            shapes.axes.pair_conditions(claim.conditions)
            yield graph, layers, shapes.axes


def places(letters, axes, layers):
    """Yield values of the letters of elements, from 0."""
    ranges = [range(axes.only(letter, layers)) for letter in letters]
    every = list(itertools.product(*ranges))
    if len(every) > MOST_PLACES:
        every = [every[at] for at in np.random.default_rng(0).choice(len(every), MOST_PLACES)]
    for values in every:
        yield dict(zip(letters, values, strict=True))


def sides_of(code):
    """Return the two sides that a line compares."""
    left, is_assigned, right = code.partition(" = ")
    if is_assigned:
        return f"({left}, {right})"
    if code.startswith("np.allclose("):
        return code.removeprefix("np.allclose")
    if ".shape == " in code or code.startswith("np.ndim("):
        return f"({code}, True)"
    return f"({code}, {code})"


def is_zero(side):
    """Tell whether a side is the number 0, which stands for any array of zeros."""
    return np.ndim(side) == 0 and side == 0


def count_true(line, claim, model, layout, is_same):
    """Return at how many places a line was run, each of them true."""
    code, _, condition = line.partition("  # ")
    pair = sides_of(code)
    tolerance = 1e-6 if "numeric_gradient" in line else 1e-9
    count, network = 0, None
    for graph, layers, axes in choices(claim, model, layout, is_same):
        if count and graph is not network:
            break  # all layers of one network are enough
        network = graph
        letters = sorted(free_letters(claim.left, claim.right) - set(layers))
        names = Binding(graph, claim, layers).names_of(f"{pair}, {condition or True}")
        for values in places(letters, axes, layers):
            if condition and not eval(condition, names | values):  # noqa: S307 - our own line
                continue
            a, b = eval(pair, names | values)  # noqa: S307 - our own line
            scale = max(1, *(float(np.abs(side).max()) for side in (a, b)))
            assert np.shape(a) == np.shape(b) or any(map(is_zero, (a, b))), line
            assert np.allclose(a, b, rtol=tolerance, atol=tolerance * scale), (line, layers, values)
            count += 1
    return count


# All but training: there a line changes what it names, and is not true before and after.
@pytest.mark.parametrize("model", sorted(MODELS.keys() - {"training"}))
def test_lines_of_true_displays_are_true(model):
    """Each line agrees on both sides at every place; what is left out is so by a known rule."""
    entries = [entry for entry in ENTRIES if (entry.status, entry.model) == ("holds", model)]
    left_out = Counter()
    for entry in entries:
        try:
            lines = lines_of(entry)
        except UnreadableError as error:
            left_out[str(error)] += 1
            continue
        for line in lines:
            assert count_true(*line) > 0, (entry.place, line[0])
    assert left_out.keys() <= set(UNPRINTED), left_out
    assert left_out.total() <= len(entries) / 20, left_out


def test_broken_lines_are_found():
    """A line with a wrong transpose, index, length or slope does not pass."""
    (line, *where), *_ = lines_of(Entry("", "holds", "dense", ELEMENT, ""))
    assert line == "Z[j, m] = sum(W[j, i] * A_prev[i, m] for i in range(N_prev)) + b[j, 0]"
    for old, new in (("W[j, i]", "W[i, j]"), ("N_prev", "N"), ("+ b", "- b"), ("i, m", "i, m - 1")):
        with pytest.raises((AssertionError, IndexError)):
            count_true(line.replace(old, new), *where)
