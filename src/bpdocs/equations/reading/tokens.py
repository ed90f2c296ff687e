r"""LaTeX to tokens: macros, spacing and spelling end here, so that the grammar is the notation.

A token is a terminal of `grammar.lark`. What only changes the look (`\bm`, `\left`, `&`) makes no
token; what cannot be read is an error with its place, never left out.
"""

import itertools
import re
from collections.abc import Iterator

from lark import Token

from bpdocs.equations.errors import UnreadableError

MAX_LENGTH = 4000
MAX_TOKENS = 800
MAX_DEPTH = 24


_GREEK = (
    "alpha|beta|gamma|Delta|delta|varepsilon|epsilon|zeta|eta|theta|lambda|mu|nu|xi|pi|rho|sigma"
    "|tau|varphi|phi|chi|psi|omega|Gamma|Theta|Lambda|Phi|Psi|Omega|ell"
)
_END = r"(?![A-Za-z])"
_FONT = (
    r"\\(?:bm|boldsymbol|pmb|math(?:bf|rm|sf|it|bfit|normal|bb|cal)|rm|bf|it|text|textrm"
    r"|operatorname\*?)"
)


def _in_font(what: str) -> str:
    return rf"{_FONT}\s*(?:\{{\s*(?:{what})\s*\}}|\s(?:{what}){_END})"


_FUNCTION = "exp|log|ln|tanh|max|min|[tT]r|diag|softmax|sigmoid|softplus|Loss"
_SPACE = (
    r"(?:[\s~\u200b]|\\[,;:!> ]|(?<!\\)%[^\n]*"
    r"|\\(?:displaystyle|textstyle|limits|nolimits|nonumber|notag)" + _END + ")+"
)
_ENVIRONMENT = r"(?:aligned|align|equation|split|gathered|gather|flalign|eqnarray|multlined)\*?"

