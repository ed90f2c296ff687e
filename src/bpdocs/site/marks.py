"""The mark of a formula that is meant to be false: a cross and the name of its mistake."""

import html

MISTAKE_NAMES = {
    "transpose": {"en": "transpose", "zh": "转置有误"},
    "1/M missing": {"en": "1/M missing", "zh": "漏掉 1/M"},
    "1/M twice": {"en": "1/M twice", "zh": "1/M 乘了两次"},
    "σ′ missing": {"en": "σ′ missing", "zh": "漏掉 σ′"},
    "σ′ for σ": {"en": "σ′ for σ", "zh": "σ 误作 σ′"},
    "σ′ where none belongs": {"en": "σ′ where none belongs", "zh": "多出 σ′"},
    "sign": {"en": "wrong sign", "zh": "正负号有误"},
    "layer": {"en": "wrong layer", "zh": "层号有误"},
    "index": {"en": "wrong index", "zh": "下标有误"},
    "order": {"en": "factors in the wrong order", "zh": "因子次序有误"},
    "⊙ for a matrix product": {"en": "⊙ for a matrix product", "zh": "矩阵乘积误作 ⊙"},
    "matrix product for ⊙": {"en": "matrix product for ⊙", "zh": "⊙ 误作矩阵乘积"},
    "sum": {"en": "sum over the wrong index", "zh": "求和下标有误"},
    "sum missing": {"en": "sum over the samples missing", "zh": "漏掉对样本的求和"},
    "softmax": {"en": "⊙ with softmax", "zh": "对 softmax 用了 ⊙"},
}
"""The names of `bpdocs.equations.MISTAKES` in the words of each language."""

# For those who hear the page: the cross alone says nothing.
_FALSE = {"en": "False on purpose: ", "zh": "故意写错："}


def render_mark(mistake: str, language: str) -> str:
    """Return the HTML of a mark, which needs neither colours nor scripts.

    Parameters
    ----------
    mistake : str
        A key of `MISTAKE_NAMES`.
    language : str
        "en" or "zh".
    """
    name = html.escape(MISTAKE_NAMES[mistake][language], quote=False)
    return (
        '<small class="bp-mark" data-search-exclude><span aria-hidden="true">✗ </span>'
        f'<span class="bp-spoken">{_FALSE[language]}</span>{name}</small>'
    )
