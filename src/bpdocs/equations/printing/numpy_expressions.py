r"""The nodes of an equation as Python: `@` joins arrays, and entries become sums over indices."""

from dataclasses import dataclass

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.evaluating.lengths import Shape
from bpdocs.equations.printing.fitting_sides import Views, parts_of
from bpdocs.equations.printing.numpy_calls import call_of
from bpdocs.equations.printing.numpy_names import Names, plain_number
from bpdocs.equations.printing.python_text import MATRIX, POWER, SUM, TIMES, Text

_GRADIENTS = {
    "W": "weight_gradient",
    "b": "bias_gradient",
    "Z": "delta",
    "A": "activation_gradient",
}


@dataclass(frozen=True)
class Expressions:
    """Prints the nodes of one claim."""

    names: Names

    def of(self, views: Views) -> Text:
        """Return a node as Python.

        Raises
        ------
        UnreadableError
            If it has no NumPy.
        """
        node = views[0].shaped.node
        match node:
            case t.Number():
                return Text(plain_number(node), SUM if node.value < 0 else Text.level)
            case t.Constant() | t.Size():
                return Text(self.names.counted(node))
            case t.Ones():
                return Text(f"np.ones(({self.names.counted(node.length)}, 1))")
            case t.Zeros():
                return Text(f"np.zeros(({self.names.counted(node.length)}, 1))")
            case t.Identity():
                return Text(f"np.eye({self.names.counted(node.length)})")
            case t.Free():
                return Text(self.names.free(node))
            case t.Quantity():
                return Text(self.names.quantity(node))
            case t.Kronecker():
                first, second = self.names.index(node.first), self.names.index(node.second)
                return Text(f"float({first} == {second})")
            case t.Derivative():
                return self._derivative(node, views)
            case t.Differential():
                return self._differential(node, views)
            case t.Reduction():
                return self._reduction(node, views)
        return self._of_parts(node, views)

    def _of_parts(self, node: t.Node, views: Views) -> Text:
        parts = parts_of(views)
        match node:
            case t.Element():
                return self._element(node, parts[0])
            case t.Apply():
                return self._apply(node, views)
            case t.Product():
                return self._product(node, views)
        texts = [self.of(part) for part in parts]
        match node:
            case t.Transpose():
                return Text(f"{texts[0].inside()}.T")
            case t.Power():
                return Text(f"{texts[0].inside()} ** {_exponent(node, texts[1])}", POWER)
            case t.Addition():
                return _signed(node, texts)
            case t.Fraction():
                return Text(f"{texts[0].inside(TIMES, POWER)} / {texts[1].inside(POWER)}", TIMES)
            case t.Root():
                return Text(f"np.sqrt({texts[0].text})")
            case t.Norm():
                return Text(f"{'abs' if node.name == 'abs' else 'np.linalg.norm'}({texts[0].text})")
            case t.Inner():
                return Text(f"np.sum({texts[0].inside(TIMES)} * {texts[1].inside()})")
        raise UnreadableError(f"{type(node).__name__} has no NumPy", node.place[0])

    def _element(self, node: t.Element, base: Views) -> Text:
        where, array = self._where(node), base[0].shaped.node
        if isinstance(array, t.Derivative) and not _is_loss(array.above):
            name = self._entries_of_derivative(array, base, where)
            return Text(name or f"{self._derivative(array, base).text}[{where}]")
        return Text(f"{self.of(base).inside()}[{where}]")

    def _where(self, node: t.Element) -> str:
        texts = [self.names.index(index) for index in node.indices]
        if any(isinstance(index, t.Whole) for index in node.indices):
            # A list as an index keeps the axis, as a column keeps it on the page.
            texts = [text if text == ":" else f"[{text}]" for text in texts]
        return ", ".join(texts)

    def _product(self, node: t.Product, views: Views) -> Text:
        first, second = parts_of(views)
        left, right = self.of(first), self.of(second)
        if node.operator in {"oslash", "slash"}:
            return Text(f"{left.inside(TIMES, POWER)} / {right.inside(POWER)}", TIMES)
        if node.operator or not (shape_of(first) and shape_of(second)):
            return Text(f"{left.inside(TIMES, POWER)} * {right.inside(POWER)}", TIMES)
        text = f"{left.inside(MATRIX)} @ {right.inside()}"
        return Text(f"({text}).item()") if views[0].shaped.is_number else Text(text, MATRIX)

    def _apply(self, node: t.Apply, views: Views) -> Text:
        arguments = parts_of(views)
        call = call_of(node, views, self.names)
        (argument, *others) = arguments
        inner = argument[0].shaped.node
        if others or shape_of(argument) or not call.takes_arrays:
            return Text(call.on(*(self.of(argument).text for argument in arguments)), call.level)
        if isinstance(inner, t.Element) and isinstance(inner.base, t.Quantity):
            whole = self.of(parts_of(argument)[0]).text
            return Text(f"{call.on(whole)}[{self._where(inner)}]")
        # The package takes floats: 0 as a whole number would be refused.
        text = self.of(argument).text
        return Text(call.on(f"np.array({text}{'.0' * text.isdigit()})"))

    def _derivative(self, node: t.Derivative, views: Views) -> Text:
        if _is_loss(node.above):
            name = _GRADIENTS.get(node.below.name, f"dC_d{node.below.name}")
            return Text(name + self.names.suffix(node.below.layer))
        if name := self._entries_of_derivative(node, views, ""):
            return Text(name)
        variable = self.names.quantity(node.below)
        (above,) = parts_of(views)
        if not variable.isidentifier() or _depends_otherwise(views):
            raise UnreadableError("this derivative has no NumPy", node.place[0])
        return Text(f"numeric_gradient(lambda {variable}: {self.of(above).text}, {variable})")

    def _entries_of_derivative(self, node: t.Derivative, views: Views, where: str) -> str:
        """Return an entry of a derivative with four indices, dZ_next_dZ[k, n, j, m], or ""."""
        if not isinstance(node.above, t.Element) or not isinstance(node.above.base, t.Quantity):
            return ""
        entry = parts_of(views)[0][0].shaped.node  # with both of its indices
        above, below = self.names.quantity(node.above.base), self.names.quantity(node.below)
        if not isinstance(entry, t.Element) or not (above + below).isidentifier():
            raise UnreadableError("this derivative has no NumPy", node.place[0])
        # Of a number, a colon and a list in one bracket NumPy would turn the axes.
        between = "][" if ":" in where else ", "
        return f"d{above}_d{below}[{between.join(filter(None, [self._where(entry), where]))}]"

    def _differential(self, node: t.Differential, views: Views) -> Text:
        """Return dZ, dZ[j, m] or dZ.T: what is done to entries alone stays outside."""
        match node.base:
            case t.Quantity():
                return Text(f"d{self.names.quantity(node.base)}")
            case t.Element(t.Quantity() as array):
                entry = parts_of(views)[0][0].shaped.node
                where = self._where(entry) if isinstance(entry, t.Element) else ""
                return Text(f"d{self.names.quantity(array)}[{where}]")
            case t.Transpose(t.Quantity() as array):
                return Text(f"d{self.names.quantity(array)}.T")
        raise UnreadableError("the differential of an expression has no NumPy", node.place[0])

    def _reduction(self, node: t.Reduction, views: Views) -> Text:
        (body,) = parts_of(views)
        if views[0].shaped.ranges is None:
            (bound,) = node.bounds
            if bound.lower is None or bound.upper is None or node.conditions:
                raise UnreadableError("this sum over layers has no NumPy", node.place[0])
            limits = f"{self.names.counted(bound.lower)}, {self.names.counted(bound.upper, 1)}"
            loops = f"for {bound.letter} in range({limits})"
        else:
            loops = " ".join(
                f"for {bound.letter} in range({self._limits(bound, views)})"
                for bound in node.bounds
            )
        if node.conditions:
            loops += f" if {self.names.condition(t.AllOf(node.conditions))}"
        return Text(f"{node.function}({self.of(body).text} {loops})")

    def _limits(self, bound: t.Bound, views: Views) -> str:
        place = views[0].shaped.node.place[0]
        last = (
            self.names.counted(bound.upper)
            if bound.upper
            else self.names.length(views, bound.letter, place)
        )
        first = self.names.counted(bound.lower, -1) if bound.lower else "0"
        return last if first == "0" else f"{first}, {last}"


