r"""Parse tree to typed tree: every symbol gets its meaning, or an error with its place.

`Reader` reads expressions; `statements` cuts a display into claims.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal, cast

from lark import Token, Tree

from bpdocs.equations import tree as t
from bpdocs.equations.names import INDEX_LETTERS, NEURON_LETTERS, Name, describe
from bpdocs.equations.tokens import UnreadableError

Branch = Tree[Token] | Token
_OPERATORS: dict[str, t.Operator] = {
    "ODOT": "odot",
    "OSLASH": "oslash",
    "TIMES": "times",
    "CDOT": "cdot",
    "SLASH": "slash",
}
_NAMED = {"exp", "log", "tanh", "sigmoid", "softplus"}  # take an argument without a bracket too
_BRACKETS = {"paren", "bracket"}


def place_of(branch: Branch) -> tuple[int, int]:
    """Return where a branch of the parse tree begins and ends in the LaTeX."""
    if isinstance(branch, Token):
        return (branch.start_pos or 0, branch.end_pos or 0)
    return (getattr(branch.meta, "start_pos", 0), getattr(branch.meta, "end_pos", 0))


def data(branch: Branch) -> str:
    """Return the rule of a branch, or a token's type."""
    return branch.type if isinstance(branch, Token) else str(branch.data)


def subtrees(branch: Branch) -> list[Branch]:
    """Return the children of a branch without brackets, commas and the marks of scripts."""
    marks = {"LBRACE", "RBRACE", "LPAREN", "RPAREN", "LBRACKET", "RBRACKET", "LNORM", "RNORM"}
    marks |= {"LANGLE", "RANGLE", "LSET", "RSET", "SUP", "SUB", "COMMA", "FRAC", "SQRT", "HAT"}
    children = branch.children if isinstance(branch, Tree) else []
    return [c for c in children if not (isinstance(c, Token) and c.type in marks)]


def items(branch: Branch) -> list[Branch]:
    """Return what a list holds, chains of a single side as that side."""
    if data(branch) in {"group", "paren", "bracket", "set"}:
        return items(subtrees(branch)[0])
    if data(branch) == "list":
        inside = [only_side(chain) for chain in subtrees(branch)]
        is_wrapped = len(inside) == 1 and data(inside[0]) == "group"  # \bm{A, Y} is A, Y
        return items(inside[0]) if is_wrapped else inside
    return [branch]


def only_side(branch: Branch) -> Branch:
    """Return what a chain, a product or a symbol holds where that is just one thing."""
    while data(branch) in {"chain", "neighbours", "scripted"} and len(subtrees(branch)) == 1:
        branch = subtrees(branch)[0]
    return branch


def sides_of(chain: Branch) -> tuple[list[Branch], list[Token]]:
    """Return the sides of a chain and the relations between them."""
    if data(chain) != "chain":
        return [chain], []
    parts = subtrees(chain)
    sides, relations = sides_of(parts[0]) if len(parts) == 3 else ([parts[0]], [])
    if len(parts) == 3:
        relations = [*relations, cast("Token", subtrees(parts[1])[0])]
        sides = [*sides, parts[2]]
    return [only_side(side) for side in sides], relations


