r"""The typed tree of an equation: what its symbols mean, without a number in it yet.

Layers and elements are counted as on the pages: layers from 0, elements from 1. `place` is where a
node stands in the LaTeX; it does not count when trees are compared.
"""

from dataclasses import dataclass, field
from typing import Literal

# Handed on by name, so that `tree` has all nodes.
from bpdocs.equations.condition_nodes import AllOf as AllOf
from bpdocs.equations.condition_nodes import AnyOf as AnyOf
from bpdocs.equations.condition_nodes import Comparison as Comparison
from bpdocs.equations.condition_nodes import Condition as Condition
from bpdocs.equations.condition_nodes import Not as Not
from bpdocs.equations.condition_nodes import Range as Range
from bpdocs.equations.tree_node import Node as Node


@dataclass(frozen=True)
class Number(Node):
    """A number."""

    value: float


@dataclass(frozen=True)
class Letter(Node):
    """An index letter: i, j, k, m, n or l."""

    name: str


@dataclass(frozen=True)
class Constant(Node):
    r"""A number with a name: M, L, \eta, \epsilon."""

    name: str


@dataclass(frozen=True)
class Size(Node):
    """N_l, the number of neurons in a layer."""

    layer: Node


@dataclass(frozen=True)
class Ones(Node):
    r"""\mathbf{1}_{n}, a column of ones."""

    length: Node


@dataclass(frozen=True)
class Zeros(Node):
    r"""\mathbf{0}_{n}, a column of zeros."""

    length: Node


@dataclass(frozen=True)
class Free(Node):
    r"""An array that a page introduces by \in \mathbb{R}^{...}: any array of its shape."""

    name: str
    dimensions: tuple[Node, ...]
    layer: Node | None = None


@dataclass(frozen=True)
class Identity(Node):
    """I_n, the identity matrix."""

    length: Node


@dataclass(frozen=True)
class Quantity(Node):
    """A quantity of the model, such as W^l; `name` is that of its node in the graph.

    `is_old` says that it is meant as it is before a step of training: V^l_t.
    """

    name: str
    layer: Node | None = None
    is_old: bool = field(default=False, compare=False, kw_only=True)


@dataclass(frozen=True)
class Function(Node):
    r"""\sigma^l, exp, log and their like, with the number of primes."""

    name: str
    layer: Node | None = None
    primes: int = 0


@dataclass(frozen=True)
class Apply(Node):
    """A function of its arguments, entry by entry unless it says otherwise."""

    function: Function
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Whole(Node):
    """The colon of X_{:,m}: all of an axis."""


@dataclass(frozen=True)
class Element(Node):
    """An entry of an array; with a colon a row or column of it."""

    base: Node
    indices: tuple[Node, ...]


@dataclass(frozen=True)
class Kronecker(Node):
    r"""\delta_{n,m}: 1 where the indices agree, else 0."""

    first: Node
    second: Node


@dataclass(frozen=True)
class Transpose(Node):
    """The transpose."""

    base: Node


@dataclass(frozen=True)
class Power(Node):
    """A power of a number, or with `is_elementwise` of each entry."""

    base: Node
    exponent: Node
    is_elementwise: bool = False


@dataclass(frozen=True)
class Addition(Node):
    """Terms with their signs, +1 or -1."""

    terms: tuple[tuple[int, Node], ...]


Operator = Literal["", "odot", "oslash", "times", "cdot", "slash"]


@dataclass(frozen=True)
class Product(Node):
    r"""A product: "" for neighbours, "odot" for \odot, and so on."""

    operator: Operator
    left: Node
    right: Node


@dataclass(frozen=True)
class Fraction(Node):
    """A fraction."""

    above: Node
    below: Node


@dataclass(frozen=True)
class Root(Node):
    """A square root."""

    base: Node


@dataclass(frozen=True)
class Bound(Node):
    """A letter under a sum, with its first and last value where they are given."""

    letter: str
    lower: Node | None = None
    upper: Node | None = None


@dataclass(frozen=True)
class Reduction(Node):
    """A sum, maximum or minimum over index letters, under conditions on them."""

    function: Literal["sum", "max", "min"]
    bounds: tuple[Bound, ...]
    conditions: tuple[Condition, ...]
    body: Node


@dataclass(frozen=True)
class Norm(Node):
    """The Frobenius norm; `name` is "F", "2" for a column, or "" where it is not named."""

    base: Node
    name: str


@dataclass(frozen=True)
class Inner(Node):
    """The sum of the products of entries in the same place."""

    left: Node
    right: Node


@dataclass(frozen=True)
class Derivative(Node):
    """The derivative of an expression by a quantity, in the quantity's layout."""

    above: Node
    below: Quantity


@dataclass(frozen=True)
class Differential(Node):
    r"""\mathrm{d} of an expression: its change with the quantities that vary, to first order."""

    base: Node


@dataclass(frozen=True)
class Space(Node):
    r"""\mathbb{R}^{a \times b}."""

    dimensions: tuple[Node, ...]


@dataclass(frozen=True)
class Claim(Node):
    """One step of a chain: a relation between two neighbours, under conditions.

    `relation` is "=", ":=", "in" or "<-". `statement` has all sides of the chain: what varies in
    one of them varies in all, and a letter runs as far as it does there. `nearby` are conditions of
    other rows of the chain, which do not restrict this step but may have been meant to.
    """

    left: Node
    relation: str
    right: Node
    conditions: tuple[Condition, ...] = ()
    statement: tuple[Node, ...] = field(default=(), compare=False, repr=False, kw_only=True)
    nearby: tuple[Condition, ...] = field(default=(), compare=False, repr=False, kw_only=True)
