"""Tokens to a parse tree, by the grammar; what does not parse is told in words."""

from functools import cache
from importlib.resources import files

from lark import Lark, Token, Tree, UnexpectedToken

from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.reading.tables import load_parser, make_parser
from bpdocs.equations.reading.tokens import read_tokens

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


@cache
def _parser() -> Lark:
    package = files("bpdocs.equations.reading")
    made = package.joinpath("grammar.bin")
    if made.is_file():  # in a wheel
        return load_parser(made.read_bytes())
    return make_parser(package.joinpath("grammar.lark").read_text("utf-8"))


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
    bpdocs.equations.errors.UnreadableError: { is never closed
    """
    tokens = read_tokens(latex)
    if not tokens:
        raise UnreadableError("there is no formula here; write an equation", 0)
    try:
        tree = _parser().parse(tokens)
    except UnexpectedToken as error:
        raise _in_words(error, tokens, latex) from None
    _require_shallow(tree)
    return tree


def _in_words(error: UnexpectedToken, tokens: list[Token], latex: str) -> UnreadableError:
    """Return what was found and what was expected, or the bracket that is never closed."""
    token = error.token
    is_end = token.type == "$END"
    place = len(latex) if is_end else token.start_pos or 0
    opened: list[Token] = []
    for before in tokens:
        if (before.start_pos or 0) >= place:
            break
        if before.type in _CLOSES:
            opened.append(before)
        elif opened and before.type == _CLOSES[opened[-1].type]:
            opened.pop()
    if is_end and opened:
        return UnreadableError(f"{opened[-1]} is never closed", opened[-1].start_pos)
    closing = set(_CLOSES.values()) - {_CLOSES[bracket.type] for bracket in opened[-1:]}
    words = [w for kind, w in _WORDS.items() if kind in error.expected and kind not in closing]
    expected = " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
    found = "the equation breaks off" if is_end else f"{_shown(token)} is not expected here"
    return UnreadableError(f"{found}; expected {expected or 'something else'}", place)


def _shown(token: Token) -> str:
    return {"COMMA": "a comma or word", "BREAK": "a line break"}.get(token.type, str(token))


def _require_shallow(tree: Tree[Token]) -> None:
    waiting = [(tree, 1)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_TREE_DEPTH:
            raise UnreadableError("the equation is nested too deep", 0)
        waiting += [(child, depth + 1) for child in node.children if isinstance(child, Tree)]