class Reader:
    """Reads expressions in the notation of one model.

    Parameters
    ----------
    names : mapping of str to Name
        What letters mean.
    definitions : mapping of str to (str, Node)
        Names that the page defined: the letter of their layer, or "", and what they stand for.
    numbers : mapping of str to str
        Index letters that may stand for a number: {"m": "M"} reads 1/m as 1/M.
    """

    def __init__(
        self,
        names: Mapping[str, Name],
        definitions: Mapping[str, tuple[str, t.Node]] | None = None,
        numbers: Mapping[str, str] | None = None,
    ) -> None:
        self.names = names
        self.definitions = dict(definitions or {})
        self.numbers = dict(numbers or {})

    # Expressions

    def read(self, branch: Branch) -> t.Node:
        """Return the typed tree of an expression that is a value."""
        node = self._read_any(branch)
        if isinstance(node, t.Function):
            raise UnreadableError(
                f"the function {node.name} has no argument; write it in brackets behind",
                place_of(branch)[0],
            )
        if isinstance(node, t.Letter):
            if node.name not in self.numbers:
                raise UnreadableError(
                    f"{node.name} is an index and has no value as a number", place_of(branch)[0]
                )
            return t.Constant(self.numbers[node.name], place=node.place)
        return node

    def index(self, branch: Branch) -> t.Node:
        """Return the typed tree of an index: l, l+1, N_l, 3."""
        branch = only_side(branch)
        what = data(branch)
        place = place_of(branch)
        if what in {"group", "paren", "bracket", "list"}:
            inner = items(branch)
            if len(inner) == 1:
                return self.index(inner[0])
        elif what == "COLON":
            return t.Whole(place=place)
        elif what == "NUMBER" and str(branch).isdigit():
            return t.Number(int(str(branch)), place=place)
        elif what == "NAME":
            if str(branch) in {"L", "M"}:
                return t.Constant(str(branch), place=place)
            if str(branch) in INDEX_LETTERS:
                return t.Letter(str(branch), place=place)
        elif what == "scripted":
            base, scripts = self._flatten(branch)
            if not scripts:
                return self.index(base)
            if str(base) == "N" and len(scripts) == 1 and data(scripts[0]) == "subscript":
                return t.Size(self.index(subtrees(scripts[0])[-1]), place=place)
        elif what == "expression":
            return self._read_expression(branch, self.index)
        elif what == "neighbours":
            factors = [self.index(factor) for factor in subtrees(branch)]
            product = factors[0]
            for factor in factors[1:]:
                product = t.Product("", product, factor, place=place)
            if not any(isinstance(node, t.Letter) for node in product.walk()):
                return product
        raise UnreadableError("an index is expected here, such as j, l+1 or N_l", place[0])

    def _read_any(self, branch: Branch) -> t.Node:
        branch = only_side(branch)
        what = data(branch)
        if isinstance(branch, Token):
            branch = Tree("scripted", [branch])
            what = "scripted"
        reading: dict[str, Callable[[Tree[Token]], t.Node]] = {
            "expression": lambda b: self._read_expression(b, self.read),
            "product": self._read_product,
            "term": self._read_product,
            "opposite": self._read_opposite,
            "neighbours": self._read_neighbours,
            "sum": self._read_sum,
            "scripted": self._read_scripted,
            "fraction": self._read_fraction,
            "root": lambda b: t.Root(self.read(subtrees(b)[0])),
            "group": self._read_bracket,
            "paren": self._read_bracket,
            "bracket": self._read_bracket,
            "norm": lambda b: t.Norm(self.read(subtrees(b)[0]), ""),
            "inner": self._read_inner,
            "differential": lambda b: t.Differential(self.read(subtrees(b)[1])),
        }
        if what not in reading:
            complaints = {
                "partial": r"\partial stands alone; write a fraction of two",
                "derivative_by": "there is nothing behind the derivative that it could act on",
                "chain": "a relation stands inside an expression",
                "set": "a set is not a value",
            }
            raise UnreadableError(
                complaints.get(what, f"{what} is not a value"), place_of(branch)[0]
            )
        node = reading[what](branch)
        return node if node.place != (0, 0) else replace(node, place=place_of(branch))

    def _read_expression(self, branch: Branch, read: Callable[[Branch], t.Node]) -> t.Node:
        terms: list[tuple[int, t.Node]] = []
        sign = 1
        for child in subtrees(branch):
            if data(child) in {"PLUS", "MINUS"}:
                sign = -1 if data(child) == "MINUS" else 1
            else:
                terms.append((sign, read(child)))
        return t.Addition(tuple(terms), place=place_of(branch))

    def _read_opposite(self, branch: Tree[Token]) -> t.Node:
        return t.Addition(((-1, self.read(subtrees(branch)[1])),), place=place_of(branch))

    def _read_product(self, branch: Tree[Token]) -> t.Node:
        left, sign, right = subtrees(branch)
        operator = _OPERATORS[cast("Token", subtrees(sign)[0]).type]
        place = place_of(branch)
        if operator == "slash":
            return self._read_slash(left, right, place)
        return t.Product(operator, self.read(left), self.read(right), place=place)

    def _read_slash(self, left: Branch, right: Branch, place: tuple[int, int]) -> t.Node:
        above = subtrees(left) if data(left) == "neighbours" else [left]
        below = subtrees(right) if data(right) == "neighbours" else [right]
        if data(above[-1]) == "partial" and data(below[0]) == "partial":
            derivative = self._derivative(subtrees(above[-1])[1], subtrees(below[0])[1], place)
            return self._join([*above[:-1], derivative, *below[1:]], place)
        if len(below) > 1:
            raise UnreadableError(
                r"a / b c can be read in two ways; write \frac", place_of(right)[0]
            )
        return t.Fraction(self.read(left), self.read(right), place=place)

    def _read_neighbours(self, branch: Tree[Token]) -> t.Node:
        return self._join(subtrees(branch), place_of(branch))

    def _join(self, factors: Sequence[Branch | t.Node], place: tuple[int, int]) -> t.Node:
        """Return the product of neighbours; a function takes what follows it."""
        waiting = list(factors)
        product: t.Node | None = None
        while waiting:
            factor = waiting.pop(0)
            node = factor if isinstance(factor, t.Node) else self._read_factor(factor, waiting)
            if product is None:
                product = node
            elif isinstance(node, t.Function) or isinstance(product, t.Function):
                raise UnreadableError(
                    f"the function {getattr(node, 'name', '')} has no argument", place[0]
                )
            else:
                product = t.Product("", product, node, place=(product.place[0], node.place[1]))
        assert product is not None  # noqa: S101 - the grammar has one factor at least
        return product

    def _read_factor(self, factor: Branch, waiting: list[Branch | t.Node]) -> t.Node:
        if data(factor) == "scripted":
            base, scripts = self._flatten(factor)
            if data(base) == "derivative_by":
                return self._derivative_of_rest(base, scripts, factor, waiting)
            if data(base) == "NABLA":
                return self._gradient(scripts, factor, waiting)
            if (
                data(base) == "FUNCTION"
                and str(base).lstrip("\\") in {"max", "min"}
                and any(data(script) == "subscript" for script in scripts)
            ):
                return self._extremum(base, scripts, factor, waiting)
        node = self._read_any(factor)
        if isinstance(node, t.Letter):
            return self.read(factor)
        while isinstance(node, t.Function) and waiting:
            node = self._apply(node, factor, waiting)
        return node

    # Functions

    def _apply(self, function: t.Function, at: Branch, waiting: list[Branch | t.Node]) -> t.Node:
        following = waiting.pop(0)
        if isinstance(following, t.Node):
            raise UnreadableError("the function has no argument", place_of(at)[0])
        place = (place_of(at)[0], place_of(following)[1])
        base, scripts = (
            self._flatten(following) if data(following) == "scripted" else (following, [])
        )
        if data(base) in _BRACKETS:
            arguments = tuple(self.read(item) for item in items(base))
            self._require_count(function, arguments, at)
            return self._scripted_value(t.Apply(function, arguments, place=place), scripts)
        if function.name in _NAMED | {"tr", "diag"} and not waiting:
            return t.Apply(function, (self.read(following),), place=place)
        raise UnreadableError(
            f"the function {function.name.lstrip(chr(92))} needs its argument in brackets",
            place_of(following)[0],
        )

    def _require_count(
        self, function: t.Function, arguments: tuple[t.Node, ...], at: Branch
    ) -> None:
        wanted = 2 if function.name in {"Loss", "max", "min"} else 1
        if len(arguments) != wanted:
            raise UnreadableError(
                f"{function.name} takes {wanted} argument{'s' * (wanted > 1)}, "
                f"got {len(arguments)}",
                place_of(at)[0],
            )

    def _function(self, base: Branch, scripts: list[Branch]) -> t.Node:
        name = str(base)
        for known in (
            "softmax",
            "sigmoid",
            "softplus",
            "tanh",
            "diag",
            "Loss",
            "exp",
            "log",
            "max",
            "min",
            "ln",
            "tr",
        ):
            if known in name:
                name = {"ln": "log"}.get(known, known)
                break
        primes = self._primes(scripts)
        if primes is None:
            raise UnreadableError(
                f"a script on {name} is read as neither a power nor an index; use brackets",
                place_of(scripts[0])[0],
            )
        return t.Function(name, None, primes, place=place_of(base))

    def _primes(self, scripts: Sequence[Branch]) -> int | None:
        """Return the number of primes, or None if another script is there."""
        total = 0
        for script in scripts:
            marks = [script] if isinstance(script, Token) else subtrees(script)
            if not all(data(mark) == "PRIME" for mark in marks):
                return None
            total += len(marks)
        return total

    def _sigma(self, scripts: list[Branch], place: tuple[int, int]) -> t.Node:
        layer: t.Node | None = None
        primes = 0
        for script in scripts:
            count = self._primes([script])
            if count is not None:
                primes += count
            elif data(script) == "superscript" and layer is None:
                level, transposes, more = self._layer(script)
                if transposes or level is None:
                    raise UnreadableError("a function has no transpose", place_of(script)[0])
                layer, primes = level, primes + more
            else:
                raise UnreadableError(
                    r"\sigma takes a layer and primes, nothing else", place_of(script)[0]
                )
        return t.Function(r"\sigma", layer, primes, place=place)

    # Scripts

    def _flatten(self, branch: Branch) -> tuple[Branch, list[Branch]]:
        """Return base and scripts; braces are transparent, so {Z}^l, {Z^l} and Z^l are one."""
        scripts: list[Branch] = []
        while True:
            if only_side(branch) is not branch:
                branch = only_side(branch)
            elif data(branch) == "scripted":
                children = subtrees(branch)
                branch, scripts = children[0], [*children[1:], *scripts]
            elif data(branch) == "group" and len(items(branch)) == 1:
                inner = only_side(items(branch)[0])
                if data(inner) not in {"scripted", "NAME", "NUMBER", *_BRACKETS, "norm", "group"}:
                    return branch, scripts
                branch = inner
            else:
                return branch, scripts

    def _read_bracket(self, branch: Tree[Token]) -> t.Node:
        inside = items(branch)
        if len(inside) != 1:
            raise UnreadableError("a list stands where one value is expected", place_of(branch)[0])
        return self._read_any(inside[0])

    def _read_inner(self, branch: Tree[Token]) -> t.Node:
        sides = items(subtrees(branch)[0])
        if len(sides) != 2:
            raise UnreadableError("an inner product takes two arguments", place_of(branch)[0])
        return t.Inner(self.read(sides[0]), self.read(sides[1]))

    def _read_scripted(self, branch: Tree[Token]) -> t.Node:
        base, scripts = self._flatten(branch)
        place = place_of(branch)
        what = data(base)
        if what == "FUNCTION":
            return self._function(base, scripts)
        if what in {"NAME", "hat"}:
            return self._symbol(base, scripts, place)
        if what == "ONES" or (what == "NUMBER" and scripts and data(scripts[0]) == "subscript"):
            return self._ones(base, scripts, place)
        if what == "NUMBER":
            return self._scripted_value(t.Number(float(str(base)), place=place_of(base)), scripts)
        if what in {"REALS", "COLON", "NABLA"}:
            raise UnreadableError(f"{base} is not a value", place[0])
        if what == "scripted":
            raise UnreadableError("the symbol is missing", place[0])
        value = self._read_any(base)
        if isinstance(value, t.Function):
            primes = self._primes(scripts)
            if primes is None:
                raise UnreadableError("a function takes primes only", place_of(scripts[0])[0])
            return replace(value, primes=value.primes + primes, place=place)
        if isinstance(value, t.Norm) and scripts and data(scripts[0]) == "subscript":
            value, scripts = self._norm(value, scripts[0]), scripts[1:]
        elif isinstance(value, t.Norm) and len(scripts) == 2 and data(scripts[1]) == "subscript":
            value, scripts = self._norm(value, scripts[1]), scripts[:1]
        return self._scripted_value(value, scripts)

    def _norm(self, norm: t.Norm, script: Branch) -> t.Node:
        name = "".join(str(token) for token in _tokens(script) if token.type in {"NAME", "NUMBER"})
        if name not in {"F", "2"}:
            raise UnreadableError(f"the norm {name} is not known; F is", place_of(script)[0])
        return t.Norm(norm.base, name)

    def _ones(self, base: Branch, scripts: list[Branch], place: tuple[int, int]) -> t.Node:
        if not scripts or data(scripts[0]) != "subscript":
            raise UnreadableError(
                r"a column of ones needs its length: \mathbf{1}_{M}", place_of(base)[0]
            )
        return self._scripted_value(
            t.Ones(self.index(subtrees(scripts[0])[-1]), place=place), scripts[1:]
        )

    def _scripted_value(self, value: t.Node, scripts: Sequence[Branch]) -> t.Node:
        """Return a value with its transposes, indices and powers, in the order of writing.

        Indices come first where the author wrote a power in front: x^2_j is (x_j)^2.
        """
        ordered = sorted(scripts, key=lambda script: data(script) != "subscript")
        if any(self._is_transpose(script) for script in scripts):
            ordered = list(scripts)
        for script in ordered:
            place = (value.place[0], place_of(script)[1])
            if data(script) == "subscript":
                value = t.Element(value, self._indices(script), place=place)
            elif data(script) == "PRIME":
                raise UnreadableError(
                    "a prime stands on something that is not a function", place_of(script)[0]
                )
            else:
                value = self._superscript(value, script, place)
        return value

    def _is_transpose(self, script: Branch) -> bool:
        return data(script) == "superscript" and any(tok.type == "T" for tok in _tokens(script))

    def _superscript(self, value: t.Node, script: Branch, place: tuple[int, int]) -> t.Node:
        content = subtrees(script)
        kinds = [data(item) for item in content]
        if kinds == ["T"]:
            return t.Transpose(value, place=place)
        if "PRIME" in kinds:
            raise UnreadableError(
                "a prime stands on something that is not a function", place_of(script)[0]
            )
        if kinds == ["ODOT", "NUMBER"]:
            return t.Power(value, t.Number(float(str(content[1]))), True, place=place)
        if "T" in kinds or len(items(content[0])) != 1:
            raise UnreadableError("the superscript is not understood here", place_of(script)[0])
        return t.Power(value, self.read(items(content[0])[0]), place=place)

    def _indices(self, script: Branch) -> tuple[t.Node, ...]:
        found: list[t.Node] = []
        for item in items(subtrees(script)[-1]):
            single = only_side(item)
            if data(single) in _BRACKETS:
                found += [self.index(inner) for inner in items(single)]
            elif data(single) == "neighbours":
                found += [self.index(factor) for factor in subtrees(single)]
            else:
                found.append(self.index(single))
        return tuple(found)

    def _layer(self, script: Branch) -> tuple[t.Node | None, int, int]:
        """Return the layer in a superscript, if any, the number of transposes, and of primes."""
        content = subtrees(script)
        transposes = sum(data(item) == "T" for item in content)
        rest = [item for item in content if data(item) not in {"T", "PRIME"}]
        primes = sum(data(item) == "PRIME" for item in content)
        if not rest:
            return None, transposes, primes
        inside = items(rest[0])
        if len(inside) != 1 or len(rest) > 1:
            raise UnreadableError("one layer is expected in the superscript", place_of(script)[0])
        level = inside[0]
        base, scripts = self._flatten(level)
        if scripts and (count := self._primes(scripts)):
            return self.index(base), transposes, primes + count
        return self.index(level), transposes, primes

    # Symbols

    def _symbol(self, base: Branch, scripts: list[Branch], place: tuple[int, int]) -> t.Node:
        key = self.key_of(base)
        if data(base) == "hat":
            _, inner = self._flatten(subtrees(base)[0])
            scripts = [*inner, *scripts]
        if key == r"\sigma":
            return self._sigma(scripts, place)
        if key == "N":
            return self._size(base, scripts, place)
        if key == r"\delta" and not any(
            data(script) == "superscript" and self._layer(script)[0] is not None
            for script in scripts
        ):
            return self._kronecker(base, scripts, place)
        if key == "I" and scripts and data(scripts[0]) == "subscript":
            identity = t.Identity(self.index(subtrees(scripts[0])[-1]), place=place)
            return self._scripted_value(identity, scripts[1:])
        if key == "e" and scripts and data(scripts[0]) == "superscript":
            return self._exponential(scripts, place)
        if key in self.definitions:
            return self._defined(key, scripts, place)
        if key in self.names:
            return self._quantity(self.names[key], key, scripts, place)
        if key in {"L", "M"}:
            return self._scripted_value(t.Constant(key, place=place_of(base)), scripts)
        if key in INDEX_LETTERS and not scripts:
            return t.Letter(key, place=place)
        raise UnreadableError(
            f"{key.lstrip(chr(92))} is not a name of this model; it has "
            f"{describe(self.names)}. Define others by :=",
            place_of(base)[0],
        )

    def key_of(self, base: Branch) -> str:
        """Return the name by which a symbol is looked up."""
        if data(base) == "hat":
            inner, _ = self._flatten(subtrees(base)[0])
            return rf"\hat {inner}"
        return str(base)

    def _size(self, base: Branch, scripts: list[Branch], place: tuple[int, int]) -> t.Node:
        if not scripts or data(scripts[0]) != "subscript":
            raise UnreadableError("N needs its layer as a subscript", place_of(base)[0])
        size = t.Size(self.index(subtrees(scripts[0])[-1]), place=place)
        return self._scripted_value(size, scripts[1:])

    def _kronecker(self, base: Branch, scripts: list[Branch], place: tuple[int, int]) -> t.Node:
        indices = self._indices(scripts[0]) if scripts and data(scripts[0]) == "subscript" else ()
        if len(indices) != 2 or len(scripts) > 1:
            raise UnreadableError(
                r"\delta takes a layer, or two subscripts as Kronecker's", place_of(base)[0]
            )
        return t.Kronecker(*indices, place=place)

    def _exponential(self, scripts: list[Branch], place: tuple[int, int]) -> t.Node:
        inside = items(subtrees(scripts[0])[0])
        if len(inside) != 1 or len(scripts) > 1:
            raise UnreadableError("one exponent is expected on e", place[0])
        return t.Apply(t.Function("exp"), (self.read(inside[0]),), place=place)

    def _quantity(
        self, name: Name, key: str, scripts: list[Branch], place: tuple[int, int]
    ) -> t.Node:
        layer, transposes, rest = self._take_layer(name, key, scripts, place)
        quantity = t.Quantity(name.node, layer, place=place)
        node: t.Node = quantity
        if name.kind in {"column", "error column"}:
            node, rest = self._column(name, key, node, rest, place)
        elif name.node == "C" and rest and data(rest[0]) == "subscript":
            node = t.Quantity("C_m", place=place)
        elif rest and (step := self._step(name, quantity, rest)):
            node, rest = step, rest[1:]
        for _ in range(transposes):
            node = t.Transpose(node, place=place)
        return self._scripted_value(node, rest)

    def _step(self, name: Name, quantity: t.Quantity, rest: Sequence[Branch]) -> t.Node | None:
        """Return a parameter before or after a step of training: W^l_t, W^l_{t+1}."""
        if r"\eta" not in self.names or name.node not in {"W", "b"} or data(rest[0]) != "subscript":
            return None
        step = self._indices(rest[0])
        now = t.Letter("t")
        if step == (now,):
            return quantity
        if step == (t.Addition(((1, now), (1, t.Number(1)))),):
            return replace(quantity, name=f"{name.node}_new")
        return None

    def _take_layer(
        self, name: Name, key: str, scripts: Sequence[Branch], place: tuple[int, int]
    ) -> tuple[t.Node | None, int, list[Branch]]:
        layer: t.Node | None = None
        transposes = 0
        rest: list[Branch] = []
        for script in scripts:
            if name.is_layered and layer is None and data(script) == "superscript":
                found, more, primes = self._layer(script)
                if primes:
                    raise UnreadableError("a prime stands on an array", place_of(script)[0])
                if found is None:
                    rest.append(script)
                else:
                    layer = found
                    transposes += more
            else:
                rest.append(script)
        if name.is_layered and layer is None:
            raise UnreadableError(
                f"{key.lstrip(chr(92))} needs its layer as a superscript", place[0]
            )
        if name.fixed_layer:
            layer = t.Number(0) if name.fixed_layer == "0" else t.Constant("L")
        return layer, transposes, rest

    def _column(
        self, name: Name, key: str, node: t.Node, rest: list[Branch], place: tuple[int, int]
    ) -> tuple[t.Node, list[Branch]]:
        at = next((n for n, script in enumerate(rest) if data(script) == "subscript"), None)
        short = key.lstrip("\\")
        if at is None:
            raise UnreadableError(
                f"{short} needs its sample as a subscript; for one sample alone use the model "
                "single_sample",
                place[0],
            )
        indices = self._indices(rest[at])
        if len(indices) == 1 and getattr(indices[0], "name", "") in NEURON_LETTERS:
            raise UnreadableError(
                f"{short} has a neuron's index but no sample; for one sample alone use the model "
                "single_sample",
                place_of(rest[at])[0],
            )
        whole = (t.Whole(),) if len(indices) == 1 else ()
        node = t.Element(node, (*whole, *indices), place=place)
        if name.kind == "error column":
            node = t.Product("", t.Constant("M", place=place), node, place=place)
        return node, [*rest[:at], *rest[at + 1 :]]

    def _defined(self, key: str, scripts: list[Branch], place: tuple[int, int]) -> t.Node:
        letter, meaning = self.definitions[key]
        name = Name(key, is_layered=bool(letter))
        layer, transposes, rest = self._take_layer(name, key, scripts, place)
        node = substitute(meaning, letter, layer) if layer is not None else meaning
        for _ in range(transposes):
            node = t.Transpose(node)
        return self._scripted_value(replace(node, place=place), rest)

    # Sums, fractions and derivatives

    def _read_sum(self, branch: Tree[Token]) -> t.Node:
        children = subtrees(branch)
        return self._reduction("sum", children[1:-1], children[-1], branch)

    def _extremum(
        self, base: Branch, scripts: list[Branch], at: Branch, waiting: list[Branch | t.Node]
    ) -> t.Node:
        if len(waiting) != 1 or isinstance(waiting[0], t.Node):
            raise UnreadableError(
                "one factor is expected behind the maximum; use brackets", place_of(at)[1]
            )
        function: Literal["max", "min"] = "max" if "max" in str(base) else "min"
        return self._reduction(function, scripts, cast("Branch", waiting.pop()), at)

    def _reduction(
        self,
        function: Literal["sum", "max", "min"],
        scripts: Sequence[Branch],
        body: Branch,
        at: Branch,
    ) -> t.Node:
        below = [script for script in scripts if data(script) == "subscript"]
        above = [script for script in scripts if data(script) == "superscript"]
        place = place_of(at)
        if len(below) != 1 or len(above) > 1 or len(below) + len(above) != len(scripts):
            raise UnreadableError("the sum needs its index below it", place[0])
        upper = self._upper(above[0]) if above else None
        bounds: list[t.Bound] = []
        conditions: list[t.Condition] = []
        for item in items(subtrees(below[0])[-1]):
            self._read_bound(item, upper, bounds, conditions)
        if not bounds:
            bounds = [t.Bound(name, None, upper) for name in _first_letters(conditions)]
        if len({bound.letter for bound in bounds}) != len(bounds):
            raise UnreadableError("an index stands twice under the sum", place_of(below[0])[0])
        return t.Reduction(function, tuple(bounds), tuple(conditions), self.read(body), place=place)

    def _upper(self, script: Branch) -> t.Node:
        content = subtrees(script)
        if len(content) != 1 or data(content[0]) in {"T", "PRIME"}:
            raise UnreadableError("an upper limit is expected above the sum", place_of(script)[0])
        return self.index(content[0])

    def _read_bound(
        self,
        item: Branch,
        upper: t.Node | None,
        bounds: list[t.Bound],
        conditions: list[t.Condition],
    ) -> None:
        sides, relations = sides_of(item)
        if not relations:
            letters = subtrees(item) if data(item) == "neighbours" else [item]
            for letter in letters:
                bounds.append(t.Bound(self._letter(letter).name, None, upper))
        elif [data(r) for r in relations] == ["EQUALS"]:
            for bound in bounds:  # \sum_{j,k=1}^{N}: both begin at 1
                bounds[bounds.index(bound)] = replace(
                    bound, lower=bound.lower or self.index(sides[1])
                )
            bounds.append(t.Bound(self._letter(sides[0]).name, self.index(sides[1]), upper))
        elif [data(r) for r in relations] == ["COMPARE", "COMPARE"] and upper is None:
            if not all(compare(str(r)) == "<=" for r in relations):
                raise UnreadableError(r"a \le k \le b is expected", place_of(item)[0])
            low, letter, high = sides
            bounds.append(t.Bound(self._letter(letter).name, self.index(low), self.index(high)))
        elif all(data(r) == "COMPARE" for r in relations):
            conditions.append(self.condition(sides, relations))
        else:
            raise UnreadableError("this is not read below a sum", place_of(item)[0])

    def _letter(self, branch: Branch) -> t.Letter:
        index = self.index(branch)
        if not isinstance(index, t.Letter):
            raise UnreadableError("an index letter is expected below the sum", place_of(branch)[0])
        return index

    def condition(self, sides: Sequence[Branch], relations: Sequence[Token]) -> t.Condition:
        """Return a relation between index expressions."""
        return t.Condition(
            tuple(self.index(side) for side in sides),
            tuple(compare(str(relation)) for relation in relations),
        )

    def _read_fraction(self, branch: Tree[Token]) -> t.Node:
        above, below = subtrees(branch)
        place = place_of(branch)
        top, bottom = self._strip(above), self._strip(below)
        kinds = {data(top), data(bottom)}
        if kinds == {"partial"} or kinds == {"differential"}:
            return self._derivative(subtrees(top)[1], subtrees(bottom)[1], place)
        if "partial" in kinds:
            raise UnreadableError(r"one \partial is expected above and one below", place[0])
        return t.Fraction(self.read(above), self.read(below), place=place)

    def _strip(self, branch: Branch) -> Branch:
        while data(branch) == "group" and len(items(branch)) == 1:
            branch = only_side(items(branch)[0])
        return branch

    def _derivative(self, above: Branch, below: Branch, place: tuple[int, int]) -> t.Node:
        return self._differentiate(self.read(above), self.read(below), place)

    def _differentiate(self, above: t.Node, below: t.Node, place: tuple[int, int]) -> t.Node:
        """Return the derivative; by an element it is that element of the derivative."""
        if isinstance(below, t.Element):
            inner = self._differentiate(above, below.base, place)
            return t.Element(inner, below.indices, place=place)
        if isinstance(below, t.Transpose):
            return t.Transpose(self._differentiate(above, below.base, place), place=place)
        if not isinstance(below, t.Quantity):
            raise UnreadableError(
                "a derivative is taken by a quantity of the network or an element of one",
                below.place[0],
            )
        return t.Derivative(above, below, place=place)

    def _derivative_of_rest(
        self,
        base: Branch,
        scripts: list[Branch],
        factor: Branch,
        waiting: list[Branch | t.Node],
    ) -> t.Node:
        below = self._strip(subtrees(base)[-1])
        if scripts or data(below) != "partial":
            raise UnreadableError(r"one \partial is expected below", place_of(base)[0])
        if not waiting:
            raise UnreadableError("there is nothing behind the derivative", place_of(base)[1])
        rest = list(waiting)
        waiting.clear()
        place = (place_of(factor)[0], place_of(factor)[1])
        return self._differentiate(self._join(rest, place), self.read(subtrees(below)[1]), place)

    def _gradient(
        self, scripts: list[Branch], factor: Branch, waiting: list[Branch | t.Node]
    ) -> t.Node:
        place = place_of(factor)
        if len(scripts) != 1 or data(scripts[0]) != "subscript":
            raise UnreadableError(r"\nabla needs its variable as a subscript", place[0])
        if not waiting or isinstance(waiting[0], t.Node):
            raise UnreadableError(r"there is nothing behind \nabla", place[1])
        variable = items(subtrees(scripts[0])[-1])
        if len(variable) != 1:
            raise UnreadableError(r"\nabla takes one variable", place[0])
        below = self.read(variable[0])
        return self._differentiate(self.read(cast("Branch", waiting.pop(0))), below, place)


def substitute(node: t.Node, letter: str, layer: t.Node) -> t.Node:
    """Return a tree with an index expression in the place of a letter."""
    if isinstance(node, t.Letter):
        return layer if node.name == letter else node
    return node.rebuild(lambda child: substitute(child, letter, layer))


def compare(relation: str) -> str:
    r"""Return a comparison as Python writes it: \le and \leqslant are <=."""
    plain = relation.replace(" ", "").lstrip("\\")
    table = {"≤": "<=", "≥": ">=", "≠": "!=", "not=": "!=", "lt": "<", "gt": ">"}
    for start, sign in (("le", "<="), ("ge", ">="), ("ne", "!=")):
        if plain.startswith(start):
            return sign
    return table.get(plain, plain)


def _first_letters(conditions: Sequence[t.Condition]) -> list[str]:
    names = [
        node.name
        for condition in conditions
        for node in condition.walk()
        if isinstance(node, t.Letter)
    ]
    return names[:1]


def _tokens(branch: Branch) -> list[Token]:
    if isinstance(branch, Token):
        return [branch]
    return [token for child in branch.children for token in _tokens(child)]
