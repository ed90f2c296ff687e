r"""The typed tree as LaTeX again, in the notation of the pages."""

from collections.abc import Mapping

from bpdocs.equations import tree as t
from bpdocs.equations.notation import Name

# How tightly a node holds together, to know where brackets are needed.
_SUM, _TERM, _PRODUCT, _NEIGHBOURS, _ATOM = range(5)
_OPERATORS = {
    "odot": r" \odot ",
    "oslash": r" \oslash ",
    "times": r" \times ",
    "cdot": r" \cdot ",
    "": r" \, ",
}
_RELATIONS = {"=": "=", ":=": ":=", "in": r"\in", "<-": r"\leftarrow"}
_COMPARISONS = {"<=": r"\le", ">=": r"\ge", "!=": r"\ne"}
_FUNCTIONS = {"softmax", "sigmoid", "softplus", "diag", "tr", "Loss"}


def _level(node: t.Node) -> int:
    match node:
        case t.Addition():
            return _SUM
        case t.Reduction():
            return _TERM
        case t.Product(""):
            return _TERM if isinstance(node.right, t.Reduction) else _NEIGHBOURS
        case t.Product():
            return _TERM if isinstance(node.right, t.Reduction) else _PRODUCT
        case t.Fraction() | t.Derivative():
            return _NEIGHBOURS
        case t.Number() if node.value < 0:
            return _SUM
    return _ATOM


