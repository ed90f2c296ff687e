r"""How things are spelled in LaTeX: one table of rules, from a spelling to a terminal.

A rule's terminal is one of `grammar.lark`, or "" for what only changes the look (`\bm`, `\,`), or
one that `tokens` resolves: WORD, TEXT, NORM, BEGIN, END, LEFT, RIGHT, EMPTY, AMPERSAND.
"""

import re
import unicodedata

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


_FUNCTION = "exp|log|ln|tanh|max|min|[tT]r|diag|softmax|sigmoid|softplus|relu|ReLU|Loss"
# A function's name typed as letters would be a product of them.
_BARE_FUNCTION = r"(?:exp|log|ln|tanh|max|min|diag|softmax|sigmoid|softplus|relu|ReLU)"
_SPACE = (
    r"(?:[\s~\u200b]|\\[,;:!> ]|(?<!\\)%[^\n]*"
    r"|\\(?:displaystyle|textstyle|limits|nolimits|nonumber|notag)" + _END + ")+"
)

# In this order; the first that matches is taken.
RULES = (
    ("BREAK", r"\\\\(?:\s*\[-?[0-9.]+\s*[a-z]{2}\])?|\\cr" + _END),
    ("BEGIN", r"\\begin\s*\{(?:alignat|alignedat)\*?\}\s*\{\s*[0-9]+\s*\}"),
    ("BEGIN", r"\\begin\s*\{[a-z]+\*?\}"),
    ("END", r"\\end\s*\{[a-z]+\*?\}"),
    ("AMPERSAND", "&"),
    ("", r"\\substack" + _END),
    ("", r"\\(?:label|tag\*?)\s*\{[^{}]*\}"),
    ("LEFT", r"\\left" + _END + r"(?:\s*\.)?"),
    ("RIGHT", r"\\right" + _END + r"(?:\s*\.)?"),
    ("", r"\\(?:middle|[bB]igg?[lrm]?)" + _END + r"(?:\s*\.)?"),
    ("", _SPACE),
    ("EMPTY", r"\{\s*\}"),
    ("T", _in_font("T|\\\\top") + r"|T|\\(?:top|intercal)" + _END),
    ("D", _in_font("d") + "|d" + _END + r"|d(?=[A-Z])|(?<=\{)d(?=[A-Za-z\\])"),
    ("ONES", _in_font("1") + r"|\\vec\s*\{?\s*1\s*\}?"),
    ("REALS", r"\\mathbb\s*(?:\{\s*R\s*\}|\s?R)"),
    (
        "FUNCTION",
        _in_font(_FUNCTION) + r"|\\(?:exp|log|ln|tanh|max|min|tr|diag)" + _END + "|Loss" + _END,
    ),
    ("LOSS", r"\\mathcal\s*(?:\{\s*[LC]\s*\}|\s?[LC])"),
    ("NAME", r"\\(?:text|textrm)\s*(?:\{\s*F\s*\}|\sF" + _END + ")"),
    ("TEXT", r"\\(?:text|textrm|textnormal|mbox|textit|textbf)\s*\{"),
    ("WORD", r"[\u3000-\u303f\u3400-\u9fff，。；：、！？]+"),
    (
        "WORD",
        r"\\(?:forall|implies|iff|Rightarrow|Longrightarrow|Leftrightarrow|therefore|because"
        r"|lor|vee|land|wedge|lnot|neg)" + _END,
    ),
    ("COMMA", r"\\(?:qquad|quad)" + _END),
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
    ("NUMBER", r"[0-9]+(?:\.[0-9]+)?"),
    ("COMMA", r"[,;]|\.(?![0-9])"),
    ("BARE", _BARE_FUNCTION + r"(?=\s*(?:\\[a-zA-Z]+\s*)?[(\[])"),
    ("NAME", rf"[A-Za-z]|\\(?:{_GREEK})" + _END),
)

# Typed as a character; what to write in its place.
_CURES = {
    **dict(zip("＋－／＝（）［］｛｝＜＞", "+-/=()[]{}<>", strict=True)),
    "×": r"\times",
    "✕": r"\times",
    "·": r"\cdot",
    "⋅": r"\cdot",
    "∂": r"\partial",
    "∑": r"\sum",
    "Σ": r"\sum",
    "√": r"\sqrt",
    "∇": r"\nabla",
    "∈": r"\in",
    "∀": r"\forall",
    "⊙": r"\odot",
    "∘": r"\odot",
    "⊘": r"\oslash",
    "ℝ": r"\mathbb{R}",
    "‖": r"\lVert, \rVert",
    "⟨": r"\langle",
    "⟩": r"\rangle",
    "→": r"\to",
    "←": r"\leftarrow",
    "½": r"\frac{1}{2}",
    "²": "^{2}",
    "³": "^{3}",
    "ᵀ": r"^\mathsf{T}",
    "⊤": r"\top",
    "∞": "a number",
    "¹": "^{1}",
    "Δ": r"\Delta",
    "∆": r"\Delta",
    "δ": r"\delta",
    "σ": r"\sigma",
    "η": r"\eta",
    "μ": r"\mu",
    "β": r"\beta",
    "γ": r"\gamma",
    "ε": r"\epsilon",
    "ℓ": r"\ell",
    "ℒ": r"\mathcal{L}",
}


def complaint(latex: str, place: int) -> str:
    """Return why no rule matches at a place, and what to write where that is known."""
    found = re.match(r"\\[A-Za-z]+|\\.|.", latex[place:], re.DOTALL)
    what = found[0] if found else "?"
    if what in _CURES:
        return f"{what} is typed as a character; write {_CURES[what]}"
    if "！" <= what <= "～":
        return f"{what} is a full-width character; write {unicodedata.normalize('NFKC', what)}"
    if len(what) == 1 and not what.isascii():
        name = unicodedata.name(what, "a character without a name").lower()
        return f"{what} ({name}) is not of the notation"
    return f"{what} is not of the notation"
