"""Equations as NumPy: the lines are those that an author would write."""

import ast

import pytest

from bpdocs.equations.errors import UnreadableError
from bpdocs.equations.networks.models import MODELS, find_model
from bpdocs.equations.printing.numpy_lines import numpy_lines
from bpdocs.equations.reading.display import read_display


def lines_of(latex, model="dense"):
    """Return the lines of a display."""
    found = find_model(model)
    return numpy_lines(read_display(latex, found.names), found)


@pytest.mark.parametrize(
    ("latex", "line"),
    [
        (
            r"\Delta^{l} = ((W^{l+1})^\mathsf{T} \Delta^{l+1}) \odot (\sigma^{l})'(Z^{l})",
            "delta = (W_next.T @ delta_next) * activation.derivative(Z)",
        ),
        (
            r"\frac{\partial C}{\partial b^{l}} = \Delta^{l} \mathbf{1}_{M}",
            "bias_gradient = delta @ np.ones((M, 1))",
        ),
        (r"W^{l} \in \mathbb{R}^{N_{l} \times N_{l-1}}", "W.shape == (N, N_prev)"),
        (r"A^{0} = X", "X"),
        (
            r"\langle A^{l}, Z^{l} \rangle = \sum_{j,m} A^{l}_{j,m} Z^{l}_{j,m}",
            "np.allclose(np.sum(A * Z), "
            "sum(A[j, m] * Z[j, m] for j in range(N) for m in range(M)))",
        ),
        (
            r"\sum_{n \ne m} \delta_{n,m} Y_{j,n} = 0",
            "np.allclose(sum(float(n == m) * Y[j, n] for n in range(M) if n != m), 0)",
        ),
        (
            r"X_{j,m} = \sum_{n=2}^{3} 0 X_{j,n} + X_{j,m}",
            "X[j, m] = sum(0 * X[j, n] for n in range(1, 3)) + X[j, m]",
        ),
        (
            r"C = \sum_{l=1}^{L} \lVert W^{l} \rVert_{F}^{2}",
            "loss = sum(np.linalg.norm(W[l]) ** 2 for l in range(1, L + 1))",
        ),
        (r"C = 2 - (3 - C)", "loss = 2 - (3 - loss)"),
        (r"C = 1234567 C", "loss = 1234567 * loss"),
        (r"C = 0.1 C", "loss = 0.1 * loss"),
        (r"C = 10^{-12} C", "loss = 10 ** -12 * loss"),
        (r"C = 0.000000000001 C", "loss = 1e-12 * loss"),
        (
            r"Z^{l} \mathbf{0}_M = \mathbf{0}_{N_l}",
            "np.allclose(Z @ np.zeros((M, 1)), np.zeros((N, 1)))",
        ),
        (r"\operatorname{ReLU}(Z^{l}) = Z^{l}", "np.allclose(relu(Z), Z)"),
        (r"A^{l}_{j,m} = \sigma^{l}(2 Z^{l}_{j,m})", "A[j, m] = activation(np.array(2 * Z[j, m]))"),
        (r"C = C(A^{L}, Y)", "loss = half_squared_error(A, Y)"),
        (
            r"M = \mathbf{1}_{M}^\top \mathbf{1}_{M}",
            "np.allclose(M, (np.ones((M, 1)).T @ np.ones((M, 1))).item())",
        ),
        (
            r"\sum_{i} W^{1}_{j,i} = \sum_{i=1}^{N_0} W^{1}_{j,i}",
            "np.allclose(sum(W_1[j, i] for i in range(N_0)), sum(W_1[j, i] for i in range(N_0)))",
        ),
        (
            r"\sum_{l=1}^{L-1} \sum_{j} b^{l}_{j} = C",
            "np.allclose(sum(sum(b[l][j, 0] for j in range(N[l])) for l in range(1, L)), loss)",
        ),
        (
            r"C = \frac{2 C}{3 C} + \frac{C}{2 + C}",
            "loss = 2 * loss / (3 * loss) + loss / (2 + loss)",
        ),
    ],
)
def test_line_is_that_of_an_author(latex, line):
    """Names, brackets and indices are those that one would write."""
    assert lines_of(latex) == [line]


