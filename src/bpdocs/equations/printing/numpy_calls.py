r"""The functions of an equation as calls, of NumPy where it has them, else of this package."""

from dataclasses import dataclass

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.networks.graph import is_one
from bpdocs.equations.printing.fitting_sides import Views, parts_of
from bpdocs.equations.printing.numpy_names import Names
from bpdocs.equations.printing.python_text import ATOM, TIMES

_NUMPY = {
    "exp": "np.exp({})",
    "log": "np.log({})",
    "tanh": "np.tanh({})",
    "tr": "np.trace({})",
    "max": "np.maximum({}, {})",
    "min": "np.minimum({}, {})",
}
_SLOPES = {"exp": "np.exp({})", "log": "1 / ({})"}
_PACKAGE = {"tanh", "sigmoid", "softplus", "relu"}
_LOSSES = {"softmax": "cross_entropy"}


@dataclass(frozen=True)
class Call:
    """How a function is called.

    Attributes
    ----------
    form : str
        With braces for each argument.
    takes_arrays : bool
        Whether it refuses numbers, as the functions of this package do.
    level : int
        How tightly Python holds it together.
    """

    form: str
    takes_arrays: bool = False
    level: int = ATOM

    def on(self, *arguments: str) -> str:
        """Return the call."""
        return self.form.format(*arguments)


def call_of(node: t.Apply, views: Views, names: Names) -> Call:
    """Return how a function is called on its arguments.

    Raises
    ------
    UnreadableError
        If it has no NumPy, as second derivatives and the slope of softmax have none.
    """
    function = node.function
    turned = ".T" if views[0].graph.rows else ""
    match function.name:
        case "exp" | "log" | "max" | "min" | "tr" if not function.primes:
            return Call(_NUMPY[function.name])
        case "exp" | "log" if function.primes == 1:
            return Call(_SLOPES[function.name], level=ATOM if function.name == "exp" else TIMES)
        case "tanh" if not function.primes:
            return Call(_NUMPY["tanh"])
        case "diag":
            return _diagonal(views)
        case "Loss":
            loss = _LOSSES.get(names.model, "half_squared_error")
            return Call(f"{loss}({{}}{turned}, {{}}{turned})", takes_arrays=True)
        case "softmax" if not function.primes:
            # The package's softmax goes down the columns, and neurons stand in rows here.
            return Call(f"softmax({{}}{turned}){turned}", takes_arrays=True)
        case r"\sigma":
            return _activation("activation" + names.suffix(function.layer), node, views)
        case name if name in _PACKAGE:
            return _activation(name, node, views)
    raise UnreadableError("this function has no NumPy", node.place[0])


def _activation(name: str, node: t.Apply, views: Views) -> Call:
    primes = node.function.primes
    if primes > 1:
        raise UnreadableError("a second derivative has no NumPy here", node.place[0])
    if primes and node.function.name == r"\sigma" and _is_coupled(node, views):
        raise UnreadableError("the slope of softmax has no NumPy here", node.place[0])
    return Call(f"{name}{'.derivative' * primes}({{}})", takes_arrays=True)


def _is_coupled(node: t.Apply, views: Views) -> bool:
    """Tell whether the activation is that of softmax on all networks."""
    return bool(views[0].graph.coupled) and node.function.layer == t.Constant("L")


def _diagonal(views: Views) -> Call:
    (argument,) = parts_of(views)
    if any(map(is_one, argument[0].shaped.shape)):
        return Call("np.diagflat({})")
    return Call("np.diag({})[:, None]")
