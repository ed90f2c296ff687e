"""The parts of a line: sides and relations, and what of them states a range of indices."""

from typing import cast

from lark import Token, Tree

from bpdocs.equations.notation import INDEX_LETTERS
from bpdocs.equations.reading.parse_tree import Branch, data, items, only_side, sides_of, subtrees


def cut(part: Branch) -> tuple[Token | None, list[Branch], list[Token]]:
    """Return a part's leading relation, its sides, and the relations between them."""
    *before, chain = subtrees(part)
    leading = cast("Token", subtrees(before[0])[0]) if before else None
    return leading, *sides_of(chain)


def open_brackets(parts: list[Branch]) -> list[Branch]:
    r"""Take the brackets from a condition in brackets, (1 \le l < L) or (l = 1, \dots, L)."""
    found: list[Branch] = []
    for part in parts:
        leading, sides, relations = cut(part)
        alone = leading is None and not relations
        if alone and data(only_side(sides[0])) == "paren":
            inside = subtrees(subtrees(only_side(sides[0]))[0])
            if all(data(side) == "chain" for side in inside) and all(
                is_index(side) for chain in inside for side in sides_of(chain)[0]
            ):
                found += [Tree("part", [chain], part.meta) for chain in inside]  # type: ignore[union-attr]
                continue
        found.append(part)
    return found


def range_after(parts: list[Branch], at: int) -> tuple[list[Branch], int]:
    """Return the rest of "l = 1, ..., L" behind its first part, and where the line goes on.

    The range ends with the first index behind the dots: what follows may begin another.
    """
    found: list[Branch] = []
    for part in parts[at:]:
        leading, sides, relations = cut(part)
        if leading or relations or not is_index(sides[0]):
            break
        found.append(sides[0])
        if len(found) > 1 and data(only_side(found[-2])) == "DOTS":
            return found, at + len(found)
    return [], at


def is_index(branch: Branch) -> bool:
    """Tell whether a side is an index expression, dots included."""
    branch = only_side(branch)
    what = data(branch)
    if isinstance(branch, Token):
        return what in {"NUMBER", "DOTS"} or (
            what == "NAME" and (str(branch) in INDEX_LETTERS or str(branch) in {"L", "M"})
        )
    if what == "scripted":
        first, *scripts = subtrees(branch)
        return str(first) == "N" and [data(s) for s in scripts] == ["subscript"]
    if what == "expression":
        return all(
            data(child) in {"PLUS", "MINUS"} or is_index(child) for child in subtrees(branch)
        )
    if what in {"paren", "group"}:
        return all(is_index(item) for item in items(branch))
    return False


def names_in(branch: Branch) -> list[Token]:
    """Return the symbols of a branch."""
    if isinstance(branch, Token):
        return [branch] if branch.type == "NAME" else []
    return [token for child in branch.children for token in names_in(child)]


def factors(branch: Branch) -> list[Branch]:
    r"""Return a and b of a \times b."""
    branch = only_side(branch)
    if data(branch) in {"list", "group", "paren"} and len(items(branch)) == 1:
        return factors(items(branch)[0])
    if data(branch) == "product":
        left, sign, right = subtrees(branch)
        if data(subtrees(sign)[0]) == "TIMES":
            return [*factors(left), *factors(right)]
    return [branch]