# In this order; the first that matches is taken.
_RULES = (
    ("BREAK", r"\\\\(?:\s*\[-?[\d.]+\s*[a-z]{2}\])?|\\cr" + _END),
    ("", rf"\\(?:begin|end)\s*\{{{_ENVIRONMENT}\}}|\\end\s*\{{align(?:ed)?at\*?\}}"),
    ("", r"\\begin\s*\{align(?:ed)?at\*?\}\s*\{\s*\d+\s*\}"),
    ("LCASES", r"\\begin\s*\{d?cases\}"),
    ("RCASES", r"\\end\s*\{d?cases\}"),
    ("AMPERSAND", "&"),
    ("", r"\\substack" + _END),
    ("", r"\\(?:label|tag\*?)\s*\{[^{}]*\}"),
    ("", r"\\(?:left|right|middle|[bB]igg?[lrm]?)" + _END + r"(?:\s*\.)?"),
    ("", _SPACE + r"|\{\s*\}"),
    ("T", _in_font("T|\\\\top") + r"|T|\\(?:top|intercal)" + _END),
    ("D", _in_font("d") + "|d" + _END + "|d(?=[A-Z])"),
    ("ONES", _in_font("1") + r"|\\vec\s*\{?\s*1\s*\}?"),
    ("REALS", r"\\mathbb\s*(?:\{\s*R\s*\}|\s?R)"),
    (
        "FUNCTION",
        _in_font(_FUNCTION) + r"|\\(?:exp|log|ln|tanh|max|min|tr|diag)" + _END + "|Loss" + _END,
    ),
    ("LOSS", r"\\mathcal\s*(?:\{\s*[LC]\s*\}|\s?[LC])"),
    ("WORD", r"\\(?:text|textrm|mbox|textit|textbf)\s*\{[^{}]*\}"),
    ("WORD", r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]+"),
    (
        "WORD",
        r"\\(?:forall|implies|iff|Rightarrow|Longrightarrow|Leftrightarrow|qquad|quad|therefore|because)"
        + _END,
    ),
    ("", _FONT + _END),
    ("SUM", r"\\sum" + _END),
    ("FRAC", r"\\[dtc]?frac" + _END),
    ("SQRT", r"\\sqrt" + _END),
    ("PARTIAL", r"\\partial" + _END),
    ("NABLA", r"\\nabla" + _END),
    ("HAT", r"\\(?:wide)?hat" + _END),
    ("ODOT", r"\\(?:odot|circ)" + _END),
    ("OSLASH", r"\\oslash" + _END),
    ("TIMES", r"\\times" + _END),
    ("COLON", r"\\bullet" + _END + r"|\\cdot(?=\s*(?:\\,\s*)?[,}])|(?<=[{,])\\cdot" + _END),
    ("CDOT", r"\\cdot" + _END),
    ("DOTS", r"\\(?:dots|ldots|cdots|dotsc)" + _END + r"|…|\.\.\."),
    ("DEFINES", r":=|\\(?:coloneqq|coloneq|triangleq)" + _END + r"|\\equiv" + _END),
    (
        "DEFINES",
        r"\\(?:overset|stackrel)\s*\{[^=]*(?:def|triangle|Delta|定义)[^=]*\}\s*(?:\{\s*=\s*\}|=)",
    ),
    ("ARROW", r"\\(?:leftarrow|gets|rightarrow|to)" + _END),
    ("IN", r"\\in" + _END),
    (
        "COMPARE",
        r"\\(?:leqslant|geqslant|leq|geq|neq|le|ge|ne|lt|gt)" + _END + r"|\\not\s*=|<|>|≤|≥|≠",
    ),
    ("EQUALS", "="),
    ("LNORM", r"\\lVert" + _END + r"|\\lvert" + _END),
    ("RNORM", r"\\rVert" + _END + r"|\\rvert" + _END),
    ("NORM", r"\\Vert" + _END + r"|\\\||\\vert" + _END + r"|\|"),
    ("LANGLE", r"\\langle" + _END),
    ("RANGLE", r"\\rangle" + _END),
    ("LSET", r"\\\{|\\lbrace" + _END),
    ("RSET", r"\\\}|\\rbrace" + _END),
    ("PRIME", r"'|\\prime" + _END + "|′"),
    ("SUP", r"\^"),
    ("SUB", "_"),
    ("LBRACE", r"\{"),
    ("RBRACE", r"\}"),
    ("LPAREN", r"\("),
    ("RPAREN", r"\)"),
    ("LBRACKET", r"\["),
    ("RBRACKET", r"\]"),
    ("PLUS", r"\+"),
    ("MINUS", "-|−"),
    ("SLASH", "/"),
    ("COLON", r":(?=\s*[,}])|(?<=[{,_]):"),
    ("COMMA", r":|\\colon" + _END),
    ("NUMBER", r"\d+(?:\.\d+)?"),
    ("COMMA", r"[,;]|\.(?!\d)"),
    ("NAME", rf"[A-Za-z]|\\(?:{_GREEK})" + _END),
)
_PATTERN = re.compile("|".join(f"(?P<r{n}>{rule})" for n, (_, rule) in enumerate(_RULES)))
_SEPARATORS = {"BREAK", "COMMA", "AMPERSAND"}
_DIGITS = {"SUP": 1, "SUB": 1, "SQRT": 1, "FRAC": 2}
_OPENING = {"LBRACE", "LPAREN", "LBRACKET", "LNORM", "LANGLE", "LSET", "LCASES"}
_CLOSING = {"RBRACE", "RPAREN", "RBRACKET", "RNORM", "RANGLE", "RSET", "RCASES"}
_RELATIONS = {"EQUALS", "DEFINES", "ARROW", "IN", "COMPARE"}
_OPERATORS = {"PLUS", "ODOT", "OSLASH", "TIMES", "CDOT", "SLASH"}  # a minus sign may begin a row


