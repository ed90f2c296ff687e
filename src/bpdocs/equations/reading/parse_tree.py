r"""Branches of the parse tree: where they stand and what they hold.

Lark keeps all tokens, because the reading needs the place of each; brackets and the marks of
scripts are passed over here, once.
"""

from collections.abc import Sequence

from lark import Token, Tree
from lark.tree import Meta

Branch = Tree[Token] | Token
BRACKETS = {"paren", "bracket", "set"}
_PAIRS = ["BRACE", "PAREN", "BRACKET", "NORM", "ANGLE", "SET", "CASES"]
_MARKS = {side + pair for pair in _PAIRS for side in "LR"}
_MARKS |= {"SUP", "SUB", "COMMA", "BREAK", "FRAC", "SQRT", "HAT"}
# What braces around it do not change: {Z^l}_{j,m} is Z^l_{j,m}.
_TRANSPARENT = {"scripted", "NAME", "NUMBER", "ONES", *BRACKETS, "norm", "group"}


def place_of(branch: Branch) -> tuple[int, int]:
    """Return where a branch of the parse tree begins and ends in the LaTeX."""
    if isinstance(branch, Token):
        return (branch.start_pos or 0, branch.end_pos or 0)
    return (getattr(branch.meta, "start_pos", 0), getattr(branch.meta, "end_pos", 0))


def rule_of(branch: Branch) -> str:
    """Return the grammar rule of a branch, or the type of a token."""
    return branch.type if isinstance(branch, Token) else str(branch.data)


def parts_of(branch: Branch) -> list[Branch]:
    """Return the children of a branch without brackets, commas and the marks of scripts."""
    children = branch.children if isinstance(branch, Tree) else []
    return [c for c in children if not (isinstance(c, Token) and c.type in _MARKS)]


def items_of(branch: Branch) -> list[Branch]:
    """Return what a list holds, chains of a single side as that side."""
    if rule_of(branch) in {"group", *BRACKETS}:
        return items_of(parts_of(branch)[0])
    if rule_of(branch) == "list":
        inside = [unwrap(chain) for chain in parts_of(branch)]
        is_wrapped = len(inside) == 1 and rule_of(inside[0]) == "group"  # \bm{A, Y} is A, Y
        return items_of(inside[0]) if is_wrapped else inside
    return [branch]


def unwrap(branch: Branch) -> Branch:
    """Return what a chain, a product or a symbol holds where that is just one thing."""
    while rule_of(branch) in {"chain", "neighbours", "scripted"} and len(parts_of(branch)) == 1:
        branch = parts_of(branch)[0]
    return branch


def sides_of(chain: Branch) -> tuple[list[Branch], list[Token]]:
    """Return the sides of a chain and the relations between them."""
    if rule_of(chain) != "chain":
        return [chain], []
    sides = [unwrap(part) for part in parts_of(chain) if rule_of(part) != "relation"]
    relations = [part for part in parts_of(chain) if rule_of(part) == "relation"]
    return sides, [token for relation in relations for token in tokens_of(relation)]


def base_and_scripts(branch: Branch) -> tuple[Branch, list[Branch]]:
    """Return base and scripts; braces are transparent, so {Z}^l, {Z^l} and Z^l are one."""
    scripts: list[Branch] = []
    while True:
        if unwrap(branch) is not branch:
            branch = unwrap(branch)
        elif rule_of(branch) == "scripted":
            children = parts_of(branch)
            branch, scripts = children[0], [*children[1:], *scripts]
        elif rule_of(branch) == "group" and len(items_of(branch)) == 1:
            inner = unwrap(items_of(branch)[0])
            if rule_of(inner) not in _TRANSPARENT:
                return branch, scripts
            branch = inner
        else:
            return branch, scripts


def without_braces(branch: Branch) -> Branch:
    """Return what stands in braces, where that is one thing."""
    while rule_of(branch) == "group" and len(items_of(branch)) == 1:
        branch = unwrap(items_of(branch)[0])
    return branch


def without_scripts(symbol: Branch) -> Tree[Token]:
    """Return a symbol as a branch that has no scripts."""
    meta = Meta()  # type: ignore[no-untyped-call] # Lark leaves it without types
    meta.start_pos, meta.end_pos = place_of(symbol)
    return Tree("scripted", [symbol], meta)


def tokens_of(branch: Branch, kind: str = "") -> list[Token]:
    """Return all tokens of a branch, or those of one kind."""
    if isinstance(branch, Token):
        return [branch] if kind in {"", branch.type} else []
    return [token for child in branch.children for token in tokens_of(child, kind)]


def count_primes(scripts: Sequence[Branch]) -> int | None:
    """Return the number of primes, or None if another script is there."""
    total = 0
    for script in scripts:
        marks = [script] if isinstance(script, Token) else parts_of(script)
        if not all(rule_of(mark) == "PRIME" for mark in marks):
            return None
        total += len(marks)
    return total


def is_function(branch: Branch) -> bool:
    """Tell whether a factor takes the bracket behind it."""
    base, _ = base_and_scripts(branch)
    if rule_of(base) in {"paren", "bracket"} and len(items_of(base)) == 1:
        base, _ = base_and_scripts(items_of(base)[0])
    return rule_of(base) == "FUNCTION" or str(base) == r"\sigma"


def is_plain_one(branch: Branch) -> bool:
    """Tell whether a factor is the one of an indicator, without scripts."""
    base, scripts = base_and_scripts(branch)
    return not scripts and (rule_of(base) == "ONES" or str(base) == "1")


def is_power(script: Branch) -> bool:
    r"""Tell whether a script is a plain number above, as in \tanh^2."""
    return [token.type for token in _without_braces(script)] == ["SUP", "NUMBER"]


def is_frobenius(script: Branch) -> bool:
    r"""Tell whether a script is the F of \lVert W \rVert_F."""
    tokens = _without_braces(script)
    return [token.type for token in tokens] == ["SUB", "NAME"] and tokens[1].endswith(("F", "F}"))


def _without_braces(script: Branch) -> list[Token]:
    return [token for token in tokens_of(script) if token.type not in {"LBRACE", "RBRACE"}]


def is_transpose(script: Branch) -> bool:
    """Tell whether a script transposes."""
    return rule_of(script) == "superscript" and bool(tokens_of(script, "T"))
