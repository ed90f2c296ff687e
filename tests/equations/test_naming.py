"""Mistakes get their names, and none gets a name that is not there."""

import re
import time
from collections import defaultdict
from dataclasses import dataclass
from statistics import median

import pytest

from bpdocs.equations import check
from bpdocs.equations.evaluating.claims import evaluate
from bpdocs.equations.judging import has_plain_sigma
from bpdocs.equations.networks.models import MODELS, networks
from bpdocs.equations.printing.latex import Printer
from bpdocs.equations.reading.display import read_display
from bpdocs.equations.repairs.catalogue import MISTAKES
from bpdocs.equations.repairs.meanings import name_convention
from bpdocs.equations.repairs.naming import MAX_NAMES, name_mistakes
from corpus import ENTRIES
from repository import ROOT

_HEAD = re.compile(r"^(?P<not>not )?(?P<name>.+) \[(?P<model>\w+)\]$")


@dataclass(frozen=True)
class Example:
    """A false claim with the name that it deserves, or with one that it does not."""

    name: str
    is_near_miss: bool
    model: str
    latex: str


def _examples():
    text = (ROOT / "tests/equations/mistakes.txt").read_text("utf-8")
    for block in text.split("\n\n")[1:]:
        head, _, latex = block.strip().partition("\n")
        found = _HEAD.match(head)
        yield Example(found["name"], bool(found["not"]), found["model"], latex)


EXAMPLES = list(_examples())


def _claims(latex, model_name):
    """Yield the claims that fail, each with its networks, model, layout and kind of σ."""
    model = MODELS[model_name]
    verdict = check(latex, model_name, explain=False)
    display = read_display(latex, model.names)
    is_same = has_plain_sigma(display)
    for step, claim in zip(verdict.steps, display.claims, strict=True):
        if step.status == "fails":
            yield claim, networks(model, verdict.layout, is_same), verdict.layout, is_same


def _named(latex, model):
    ((claim, graphs, _, _),) = _claims(latex, model)
    return name_mistakes(claim, graphs, Printer(MODELS[model].names))


def _convention(latex, model):
    ((claim, _, layout, is_same),) = _claims(latex, model)
    return name_convention(claim, (), MODELS[model], layout, is_same)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.model}-{e.latex}")
def test_mistake_has_its_name_and_no_other(example):
    """A claim gets the name of its mistake; a near miss does not."""
    names = [mistake.name for mistake in _named(example.latex, example.model)]
    assert (example.name in names) != example.is_near_miss, names


def test_every_mistake_has_examples():
    """Each name of the catalogue has two claims that get it, and one near miss."""
    hits, misses = defaultdict(list), defaultdict(list)
    for example in EXAMPLES:
        (misses if example.is_near_miss else hits)[example.name].append(example)
    assert set(hits) == set(misses) == set(MISTAKES)
    assert min(map(len, hits.values())) >= 2


FALSE = [entry for entry in ENTRIES if entry.status == "fails"]


@pytest.mark.parametrize("entry", FALSE, ids=lambda entry: entry.place)
def test_repair_is_true_of_the_same_quantity(entry):
    """What is said to be true instead holds, and has something to say."""
    names = MODELS[entry.model].names
    for claim, graphs, _, _ in _claims(entry.latex, entry.model):
        found = name_mistakes(claim, graphs, Printer(names))
        assert len({mistake.name for mistake in found}) == len(found) <= MAX_NAMES
        for mistake in found:
            if mistake.repair:
                (repaired,) = read_display(mistake.repair, names).claims
                assert repaired.left != repaired.right
                conditions = {"conditions": claim.conditions, "statement": claim.statement}
                whole = type(claim)(repaired.left, repaired.relation, repaired.right, **conditions)
                assert evaluate(whole, graphs).is_true


def test_explanations_are_quick():
    """The names of a claim are found in a second, those of half of the claims in a tenth.

    The longest, with 150 repairs to try, takes half a second on a quiet machine.
    """
    times = []
    for example in EXAMPLES:
        begin = time.process_time()
        _named(example.latex, example.model)
        times.append(time.process_time() - begin)
        assert times[-1] < 1, example
    assert median(times) < 0.1


def test_repair_speaks_of_the_same_left_side():
    """What the author derives is left alone."""
    claim = r"\Delta^{L} = \frac{1}{M} (Y - A^{L}) \odot (\sigma^{L})'(Z^{L})"
    assert _named(claim, "dense")[0].repair.startswith(r"\bm{\Delta}^{L} = ")


