"""What the names of printed NumPy lines stand for on a network of the checker."""

import ast
import re
from dataclasses import dataclass

import numpy as np

import bpdocs
from bpdocs.equations import tree as t
from bpdocs.equations.evaluating.counting import whole_number
from bpdocs.equations.evaluating.varying import directions_of
from bpdocs.equations.letters import free_letters, layer_letters
from bpdocs.equations.networks.graph import STEP, Graph, differentiate

_ARRAYS = {"W": "W", "b": "b", "b_hat": "b_hat", "delta": "Delta", "loss": "C", "losses": "C_m"}
_ARRAYS |= {name: name.upper() for name in "ZAYzay"}
_ARRAYS |= {name: name for name in ("A_hat", "gamma", "beta", "mu", "s", "epsilon")}
_GRADIENTS = {
    "weight_gradient": "W",
    "bias_gradient": "b",
    "activation_gradient": "A",
}
_UNLAYERED = {"Y", "y", "loss", "losses", "epsilon"}
_SUFFIX = re.compile(r"(?P<at>_last|_\d+|_[a-z])?(?P<near>_(?P<way>prev|next)(?P<far>\d*))?$")
_BASES = sorted([*_ARRAYS, *_GRADIENTS, "activation", "N"], key=len, reverse=True)


class UnboundError(Exception):
    """A name that stands for nothing on a network."""


class Sigma:
    """An activation of a network that, as one of the package, refuses numbers."""

    def __init__(self, function):
        self.function = function

    def __call__(self, array):
        """Return its values."""
        assert isinstance(array, np.ndarray)
        return self.function(array)

    def derivative(self, array):
        """Return its slopes."""
        assert isinstance(array, np.ndarray)
        return differentiate(self.function, array)


@dataclass(frozen=True)
class Binding:
    """Binds the names of one claim, on one network and for one choice of the layers."""

    graph: Graph
    claim: t.Claim
    layers: dict

    @property
    def letter(self):
        """The layer whose names have no suffix."""
        sides = [self.claim.left, self.claim.right]
        return min(free_letters(*sides) & layer_letters(sides), default="")

    @property
    def sums_layers(self):
        """Whether names are followed by their layer in brackets."""
        bounds = (node.letter for node in self.claim.walk() if isinstance(node, t.Bound))
        return bool(set(bounds) & layer_letters([self.claim.left, self.claim.right]))

    def names_of(self, code):
        """Return what each name of a line stands for, but for letters of elements."""
        tree = ast.parse(code, mode="eval")
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        bound = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
        arguments = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
        names = {node.id for node in nodes} - (bound - arguments)
        elements = free_letters(self.claim.left, self.claim.right) - set(self.layers)
        return {name: self.value(name) for name in names - elements}

    def value(self, name):
        """Return what a name stands for."""
        known = {"np": np, "M": self.graph.n_samples, "L": self.graph.n_layers, **self.layers}
        builtin = {"sum": sum, "range": range, "max": max, "min": min, "abs": abs, "float": float}
        if name in known | builtin:
            return (known | builtin)[name]
        free = [n for n in self.claim.walk() if isinstance(n, t.Free) and n.name == name]
        if free:
            return self._free(free[0])
        if name in {"X", "x"}:
            return self.graph.value(("A", 0))
        if name.startswith("d") and name[1:2].isalpha() and not name.startswith("delta"):
            return self._derived(name[1:])
        base, layer = self._base_and_layer(name)
        if base is not None:
            return self._layered(base, layer)
        if name in dir(bpdocs):
            return getattr(bpdocs, name)
        raise UnboundError(name)

    def _free(self, node):
        shape = [whole_number(n, self.graph, self.layers) for n in node.dimensions]
        shape += [1] * (len(shape) == 1)
        return np.random.default_rng(len(node.name)).normal(size=shape)

    def _base_and_layer(self, name):
        for base in _BASES:
            match = _SUFFIX.fullmatch(name.removeprefix(base)) if name.startswith(base) else None
            if match is None:
                continue
            at = (match["at"] or "").removeprefix("_")
            default = self.layers[self.letter] if self.letter else self.graph.n_layers
            known = {"": default, "last": self.graph.n_layers, **self.layers}
            layer = int(at) if at.isdigit() else known.get(at)
            if layer is None:
                continue
            step = {"prev": -1, "next": 1}.get(match["way"], 0) * int(match["far"] or 1)
            return base, layer + step
        return None, 0

    def _layered(self, base, layer):
        if base in _UNLAYERED:
            return self.graph.value((_ARRAYS[base], 0))
        if not self.sums_layers:
            return self._at(base, layer)
        found = {}
        for l in range(self.graph.n_layers + 1):
            try:
                found[l] = self._at(base, l)
            except UnboundError:
                continue
        return found

    def _at(self, base, layer):
        graph = self.graph
        if not 0 <= layer <= graph.n_layers:
            raise UnboundError(f"{base} of layer {layer}")
        if base == "N":
            return graph.sizes[layer]
        if base == "activation":
            if layer not in graph.activations:
                raise UnboundError(f"{base} of layer {layer}")
            return Sigma(graph.activations[layer])
        key = (_GRADIENTS.get(base) or _ARRAYS[base], layer)
        if key not in graph:
            raise UnboundError(f"{base} of layer {layer}")
        return graph.gradient(("C", 0), key) if base in _GRADIENTS else graph.value(key)

    def _key(self, name):
        """Return which value of the network a name is, or None."""
        if name in {"X", "x"}:
            return ("A", 0)
        base, layer = self._base_and_layer(name)
        if base not in _ARRAYS:
            return None
        return (_ARRAYS[base], 0 if base in _UNLAYERED else layer)

    def _derived(self, name):
        """Return dZ, or an array of four indices, dZ_dW."""
        if (key := self._key(name)) is not None:
            return self._change(name, key)
        if name.startswith("C_d") and (key := self._key(name.removeprefix("C_d"))) is not None:
            return self.graph.gradient(("C", 0), key)
        for cut in re.finditer("_d", name):
            above, below = self._key(name[: cut.start()]), self._key(name[cut.end() :])
            if above is not None and below is not None:
                return self._jacobian(above, below)
        raise UnboundError(f"d{name}")

    def _change(self, name, key):
        directions = directions_of(self.claim.statement, self.graph, self.layers)
        moved = self.graph.moved({k: 1j * STEP * move for k, move in directions.items()})

        def change(key):
            return np.imag(moved.get(key, self.graph.value(key))) / STEP

        base, _ = self._base_and_layer(name)
        if not self.sums_layers or base is None or base in _UNLAYERED:
            return change(key)
        keys = [(key[0], l) for l in range(self.graph.n_layers + 1)]
        return {key[1]: change(key) for key in keys if key in self.graph}

    def _jacobian(self, above, below):
        if above not in self.graph.descendants({below}):
            return np.zeros((*self.graph.shape(above), *self.graph.shape(below)))
        moved = self.graph.moved_by_entries(below, {above})[above]
        return np.moveaxis(np.imag(moved) / STEP, (0, 1), (-2, -1))
