r"""Which rows a condition restricts: those before it, or those that it introduces.

A condition behind a statement restricts it. A full stop or semicolon ends the statement before, and
a colon or "then" opens the next one: such a condition leads what follows. Where a text can be read
in two ways it is refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bpdocs.equations import tree as t
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.reading.statements import Row

_ENDS = {"stop"}
_OPENS = {"colon", "then"}


@dataclass
class Block:
    """Statements, or conditions, that stand one behind the other on a line.

    Attributes
    ----------
    rows : list of Row
        Of a block of statements.
    conditions : list of Condition or None
        Of a block of conditions.
    before, after : frozenset of str
        The roles of the words and marks around it.
    place : int
        Where it begins.
    """

    rows: list[Row] = field(default_factory=list)
    conditions: list[t.Condition] | None = None
    before: frozenset[str] = frozenset()
    after: frozenset[str] = frozenset()
    place: int = 0

    @property
    def opens(self) -> bool:
        """Whether it introduces what follows it."""
        return bool(self.after & _OPENS)


def attach(blocks: Sequence[Block]) -> list[t.Condition]:
    """Put the conditions of a line to its rows; return those that lead the next line.

    Raises
    ------
    UnreadableError
        If it can be read in two ways which rows a condition restricts.
    """
    leads = blocks[0].conditions is not None  # a line that begins with a condition goes on so
    waiting: list[t.Condition] = []
    for at, block in enumerate(blocks):
        if block.conditions is None:
            continue
        behind = at + 1 < len(blocks)
        if at:
            _require_joint(block)
        if at == 0 or _leads(block, leads=leads, behind=behind):
            if behind:
                _restrict(blocks[at + 1].rows, block.conditions)
            else:
                waiting = block.conditions
        else:
            _restrict(blocks[at - 1].rows, block.conditions)
            # "S, if c, T": T has to have a condition of its own, or a mark before it.
            has_own = at + 2 < len(blocks) and blocks[at + 2].conditions is not None
            if behind and not has_own and not block.after & {*_ENDS, "so"}:
                raise _unclear(block)
    if leads and len(blocks) > 3 and blocks[-1].conditions is not None:
        raise _unclear(blocks[0])
    return waiting


def _require_joint(block: Block) -> None:
    """Refuse words that do not join a condition to the statement before it."""
    if block.before & {"so", "then"} and not block.before & _ENDS:
        raise UnreadableError("a condition does not follow from a statement", block.place)
    is_plain = "and" in block.before and not block.before & {"for", "if", "all"}
    if is_plain or block.before & {"or", "iff"}:
        raise UnreadableError(
            "a statement and a condition are not joined by these words; write if", block.place
        )


def _leads(block: Block, *, leads: bool, behind: bool) -> bool:
    """Tell whether a condition between two statements, or behind the last, leads what follows."""
    begins = leads or bool(block.before & _ENDS)
    if block.opens:
        if not begins:
            raise _unclear(block)  # S, if c: T
        return True
    if not behind or block.after & _ENDS:
        return False
    return begins and not (block.after & {"so"} and not block.before & _ENDS and not leads)


def attach_line(block: Block, rows_above: Sequence[Row], *, is_last: bool) -> list[t.Condition]:
    """Put a line of conditions alone to the rows above; return them if they lead the next line."""
    conditions = block.conditions or []
    if block.opens and not is_last:
        return conditions
    if not rows_above:
        raise UnreadableError("there is a condition without a claim", block.place)
    if not is_last:
        raise _unclear(block)
    free = [row for row in rows_above if not row.conditions] or list(rows_above)
    _restrict(free, conditions)
    return []


def _restrict(rows: Sequence[Row], conditions: Sequence[t.Condition]) -> None:
    for row in rows:
        row.conditions += conditions


def _unclear(block: Block) -> UnreadableError:
    return UnreadableError(
        "it can be read in two ways which statement this condition restricts; write a line for "
        "each statement with its condition",
        block.place,
    )