def test_turned_claim_is_repaired_on_its_left():
    """Where the name stands on the right, the formula on the left is put right."""
    (mistake, _) = _named(r"\Delta^{l} A^{l-1} = \frac{\partial C}{\partial W^{l}}", "dense")
    assert mistake.name == "transpose"
    assert mistake.repair.endswith(r" = \frac{\partial C}{\partial \bm{W}^{l}}")


@pytest.mark.parametrize(
    ("model", "latex"),
    [
        ("dense", r"Z^{l} = 3 Z^{l} + 5 A^{l}"),
        ("dense", r"(\Delta^{1}_{j,m})^4 = 2 (\Delta^{1}_{j,m})^4"),
        ("dense", r"\frac{\partial Z^{l+1}_{k,n}}{\partial Z^{l}_{j,m}} = 0"),
        ("dense", r"\frac{\partial Z^{l+1}_{k,n}}{\partial Z^{l}_{j,m}} = 1, \quad n \ne m"),
        ("dense", r"1 = 2"),
        ("dense", r"\frac{1}{M} = \frac{2}{M}"),
    ],
)
def test_no_name_is_invented(model, latex):
    """A claim that a change makes empty, or 0 = 0, or that speaks of numbers alone, has none."""
    assert _named(latex, model) == ()


def test_factor_stands_in_every_network():
    """A number that is M in one network alone is no M."""
    for graph in networks(MODELS["dense"], "", False):
        claim = rf"\frac{{\partial C}}{{\partial Z^{{l}}}} = {graph.n_samples} \Delta^{{l}}"
        assert _named(claim, "dense") == ()


def test_explanations_of_one_repair_are_all_given():
    """A mean for a sum is 1/M twice as well; both have the same repair."""
    latex = r"\frac{\partial C}{\partial b^{l}} = \frac{1}{M} \Delta^{l} \mathbf{1}_{M}"
    first, second = _named(latex, "dense")
    assert [first.name, second.name] == ["1/M twice", "mean for a sum"]
    assert first.repair == second.repair != ""


NUMERATOR = "true in numerator layout, where a gradient has the transposed shape"
CONVENTIONS = [
    ("dense", r"\frac{\partial C}{\partial W^{l}} = A^{l-1} (\Delta^{l})^\top", NUMERATOR),
    (
        "dense",
        r"\frac{\partial C}{\partial Z^{l}} = \frac{\partial C}{\partial Z^{l+1}} W^{l+1}"
        r" \odot ((\sigma^{l})'(Z^{l}))^\top",
        NUMERATOR,
    ),
    (
        "dense",
        r"\mathrm{d}W^{l} = \mathrm{d}Z^{l} (A^{l-1})^\top",
        r"true if dW means the gradient \partial C / \partial W",
    ),
    (
        "dense",
        r"\mathrm{d}W^{l} = \frac{1}{M} \mathrm{d}Z^{l} (A^{l-1})^\top",
        r"true if dW means the gradient \partial C / \partial W and dZ means M \partial C / "
        r"\partial Z",
    ),
    (
        "softmax",
        r"\mathrm{d}Z^{L} = P - Y",
        r"true if dZ means M \partial C / \partial Z",
    ),
    (
        "dense",
        r"C = \frac{1}{2} \sum_j (A^L_{j,m} - Y_{j,m})^2",
        "true if C means the loss of one sample, C_m",
    ),
    (
        "dense",
        r"\Delta^{L} = (A^{L} - Y) \odot (\sigma^{L})'(Z^{L})",
        "true if the loss is the sum over the samples",
    ),
]


@pytest.mark.parametrize(("model", "latex", "sentence"), CONVENTIONS)
def test_convention_is_named(model, latex, sentence):
    """A claim that is true in another meaning of its signs gets that meaning."""
    assert _convention(latex, model) == sentence


@pytest.mark.parametrize(
    ("model", "latex"),
    [
        ("dense", r"\frac{\partial C}{\partial W^{l}} = \Delta^{l} A^{l-1}"),
        ("dense", r"\mathrm{d}W^{l} = \mathrm{d}Z^{l} (A^{l})^\top"),
        ("training", r"W^{l} = W^{l} + \eta \frac{\partial C}{\partial W^{l}}"),
        ("dense", r"C = \sum_j (A^L_{j,m} + Y_{j,m})^2"),
    ],
)
def test_mistake_is_no_convention(model, latex):
    """What is false in every convention gets none."""
    assert _convention(latex, model) == ""
