r"""The parts of a line: chains and sides, with what the words and marks before them say."""

from dataclasses import dataclass

from lark import Token, Tree

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.notation import INDEX_LETTERS
from bpdocs.equations.reading.parse_tree import (
    Branch,
    parts_of,
    place_of,
    rule_of,
    sides_of,
    tokens_of,
    unwrap,
)


@dataclass(frozen=True)
class Part:
    """What stands between two marks of a line: a chain, or a single side.

    Attributes
    ----------
    roles : frozenset of str
        What the words before it say; {","} for a comma.
    leading : Token or None
        The relation with which it goes on with the line above.
    sides : tuple of branches
        At least one.
    relations : tuple of tokens
        Between the sides.
    place : (int, int)
        Where it stands.
    """

    roles: frozenset[str]
    leading: Token | None
    sides: tuple[Branch, ...]
    relations: tuple[Token, ...]
    place: tuple[int, int]

    @property
    def letter(self) -> t.Letter | None:
        """The index letter that the part is, where it is nothing else."""
        if self.leading or self.relations or str(unwrap(self.sides[0])) not in INDEX_LETTERS:
            return None
        return t.Letter(str(unwrap(self.sides[0])), place=self.place)

    @property
    def is_dots(self) -> bool:
        """Whether the part is dots alone."""
        return not self.relations and rule_of(unwrap(self.sides[0])) == "DOTS"


def parts_of_line(branch: Branch) -> tuple[list[Part], frozenset[str]]:
    """Return the parts of a line or a list, and the roles of words behind the last."""
    found: list[Part] = []
    roles = frozenset[str]()
    for child in branch.children if isinstance(branch, Tree) else []:
        if isinstance(child, Token):
            roles = frozenset(child.split()) if child.type == "COMMA" else roles
            continue
        if "beyond" in roles:
            roles = _closed(roles, found, place_of(child)[0])
        *before, chain = parts_of(child) if rule_of(child) == "part" else [child]
        leading = tokens_of(before[0])[0] if before else None
        sides, relations = sides_of(chain)
        found.append(
            Part(roles, leading, tuple(map(unwrap, sides)), tuple(relations), place_of(child))
        )
        roles = frozenset()
    if "beyond" in roles:
        roles = _closed(roles, found, place_of(branch)[1])
    return found, roles


def _closed(roles: frozenset[str], before: list[Part], place: int) -> frozenset[str]:
    """Return roles without "beyond", which ends what "unless" has begun: 除 n = m 以外."""
    if not any("unless" in part.roles for part in before):
        raise UnreadableError("以外 stands without 除 before it; write 除非", place)
    return roles - {"beyond"}


def require_nothing_open(trailing: frozenset[str], place: int) -> None:
    """Refuse words behind which something is missing."""
    if left := trailing & {"or", "not", "unless", "iff", "otherwise", "if"}:
        raise UnreadableError(f"something is missing behind {' '.join(sorted(left))}", place)
