"""The mark of a formula that is meant to be false: a cross and the name of its mistake."""

import html

_CHINESE = {
    "⊙ with softmax": "对 softmax 用了 ⊙",
    "softmax without its second term": "softmax 的导数漏掉第二项",
    "wrong sign": "正负号有误",
    "1/M twice": "1/M 乘了两次",
    "1/M missing": "漏掉 1/M",
    "1/M superfluous": "多出 1/M",
    "factor M": "差一个因子 M",
    "factor 2": "差一个因子 2",
    "factor 1/2": "差一个因子 1/2",
    "factor N_L": "差一个因子 N_L",
    "factor N_l": "差一个因子 N_l",
    "mean for a sum": "求和误作平均",
    "sum for a mean": "平均误作求和",
    "σ′ twice": "σ′ 乘了两次",
    "σ′ missing": "漏掉 σ′",
    "σ′ for σ": "σ 误作 σ′",
    "σ for σ′": "σ′ 误作 σ",
    "σ′ superfluous": "多出 σ′",
    "γ twice": "γ 乘了两次",
    "γ missing": "漏掉 γ",
    "γ superfluous": "多出 γ",
    "momentum factor missing": "漏掉动量系数",
    "learning rate missing": "漏掉学习率",
    "learning rate superfluous": "多出学习率",
    "bias without ones": "偏置没有乘以全 1 的行",
    "statistics held fixed": "把均值和标准差当作常数",
    "square missing": "漏掉平方",
    "indices swapped": "下标次序颠倒",
    "transpose": "转置有误",
    "⊙ for a matrix product": "矩阵乘积误作 ⊙",
    "matrix product for ⊙": "⊙ 误作矩阵乘积",
    "sum over the samples missing": "漏掉对样本的求和",
    "sum over a neuron index missing": "漏掉对神经元的求和",
    "sum superfluous": "多出求和",
    "wrong sum": "求和的下标或上下限有误",
    "wrong layer": "层号有误",
    "order of factors": "因子次序有误",
    "wrong length": "全 1 向量或单位矩阵的长度有误",
    "Kronecker delta missing": "漏掉克罗内克 δ",
    "wrong index": "下标有误",
    "wrong quantity": "误用了另一个量",
    "rows and columns exchanged": "行与列颠倒",
    "shapes do not fit": "形状不相容",
}

MISTAKE_NAMES = {name: {"en": name, "zh": chinese} for name, chinese in _CHINESE.items()}
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
