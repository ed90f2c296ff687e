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
    >>> latex = r"Z^{l}_{j,m} = \sum_{i} W^{l}_{j,i} A^{l-1}_{i,m} + b^{l}_{j}"
    >>> numpy_lines(read_display(latex, dense.names), dense)
    ['Z[j, m] = sum(W[j, i] * A_prev[i, m] for i in range(N_prev)) + b[j, 0]']
    """
    lines: list[str] = []
    chain: _Chain | None = None
    for sides in fitting_sides(display, model):
        chain = _go_on(chain, sides, model)
        lines.append(_line(sides, chain))
    return lines


@dataclass(frozen=True)
class _Chain:
    """What a chain begins with; later steps are assigned to it where that says the same."""

    target: Text
    is_target: bool
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
            and self.is_target
        )


def _go_on(chain: _Chain | None, sides: Sides, model: Model) -> _Chain:
    """Return the chain with a further claim, or the one that begins with it."""
    if sides.problem is not None:
        raise sides.problem
    names = _names(sides, model)
    if chain is not None and chain.goes_on(sides.claim, names):
        return replace(chain, last=sides.claim)
    target = Expressions(names).of(sides.left)
    return _Chain(target, _is_target(sides.claim.left, target), names, sides.claim)


def _names(sides: Sides, model: Model) -> Names:
    claim = sides.claim
    free = sorted(free_letters(claim.left, claim.right) & sides.layer_letters)
    has_layer_sum = any(
        isinstance(node, t.Bound) and node.letter in sides.layer_letters for node in claim.walk()
    )
    return Names(model.name, next(iter(free), ""), sides.layer_letters, has_layer_sum)


def _is_target(left: t.Node, text: Text) -> bool:
    """Tell whether a left side is an array or an entry that can be assigned to."""
    is_value = isinstance(left, t.Number | t.Constant | t.Size)
    return not is_value and bool(_TARGET.fullmatch(text.text))


def _line(sides: Sides, chain: _Chain) -> str:
    claim, names, left = sides.claim, chain.names, chain.target.text
    if isinstance(claim.right, t.Space):
        return _membership(sides, claim.right, names, chain.target.inside())
    right = Expressions(names).of(sides.right).text
    if claim.left == claim.right:
        return right
    is_assigned = chain.is_target and left != right
    line = f"{left} = {right}" if is_assigned else f"np.allclose({left}, {right})"
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
