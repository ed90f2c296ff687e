"""The parser's tables: made from the grammar, or read from the wheel, which brings them made.

Imports nothing of this package, because the wheel is made before the package is there.
"""

import io
import pickle
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
    """Return the tables of a grammar, the same bytes each time."""
    made = io.BytesIO()
    make_parser(grammar).save(made)
    tables = pickle.loads(made.getvalue())  # noqa: S301 # made in the line above
    _number_in_order(tables["data"]["parser"]["parser"])
    ordered = io.BytesIO()
    pickler = pickle.Pickler(ordered)
    pickler.fast = True  # otherwise the bytes depend on which equal strings are one object
    pickler.dump(tables)
    return ordered.getvalue()


def _number_in_order(table: dict[str, Any]) -> None:
    """Give states numbers in the order of a walk from the start, for Lark's differ each time."""
    names = table["tokens"]
    moves = {
        state: dict(sorted((names[token], move) for token, move in row.items()))
        for state, row in table["states"].items()
    }
    order = list(table["start_states"].values())
    for state in order:  # grows
        shifts = [target for kind, target in moves[state].values() if kind == 0]
        order += [target for target in dict.fromkeys(shifts) if target not in order]
    number = {state: place for place, state in enumerate(order)}
    token = {name: place for place, name in enumerate(sorted(names.values()))}
    table["tokens"] = {place: name for name, place in token.items()}
    table["states"] = {
        number[state]: {
            token[name]: (kind, number[target] if kind == 0 else target)
            for name, (kind, target) in moves[state].items()
        }
        for state in order
    }
    for ends in ("start_states", "end_states"):
        table[ends] = {name: number[state] for name, state in table[ends].items()}


def load_parser(tables: bytes) -> Lark:
    """Return the parser of tables that `compile_grammar` made, in 20 ms."""
    return Lark.load(io.BytesIO(tables))
