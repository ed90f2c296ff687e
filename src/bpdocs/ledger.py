r"""The ledger of $1/M$: between losses that divide the same sum by different numbers."""

import numpy as np

from bpdocs._checks import finite_result, require_choice, require_floats, require_size

# By what the sum of the losses of all entries is divided: 2, M and N_L, each or not.
LOSS_CONVENTIONS = {
    "sum": (1, 0, 0),
    "half_sum": (2, 0, 0),
    "mean_over_samples": (1, 1, 0),
    "half_mean_over_samples": (2, 1, 0),
    "mean_over_entries": (1, 1, 1),
    "half_mean_over_entries": (2, 1, 1),
}


@finite_result
def rescale_loss_gradient(
    gradient: np.ndarray,
    n_samples: int,
    n_out: int,
    from_convention: str,
    to_convention: str = "half_mean_over_samples",
) -> np.ndarray:
    r"""Return a gradient of one convention's loss as that of another's: the ledger of $1/M$.

    All conventions divide the same sum over the entries of $A^L$, $\sum_{j,m} c_{j,m}$, where
    $c = (a - y)^2$ for the squared error:

    | convention | divides by | met in |
    |---|---|---|
    | `sum` | 1 | PyTorch's `MSELoss(reduction="sum")` |
    | `half_sum` | 2 | many books |
    | `mean_over_samples` | $M$ | the entropies here |
    | `half_mean_over_samples` | $2M$ | `half_squared_error` here |
    | `mean_over_entries` | $M N_L$ | PyTorch's `MSELoss()`, Keras |
    | `half_mean_over_entries` | $2 M N_L$ | |

    Every gradient of $C$ is linear in $C$, so one factor converts them all.

    Parameters
    ----------
    gradient : ndarray
        The gradient with respect to anything: $A^L$, any $Z^l$, $W^l$ or $b^l$.
    n_samples : int
        $M$, of the batch by which the loss was divided.
    n_out : int
        $N_L$, the number of output neurons, also where the gradient is of another layer.
    from_convention, to_convention : str
        One of the names in the table.

    Returns
    -------
    ndarray
        A new array of the shape and dtype of `gradient`.

    Raises
    ------
    TypeError
        If `gradient` is not a float32 or float64 ndarray, or a number is not an integer.
    ValueError
        If a value is not finite, a number is below 1, or a convention is unknown; or if the result
        is too large for the dtype.

    Examples
    --------
    With 4 samples and 3 outputs, $1 / (M N_L)$ is 1/12 and $1 / (2M)$ is 1/8:

    >>> import numpy as np
    >>> rescale_loss_gradient(np.array([[2.0]]), 4, 3, "mean_over_entries")
    array([[3.]])
    """
    function = "rescale_loss_gradient"
    require_floats(function, "gradient", gradient)
    M = require_size(function, "n_samples", n_samples)
    N = require_size(function, "n_out", n_out)
    require_choice(function, "from_convention", from_convention, tuple(LOSS_CONVENTIONS))
    require_choice(function, "to_convention", to_convention, tuple(LOSS_CONVENTIONS))
    # Python's integers do not overflow, and their quotient is rounded once.
    before, after = (
        half * M**by_samples * N**by_outputs
        for half, by_samples, by_outputs in (
            LOSS_CONVENTIONS[from_convention],
            LOSS_CONVENTIONS[to_convention],
        )
    )
    return np.asarray(gradient * (before / after))
