r"""A displayed equation as NumPy, in the names of this package: `delta @ A_prev.T`.

Whole arrays become `@`, `*` and `.T`; entries become sums over indices, counted from 0. What is
printed is shown and tested but never used to judge: NumPy broadcasts, the check does not.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bpdocs.equations import tree as t
from bpdocs.equations.errors import MismatchError, NoLayerError, UnreadableError
from bpdocs.equations.evaluating.claims import layer_choices
from bpdocs.equations.evaluating.letters import free_letters, layer_letters, whole_number
from bpdocs.equations.evaluating.shapes import Shape, Shapes
from bpdocs.equations.networks.models import Model, find_model, networks
from bpdocs.equations.reading.context import Definitions
from bpdocs.equations.reading.display import read_display

_NAMES = {"Delta": "delta", "C": "loss", "C_m": "losses"}
_GRADIENTS = {
    "W": "weight_gradient",
    "b": "bias_gradient",
    "Z": "delta",
    "A": "activation_gradient",
}
_LOSSES = {"softmax": "cross_entropy"}
_CALLS = {"exp": "np.exp", "log": "np.log", "tanh": "np.tanh", "tr": "np.trace"}
_CALLS |= {"max": "np.maximum", "min": "np.minimum"}
_TARGET = re.compile(r"\w+(?:\[[\w, ]+\])?")

# How tightly Python holds an expression together.
_SUM, _TIMES, _MATRIX, _POWER, _ATOM = range(5)


@dataclass(frozen=True)
class _Text:
    text: str
    level: int = _ATOM

    def inside(self, *allowed: int) -> str:
        """Return the text, in brackets unless its level is allowed or it is an atom."""
        return self.text if self.level in (*allowed, _ATOM) else f"({self.text})"


def numpy_lines(
    latex: str, model: str = "dense", *, definitions: Definitions | None = None
) -> list[str]:
    r"""Return a line of NumPy for each step of a displayed equation.

    Parameters
    ----------
    latex : str
        A display that can be read.
    model : str
        The model of its page.
    definitions : mapping, optional
        What earlier displays defined.

    Returns
    -------
    list of str
        An assignment where the left side is a name or an entry, else a comparison. Layer l-1 is
        called `_prev`, layer l+1 `_next`.

    Raises
    ------
    UnreadableError
        If the display cannot be read, or a part of it has no NumPy.

    Examples
    --------
    >>> numpy_lines(r"\frac{\partial C}{\partial W^{l}} = \Delta^{l} (A^{l-1})^\mathsf{T}")
    ['weight_gradient = delta @ A_prev.T']
    >>> numpy_lines(r"Z^{l}_{j,m} = \sum_{i} W^{l}_{j,i} A^{l-1}_{i,m} + b^{l}_{j}")
    ['Z[j, m] = sum(W[j, i] * A_prev[i, m] for i in range(N_prev)) + b[j, 0]']
    """
    found = find_model(model)
    display = read_display(latex, found.names, definitions)
    lines: list[str] = []
    target, before = "", None
    for claim in display.claims:
        printer = _printer(claim, found)
        # A later step of a chain is assigned to what the chain begins with.
        if claim.left is not before or not _TARGET.fullmatch(target):
            target = printer.of(claim.left).text
        lines.append(printer.line(claim, target))
        before = claim.right
    return lines


def _printer(claim: t.Claim, model: Model) -> "_NumpyPrinter":
    counting = layer_letters([claim.left, claim.right])
    free = sorted((free_letters(claim.left) | free_letters(claim.right)) & counting)
    for layout in model.layouts:
        for graph in networks(model, layout, False)[::-1]:
            for layers in layer_choices(claim, free, graph):
                shapes = Shapes(graph, frozenset(counting))
                try:
                    shapes.of(claim.left, layers)
                    if not isinstance(claim.right, t.Space):
                        shapes.of(claim.right, layers)
                except (NoLayerError, MismatchError):
                    continue  # or another layout of the parameters
                return _NumpyPrinter(model, shapes, layers, next(iter(free), ""))
    raise UnreadableError("there is no layer for which this says anything", claim.place[0])


@dataclass
class _NumpyPrinter:
    model: Model
    shapes: Shapes
    layers: dict[str, int]
    letter: str  # the layer without a suffix
    summed: set[str] = field(default_factory=set)  # letters of sums over layers

    def line(self, claim: t.Claim, left: str) -> str:
        """Return a step with `left` as its left side."""
        if isinstance(claim.right, t.Space):
            lengths = [self._length(node) for node in claim.right.dimensions]
            lengths += ["1"] * (len(lengths) == 1)
            return f"{left}.shape == ({', '.join(lengths)})" if lengths else f"np.ndim({left}) == 0"
        right = self.of(claim.right).text
        if claim.left == claim.right:
            return right
        is_target = _TARGET.fullmatch(left) and left != right
        line = f"{left} = {right}" if is_target else f"np.allclose({left}, {right})"
        conditions = [self._condition(c) for c in claim.conditions if self._is_of_elements(c)]
        return f"{line}  # {' and '.join(conditions)}" if conditions else line

    def of(self, node: t.Node) -> _Text:
        """Return a tree as Python."""
        printed: _Text = getattr(self, f"_{type(node).__name__.lower()}")(node)
        return printed

    def _shape(self, node: t.Node) -> Shape:
        return self.shapes.of(node, self.layers)

    # Names

    def _suffix(self, layer: t.Node | None) -> str:
        """Return how a name tells its layer."""
        if layer is None:
            return ""
        if free_letters(layer) & self.summed:
            return f"[{self._counted(layer)}]"
        offset = 0
        if isinstance(layer, t.Addition) and len(layer.terms) == 2:
            (_, base), (sign, step) = layer.terms
            if isinstance(step, t.Number):
                layer, offset = base, sign * int(step.value)
        near = {0: "", 1: "_next", -1: "_prev"}.get(
            offset, f"_next{offset}" if offset > 0 else f"_prev{-offset}"
        )
        match layer:
            case t.Letter():
                return near if layer.name == self.letter else f"_{layer.name}{near}"
            case t.Constant("L"):
                return f"_last{near}" if self.letter else near
            case t.Number():
                return f"_{int(layer.value) + offset}"
        raise UnreadableError("a layer like this has no name in NumPy", layer.place[0])

    def _name(self, node: t.Quantity) -> str:
        is_input = node.name == "A" and node.layer == t.Number(0)
        name = "X" if is_input else _NAMES.get(node.name, node.name)
        if self.model.name == "single_sample" and name in {"X", "Y", "Z", "A"}:
            name = name.lower()
        return name if is_input else name + self._suffix(node.layer)

    def _length(self, node: t.Node) -> str:
        if isinstance(node, t.Size):
            return "N" + self._suffix(node.layer)
        return self._counted(node)

    def _length_of(self, length: int) -> str:
        for name in self.shapes.names(length, self.layers):
            match = re.fullmatch(r"N_\{?(\w)([+-]1)?\}?", name)
            if name == "M" or not match:
                return name
            layer, step = match.groups()
            if layer in self.layers or layer == "L":
                near = {None: "", "+1": "_next", "-1": "_prev"}[step]
                is_last = layer == "L" and self.letter
                return "N" + ("_last" if is_last else "") + near
        return str(length)

    # Indices

    def _counted(self, node: t.Node) -> str:
        """Return an index expression as it is counted on the page, from 1."""
        match node:
            case t.Letter():
                return node.name
            case t.Constant():
                return node.name
            case t.Number():
                return f"{node.value:g}"
            case t.Size():
                return self._length(node)
            case t.Addition():
                signs = ["-" if sign < 0 else "+" for sign, _ in node.terms]
                terms = [self._counted(term) for _, term in node.terms]
                text = "".join(f" {s} {x}" for s, x in zip(signs, terms, strict=True))
                return text.removeprefix(" + ").strip()
            case t.Product():
                return f"{self._counted(node.left)} * {self._counted(node.right)}"
        raise UnreadableError("an index like this has no NumPy", node.place[0])

    def _index(self, node: t.Node) -> str:
        """Return an index counted from 0, as Python counts; letters are so already."""
        if isinstance(node, t.Whole):
            return ":"
        if isinstance(node, t.Number):
            return str(int(node.value) - 1)
        text = self._counted(node)
        return text if free_letters(node) else f"{text} - 1"

    def _condition(self, condition: t.Condition) -> str:
        sides = [self._index(side) for side in condition.sides]
        if condition.relations == ("between",):
            return f"{sides[0]} <= {sides[1]} <= {sides[2]}"
        signs = ["==" if relation == "=" else relation for relation in condition.relations]
        return " ".join(
            [sides[0], *(f"{sign} {side}" for sign, side in zip(signs, sides[1:], strict=True))]
        )

    def _is_of_elements(self, condition: t.Condition) -> bool:
        return bool(free_letters(condition) - set(self.layers))

    # Nodes

    def _number(self, node: t.Number) -> _Text:
        return _Text(f"{node.value:g}")

    def _constant(self, node: t.Constant) -> _Text:
        return _Text(node.name)

    def _letter(self, node: t.Letter) -> _Text:
        raise UnreadableError(f"{node.name} has no value as a number", node.place[0])

    def _size(self, node: t.Size) -> _Text:
        return _Text(self._length(node))

    def _ones(self, node: t.Ones) -> _Text:
        return _Text(f"np.ones(({self._length(node.length)}, 1))")

    def _identity(self, node: t.Identity) -> _Text:
        return _Text(f"np.eye({self._length(node.length)})")

    def _quantity(self, node: t.Quantity) -> _Text:
        return _Text(self._name(node))

    def _kronecker(self, node: t.Kronecker) -> _Text:
        return _Text(f"float({self._index(node.first)} == {self._index(node.second)})")

    def _element(self, node: t.Element) -> _Text:
        where = self._where(node)
        base = node.base
        if isinstance(base, t.Derivative) and not self._is_of_loss(base.above):
            return _Text(self._jacobian(base, where))
        return _Text(f"{self.of(base).inside()}[{where}]")

    def _where(self, node: t.Element) -> str:
        shape = self._shape(node.base)
        indices = node.indices
        if len(indices) == 1:
            first = t.Number(1)
            indices = (indices[0], first) if shape[1] == 1 else (first, indices[0])
        keeps_matrix = any(isinstance(index, t.Whole) for index in indices)
        texts = [self._index(index) for index in indices]
        if keeps_matrix:
            texts = [text if text == ":" else f"[{text}]" for text in texts]
        return ", ".join(texts)

    def _transpose(self, node: t.Transpose) -> _Text:
        return _Text(f"{self.of(node.base).inside()}.T")

    def _power(self, node: t.Power) -> _Text:
        return _Text(f"{self.of(node.base).inside()} ** {self.of(node.exponent).inside()}", _POWER)

    def _addition(self, node: t.Addition) -> _Text:
        text = ""
        for at, (sign, term) in enumerate(node.terms):
            printed = self.of(term).inside(_TIMES, _MATRIX, _POWER)
            text += f" {'-' if sign < 0 else '+'} {printed}" if at else ("-" * (sign < 0) + printed)
        return _Text(text, _SUM)

    def _product(self, node: t.Product) -> _Text:
        left, right = self.of(node.left), self.of(node.right)
        if node.operator == "oslash":
            return _Text(f"{left.inside(_TIMES, _POWER)} / {right.inside(_POWER)}", _TIMES)
        is_matrix = not node.operator and self._shape(node.left) and self._shape(node.right)
        if not is_matrix:
            return _Text(f"{left.inside(_TIMES, _POWER)} * {right.inside(_POWER)}", _TIMES)
        text = f"{left.inside(_MATRIX)} @ {right.inside()}"
        return _Text(text, _MATRIX) if self._shape(node) else _Text(f"({text}).item()")

    def _fraction(self, node: t.Fraction) -> _Text:
        return _Text(
            f"{self.of(node.above).inside(_TIMES, _POWER)} / {self.of(node.below).inside(_POWER)}",
            _TIMES,
        )

    def _root(self, node: t.Root) -> _Text:
        return _Text(f"np.sqrt({self.of(node.base).text})")

    def _norm(self, node: t.Norm) -> _Text:
        function = "abs" if node.name == "abs" else "np.linalg.norm"
        return _Text(f"{function}({self.of(node.base).text})")

    def _inner(self, node: t.Inner) -> _Text:
        left, right = self.of(node.left).inside(_TIMES), self.of(node.right).inside()
        return _Text(f"np.sum({left} * {right})")

    def _apply(self, node: t.Apply) -> _Text:
        name, primes = node.function.name, node.function.primes
        if name == "diag":
            inner = self.of(node.arguments[0])
            is_vector = 1 in self._shape(node.arguments[0])
            return _Text(
                f"np.diagflat({inner.text})" if is_vector else f"np.diag({inner.text})[:, None]"
            )
        if name == r"\sigma":
            function = "activation" + self._suffix(node.function.layer)
        elif name == "Loss":
            function = _LOSSES.get(self.model.name, "half_squared_error")
        else:
            function = _CALLS.get(name, name) if not primes else name
        if primes > 1:
            raise UnreadableError("a second derivative has no NumPy here", node.place[0])
        function += ".derivative" * primes
        (argument, *others) = node.arguments
        # The package's functions take arrays, so an entry is taken of what they return.
        if not others and isinstance(argument, t.Element) and not function.startswith("np."):
            whole = self.of(argument.base).text
            return _Text(f"{function}({whole})[{self._where(argument)}]")
        return _Text(f"{function}({', '.join(self.of(a).text for a in node.arguments)})")

    # Derivatives

    def _is_of_loss(self, above: t.Node) -> bool:
        return isinstance(above, t.Quantity) and above.name == "C"

    def _derivative(self, node: t.Derivative) -> _Text:
        if self._is_of_loss(node.above):
            below = node.below
            name = _GRADIENTS.get(below.name, f"dC_d{below.name}")
            return _Text(name + self._suffix(below.layer))
        if isinstance(node.above, t.Element) and isinstance(node.above.base, t.Quantity):
            return _Text(self._jacobian(node, ""))
        variable = self._name(node.below)
        if not re.fullmatch(r"\w+", variable):
            raise UnreadableError("this derivative has no NumPy", node.place[0])
        inner = self.of(node.above).text
        return _Text(f"numeric_gradient(lambda {variable}: {inner}, {variable})")

    def _jacobian(self, node: t.Derivative, where: str) -> str:
        """Return an entry of a derivative with four indices: dZ_next_dZ[k, n, j, m]."""
        above, below = node.above, self._name(node.below)
        if not isinstance(above, t.Element) or not isinstance(above.base, t.Quantity):
            return f"{self._derivative(node).text}[{where}]"
        name = f"d{self._name(above.base)}_d{below}"
        return f"{name}[{', '.join(filter(None, [self._where(above), where]))}]"

    def _differential(self, node: t.Differential) -> _Text:
        if not isinstance(node.base, t.Quantity):
            raise UnreadableError("the differential of an expression has no NumPy", node.place[0])
        return _Text(f"d{self._name(node.base)}")

    # Sums

    def _reduction(self, node: t.Reduction) -> _Text:
        counting = {bound.letter for bound in node.bounds} & self.shapes.layer_names
        if counting:
            return self._layer_sum(node)
        ranges = self.shapes.ranges[id(node), tuple(sorted(self.layers.items()))]
        loops = " ".join(
            f"for {bound.letter} in range({self._limits(bound, ranges)})" for bound in node.bounds
        )
        conditions = [self._condition(condition) for condition in node.conditions]
        loops += f" if {' and '.join(conditions)}" if conditions else ""
        return _Text(f"{node.function}({self.of(node.body).text} {loops})")

    def _limits(self, bound: t.Bound, ranges: Mapping[str, tuple[int, int]]) -> str:
        first = int(ranges[bound.letter][0]) - 1
        last = (
            self._length(bound.upper) if bound.upper else self._length_of(ranges[bound.letter][1])
        )
        return f"{first}, {last}" if first else last

    def _layer_sum(self, node: t.Reduction) -> _Text:
        (bound,) = node.bounds
        if bound.lower is None or bound.upper is None:
            raise UnreadableError("a sum over layers needs both limits", node.place[0])
        first = whole_number(bound.lower, self.shapes.graph, self.layers)
        inner = _NumpyPrinter(
            self.model,
            self.shapes,
            {**self.layers, bound.letter: first},
            self.letter,
            self.summed | {bound.letter},
        )
        limits = f"{self._counted(bound.lower)}, {self._counted(bound.upper)} + 1"
        return _Text(f"sum({inner.of(node.body).text} for {bound.letter} in range({limits}))")
