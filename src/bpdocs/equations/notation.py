r"""What a letter means: the notation of the pages, for each model.

A name is looked up as it is written, without its font: `W`, `\Delta`, `\hat b`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

INDEX_LETTERS = frozenset("hijklmnpqrst")
NEURON_LETTERS = frozenset("hijk")

Kind = Literal["array", "column", "error column", "scalar"]


@dataclass(frozen=True)
class Name:
    r"""What a name stands for.

    Attributes
    ----------
    node : str
        The node of the graph.
    is_layered : bool
        Whether a layer stands in the superscript.
    kind : str
        "array"; "column" where the name is a column of the node, one for each sample;
        "error column" for a column times M; "scalar" for a number.
    fixed_layer : {"0", "L", ""}
        The layer that the name itself says: X is A^0.
    """

    node: str
    is_layered: bool = True
    kind: Kind = "array"
    fixed_layer: Literal["0", "L", ""] = ""


_PARAMETERS = {"W": Name("W"), "w": Name("W"), "b": Name("b")}
_ARRAYS = {
    "Z": Name("Z"),
    "A": Name("A"),
    "X": Name("A", is_layered=False, fixed_layer="0"),
    "Y": Name("Y", is_layered=False),
    r"\hat Y": Name("A", is_layered=False, fixed_layer="L"),
    r"\Delta": Name("Delta"),
    "C": Name("C", is_layered=False, kind="scalar"),
}
_COLUMNS = {
    "z": Name("Z", kind="column"),
    "a": Name("A", kind="column"),
    "x": Name("A", is_layered=False, kind="column", fixed_layer="0"),
    "y": Name("Y", is_layered=False, kind="column"),
    r"\hat y": Name("A", is_layered=False, kind="column", fixed_layer="L"),
    r"\delta": Name("Delta", kind="error column"),
}
_BROADCAST = {r"\hat b": Name("b_hat")}

DENSE = {**_PARAMETERS, **_ARRAYS, **_COLUMNS, **_BROADCAST}
ROWS = {**_PARAMETERS, **_ARRAYS, **_BROADCAST}
SOFTMAX = {
    **DENSE,
    "P": Name("A", is_layered=False, fixed_layer="L"),
    "p": Name("A", is_layered=False, kind="column", fixed_layer="L"),
}
SINGLE_SAMPLE = {
    **_PARAMETERS,
    "z": Name("Z"),
    "a": Name("A"),
    "x": Name("A", is_layered=False, fixed_layer="0"),
    "y": Name("Y", is_layered=False),
    r"\hat y": Name("A", is_layered=False, fixed_layer="L"),
    r"\delta": Name("Delta"),
    r"\Delta": Name("Delta"),
    "C": _ARRAYS["C"],
}
NORMS = {
    **DENSE,
    r"\hat A": Name("A_hat"),
    r"\gamma": Name("gamma"),
    r"\beta": Name("beta"),
    r"\mu": Name("mu"),
    "s": Name("s"),
    r"\epsilon": Name("epsilon", is_layered=False, kind="scalar"),
    r"\varepsilon": Name("epsilon", is_layered=False, kind="scalar"),
}
_MOMENTUM = Name("momentum", is_layered=False, kind="scalar")
TRAINING = {
    **DENSE,
    r"\eta": Name("eta", is_layered=False, kind="scalar"),
    "V": Name("V"),
    "v": Name("V_b"),
    r"\mu": _MOMENTUM,
    r"\beta": _MOMENTUM,
}
STEPPED = frozenset({"W", "b", "V", "V_b"})  # what a step of training changes


def describe(names: Mapping[str, Name]) -> str:
    """Return the names in one line, for messages."""
    return ", ".join(sorted(name.replace("\\", "") for name in names))
