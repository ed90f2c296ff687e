"""No input makes the checker hang, recurse without end, crash, or run anything."""

import string
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpdocs.equations import MODELS, check
from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.reading.tokens import read_tokens

PIECES = [
    *(
        [
            r"\frac",
            r"\partial",
            r"\sum",
            r"\bm",
            r"\mathbf",
            r"\mathsf",
            r"\sigma",
            r"\Delta",
            r"\delta",
            r"\odot",
            r"\times",
            r"\cdot",
        ]
    ),
    *(
        [
            r"\left(",
            r"\right)",
            r"\lVert",
            r"\rVert",
            r"\langle",
            r"\rangle",
            r"\{",
            r"\}",
            r"\in",
            r"\mathbb{R}",
            r":=",
            r"=",
            r"<",
            r"\le",
            r"\ne",
        ]
    ),
    *(
        [
            r"\quad",
            r"\\",
            r"&",
            r"\text{so}",
            r"，",
            r"{",
            r"}",
            r"(",
            r")",
            r"[",
            r"]",
            r"^",
            r"_",
            r",",
            r".",
            r"+",
            r"-",
            r"/",
            r"'",
            r"|",
            r":",
            r"\max",
            r"\log",
            r"\exp",
            r"\hat",
        ]
    ),
    *(
        [
            "W",
            "b",
            "Z",
            "A",
            "X",
            "Y",
            "C",
            "M",
            "L",
            "N",
            "l",
            "j",
            "k",
            "m",
            "n",
            "i",
            "T",
            "d",
            "e",
            "0",
            "1",
            "2",
            "{l}",
            "{l+1}",
            "^{l}",
            "_{j,m}",
            "{1}",
        ]
    ),
    *(
        [
            r"\mathrm{d}",
            r"\operatorname{tr}",
            r"\mathbf{1}_{M}",
            r"\nabla",
            r"\dots",
            r"\sqrt",
            r"\leftarrow",
            r"\infty",
        ]
    ),
    r"\bm{W}^{l}",
    r"\bm{A}^{l-1}",
    r"(\sigma^{l})'(\bm{Z}^{l})",
]
STATUSES = {"holds", "fails", "unreadable"}


@settings(max_examples=400, deadline=4000)
@given(st.lists(st.sampled_from(PIECES), max_size=24).map(" ".join), st.sampled_from([*MODELS]))
def test_any_order_of_symbols_gets_a_verdict(latex, model):
    """Whatever the symbols are put to, there is a verdict, and a sentence."""
    verdict = check(latex, model)
    assert verdict.status in STATUSES
    assert verdict.sentence


@settings(max_examples=200, deadline=2000)
@given(st.text(max_size=60))
def test_any_text_gets_a_verdict(text):
    """Any text at all is read or refused."""
    assert check(text).status in STATUSES


@settings(max_examples=100, deadline=2000)
@given(st.text(alphabet=string.printable, max_size=60))
def test_nothing_but_tokens_comes_from_text(text):
    """Tokens cover the text in order, and nothing else is raised."""
    try:
        tokens = read_tokens(text)
    except UnreadableError:
        return
    places = [(token.start_pos, token.end_pos) for token in tokens]
    assert places == sorted(places)
    assert all(begin < end <= len(text) for begin, end in places)


@pytest.mark.parametrize(
    "latex",
    [
        "(" * 3000 + "A",
        "{" * 300 + "A" + "}" * 300 + " = A",
        r"\frac{1}{" * 200 + "M" + "}" * 200 + " = 1",
        r"\partial " * 700,
        r"\sum_{m} " * 400 + "X_{j,m} = 0",
        "-" * 790 + "M = M",
        "C" + " + C" * 390 + " = C",
        "C" + " C" * 390 + " = C",
        "C" + "'" * 700 + " = C",
        "C" + "^{2" * 100 + "}" * 100 + " = C",
        "A" * 5000,
        "9" * 3000 + " = C",
        r"C = 9^{9^{9^{9^{9}}}}",
        r"\sum_{m=1}^{999999999} 1 = M",
        r"\sum_{h,i,j,k,m,n,p,q,r,s=1}^{9} 1 = M",
        r"\sum_{l=1}^{99999999} C = C",
        r"X_{i,m} X_{j,n} X_{k,p} X_{h,q} X_{r,s} = X_{i,m} X_{j,n} X_{k,p} X_{h,q} X_{r,s} \, 2",
        r"A^{l} A^{i} A^{j} A^{k} A^{m} A^{n} = A^{p}",
        r"\mathrm{d}" * 300 + r"\bm{Z}^{l} = 0",
        r"A^{l+99999999999999999999} = Z^{l}",
        r"\mathbf{1}_{999999999} = \mathbf{1}_{999999999}",
        r"I_{99999} I_{99999} = I_{99999}",
        "__import__('os').system('true') = 1",
        "{A.__class__} = A",
        r"C = \frac{\dots}{M}",
        r"\bm{\dots}^{l} = A^{l}",
        r"\frac{\partial}{\partial Z^{l}_{j,m}} \tanh = 1",
        r"\sum_{m=3}^{1} \Delta^{l}_{j,m} = \Delta^{l}_{j,1}",
        r"\max_{m=3}^{1} \Delta^{l}_{j,m} = \Delta^{l}_{j,1}",
        " = ".join(f"{n} C" for n in range(1, 200)),
        r"\begin{cases}" * 30 + "C = C",
        r"C = \begin{cases} C & \end{cases}",
        r"C = \begin{cases} \\ \end{cases} = C",
        r"C = 10^{400} C",
        r"C = 2^{9999} C",
        r"C = \frac{C}{0}",
        r"C = \log(-1)",
        r"C = \sqrt{-1} + 0^{-1}",
        r"C = \exp(\exp(\exp(\exp(9))))",
        "\x00\ud800",
    ],
)
def test_hostile_display_is_refused_in_time(latex):
    """Deep, long, huge or hostile: refused or judged within two seconds."""
    begin = time.perf_counter()
    assert check(latex).status in STATUSES - {"holds"}
    assert time.perf_counter() - begin < 2