def read_tokens(latex: str) -> list[Token]:
    r"""Return the tokens of a displayed equation.

    Parameters
    ----------
    latex : str
        LaTeX as it stands in a display, without the dollar signs.

    Returns
    -------
    list of Token
        With `start_pos` and `end_pos`; separators once each, and none at either end.

    Raises
    ------
    UnreadableError
        If a character or command is not of the notation, or the text is too long or too deep.

    Examples
    --------
    >>> [(token.type, str(token)) for token in read_tokens(r"\bm{b}^{l} \, \mathbf{1}_{M}")][:5]
    [('LBRACE', '{'), ('NAME', 'b'), ('RBRACE', '}'), ('SUP', '^'), ('LBRACE', '{')]
    """
    if len(latex) > MAX_LENGTH:
        raise UnreadableError(f"the equation is longer than {MAX_LENGTH} characters", MAX_LENGTH)
    tokens = list(_join_separators(list(_scan(latex))))
    if len(tokens) > MAX_TOKENS:
        raise UnreadableError(
            f"the equation has more than {MAX_TOKENS} symbols", tokens[MAX_TOKENS].start_pos
        )
    _require_shallow(tokens)
    return tokens


def _scan(latex: str) -> Iterator[Token]:
    place = 0
    open_norms: set[bool] = set()  # whether they are bars; a bar opens and closes alike
    digits = 0  # TeX takes one digit after ^ and _, and two after \frac: \frac12 is one half
    while place < len(latex):
        found = _PATTERN.match(latex, place)
        if not found:
            what = re.match(
                r"\\(?:begin|end)\s*\{[^{}]*\}|\\[A-Za-z]+|\\.|.", latex[place:], re.DOTALL
            )
            raise UnreadableError(f"{what[0] if what else '?'} is not of the notation", place)
        kind = _RULES[int((found.lastgroup or "r0")[1:])][0]
        end = place + 1 if kind == "NUMBER" and digits else found.end()
        text = latex[place:end]
        if kind == "NORM":
            is_bar = text in {"|", r"\vert"}
            kind = "RNORM" if is_bar in open_norms else "LNORM"
            open_norms ^= {is_bar}
        elif kind == "WORD":
            kind = "COMMA"
        elif kind == "LOSS":
            kind, text = "NAME", "C"
        elif text == r"\ell":
            text = "l"
        if kind:
            digits = digits - 1 if kind == "NUMBER" and digits else _DIGITS.get(kind, 0)
            yield Token(kind, text, start_pos=place, end_pos=end)
        place = end


def _join_separators(tokens: list[Token]) -> Iterator[Token]:
    """Yield the tokens with one separator where there are several, and none at either end."""
    before: Token | None = None
    marks: list[Token] = []
    opened: list[str] = []
    for at, token in enumerate(tokens):
        if token.type in _SEPARATORS:
            marks.append(token)
            continue
        if before is not None and marks:
            separator = _separator(marks, before, tokens[at:], opened)
            if separator is not None:
                yield separator
        before, marks = token, []
        if token.type in _OPENING:
            opened.append(token.type)
        elif token.type in _CLOSING and opened:
            opened.pop()
        yield token


def _separator(
    marks: list[Token], before: Token, row: list[Token], opened: list[str]
) -> Token | None:
    r"""Return the separator between a token and a row; none where a sum or product goes on.

    A break outweighs a comma. Inside brackets, as in `\substack`, it is a comma, and in cases
    `&` is one.
    """
    in_cases = opened[-1:] == ["LCASES"]
    marks = [mark for mark in marks if mark.type != "AMPERSAND" or in_cases]
    if not marks or before.type == "LCASES" or row[0].type == "RCASES":
        return None
    breaks = [mark for mark in marks if mark.type == "BREAK"]
    is_layout = all(mark.type == "BREAK" or mark.startswith(r"\q") for mark in marks)  # \quad
    if row[0].type in _OPERATORS:
        return None
    if is_layout and before.type in {*_OPERATORS, *_RELATIONS, "MINUS"}:
        return None
    if row[0].type == "MINUS" and breaks and is_layout and not in_cases:
        rest = itertools.takewhile(lambda token: token.type != "BREAK", row)
        if opened or not any(token.type in _RELATIONS for token in rest):
            return None
    if breaks and (in_cases or not opened):
        return breaks[0]
    return marks[0].update(type="COMMA")


def _require_shallow(tokens: list[Token]) -> None:
    depth = 0
    for token in tokens:
        depth += (token.type in _OPENING) - (token.type in _CLOSING)
        if depth > MAX_DEPTH:
            raise UnreadableError(
                f"brackets are nested more than {MAX_DEPTH} deep", token.start_pos
            )
