"""The distance of two gradients, whatever their size."""

import numpy as np


def norm(array: np.ndarray) -> float:
    """Return the Frobenius norm, also where the squares of the entries leave the dtype."""
    # Scaling by a power of two rounds nothing.
    _, exponent = np.frexp(np.abs(array).max(initial=0))
    scale = np.ldexp(1.0, exponent - 1)
    return float(scale * np.linalg.norm(array / scale))


def relative_error(analytic: np.ndarray, numeric: np.ndarray, rounding: float = 0.0) -> float:
    """Return the distance over the larger norm; 0 where it is at most `rounding` an entry."""
    distance = norm(analytic - numeric)
    if distance <= rounding * np.sqrt(analytic.size):
        return 0.0
    return distance / max(norm(analytic), norm(numeric))
