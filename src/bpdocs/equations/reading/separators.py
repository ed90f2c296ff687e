r"""What stands between formulas: commas, breaks and words become one mark each.

A COMMA's text is "," or the roles of its words; a break ends a line, except inside brackets.
"""

import itertools
from collections.abc import Iterator, Sequence

from lark import Token

from bpdocs.equations.errors import UnreadableError

_SEPARATORS = {"BREAK", "COMMA", "AMPERSAND", "WORD"}
_OPENING = {"LBRACE", "LPAREN", "LBRACKET", "LNORM", "LANGLE", "LSET", "LCASES"}
_CLOSING = {"RBRACE", "RPAREN", "RBRACKET", "RNORM", "RANGLE", "RSET", "RCASES"}
_RELATIONS = {"EQUALS", "DEFINES", "ARROW", "IN", "COMPARE"}
_OPERATORS = {"PLUS", "ODOT", "OSLASH", "TIMES", "CDOT", "SLASH"}  # a minus sign may begin a row


def join_separators(tokens: Sequence[Token]) -> Iterator[Token]:
    """Yield the tokens with one separator where there are several."""
    before: Token | None = None
    opened: list[str] = []
    at = 0
    for is_separator, group in itertools.groupby(tokens, lambda t: t.type in _SEPARATORS):
        run = list(group)
        at += len(run)
        if not is_separator:
            for token in run:
                if token.type in _OPENING:
                    opened.append(token.type)
                elif token.type in _CLOSING and opened:
                    opened.pop()
                yield token
            before = run[-1]
            continue
        yield from _joined(run, before, tokens[at:], opened)


def _joined(
    marks: list[Token], before: Token | None, row: Sequence[Token], opened: list[str]
) -> Iterator[Token]:
    r"""Yield the separator between a token and a row; none where a sum or product goes on.

    A break outweighs a comma. Inside brackets, as in `\substack`, it is a comma, and in cases
    `&` is one. Words before a break that join go with the row that follows.
    """
    in_cases = opened[-1:] == ["LCASES"]
    marks = [mark for mark in marks if mark.type != "AMPERSAND" or in_cases]
    if not marks:
        return
    words = [mark for mark in marks if mark.type == "WORD"]
    roles = {role for word in words for role in word.split()}
    if {"and", "or"} <= roles:
        raise UnreadableError(
            "and and or stand side by side; write one of them", words[0].start_pos
        )
    at_edge = before is None or before.type == "LCASES" or not row or row[0].type == "RCASES"
    breaks = [mark for mark in marks if mark.type == "BREAK"]
    is_layout = not words and all(mark.type == "BREAK" or mark.startswith(r"\q") for mark in marks)
    if not at_edge and before is not None and is_layout and _goes_on(before, breaks, row, opened):
        return
    joint = marks[0].update(type="COMMA", value=" ".join(sorted(roles)) or ",")
    if at_edge:
        if roles:
            yield joint
    elif breaks and (in_cases or not opened):
        if "otherwise" in roles:  # the last word of a row
            yield joint
            roles = set()
        yield breaks[0]
        if roles:
            yield joint
    else:
        yield joint


def _goes_on(before: Token, breaks: list[Token], row: Sequence[Token], opened: list[str]) -> bool:
    """Tell whether a sum or product goes on behind a break or space."""
    if row[0].type in _OPERATORS or before.type in {*_OPERATORS, *_RELATIONS, "MINUS"}:
        return True
    if row[0].type == "MINUS" and breaks and opened[-1:] != ["LCASES"]:
        rest = itertools.takewhile(lambda token: token.type != "BREAK", row)
        return bool(opened) or not any(token.type in _RELATIONS for token in rest)
    return False
