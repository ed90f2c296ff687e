r"""A displayed equation as NumPy, in the names of this package: `delta @ A_prev.T`.

Whole arrays become `@`, `*` and `.T`; entries become sums over indices, counted from 0. What is
printed is shown and tested but never used to judge: NumPy broadcasts, the check does not.
"""

import re
from dataclasses import dataclass, replace

from bpdocs.equations import tree as t
from bpdocs.equations.letters import free_letters
from bpdocs.equations.networks.models import Model
from bpdocs.equations.printing.fitting_sides import Sides, fitting_sides
from bpdocs.equations.printing.numpy_expressions import Expressions, shape_of
from bpdocs.equations.printing.numpy_names import Names
from bpdocs.equations.printing.python_text import Text
from bpdocs.equations.reading.display import Display

_TARGET = re.compile(r"\w+(?:\[[\w, ]+\])?")


def numpy_lines(display: Display, model: Model) -> list[str]:
    r"""Return a line of NumPy for each step of a displayed equation.

    Parameters
    ----------
    display : Display
        What was read of it.
    model : Model
        The model of its page.

    Returns
    -------
    list of str
        An assignment where the left side is a name or an entry, else a comparison. Layer l-1 is
        called `_prev`, layer l+1 `_next`; of a step that sums over layers, A^l is `A[l]`.

    Raises
    ------
    UnreadableError
        If a step does not fit, or a part of it has no NumPy.

    Examples
    --------
    >>> from bpdocs.equations.networks.models import find_model
    >>> from bpdocs.equations.reading.display import read_display
    >>> dense = find_model("dense")
    >>> latex = r"\frac{\partial C}{\partial W^{l}} = \Delta^{l} (A^{l-1})^\mathsf{T}"
    >>> numpy_lines(read_display(latex, dense.names), dense)
    ['weight_gradient = delta @ A_prev.T']
    >>> latex = r"Z^{l}_{j,m} = \sum_{i} W^{l}_{j,i} A^{l-1}_{i,m} + b^{l}_{j}"
    >>> numpy_lines(read_display(latex, dense.names), dense)
    ['Z[j, m] = sum(W[j, i] * A_prev[i, m] for i in range(N_prev)) + b[j, 0]']
    """
    lines: list[str] = []
    chain: _Chain | None = None
    for sides in fitting_sides(display, model):
        if sides.problem is not None:
            raise sides.problem
        names = _names(sides, model)
        if chain is None or not chain.goes_on(sides.claim, names):
            chain = _Chain(Expressions(names).of(sides.left), names, sides.claim)
        lines.append(_line(sides, names, chain.target))
        chain = replace(chain, last=sides.claim)
    return lines


@dataclass(frozen=True)
class _Chain:
    """What a chain begins with; later steps are assigned to it where that says the same."""

    target: Text
    names: Names
    last: t.Claim

    def goes_on(self, claim: t.Claim, names: Names) -> bool:
        """Tell whether a claim goes on with the chain.

        Not if a name would mean another layer in it, nor behind a step of training, which has
        changed what it is assigned to, nor where an earlier step holds under further conditions.
        """
        last = self.last
        is_next = last.right == claim.left and last.right.place == claim.left.place
        return (
            is_next
            and last.relation != "<-"
            and names == self.names
            and set(last.conditions) <= set(claim.conditions)
            and bool(_TARGET.fullmatch(self.target.text))
        )


def _names(sides: Sides, model: Model) -> Names:
    claim = sides.claim
    free = sorted(free_letters(claim.left, claim.right) & sides.layer_letters)
    has_layer_sum = any(
        isinstance(node, t.Bound) and node.letter in sides.layer_letters for node in claim.walk()
    )
    return Names(model.name, next(iter(free), ""), sides.layer_letters, has_layer_sum)


def _line(sides: Sides, names: Names, left: Text) -> str:
    claim = sides.claim
    if isinstance(claim.right, t.Space):
        return _membership(sides, claim.right, names, left.inside())
    right = Expressions(names).of(sides.right).text
    if claim.left == claim.right:
        return right
    is_target = _TARGET.fullmatch(left.text) and left.text != right and not _is_number(left.text)
    line = f"{left.text} = {right}" if is_target else f"np.allclose({left.text}, {right})"
    conditions = tuple(c for c in claim.conditions if names.is_of_elements(c))
    return f"{line}  # {names.condition(t.AllOf(conditions))}" if conditions else line


def _membership(sides: Sides, space: t.Space, names: Names, left: str) -> str:
    if not space.dimensions:
        return f"np.ndim({left}) == 0"
    lengths = [names.counted(node) for node in space.dimensions]
    if len(lengths) == 1:
        is_row = shape_of(sides.left)[0] == 1
        lengths = ["1", *lengths] if is_row else [*lengths, "1"]
    return f"{left}.shape == ({', '.join(lengths)})"


def _is_number(text: str) -> bool:
    return text[0].isdigit()
