r"""The typed tree as LaTeX again, in the notation of the pages."""

from collections.abc import Iterable, Mapping

from bpdocs.equations import tree as t
from bpdocs.equations.notation import Name
from bpdocs.equations.printing.condition_words import print_condition, print_conditions

# How tightly a node holds together, to know where brackets are needed.
_SUM, _TERM, _PRODUCT, _NEIGHBOURS, _ATOM = range(5)
_OPERATORS = {
    "odot": r" \odot ",
    "oslash": r" \oslash ",
    "times": r" \times ",
    "cdot": r" \cdot ",
    "slash": " / ",
    "": r" \, ",
}
_RELATIONS = {"=": "=", ":=": ":=", "in": r"\in", "<-": r"\leftarrow"}
_COMMANDS = {"exp", "log", "tanh", "max", "min"}


def print_number(value: float) -> str:
    r"""Return a number with all of its digits, and a power of ten where Python has one.

    Examples
    --------
    >>> print(print_number(1234567.0), print_number(0.1), print_number(2.5e20))
    1234567 0.1 2.5 \times 10^{20}
    """
    digits, _, exponent = repr(value).partition("e")
    digits = digits.removesuffix(".0")
    if not exponent:
        return digits
    power = f"10^{{{int(exponent)}}}"
    return power if digits == "1" else rf"{digits} \times {power}"


def _level(node: t.Node) -> int:
    match node:
        case t.Addition():
            return _SUM
        case t.Reduction():
            return _TERM
        case t.Product():
            if isinstance(node.right, t.Reduction):
                return _TERM
            return _NEIGHBOURS if node.operator == "" else _PRODUCT
        case t.Fraction() | t.Derivative():
            return _NEIGHBOURS
        case t.Number() if node.value < 0:
            return _SUM
        case t.Number() if "times" in print_number(node.value):
            return _PRODUCT
    return _ATOM


