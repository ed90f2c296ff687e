r"""Which branches of |x|, max, min and the rectifier a claim took.

If all networks take one branch, a claim about the other is not judged: |b| = -b holds where b
happens to be negative. Only where no number could take the other branch is one enough.
"""

from dataclasses import dataclass, field

import numpy as np

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.evaluating.shaped import Shaped
from bpdocs.equations.evaluating.value import ROUNDING, Value, align, align_sizes
from bpdocs.equations.letters import free_letters, layer_letters

_NEVER_NEGATIVE = frozenset({"C", "C_m", "s", "epsilon"})
_POSITIVE_FUNCTIONS = frozenset({"exp", "sigmoid", "softplus", "softmax", "relu"})
_ZERO = Value(np.array(0.0))


@dataclass
class Branches:
    """Collects, by expression, the signs of what decides its branch."""

    _signs: dict[t.Node, set[int]] = field(default_factory=dict)

    def note(self, node: t.Node, first: Value, second: Value = _ZERO) -> None:
        """Note on which side of a second value a first one is; where they are equal, on none."""
        _, (a, b) = align(first, second)
        sizes = align_sizes(first, second)
        gap = np.real(a) - np.real(b)
        is_apart = np.abs(gap) > ROUNDING * np.real(sizes[0] + sizes[1])
        self._signs.setdefault(node, set()).update(map(int, np.unique(np.sign(gap[is_apart]))))

    def require_both(self, claim: t.Claim) -> None:
        """Refuse what went one way only and could have gone the other.

        Of entries that are called by their numbers it is not known which way those went.
        """
        is_numbered = _has_numbered_entries(claim)
        for node, signs in self._signs.items():
            if (len(signs) == 1 or is_numbered) and not _is_sure(node):
                raise UnreadableError(
                    "the networks take one branch only; nothing can be said of the other",
                    node.place[0],
                )


def squared_in(shaped: Shaped) -> Shaped | None:
    r"""Return x of x^2 or x \cdot x, whose root and logarithm forget the sign of x."""
    match shaped.node:
        case t.Power(exponent=t.Number() as exponent) if exponent.value % 2 == 0:
            return shaped.parts[0]
        case t.Product(left=left, right=right) if left == right:
            return shaped.parts[0]
    return None


def _has_numbered_entries(claim: t.Claim) -> bool:
    indices = (n for node in claim.walk() if isinstance(node, t.Element) for n in node.indices)
    layers = layer_letters([claim])
    # A range 1, ..., N_l has a number too, and no entry by its number.
    conditions = (c for c in claim.conditions if not isinstance(c, t.Range))
    elements = (c for c in conditions if free_letters(c) - layers)
    inner = (n for node in (*indices, *elements) for n in node.walk())
    return any(isinstance(n, t.Number) for n in inner)


def _is_sure(node: t.Node) -> bool:
    """Tell whether a branch is the same for all numbers."""
    if isinstance(node, t.Apply) and len(node.arguments) == 2:
        a, b = node.arguments
        return _is_above(a, b) or _is_above(b, a)
    inner = node.arguments[0] if isinstance(node, t.Apply) else getattr(node, "base", node)
    if isinstance(node, t.Root) and isinstance(inner, t.Power):
        inner = inner.base
    return _is_never_negative(inner) or _is_constant(inner)


def _is_above(a: t.Node, b: t.Node) -> bool:
    if _is_constant(a) and _is_constant(b):
        return True
    if isinstance(a, t.Constant | t.Size) and isinstance(b, t.Number):
        return b.value <= 1
    return _is_never_negative(a) and _is_never_positive(b)


def _is_never_positive(node: t.Node) -> bool:
    if isinstance(node, t.Addition):
        return all(sign < 0 and _is_never_negative(term) for sign, term in node.terms)
    return node == t.Number(0)


def _is_constant(node: t.Node) -> bool:
    kinds = (t.Number, t.Addition, t.Product, t.Fraction, t.Power, t.Root)
    return all(isinstance(inner, kinds) for inner in node.walk())


def _is_never_negative(node: t.Node) -> bool:
    match node:
        case t.Number():
            return node.value >= 0
        case t.Constant() | t.Size() | t.Kronecker() | t.Norm() | t.Root():
            return True
        case t.Quantity():
            return node.name in _NEVER_NEGATIVE
        case t.Power(exponent=t.Number() as exponent) if exponent.value % 2 == 0:
            return True
        case t.Power() | t.Element() | t.Transpose():
            return _is_never_negative(node.base)
        case t.Addition():
            return all(sign > 0 and _is_never_negative(term) for sign, term in node.terms)
        case t.Product():
            is_square = node.left == node.right
            return is_square or (_is_never_negative(node.left) and _is_never_negative(node.right))
        case t.Fraction():
            return _is_never_negative(node.above) and _is_never_negative(node.below)
        case t.Reduction():
            return _is_never_negative(node.body)
        case t.Apply():
            return node.function.name in _POSITIVE_FUNCTIONS and not node.function.primes
    return False
