r"""What stands between formulas: commas, breaks and words become one mark each.

A COMMA's text is "," or the roles of its words; a break ends a line, except inside brackets.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lark import Token

from bpdocs.equations.errors import UnreadableError

_SEPARATORS = {"BREAK", "COMMA", "AMPERSAND", "WORD"}
_OPENING = {"LBRACE", "LPAREN", "LBRACKET", "LNORM", "LANGLE", "LSET", "LCASES"}
_CLOSING = {"RBRACE", "RPAREN", "RBRACKET", "RNORM", "RANGLE", "RSET", "RCASES"}
_RELATIONS = {"EQUALS", "DEFINES", "ARROW", "IN", "COMPARE"}
_OPERATORS = {"PLUS", "ODOT", "OSLASH", "TIMES", "CDOT", "SLASH"}  # a minus sign may begin a row


@dataclass
class _Brackets:
    """The brackets that are open; each tells whether words may stand in it."""

    opened: list[tuple[str, bool]] = field(default_factory=list)

    @property
    def innermost(self) -> str:
        """The bracket that was opened last, or ""."""
        return self.opened[-1][0] if self.opened else ""

    @property
    def takes_words(self) -> bool:
        """Whether words may stand here: not in a script or an argument, but below a sum."""
        return not self.opened or self.opened[-1][1]

    def pass_over(self, token: Token, before: Sequence[Token]) -> None:
        """Open or close with a token."""
        if token.type in _OPENING:
            kinds = [other.type for other in before[-2:]]
            is_below = kinds in (["SUM", "SUB"], ["FUNCTION", "SUB"])
            is_inside = bool(self.opened) and self.takes_words
            takes = token.type in {"LPAREN", "LBRACKET", "LCASES"} or is_below or is_inside
            self.opened.append((token.type, takes))
        elif token.type in _CLOSING and self.opened:
            self.opened.pop()


def join_separators(tokens: Sequence[Token]) -> Iterator[Token]:
    """Yield the tokens with one separator where there are several."""
    passed: list[Token] = []
    brackets = _Brackets()
    at = 0
    for is_separator, group in itertools.groupby(tokens, lambda t: t.type in _SEPARATORS):
        run = list(group)
        at += len(run)
        if is_separator:
            yield from _joined(run, passed[-1] if passed else None, tokens[at:], brackets)
            continue
        for token in run:
            brackets.pass_over(token, passed)
            passed.append(token)
            yield token


def _joined(
    marks: list[Token], before: Token | None, row: Sequence[Token], brackets: _Brackets
) -> Iterator[Token]:
    r"""Yield the separator between a token and a row; none where a sum or product goes on.

    A break outweighs a comma. Inside brackets, as in `\substack`, it is a comma, and in cases
    `&` is one. Words before a break that join go with the row that follows.
    """
    in_cases = brackets.innermost == "LCASES"
    columns = [mark for mark in marks if mark.type == "AMPERSAND"]
    if not in_cases:
        marks = [mark for mark in marks if mark.type != "AMPERSAND"]
        if len(columns) > 1:  # the next pair of columns begins, a space apart
            marks.append(columns[0].update(type="COMMA", value=r"\quad"))
    if not marks:
        return
    roles = _roles(marks)
    at_edge = before is None or before.type == "LCASES" or not row or row[0].type == "RCASES"
    breaks = [mark for mark in marks if mark.type == "BREAK"]
    is_layout = all(mark.type == "BREAK" or mark.startswith(r"\q") for mark in marks)
    goes_on = not at_edge and before is not None and is_layout
    if goes_on and _goes_on(before, breaks, row, brackets):
        return
    _require_place(marks, before, row, brackets)
    joint = marks[0].update(type="COMMA", value=" ".join(sorted(roles)) or ",")
    if at_edge or _is_edge_of_brackets(before, row):
        if roles:
            yield joint
    elif breaks and (in_cases or not brackets.opened):
        # What ends a line stays with it: otherwise, a full stop, a colon, "then".
        ending = roles & {"otherwise", "stop", "colon", "then"}
        if ending:
            yield marks[0].update(type="COMMA", value=" ".join(sorted(ending)))
        yield breaks[0]
        if roles - ending:
            yield marks[0].update(type="COMMA", value=" ".join(sorted(roles - ending)))
    else:
        yield joint


def _roles(marks: list[Token]) -> set[str]:
    """Return what marks say: the roles of words, and of punctuation but the comma."""
    roles = {role for mark in marks if mark.type == "WORD" for role in mark.split()}
    signs = {str(mark) for mark in marks if mark.type == "COMMA"}
    roles |= {"stop"} if signs & {".", ";"} else set()
    roles |= {"colon"} if signs & {":", r"\colon"} else set()
    if {"and", "or"} <= roles:
        raise UnreadableError(
            "and and or stand side by side; write one of them", marks[0].start_pos
        )
    return roles


def _is_edge_of_brackets(before: Token | None, row: Sequence[Token]) -> bool:
    return (before is not None and before.type in _OPENING) or row[0].type in _CLOSING


def _require_place(
    marks: list[Token], before: Token | None, row: Sequence[Token], brackets: _Brackets
) -> None:
    """Refuse words in a script or argument, and commas at the edge of brackets."""
    has_words = any(mark.type == "WORD" for mark in marks)
    if has_words and not brackets.takes_words:
        raise UnreadableError("words stand inside a formula", marks[0].start_pos)
    inside = bool(brackets.opened) and brackets.innermost != "LCASES"
    is_comma = any(mark.type == "COMMA" and not mark.startswith(r"\q") for mark in marks)
    if inside and is_comma and row and _is_edge_of_brackets(before, row):
        raise UnreadableError("a comma has nothing on one side", marks[0].start_pos)


def _goes_on(
    before: Token | None, breaks: list[Token], row: Sequence[Token], brackets: _Brackets
) -> bool:
    """Tell whether a sum or product goes on behind a break or space."""
    if before is None:
        return False
    if not breaks and row[0].type in _RELATIONS:
        return True
    if row[0].type in _OPERATORS or before.type in {*_OPERATORS, *_RELATIONS, "MINUS"}:
        return True
    if row[0].type == "MINUS" and breaks and brackets.innermost != "LCASES":
        rest = itertools.takewhile(lambda token: token.type != "BREAK", row)
        return bool(brackets.opened) or not any(token.type in _RELATIONS for token in rest)
    return False
