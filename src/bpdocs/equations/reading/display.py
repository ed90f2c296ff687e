r"""A display as claims: what its lines state, define and introduce, from left to right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from lark import Token, Tree

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.notation import Name
from bpdocs.equations.reading.conditions import (
    Part,
    is_condition,
    is_equality_of_sizes,
    parts_of_line,
    read_block,
)
from bpdocs.equations.reading.context import Context, Definitions
from bpdocs.equations.reading.expressions import read
from bpdocs.equations.reading.indices import is_index
from bpdocs.equations.reading.parse_tree import Branch, parts_of, place_of, rule_of
from bpdocs.equations.reading.parser import parse
from bpdocs.equations.reading.rows import read_row
from bpdocs.equations.reading.statements import Row, Statement, claims_of, require_used


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
    for line in parts_of(parse(latex)):
        reader.read_line(line)
    reader.end()
    require_used(reader.statements)
    claims = tuple(claim for statement in reader.statements for claim in claims_of(statement))
    if not claims:
        raise UnreadableError("nothing is claimed here; write a relation", 0)
    return Display(claims, context.definitions)


class _LineReader:
    """Goes over the lines of a display, and puts conditions to the rows that they restrict."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.statements: list[Statement] = []
        self.rows_above: list[Row] = []
        self.waiting: Part | None = None  # a left side alone on its line

    def read_line(self, line: Branch) -> None:
        """Read one line: blocks of statements and blocks of conditions take turns."""
        parts, trailing = parts_of_line(line)
        if left := trailing & {"or", "not", "unless", "iff", "otherwise", "if"}:
            raise UnreadableError(
                f"something is missing behind {' '.join(sorted(left))}", place_of(line)[1]
            )
        if self._is_left_side(parts):
            return
        blocks: list[_Block] = []
        at = 0
        while at < len(parts):
            conditions, after = read_block(parts, at, self.context)
            if after > at:
                blocks.append(_Block(conditions=conditions))
                at = after
                continue
            has_rows = any(block.rows for block in blocks)
            if parts[at].is_dots and blocks and blocks[-1].rows:
                at += 1  # and so on: what stands around the dots is claimed
                continue
            rows, at = self._read_statement(parts, at, is_first=not has_rows)
            if not blocks or blocks[-1].conditions is not None:
                blocks.append(_Block())
            blocks[-1].rows += rows
        if blocks:
            self._attach(blocks, parts[0].place[0])

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
        if not is_side or is_index(parts[0].sides[0]) or parts[0].roles - {",", "and", "for"}:
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
        if at == len(parts) or (waiting and rule_of(parts[at].relations[-1:][0]) != "IN"):
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

    def _attach(self, blocks: list["_Block"], place: int) -> None:
        """Put conditions behind their statements to these, or those in front to what follows."""
        rows = [row for block in blocks for row in block.rows]
        if not rows and blocks[0].conditions is not None:
            if not self.rows_above:
                raise UnreadableError("there is a condition without a claim", place)
            free = [row for row in self.rows_above if not row.conditions] or self.rows_above
            _restrict(free, blocks[0].conditions)
            return
        leads = blocks[0].conditions is not None
        if leads and len(blocks) > 3 and blocks[-1].conditions is not None:
            raise UnreadableError(
                "it can be read in two ways which statement each condition restricts; write a "
                "line for each",
                place,
            )
        for at, block in enumerate(blocks):
            if block.conditions is not None:
                continue
            if leads:
                _restrict(block.rows, blocks[at - 1].conditions or [])
            if at + 1 < len(blocks) and (not leads or at + 2 == len(blocks)):
                _restrict(block.rows, blocks[at + 1].conditions or [])
        self.rows_above = rows or self.rows_above


@dataclass
class _Block:
    """Statements or conditions that stand one behind the other; conditions is None for rows."""

    rows: list[Row] = field(default_factory=list)
    conditions: list[t.Condition] | None = None


def _restrict(rows: Sequence[Row], conditions: Sequence[t.Condition]) -> None:
    for row in rows:
        row.conditions += conditions


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