@pytest.mark.parametrize(
    ("condition", "comment"),
    [
        (r"k \ne j \text{ or } n \ne m", "k != j or n != m"),
        (r"k \ne j \text{ and } n \ne m", "k != j and n != m"),
        (r"k = j = 1", "k == j == 0"),
        (r"2 \le n < M", "1 <= n < M - 1"),
        (r"n = m + 1", "n == m + 1"),
    ],
)
def test_condition_is_a_comment_that_counts_from_zero(condition, comment):
    """Conditions on elements stand behind their line as Python, with indices from 0."""
    latex = r"\frac{\partial A^{l}_{k,n}}{\partial Z^{l}_{j,m}} = 0 \quad \text{if } "
    assert lines_of(latex + condition) == [f"dA_dZ[k, n, j, m] = 0  # {comment}"]


def test_otherwise_denies_the_other_cases():
    """What cases leave is written with not."""
    latex = (
        r"\frac{\partial A^{l}_{k,n}}{\partial Z^{l}_{j,m}} = \begin{cases} 1 & k = j "
        r"\text{ and } n = m \\ 0 & \text{otherwise} \end{cases}"
    )
    assert [line.partition("  # ")[2] for line in lines_of(latex)] == [
        "k == j and n == m",
        "not (k == j and n == m)",
    ]


def test_page_has_arrays_of_its_own():
    """A letter that a page introduces keeps its name; a hat stands behind it."""
    latex = r"\hat{G} \in \mathbb{R}^{N_{l} \times M}, \; \hat{G} \odot Z^{l} = Z^{l}"
    assert lines_of(latex) == ["G_hat.shape == (N, M)", "np.allclose(G_hat * Z, Z)"]


def test_step_behind_a_training_step_is_compared():
    """An update has changed the parameter, so what equals its right side is not assigned again."""
    latex = r"W^{l} \leftarrow W^{l} - \eta \frac{\partial C}{\partial W^{l}} = W^{l}"
    assert lines_of(latex, "training") == [
        "W = W - eta * weight_gradient",
        "np.allclose(W - eta * weight_gradient, W)",
    ]


def test_rows_have_their_own_layout():
    """With samples as rows, softmax and the loss of the package get columns."""
    assert lines_of(r"A^{l} = \operatorname{softmax}(Z^{l})", "rows") == ["A = softmax(Z.T).T"]
    assert lines_of(r"C = C(A^{L}, Y)", "rows") == ["loss = half_squared_error(A.T, Y.T)"]


@pytest.mark.parametrize(
    "latex",
    [
        r"\frac{\partial \lVert Z^{l} \rVert_F^2}{\partial W^{l}} = W^{l}",
        r"(\sigma^{l})''(Z^{l}) = Z^{l}",
        r"A^{L-l} = A^{L-l}",
    ],
)
def test_what_a_line_would_say_wrong_is_refused(latex):
    """No line is printed that would compute something else."""
    with pytest.raises(UnreadableError, match=r"has no (NumPy|name in NumPy)"):
        lines_of(latex)


def test_shapes_that_do_not_fit_are_an_error():
    """A display that is false for its shapes has no lines."""
    with pytest.raises(UnreadableError, match=r"N_l × M and N_\{l-1\} × M does not fit"):
        lines_of(r"W^{l} = \Delta^{l} A^{l-1}")


def test_single_sample_has_small_letters():
    """In the model of one sample, arrays are called as on the page."""
    assert lines_of(r"z^{l} = W^{l} a^{l-1} + b^{l}", "single_sample") == ["z = W @ a_prev + b"]


def test_what_has_no_numpy_is_an_error():
    """The differential of an expression is refused with a sentence."""
    with pytest.raises(UnreadableError, match="has no NumPy"):
        lines_of(r"\mathrm{d}(W^{l} A^{l-1}) = \mathrm{d}Z^{l}")


@pytest.mark.parametrize("model", MODELS)
def test_names_of_every_model_can_be_printed(model):
    """Every array of a model has a name in NumPy."""
    small = model == "single_sample"
    latex = r"a^{l} = a^{l}" if small else r"\bm{A}^{l} = \sigma^{l}(\bm{Z}^{l})"
    (line,) = lines_of(latex, model)
    ast.parse(line)
