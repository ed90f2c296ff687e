"""The NumPy of the site's equations runs on what the package itself computes."""

import ast
import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from bpdocs import Network, half_squared_error, numeric_gradient
from bpdocs.equations.networks.graph import STEP
from bpdocs.equations.networks.models import MODELS, find_model, networks
from bpdocs.equations.pages import check_folder
from bpdocs.equations.printing.numpy_lines import numpy_lines
from bpdocs.equations.reading.display import read_display

DOCS = Path(__file__).parents[2] / "docs" / "en"
SIZES, M = (4, 3, 5, 2), 6
EQUATIONS = list(check_folder(DOCS))


class World:
    """The package's results for one network, under the names of the printed lines."""

    def __init__(self, l):
        rng = np.random.default_rng(8)
        names = ["tanh", "sigmoid", "softplus"]
        network = Network.from_sizes(list(SIZES), names, rng=rng)
        X, Y = rng.standard_normal((SIZES[0], M)), rng.standard_normal((SIZES[-1], M))
        trace = network.forward(X)
        gradients = network.backward(trace, Y)
        self.names = {
            "np": np,
            "M": M,
            "L": 3,
            "X": X,
            "Y": Y,
            "float": float,
            "sum": sum,
            "range": range,
            "numeric_gradient": numeric_gradient,
        }
        self.names["loss"] = half_squared_error(trace.output, Y)
        columns = range(M)
        self.names["losses"] = np.array(
            [[half_squared_error(trace.output[:, [m]], Y[:, [m]]) for m in columns]]
        )
        for suffix, at in (("", l), ("_prev", l - 1), ("_next", l + 1)):
            if at in trace.A:
                self.names["A" + suffix] = trace.A[at]
                self.names["N" + suffix] = SIZES[at]
            if at in network.layers:
                layer = network.layers[at]
                self.names |= {
                    "W" + suffix: layer.weight,
                    "b" + suffix: layer.bias,
                    "Z" + suffix: trace.Z[at],
                    "activation" + suffix: layer.activation,
                    "delta" + suffix: gradients.delta[at],
                    "weight_gradient" + suffix: gradients.weight[at],
                    "bias_gradient" + suffix: gradients.bias[at],
                }
        if l == 3:
            self.names["activation_gradient"] = half_squared_error.gradient(trace.output, Y)
        self.add_small_changes(rng)

    def add_small_changes(self, rng):
        """Add directions, and derivatives with four indices, by differences of the package."""
        values = self.names
        for name in ("W", "b"):
            values["d" + name] = rng.standard_normal(values[name].shape)
        delta = values["delta"]
        change = values["dW"] @ values["A_prev"] + values["db"]
        values["dloss"] = float(np.sum(delta * change))
        sigma = values["activation"]

        def after(Z):
            return values["W_next"] @ sigma(Z) + values["b_next"]

        def before(W, b):
            return W @ values["A_prev"] + b

        W, b, Z = values["W"], values["b"], values["Z"]
        values["dZ_dW"] = jacobian(lambda moved: before(moved, b), W)
        values["dZ_db"] = jacobian(lambda moved: before(W, moved), b)
        values["dA_dZ"] = jacobian(sigma, Z)
        if "W_next" in values:
            values["dZ_next_dZ"] = jacobian(after, Z)


def jacobian(function, array):
    """Return the derivative of an array by an array, by central differences."""
    result = np.empty((*function(array).shape, *array.shape))
    for at in np.ndindex(array.shape):
        move = np.zeros(array.shape)
        move[at] = 1e-5
        result[(..., *at)] = (function(array + move) - function(array - move)) / 2e-5
    return result


WORLDS = [World(l) for l in (1, 2, 3)]


def run(line, world):
    """Return how many times a line was run and true, for all values of its free indices."""
    code, _, condition = line.partition("  # ")
    left, _, right = code.partition(" = ")
    call = ast.parse(left, mode="eval").body
    if not right and isinstance(call, ast.Call) and ast.unparse(call.func) == "np.allclose":
        left, right = (ast.unparse(argument) for argument in call.args)
    tree = ast.parse(f"({left}, {right or left})", mode="eval")
    bound = {
        n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    free = sorted(x for x in used - bound if re.fullmatch(r"[ijkmn]", x))
    if used - bound - set(free) - set(world.names):
        return 0
    count = 0
    for values in itertools.product(range(max(*SIZES, M)), repeat=len(free)):
        names = {**world.names, **dict(zip(free, values, strict=True))}
        if condition and not eval(condition, names):  # noqa: S307 - our own line
            continue
        try:
            a, b = (eval(side, names) for side in (left, right or left))  # noqa: S307 - our own
        except IndexError:
            continue  # beyond the axis
        if " == " in left and not right:
            assert a, line  # a shape
        assert np.allclose(a, b, rtol=1e-8, atol=1e-9), (line, values)
        count += 1
    return count


@pytest.mark.parametrize("equation", EQUATIONS, ids=lambda equation: equation.name)
def test_lines_run_on_the_package(equation):
    """Each line of each equation of the site is true of what the package computes."""
    model = find_model(equation.model)
    display = read_display(equation.latex, model.names, equation.known)
    for line in numpy_lines(display, model):
        worlds = (
            WORLDS[2:]
            if re.search(r"\^\{L\}", equation.latex) and "{l}" not in equation.latex
            else WORLDS
        )
        assert sum(run(line, world) for world in worlds) > 0, line


def test_broken_line_is_found():
    """A line without its transpose does not pass."""
    with pytest.raises((AssertionError, ValueError)):
        run("weight_gradient = A_prev @ delta.T", WORLDS[1])


def test_jacobian_agrees_with_the_graph():
    """The differences of this test and the complex step of the checker agree."""
    graph = networks(MODELS["dense"], "", False)[0]
    key = ("Z", 2)
    exact = np.imag(graph.moved_by_entries(key)["A", 2]) / STEP
    found = jacobian(graph.activations[2], graph.value(key))
    assert np.allclose(np.moveaxis(exact, (0, 1), (2, 3)), found, atol=1e-8)
