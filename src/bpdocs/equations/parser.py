"""Tokens to a parse tree, by the grammar; what does not parse is told in words."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Tree, UnexpectedToken
from lark.lexer import Lexer

from bpdocs.equations.tokens import UnreadableError, read_tokens

MAX_TREE_DEPTH = 150

# What a reader sees in the place of a terminal; the rest is "a symbol" or "a relation".
_WORDS = {
    "RPAREN": ")",
    "RBRACE": "}",
    "RBRACKET": "]",
    "RNORM": r"\rVert",
    "RANGLE": r"\rangle",
    "RSET": r"\}",
    "LBRACE": "{",
    "COMMA": "a comma",
    "EQUALS": "=",
    "NAME": "a symbol",
    "ODOT": "a product sign",
    "PLUS": "+ or -",
    "SUP": "a superscript",
    "$END": "the end",
}


_CLOSES = {
    "LPAREN": "RPAREN",
    "LBRACE": "RBRACE",
    "LBRACKET": "RBRACKET",
    "LNORM": "RNORM",
    "LANGLE": "RANGLE",
    "LSET": "RSET",
}


class _TokenSource(Lexer):
    """Hands our tokens to Lark."""

    def __init__(self, conf: Any) -> None:
        """Take no configuration."""

    def lex(self, text: str) -> Iterator[Token]:  # type: ignore[override] # __future_interface__
        """Yield the tokens of the text."""
        yield from read_tokens(text)


@cache
def _parser() -> Lark:
    grammar = files("bpdocs.equations").joinpath("grammar.lark").read_text("utf-8")
    return Lark(
        grammar,
        parser="lalr",
        lexer=_TokenSource,
        start="display",
        propagate_positions=True,
        keep_all_tokens=True,
    )


def parse(latex: str) -> Tree[Token]:
    r"""Return the parse tree of a displayed equation.

    Parameters
    ----------
    latex : str
        LaTeX as it stands in a display.

    Returns
    -------
    lark.Tree
        By the rules of `grammar.lark`, all tokens kept.

    Raises
    ------
    UnreadableError
        If a symbol stands where none of its kind can; the message says what was expected.

    Examples
    --------
    >>> parse(r"\frac{1}{M").data
    Traceback (most recent call last):
        ...
    bpdocs.equations.tokens.UnreadableError: the equation breaks off; expected }, a comma or =
    """
    try:
        tree = _parser().parse(latex)
    except UnexpectedToken as error:
        raise _in_words(error, latex) from None
    _require_shallow(tree)
    return tree


def _in_words(error: UnexpectedToken, latex: str) -> UnreadableError:
    """Return what was found and what was expected; of closing brackets, the one that is open."""
    token = error.token
    is_end = token.type == "$END"
    place = len(latex) if is_end else token.start_pos or 0
    waiting = [
        _CLOSES[before.type]
        for before in read_tokens(latex)
        if before.type in _CLOSES and (before.start_pos or 0) < place
    ]
    for before in read_tokens(latex):
        if (before.start_pos or 0) < place and before.type in waiting:
            waiting.remove(before.type)
    closing = set(_CLOSES.values()) - set(waiting[-1:])
    words = [w for kind, w in _WORDS.items() if kind in error.expected and kind not in closing]
    expected = " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
    found = "the equation breaks off" if is_end else f"{token} is not expected here"
    return UnreadableError(f"{found}; expected {expected or 'something else'}", place)


def _require_shallow(tree: Tree[Token]) -> None:
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_TREE_DEPTH:
            raise UnreadableError("the equation is nested too deep", 0)
        waiting += [(child, depth + 1) for child in node.children if isinstance(child, Tree)]
