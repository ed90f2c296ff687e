"""The parser's tables: made from the grammar, or read from the wheel, which brings them made.

Imports nothing of this package, because the wheel is made before the package is there.
"""

import io
from collections.abc import Iterator
from typing import Any

from lark import Lark, Token
from lark.lexer import Lexer


class TokenSource(Lexer):
    """Hands tokens that are made elsewhere to Lark: what it is given to parse is a list of them."""

    def __init__(self, conf: Any) -> None:
        """Take no configuration."""

    def lex(self, tokens: list[Token]) -> Iterator[Token]:  # type: ignore[override] # Lark allows it
        """Yield the tokens."""
        yield from tokens


def make_parser(grammar: str) -> Lark:
    """Return the parser of a grammar, in 0.4 s."""
    return Lark(
        grammar,
        parser="lalr",
        lexer=TokenSource,
        start="display",
        propagate_positions=True,
        keep_all_tokens=True,
    )


def compile_grammar(grammar: str) -> bytes:
    """Return the tables of a grammar."""
    tables = io.BytesIO()
    make_parser(grammar).save(tables)
    return tables.getvalue()


def load_parser(tables: bytes) -> Lark:
    """Return the parser of tables that `compile_grammar` made, in 20 ms."""
    return Lark.load(io.BytesIO(tables))
