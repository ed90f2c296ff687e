r"""LaTeX to tokens: macros, spacing and spelling end here, so that the grammar is the notation.

A token is a terminal of `grammar.lark`. What only changes the look (`\bm`, `&`) makes no token;
what cannot be read is an error with its place, never left out.
"""

import re
from collections.abc import Iterator

from lark import Token

from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.reading.separators import join_separators
from bpdocs.equations.reading.spelling import RULES, complaint
from bpdocs.equations.reading.words import roles_of

MAX_LENGTH = 4000
MAX_TOKENS = 800
MAX_DEPTH = 24

_PATTERN = re.compile("|".join(f"(?P<r{n}>{rule})" for n, (_, rule) in enumerate(RULES)))
_DIGITS = {"SUP": 1, "SUB": 1, "SQRT": 1, "FRAC": 2}
_OPENING = {"LBRACE", "LPAREN", "LBRACKET", "LNORM", "LANGLE", "LSET", "LCASES"}
_CLOSING = {"RBRACE", "RPAREN", "RBRACKET", "RNORM", "RANGLE", "RSET", "RCASES"}
_LAYOUT = re.compile(
    r"(?:aligned|align|equation|split|gathered|gather|flalign|eqnarray|multlined|alignat|alignedat)\*?"
)


def read_tokens(latex: str) -> list[Token]:
    r"""Return the tokens of a displayed equation.

    Parameters
    ----------
    latex : str
        LaTeX as it stands in a display, without the dollar signs.

    Returns
    -------
    list of Token
        With `start_pos` and `end_pos`. What stands between formulas is one COMMA, whose text says
        how it joins them: "," or its words' roles, such as "for not or".

    Raises
    ------
    UnreadableError
        If a character, command or word is not of the notation, an environment or pair of scripts
        is not LaTeX, or the text is too long or too deep.

    Examples
    --------
    >>> [(token.type, str(token)) for token in read_tokens(r"\bm{b}^{l} \, \mathbf{1}_{M}")][:5]
    [('LBRACE', '{'), ('NAME', 'b'), ('RBRACE', '}'), ('SUP', '^'), ('LBRACE', '{')]
    """
    if len(latex) > MAX_LENGTH:
        raise UnreadableError(f"the equation is longer than {MAX_LENGTH} characters", MAX_LENGTH)
    scanned = list(_pair_environments(_Scanner().scan(latex, 0, len(latex))))
    _require_single_scripts(scanned)
    tokens = list(join_separators(_set_off([t for t in scanned if t.type != "EMPTY"])))
    if len(tokens) > MAX_TOKENS:
        raise UnreadableError(
            f"the equation has more than {MAX_TOKENS} symbols", tokens[MAX_TOKENS].start_pos
        )
    _require_shallow(tokens)
    return tokens


class _Scanner:
    """Cuts LaTeX by the rules of spelling, from left to right."""

    def __init__(self) -> None:
        self.open_norms: set[bool] = set()  # whether they are bars; a bar opens and closes alike
        self.digits = 0  # TeX takes one digit after ^ and _, and two after \frac: \frac12 is a half

    def scan(self, latex: str, place: int, end: int) -> Iterator[Token]:
        """Yield the tokens between two places."""
        while place < end:
            found = _PATTERN.match(latex, place, end)
            if not found:
                raise UnreadableError(complaint(latex, place), place)
            kind = RULES[int((found.lastgroup or "r0")[1:])][0]
            if kind == "TEXT":
                stop = _closing_brace(latex, found.end(), end)
                yield from self._text(latex, found.end(), stop)
                place = stop + 1
                continue
            stop = place + 1 if kind == "NUMBER" and self.digits else found.end()
            token = self._token(kind, latex[place:stop], place)
            if kind:
                is_digit = kind == "NUMBER" and self.digits
                self.digits = self.digits - 1 if is_digit else _DIGITS.get(kind, 0)
                yield token
            place = stop

    def _token(self, kind: str, text: str, place: int) -> Token:
        end = place + len(text)
        if kind == "NORM":
            is_bar = text in {"|", r"\vert"}
            kind = "RNORM" if is_bar in self.open_norms else "LNORM"
            self.open_norms ^= {is_bar}
        elif kind == "WORD":
            text = " ".join(sorted(roles_of(text, place)))
        elif kind == "LOSS":
            kind, text = "NAME", "C"
        elif kind == "BARE":
            raise UnreadableError(
                rf"{text} would be a product of letters; write \operatorname{{{text}}}", place
            )
        elif text == r"\ell":
            text = "l"
        return Token(kind, text, start_pos=place, end_pos=end)

    def _text(self, latex: str, place: int, end: int) -> Iterator[Token]:
        r"""Yield the words of a \text{...}, and the mathematics between its dollar signs."""
        pieces = latex[place:end].split("$")
        if len(pieces) % 2 == 0:
            raise UnreadableError("a dollar sign in the text is never closed", place)
        for at, piece in enumerate(pieces):
            stop = place + len(piece)
            if at % 2:
                yield from self.scan(latex, place, stop)
            elif piece.strip():
                roles = " ".join(sorted(roles_of(piece.strip(), place)))
                yield Token("WORD", roles, start_pos=place, end_pos=stop)
            place = stop + 1