def shape_of(views: Views) -> Shape:
    """Return the shape of a node, on the first of its networks."""
    return views[0].shaped.shape


def _is_loss(above: t.Node) -> bool:
    return isinstance(above, t.Quantity) and above.name == "C"


def _depends_otherwise(views: Views) -> bool:
    """Tell whether what is differentiated follows from the variable where it does not name it."""
    for view in views:
        key, (above,) = view.shaped.key, view.shaped.parts
        waiting, moved = [above], view.graph.descendants({key} if key else set())
        while waiting:
            shaped = waiting.pop()
            waiting += shaped.parts
            if shaped.key in moved and shaped.key != key:
                return True
    return False


def _signed(node: t.Addition, texts: list[Text]) -> Text:
    text = ""
    for at, ((sign, _), term) in enumerate(zip(node.terms, texts, strict=True)):
        printed = term.inside(TIMES, MATRIX, POWER)
        text += f" {'-' if sign < 0 else '+'} {printed}" if at else ("-" * (sign < 0) + printed)
    return Text(text, SUM)


def _exponent(node: t.Power, text: Text) -> str:
    """Return an exponent; Python takes a sign there without brackets."""
    exponent = node.exponent
    is_signed = isinstance(exponent, t.Addition) and len(exponent.terms) == 1
    is_negative = isinstance(exponent, t.Number) and exponent.value < 0
    is_plain = text.text.lstrip("-").replace(".", "").isalnum()
    return text.text if (is_signed or is_negative) and is_plain else text.inside()
