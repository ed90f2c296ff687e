r"""What words between formulas say: they join conditions, negate them, or say nothing.

A word that is not known is refused: leaving it out could turn what was written into its opposite.
"""

import re
from collections.abc import Iterator

from bpdocs.equations.errors import UnreadableError

# Roles. "for" and "if" announce conditions, "all" lets letters stand alone, "so" says that what
# follows is concluded, "then" that it is what a condition is for, "iff" joins statements; "beyond"
# ends what "unless" has begun. Words that restrict (last, output) are not among the silent ones.
_ENGLISH = {
    "for": "for where wherever with",
    "if": "if when whenever provided given",
    "all": "all every each any",
    "and": "and",
    "or": "or",
    "not": "not",
    "unless": "unless except excluding",
    "otherwise": "otherwise else",
    "then": "then",
    "so": "so hence therefore thus since because have get obtain find gives yields follows "
    "recall note",
    "": "a an the of to in on at by as from also that this these here now again finally we let see "
    "chain rule definition def linearity product either case cases "
    "layer layers neuron neurons sample samples batch column columns row rows entry entries "
    "element elements loss error errors gradient network forward backward "
    "pass holds which",
}
_ROLES = {word: role for role, words in _ENGLISH.items() for word in words.split()}

_CHINESE = {
    "for": "对 对于 其中 在 满足",
    "if": "当 若 如果 只要 假如",
    "all": "所有 任意 每个 每一个 每一 任一 任何 一切 各",
    "and": "且 并且 和 与 及 以及 同时 而且",
    "or": "或 或者 或是",
    "not": "不 非",
    "unless": "除非 除了 除去 除 排除",
    "beyond": "以外 之外 外",
    "otherwise": "否则 其他 其它 其余",
    "iff": "当且仅当",
    "then": "则 那么",
    "so": "所以 因此 因而 故 于是 有 得 得到 可得 即 也就是 由 因为 由于 显然",
    "": "根据 按照 定义 链式法则 公式 等式 成立 层 样本 神经元 第 个 的 是 这 就 都 而 时 的时候 "
    "此时 这里 我们 记 设 令 下 中 上 情况 情形 损失 误差 梯度 列 行 元素 再 又 也",
}
_ROLES |= {word: role for role, words in _CHINESE.items() for word in words.split()}
_LONGEST = max(len(word) for words in _CHINESE.values() for word in words.split())

_COMMANDS = {
    r"\forall": "all",
    r"\iff": "iff",
    r"\Leftrightarrow": "iff",
    r"\lor": "or",
    r"\vee": "or",
    r"\land": "and",
    r"\wedge": "and",
    r"\lnot": "not",
    r"\neg": "not",
    **dict.fromkeys((r"\implies", r"\Rightarrow", r"\Longrightarrow"), "so"),
    **dict.fromkeys((r"\therefore", r"\because"), "so"),
}
_MARKS = {"stop": re.compile("[.;。；]"), "colon": re.compile("[:：]")}
_PUNCTUATION = re.compile(r"[\s,.;:()!~\u3000-\u3002\u3008-\u3011，。；：！？（）“”‘’\-—–]+")
_PIECES = re.compile(r"[A-Za-z][A-Za-z']*|[\u3400-\u9fff]+|\S")


def roles_of(text: str, place: int) -> frozenset[str]:
    r"""Return what the words of a text say.

    Parameters
    ----------
    text : str
        Words in English or Chinese with their punctuation, or a command such as \forall.
    place : int
        Where the text begins in the LaTeX.

    Returns
    -------
    frozenset of str
        Roles of the words, and "stop" for a full stop or semicolon, "colon" for a colon; empty
        where they say nothing.

    Raises
    ------
    UnreadableError
        If a word is not known.

    Examples
    --------
    >>> sorted(roles_of("or when", 0)), sorted(roles_of("除非", 0))
    (['if', 'or'], ['unless'])
    """
    if text in _COMMANDS:
        return frozenset({_COMMANDS[text]})
    found = {_ROLES[word] for word in _words(_PUNCTUATION.sub(" ", text), place)} - {""}
    return frozenset(found | {name for name, mark in _MARKS.items() if mark.search(text)})


def _words(text: str, place: int) -> Iterator[str]:
    for piece in _PIECES.findall(text):
        if piece[0].isascii():
            if piece.lower() not in _ROLES:
                raise _unknown(piece, place)
            yield piece.lower()
        else:
            yield from _chinese_words(piece, place)


def _chinese_words(text: str, place: int) -> Iterator[str]:
    """Cut Chinese text into known words, the longest first: 并且 before 并."""
    at = 0
    while at < len(text):
        length = next((n for n in range(_LONGEST, 0, -1) if text[at : at + n] in _ROLES), 0)
        if not length:
            raise _unknown(text[at:], place)
        yield text[at : at + length]
        at += length


def _unknown(word: str, place: int) -> UnreadableError:
    return UnreadableError(
        f"the word {word!r} is not understood; conditions are joined by for, if, and, or, unless, "
        "otherwise (当, 且, 或, 除非, 否则). Put other words outside the equation, and mathematics "
        r"in \text between dollar signs",
        place,
    )