def _closing_brace(latex: str, place: int, end: int) -> int:
    depth = 1
    for at in range(place, end):
        depth += {"{": 1, "}": -1}.get(latex[at], 0)
        if not depth:
            return at
    raise UnreadableError("the brace of this text is never closed", place - 1)


def _pair_environments(tokens: Iterator[Token]) -> Iterator[Token]:
    r"""Yield the tokens without \begin, \end, \left and \right, which must come in pairs."""
    opened: list[tuple[str, int]] = []
    for token in tokens:
        place = token.start_pos or 0
        if token.type in {"BEGIN", "LEFT", "LBRACE"}:
            opened.append((_pair_name(token), place))
        elif token.type in {"END", "RIGHT", "RBRACE"}:
            name, _ = opened[-1] if opened else ("", 0)
            if name != _pair_name(token):
                waiting = f"; {_opening(name)} is open" if name else ""
                raise UnreadableError(f"{token} closes nothing that is open{waiting}", place)
            opened.pop()
        if token.type in {"BEGIN", "END"}:
            name = _pair_name(token)
            if name in {"cases", "dcases"}:
                side = "L" if token.type == "BEGIN" else "R"
                yield Token(f"{side}CASES", str(token), start_pos=place, end_pos=token.end_pos)
            elif not _LAYOUT.fullmatch(name):
                raise UnreadableError(f"the environment {name} is not of the notation", place)
        elif token.type not in {"LEFT", "RIGHT"}:
            yield token
    if opened:
        name, place = opened[-1]
        raise UnreadableError(f"{_opening(name)} is never closed", place)


def _pair_name(token: Token) -> str:
    if token.type in {"LEFT", "RIGHT"}:
        return r"\left"
    return "{" if token.type in {"LBRACE", "RBRACE"} else re.findall(r"\{([a-z]+\*?)\}", token)[0]


def _opening(name: str) -> str:
    return name if name in {"{", r"\left"} else rf"\begin{{{name}}}"


# A bracket behind one of these may hold an argument, but no condition that follows a formula.
_ENDS_FORMULA = {"NAME", "RBRACE", "RPAREN", "RBRACKET", "RNORM", "RANGLE", "T", "PRIME", "NUMBER"}


def _set_off(tokens: list[Token]) -> list[Token]:
    r"""Put a comma before a condition in brackets: \sigma(Z) \, (1 \le l < L)."""
    found: list[Token] = []
    for at, token in enumerate(tokens):
        before = found[-1].type if found and found[-1] != "1" else ""  # 1(j = k) is an indicator
        if token.type == "LPAREN" and before in _ENDS_FORMULA and _holds_condition(tokens, at):
            found.append(token.update(type="COMMA", value=","))
        found.append(token)
    return found


def _holds_condition(tokens: list[Token], at: int) -> bool:
    """Tell whether a bracket has a relation of its own."""
    depth = 0
    for token in tokens[at:]:
        depth += (token.type in _OPENING) - (token.type in _CLOSING)
        if not depth:
            return False
        if depth == 1 and token.type in {"EQUALS", "COMPARE", "IN"}:
            return True
    return False


def _require_single_scripts(tokens: list[Token]) -> None:
    r"""Refuse x^a^b and x_a_b, which are errors in TeX, and x^a', which is one too."""
    levels: list[set[str]] = [set()]  # the scripts of the symbol at hand, by depth of braces
    is_argument = False  # whether the next token or group is what a script sets
    for token in tokens:
        kind = token.type
        if kind in {"SUP", "SUB", "PRIME"}:
            name = "superscript" if kind != "SUB" else "subscript"
            if name in levels[-1] and not is_argument:
                raise UnreadableError(
                    f"a symbol has two {name}s; put the first into braces", token.start_pos
                )
            if kind != "PRIME":
                levels[-1].add(name)
                is_argument = True
            elif is_argument:
                is_argument = False
        elif kind == "LBRACE":
            levels.append({"kept"} if is_argument else set())
            is_argument = False
        elif kind == "RBRACE" and len(levels) > 1:
            if "kept" not in levels.pop():
                levels[-1].clear()
        elif is_argument:
            is_argument = False
        else:
            levels[-1] &= {"kept"}


def _require_shallow(tokens: list[Token]) -> None:
    depth = 0
    for token in tokens:
        depth += (token.type in _OPENING) - (token.type in _CLOSING)
        if depth > MAX_DEPTH:
            raise UnreadableError(
                f"brackets are nested more than {MAX_DEPTH} deep", token.start_pos
            )
