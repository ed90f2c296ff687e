r"""The branches of a parse tree: where they stand, and what they hold."""

from collections.abc import Sequence
from typing import cast

from lark import Token, Tree
from lark.tree import Meta

Branch = Tree[Token] | Token
BRACKETS = {"paren", "bracket", "set"}
_PAIRS = ["BRACE", "PAREN", "BRACKET", "NORM", "ANGLE", "SET", "CASES"]
_MARKS = {side + pair for pair in _PAIRS for side in "LR"}
_MARKS |= {"SUP", "SUB", "COMMA", "BREAK", "FRAC", "SQRT", "HAT"}


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
    children = branch.children if isinstance(branch, Tree) else []
    return [c for c in children if not (isinstance(c, Token) and c.type in _MARKS)]


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


def flatten(branch: Branch) -> tuple[Branch, list[Branch]]:
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
            if data(inner) not in {
                "scripted",
                "NAME",
                "NUMBER",
                "ONES",
                *BRACKETS,
                "norm",
                "group",
            }:
                return branch, scripts
            branch = inner
        else:
            return branch, scripts


def strip(branch: Branch) -> Branch:
    """Return what stands in braces, where that is one thing."""
    while data(branch) == "group" and len(items(branch)) == 1:
        branch = only_side(items(branch)[0])
    return branch


def alone(symbol: Branch) -> Tree[Token]:
    """Return a symbol as a branch that has no scripts."""
    meta = Meta()  # type: ignore[no-untyped-call] # Lark leaves it without types
    meta.start_pos, meta.end_pos = place_of(symbol)
    return Tree("scripted", [symbol], meta)


def tokens_of(branch: Branch) -> list[Token]:
    """Return all tokens of a branch."""
    if isinstance(branch, Token):
        return [branch]
    return [token for child in branch.children for token in tokens_of(child)]


def count_primes(scripts: Sequence[Branch]) -> int | None:
    """Return the number of primes, or None if another script is there."""
    total = 0
    for script in scripts:
        marks = [script] if isinstance(script, Token) else subtrees(script)
        if not all(data(mark) == "PRIME" for mark in marks):
            return None
        total += len(marks)
    return total


def is_function(branch: Branch) -> bool:
    """Tell whether a factor takes the bracket behind it."""
    base, _ = flatten(branch)
    if data(base) in {"paren", "bracket"} and len(items(base)) == 1:
        base, _ = flatten(items(base)[0])
    return data(base) == "FUNCTION" or str(base) == r"\sigma"


def is_one(branch: Branch) -> bool:
    """Tell whether a factor is the one of an indicator, without scripts."""
    base, scripts = flatten(branch)
    return not scripts and (data(base) == "ONES" or str(base) == "1")


def is_power(script: Branch) -> bool:
    r"""Tell whether a script is a plain number above, as in \tanh^2."""
    tokens = [token for token in tokens_of(script) if token.type not in {"LBRACE", "RBRACE"}]
    return [token.type for token in tokens] == ["SUP", "NUMBER"]


def is_frobenius(script: Branch) -> bool:
    r"""Tell whether a script is the F of \lVert W \rVert_F."""
    tokens = [token for token in tokens_of(script) if token.type not in {"LBRACE", "RBRACE"}]
    return [str(token) for token in tokens] == ["_", "F"]


def is_transpose(script: Branch) -> bool:
    """Tell whether a script transposes."""
    return data(script) == "superscript" and any(tok.type == "T" for tok in tokens_of(script))


def compare(relation: str) -> str:
    r"""Return a comparison as Python writes it: \le and \leqslant are <=."""
    plain = relation.replace(" ", "").lstrip("\\")
    table = {"≤": "<=", "≥": ">=", "≠": "!=", "not=": "!=", "lt": "<", "gt": ">"}
    for start, sign in (("le", "<="), ("ge", ">="), ("ne", "!=")):
        if plain.startswith(start):
            return sign
    return table.get(plain, plain)