class Printer:
    """Prints trees with the names of one model."""

    def __init__(self, names: Mapping[str, Name]) -> None:
        self.symbols: dict[tuple[str, str], str] = {}
        self.error_column = ""  # M times a column of the error, where the model has a letter for it
        self.numbers = {name.node for name in names.values() if name.kind == "scalar"}
        for symbol, name in names.items():
            if name.kind in {"array", "scalar"}:
                self.symbols.setdefault((name.node, name.fixed_layer), symbol)
            if name.kind == "error column":
                self.error_column = symbol

    def claim(self, claim: t.Claim) -> str:
        """Return a claim with its conditions."""
        text = f"{self.of(claim.left)} {_RELATIONS[claim.relation]} {self.of(claim.right)}"
        return text + print_conditions(claim.conditions, self.of)

    def index(self, node: t.Node) -> str:
        """Return an index expression, without spaces."""
        return self.of(node).replace(" ", "")

    def of(self, node: t.Node, level: int = _SUM) -> str:
        """Return a tree, in brackets if it is looser than `level`."""
        text = self._plain(node)
        is_looser = _level(node) < level and not self._is_error_column(node)
        return rf"\left({text}\right)" if is_looser else text

    # One line for each kind of node: it is longer than a function should be, and plainer than two.
    def _plain(self, node: t.Node) -> str:
        match node:
            case t.Number():
                return print_number(node.value)
            case t.Letter() | t.Constant():
                return node.name
            case t.Size():
                return f"N_{{{self.index(node.layer)}}}"
            case t.Ones():
                return rf"\mathbf{{1}}_{{{self.index(node.length)}}}"
            case t.Zeros():
                return rf"\mathbf{{0}}_{{{self.index(node.length)}}}"
            case t.Free():
                hat, _, letter = node.name.rpartition(" ")
                name = letter if len(letter) == 1 else rf"\{letter}"
                text = rf"\hat{{\bm{{{name}}}}}" if hat else rf"\bm{{{name}}}"
                return text if node.layer is None else f"{text}^{{{self.index(node.layer)}}}"
            case t.Identity():
                return rf"\bm{{I}}_{{{self.index(node.length)}}}"
            case t.Quantity():
                return self._quantity(node)
            case t.Function():
                return self._function(node)
            case t.Apply():
                return rf"{self._function(node.function)}\left({self._list(node.arguments)}\right)"
            case t.Whole():
                return ":"
            case t.Element():
                return self._element(node)
            case t.Kronecker():
                return rf"\delta_{{{self.index(node.first)},{self.index(node.second)}}}"
            case t.Transpose():
                inner = self._bracketed(node.base, is_plain=isinstance(node.base, t.Ones | t.Zeros))
                return rf"{inner}^\mathsf{{T}}"
            case t.Power():
                return self._power(node)
            case t.Addition():
                return self._addition(node)
            case t.Product(_, _, t.Element() as entry) if self._is_error_column(node):
                rest = ",".join(self.index(i) for i in entry.indices if i != t.Whole())
                base = self.of(entry.base).replace(self.symbols["Delta", ""], self.error_column)
                return f"{base}_{{{rest}}}"
            case t.Product():
                return self._product(node)
            case t.Fraction():
                return rf"\frac{{{self.of(node.above)}}}{{{self.of(node.below)}}}"
            case t.Root():
                return rf"\sqrt{{{self.of(node.base)}}}"
            case t.Reduction():
                return self._reduction(node)
            case t.Norm(name="abs"):
                return rf"\left| {self.of(node.base)} \right|"
            case t.Norm():
                name = f"_{{{node.name}}}" if node.name else ""
                return rf"\lVert {self.of(node.base)} \rVert{name}"
            case t.Inner():
                return rf"\langle {self.of(node.left)}, {self.of(node.right)} \rangle"
            case t.Derivative():
                return self._derivative(node.above, self.of(node.below))
            case t.Differential():
                is_plain = isinstance(node.base, t.Quantity)
                return r"\mathrm{d}" + self._bracketed(node.base, is_plain=is_plain)
            case t.Space():
                sizes = r" \times ".join(self.of(size, _NEIGHBOURS) for size in node.dimensions)
                return r"\mathbb{R}" + f"^{{{sizes}}}" * bool(sizes)
        raise TypeError(f"{type(node).__name__} has no LaTeX")

    def _is_error_column(self, node: t.Node) -> bool:
        r"""Tell whether a product is \delta^l_m, for which some models have a letter."""
        match node:
            case t.Product("", t.Constant("M"), t.Element(t.Quantity("Delta"))):
                return bool(self.error_column)
        return False

    def _list(self, nodes: Iterable[t.Node]) -> str:
        return ", ".join(self.of(node) for node in nodes)

    def _bracketed(self, node: t.Node, *, is_plain: bool) -> str:
        return self.of(node) if is_plain else rf"\left({self.of(node)}\right)"

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
        hat, _, letter = symbol.rpartition(" ")
        text = rf"{hat}{{\bm{{{letter}}}}}" if hat else rf"\bm{{{symbol}}}"
        return text if node.layer is None else f"{text}^{{{self.index(node.layer)}}}"

    def _function(self, node: t.Function) -> str:
        name = node.name
        if name in _COMMANDS:
            name = rf"\{name}"
        elif not name.startswith("\\"):
            name = rf"\operatorname{{{name}}}"
        primes = "'" * node.primes
        if node.layer is None:
            return name + primes
        name = f"{name}^{{{self.index(node.layer)}}}"
        return f"({name}){primes}" if primes else name

    def _element(self, node: t.Element) -> str:
        indices = ",".join(self.index(index) for index in node.indices)
        if isinstance(node.base, t.Quantity):
            return f"{self.of(node.base)}_{{{indices}}}"
        if isinstance(node.base, t.Derivative):
            return self._derivative(node.base.above, f"{self.of(node.base.below)}_{{{indices}}}")
        return rf"\left[{self.of(node.base)}\right]_{{{indices}}}"

    def _power(self, node: t.Power) -> str:
        is_plain = isinstance(node.base, t.Number | t.Norm)
        base = self._bracketed(node.base, is_plain=is_plain and "^" not in self.of(node.base))
        sign = r"\odot " if node.is_elementwise else ""
        return f"{base}^{{{sign}{self.of(node.exponent)}}}"

    def _addition(self, node: t.Addition) -> str:
        text = ""
        for at, (sign, term) in enumerate(node.terms):
            mark = "-" if sign < 0 else ("+" if at else "")
            text += f" {mark} {self.of(term, _TERM)}"
        return text.strip()

    def _product(self, node: t.Product) -> str:
        is_plain = node.operator == ""
        left = self.of(node.left, _NEIGHBOURS if is_plain else _PRODUCT)
        if isinstance(node.right, t.Reduction):
            right = self.of(node.right, _TERM)
        else:
            needs = _ATOM if is_plain and isinstance(node.right, t.Product) else _NEIGHBOURS
            right = self.of(node.right, needs)
        return left + _OPERATORS[node.operator] + right

    def _bound(self, bound: t.Bound) -> tuple[str, str]:
        lower = f"{bound.letter}={self.index(bound.lower)}" if bound.lower else bound.letter
        return lower, self.index(bound.upper) if bound.upper else ""

    def _reduction(self, node: t.Reduction) -> str:
        name = rf"\{node.function}"
        conditions = "".join(f", {print_condition(c, self.of)}" for c in node.conditions)
        limits = [self._bound(bound) for bound in node.bounds]
        signs = ""
        if not any(upper for _, upper in limits):
            signs = f"{name}_{{{', '.join(lower for lower, _ in limits)}{conditions}}} "
        else:
            for at, (lower, upper) in enumerate(limits):
                rest = conditions if at == len(limits) - 1 else ""
                signs += f"{name}_{{{lower}{rest}}}" + (f"^{{{upper}}} " if upper else " ")
        return signs + self.of(node.body, _TERM if node.function == "sum" else _ATOM)

    def _derivative(self, above: t.Node, below: str) -> str:
        base = above.base if isinstance(above, t.Element) else above
        inner = self._bracketed(above, is_plain=isinstance(base, t.Quantity))
        return rf"\frac{{\partial {inner}}}{{\partial {below}}}"
