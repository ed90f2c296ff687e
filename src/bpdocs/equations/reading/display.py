r"""A display as claims: what its lines state, define and introduce, from left to right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lark import Token, Tree

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.notation import Name
from bpdocs.equations.reading.attaching import Block, attach, attach_line
from bpdocs.equations.reading.conditions import is_condition, is_equality_of_sizes, read_block
from bpdocs.equations.reading.context import Context, Definitions
from bpdocs.equations.reading.expressions import read
from bpdocs.equations.reading.indices import is_index
from bpdocs.equations.reading.line_parts import Part, parts_of_line, require_nothing_open
from bpdocs.equations.reading.parse_tree import Branch, parts_of, place_of, rule_of
from bpdocs.equations.reading.parser import parse
from bpdocs.equations.reading.rows import introduce, read_row
from bpdocs.equations.reading.statements import Row, Statement, claims_of, in_order, require_used


@dataclass(frozen=True)
class Display:
    """What an equation claims and defines.

    Attributes
    ----------
    claims : tuple of Claim
        One at least.
    definitions : mapping
        What is defined below it, earlier definitions included.
    """

    claims: tuple[t.Claim, ...]
    definitions: Definitions


def read_display(
    latex: str, names: Mapping[str, Name], definitions: Definitions | None = None
) -> Display:
    r"""Return the claims of a displayed equation.

    Parameters
    ----------
    latex : str
        LaTeX as it stands in a display.
    names : mapping of str to Name
        The notation of the model.
    definitions : mapping, optional
        What earlier displays of the page defined.

    Returns
    -------
    Display
        One claim at least.

    Raises
    ------
    UnreadableError
        If it cannot be read, or claims nothing.
    """
    context = Context(names, dict(definitions or {}))
    reader = _LineReader(context)
    lines = [line for line in parts_of(parse(latex)) if rule_of(line) == "line"]
    _introduce_arrays(lines, context)
    for number, line in enumerate(lines, 1):
        reader.read_line(line, is_last=number == len(lines))
    reader.end()
    require_used(reader.statements)
    claims = tuple(
        in_order([claim for statement in reader.statements for claim in claims_of(statement)])
    )
    if not claims:
        raise UnreadableError("nothing is claimed here; write a relation", 0)
    return Display(claims, context.definitions)


def _introduce_arrays(lines: Sequence[Branch], context: Context) -> None:
    r"""Take up all arrays that \in introduces: authors write it behind what it is for."""
    for line in lines:
        listed: list[Branch] = []
        for part in parts_of_line(line)[0]:
            if not part.relations:
                listed.append(part.sides[0])
                continue
            if rule_of(part.relations[-1]) == "IN":
                introduce([*listed, part.sides[-2]], part.sides[-1], context)
            listed = []


class _LineReader:
    """Goes over the lines of a display, from left to right."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.statements: list[Statement] = []
        self.rows_above: list[Row] = []
        self.leading: list[t.Condition] = []  # a line above ended with "for l = L:"
        self.waiting: Part | None = None  # a left side alone on its line

    def read_line(self, line: Branch, *, is_last: bool) -> None:
        """Read one line: blocks of statements and blocks of conditions take turns."""
        parts, trailing = parts_of_line(line)
        require_nothing_open(trailing, place_of(line)[1])
        if self._is_left_side(parts):
            return
        blocks = self._blocks(parts, trailing)
        if not blocks:
            return
        rows = [row for block in blocks for row in block.rows]
        for row in rows:
            row.conditions += self.leading
        if rows:
            self.leading = attach(blocks)
            if self.leading and is_last:
                raise UnreadableError("there is a condition without a claim", blocks[-1].place)
            self.rows_above = rows
        else:
            self.leading = attach_line(blocks[0], self.rows_above, is_last=is_last)

    def _blocks(self, parts: Sequence[Part], trailing: frozenset[str]) -> list[Block]:
        blocks: list[Block] = []
        at = 0
        while at < len(parts):
            begin = at
            conditions, after = read_block(parts, at, self.context)
            if after > at:
                blocks.append(Block(conditions=conditions))
                at = after
            elif parts[at].is_dots and blocks and blocks[-1].rows:
                at += 1  # and so on: what stands around the dots is claimed
                continue
            else:
                has_rows = any(block.rows for block in blocks)
                rows, at = self._read_statement(parts, at, is_first=not has_rows)
                is_new = not blocks or blocks[-1].conditions is not None
                if is_new or "stop" in parts[begin].roles:
                    blocks.append(Block())
                blocks[-1].rows += rows
            if not blocks[-1].place:
                blocks[-1].before, blocks[-1].place = parts[begin].roles, parts[begin].place[0]
            blocks[-1].after = parts[at].roles if at < len(parts) else trailing
        return blocks

    def end(self) -> None:
        """Refuse a left side that nothing follows."""
        if self.waiting is not None:
            raise self._left_over(self.waiting)

    def _is_left_side(self, parts: Sequence[Part]) -> bool:
        """Take up a line that is a side alone, with which the next line goes on: X, then = Y."""
        if self.waiting is not None and (not parts or parts[0].leading is None):
            raise self._left_over(self.waiting)
        self.waiting = None
        is_side = len(parts) == 1 and not parts[0].relations and not parts[0].leading
        silent = {",", "and", "for", "so", "then"}
        if not is_side or is_index(parts[0].sides[0]) or parts[0].roles - silent:
            return False
        if is_condition(parts[0], self.context):
            return False
        self.waiting = parts[0]
        side = read(parts[0].sides[0], self.context)
        self.statements.append(Statement(last=replace(side, place=parts[0].place)))
        return True

    def _read_statement(
        self, parts: Sequence[Part], at: int, *, is_first: bool
    ) -> tuple[list[Row], int]:
        """Return the rows of the statement that begins at a part, and where it ends."""
        part = parts[at]
        self._require_plain_words(part, is_first=is_first)
        waiting: list[Part] = []
        while at < len(parts) and not parts[at].relations and not parts[at].leading:
            waiting.append(parts[at])
            at += 1
        last = parts[at].relations[-1:] if at < len(parts) else ()
        if waiting and (not last or rule_of(last[0]) != "IN"):
            raise self._left_over(waiting[0])
        if is_equality_of_sizes(parts[at], self.context) and (at > 0 or not is_first):
            raise UnreadableError(
                "the networks have sizes of their own, so this cannot be a condition; say it "
                "outside the equation",
                parts[at].place[0],
            )
        statement = Statement()
        if parts[at].leading is not None:
            if not self.statements:
                raise UnreadableError("there is nothing to the left of this", part.place[0])
            statement = self.statements[-1]
        else:
            self.statements.append(statement)
        rows = read_row(statement, parts[at], [p.sides[0] for p in waiting], self.context)
        return rows, at + 1

    def _require_plain_words(self, part: Part, *, is_first: bool) -> None:
        bad = part.roles & {"or", "not", "unless", "otherwise", "if"}
        if "iff" in part.roles and is_first:
            bad |= {"iff"}
        if bad:
            raise UnreadableError(
                f"{' '.join(sorted(bad))} stands before what is no condition on indices",
                part.place[0],
            )

    def _left_over(self, part: Part) -> UnreadableError:
        if part.relations:
            return UnreadableError("nothing is claimed of this", part.place[0])
        if part.letter or all(token.type == "NUMBER" for token in _tokens(part)):
            return UnreadableError(
                r"this belongs to nothing; a range is written l = 1, \dots, L", part.place[0]
            )
        return UnreadableError("nothing is claimed of this; write a relation", part.place[0])


def _tokens(part: Part) -> list[Token]:
    waiting: list[Branch] = list(part.sides)
    found = []
    while waiting:
        branch = waiting.pop()
        if isinstance(branch, Tree):
            waiting += branch.children
        else:
            found.append(branch)
    return found