class Printer:
    """Prints trees with the names of one model."""

    def __init__(self, names: Mapping[str, Name]) -> None:
        self.symbols: dict[tuple[str, str], str] = {}
        self.numbers = {name.node for name in names.values() if name.kind == "scalar"}
        for symbol, name in names.items():
            if name.kind in {"array", "scalar"}:
                self.symbols.setdefault((name.node, name.fixed_layer), symbol)

    def claim(self, claim: t.Claim) -> str:
        """Return a claim with its conditions."""
        right = (
            self._space(claim.right) if isinstance(claim.right, t.Space) else self.of(claim.right)
        )
        text = f"{self.of(claim.left)} {_RELATIONS[claim.relation]} {right}"
        return "".join([text, *(rf", \quad {self.condition(c)}" for c in claim.conditions)])

    def condition(self, condition: t.Condition) -> str:
        """Return a condition."""
        sides = [self.of(side) for side in condition.sides]
        if condition.relations == ("between",):
            return rf"{sides[1]} = {sides[0]}, \dots, {sides[2]}"
        signs = [_COMPARISONS.get(relation, relation) for relation in condition.relations]
        return " ".join(
            [sides[0], *(f"{sign} {side}" for sign, side in zip(signs, sides[1:], strict=True))]
        )

    def index(self, node: t.Node) -> str:
        """Return an index expression, without spaces."""
        return self.of(node).replace(" ", "")

    def of(self, node: t.Node, level: int = _SUM) -> str:
        """Return a tree, in brackets if it is looser than `level`."""
        text: str = getattr(self, f"_{type(node).__name__.lower()}")(node)
        return rf"\left({text}\right)" if _level(node) < level else text

    def _number(self, node: t.Number) -> str:
        return f"{node.value:g}"

    def _letter(self, node: t.Letter) -> str:
        return node.name

    def _constant(self, node: t.Constant) -> str:
        return node.name

    def _size(self, node: t.Size) -> str:
        return f"N_{{{self.index(node.layer)}}}"

    def _ones(self, node: t.Ones) -> str:
        return rf"\mathbf{{1}}_{{{self.index(node.length)}}}"

    def _identity(self, node: t.Identity) -> str:
        return rf"\bm{{I}}_{{{self.index(node.length)}}}"

    def _quantity(self, node: t.Quantity) -> str:
        if node.name == "C_m":
            return "C"
        if node.name.endswith("_new"):
            symbol = self.symbols[node.name.removesuffix("_new"), ""]
            return rf"\bm{{{symbol}}}^{{{self.index(node.layer or t.Number(0))}}}_{{t+1}}"
        fixed = {t.Number(0): "0", t.Constant("L"): "L"}.get(node.layer or t.Letter(""), "")
        symbol = self.symbols.get((node.name, "")) or self.symbols[node.name, fixed]
        if node.name in self.numbers:
            return symbol
        text = (
            rf"\hat{{\bm{{{symbol[5:]}}}}}" if symbol.startswith(r"\hat") else rf"\bm{{{symbol}}}"
        )
        return text if node.layer is None else f"{text}^{{{self.index(node.layer)}}}"

    def _function(self, node: t.Function) -> str:
        name = node.name
        if name in _FUNCTIONS:
            name = rf"\operatorname{{{name}}}"
        elif not name.startswith("\\"):
            name = f"\\{name}"
        if node.layer is not None:
            name = f"{name}^{{{self.index(node.layer)}}}"
            return f"({name}){chr(39) * node.primes}" if node.primes else name
        return name + "'" * node.primes

    def _apply(self, node: t.Apply) -> str:
        arguments = ", ".join(self.of(argument) for argument in node.arguments)
        return rf"{self._function(node.function)}\left({arguments}\right)"

    def _whole(self, _: t.Whole) -> str:
        return ":"

    def _element(self, node: t.Element) -> str:
        indices = ",".join(self.index(index) for index in node.indices)
        if isinstance(node.base, t.Quantity):
            return f"{self.of(node.base)}_{{{indices}}}"
        if isinstance(node.base, t.Derivative):
            below = f"{self.of(node.base.below)}_{{{indices}}}"
            return self._fraction_of_parts(node.base.above, below)
        return rf"\left[{self.of(node.base)}\right]_{{{indices}}}"

    def _kronecker(self, node: t.Kronecker) -> str:
        return rf"\delta_{{{self.index(node.first)},{self.index(node.second)}}}"

    def _transpose(self, node: t.Transpose) -> str:
        is_plain = isinstance(node.base, t.Ones)
        inner = self.of(node.base)
        return rf"{inner}^\mathsf{{T}}" if is_plain else rf"\left({inner}\right)^\mathsf{{T}}"

    def _power(self, node: t.Power) -> str:
        sign = r"\odot " if node.is_elementwise else ""
        base = self.of(node.base)
        is_plain = isinstance(node.base, t.Number | t.Norm)
        inner = base if is_plain else rf"\left({base}\right)"
        return f"{inner}^{{{sign}{self.of(node.exponent)}}}"

    def _addition(self, node: t.Addition) -> str:
        text = ""
        for at, (sign, term) in enumerate(node.terms):
            mark = "-" if sign < 0 else ("+" if at else "")
            text += f" {mark} {self.of(term, _TERM)}"
        return text.strip()

    def _product(self, node: t.Product) -> str:
        if node.operator == "":
            left, right = self.of(node.left, _NEIGHBOURS), self.of(node.right, _NEIGHBOURS)
            if isinstance(node.right, t.Reduction):
                right = self.of(node.right, _TERM)
            elif isinstance(node.right, t.Product):
                right = rf"\left({self.of(node.right)}\right)"
            return rf"{left} \, {right}"
        left, right = self.of(node.left, _PRODUCT), self.of(node.right, _NEIGHBOURS)
        if isinstance(node.right, t.Reduction):
            right = self.of(node.right, _TERM)
        return left + _OPERATORS[node.operator] + right

    def _fraction(self, node: t.Fraction) -> str:
        return rf"\frac{{{self.of(node.above)}}}{{{self.of(node.below)}}}"

    def _root(self, node: t.Root) -> str:
        return rf"\sqrt{{{self.of(node.base)}}}"

    def _bound(self, bound: t.Bound) -> tuple[str, str]:
        lower = f"{bound.letter}={self.index(bound.lower)}" if bound.lower else bound.letter
        return lower, self.index(bound.upper) if bound.upper else ""

    def _reduction(self, node: t.Reduction) -> str:
        name = {"sum": r"\sum"}.get(node.function, f"\\{node.function}")
        conditions = "".join(f", {self.condition(c)}" for c in node.conditions)
        limits = [self._bound(bound) for bound in node.bounds]
        signs = ""
        if all(not upper for _, upper in limits):
            signs = f"{name}_{{{', '.join(lower for lower, _ in limits)}{conditions}}} "
        else:
            for at, (lower, upper) in enumerate(limits):
                rest = conditions if at == len(limits) - 1 else ""
                signs += f"{name}_{{{lower}{rest}}}" + (f"^{{{upper}}} " if upper else " ")
        is_sum = node.function == "sum"
        return signs + self.of(node.body, _TERM if is_sum else _ATOM)

    def _norm(self, node: t.Norm) -> str:
        if node.name == "abs":
            return rf"\left| {self.of(node.base)} \right|"
        return rf"\lVert {self.of(node.base)} \rVert" + (f"_{{{node.name}}}" if node.name else "")

    def _inner(self, node: t.Inner) -> str:
        return rf"\langle {self.of(node.left)}, {self.of(node.right)} \rangle"

    def _derivative(self, node: t.Derivative) -> str:
        return self._fraction_of_parts(node.above, self.of(node.below))

    def _fraction_of_parts(self, above: t.Node, below: str) -> str:
        is_plain = isinstance(above, t.Quantity) or (
            isinstance(above, t.Element) and isinstance(above.base, t.Quantity)
        )
        text = self.of(above)
        inner = text if is_plain else rf"\left({text}\right)"
        return rf"\frac{{\partial {inner}}}{{\partial {below}}}"

    def _differential(self, node: t.Differential) -> str:
        is_plain = isinstance(node.base, t.Quantity)
        inner = self.of(node.base)
        return r"\mathrm{d}" + (inner if is_plain else rf"\left({inner}\right)")

    def _space(self, node: t.Space) -> str:
        dimensions = r" \times ".join(self.of(dimension) for dimension in node.dimensions)
        return rf"\mathbb{{R}}^{{{dimensions}}}" if dimensions else r"\mathbb{R}"
