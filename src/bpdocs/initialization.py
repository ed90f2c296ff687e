"""Random initial weights, with a variance that keeps the size of Z or Δ through the layers."""

# NumPy loads numpy.random on first use; annotations must not be a use.
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bpdocs._checks import require_choice, require_dtype, require_instance, require_size

# Variance of a weight by the shape of its layer, (n_out, n_in).
VARIANCES: dict[str, Callable[[tuple[int, int]], float]] = {
    "xavier": lambda shape: 2 / sum(shape),
    "he": lambda shape: 2 / shape[1],
}


def initial_weight(
    n_in: int,
    n_out: int,
    rng: np.random.Generator,
    initialization: str = "xavier",
    dtype: Any = np.float64,
) -> np.ndarray:
    r"""Return a random weight.

    Parameters
    ----------
    n_in, n_out : int
        $N_{l-1}$ and $N_l$, at least 1.
    rng : numpy.random.Generator
        Draws the entries, in float64 whatever the dtype, so that both dtypes get the same weights.
    initialization : str
        "xavier", variance $2 / (N_{l-1} + N_l)$, for tanh and its like; or "he", variance
        $2 / N_{l-1}$, for relu and its like.
    dtype : dtype
        float64 or float32.

    Returns
    -------
    ndarray of shape (N_l, N_{l-1})
        $W^l$.

    Raises
    ------
    TypeError
        If a size is not an integer, `rng` is not a Generator, or `dtype` is another one.
    ValueError
        If a size is below 1 or the initialisation is unknown.

    References
    ----------
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks",
    AISTATS 2010. He et al., "Delving deep into rectifiers", ICCV 2015.

    Examples
    --------
    >>> import numpy as np
    >>> weight = initial_weight(400, 100, np.random.default_rng(0), "he")
    >>> round(float(weight.var() * 400), 1)
    2.0
    """
    shape = (
        require_size("initial_weight", "n_out", n_out),
        require_size("initial_weight", "n_in", n_in),
    )
    require_instance("initial_weight", "rng", rng, np.random.Generator)
    require_choice("initial_weight", "initialization", initialization, tuple(VARIANCES))
    require_dtype("initial_weight", "dtype", dtype)
    variance = VARIANCES[initialization](shape)
    return (rng.standard_normal(shape) * np.sqrt(variance)).astype(dtype)
