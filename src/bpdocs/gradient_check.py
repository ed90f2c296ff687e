r"""Gradient check: the backward pass against differences of the loss, entry by entry."""

# NumPy loads numpy.random on first use; annotations must not be a use.
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bpdocs._checks import (
    finite_result,
    overflow_told,
    require_callable,
    require_choice,
    require_floats,
    require_instance,
    require_positive,
    require_result,
    require_size,
)
from bpdocs._norms import relative_error
from bpdocs.entry_derivative import Parameter
from bpdocs.gradient_report import GradientReport, ParameterCheck
from bpdocs.losses import Loss, half_squared_error
from bpdocs.network import Network
from bpdocs.trace import Gradients

__all__ = [
    "GradientReport",
    "ParameterCheck",
    "check_gradients",
    "numeric_gradient",
]


@finite_result
def numeric_gradient(
    function: Callable[[np.ndarray], float], variable: np.ndarray, step: float = 1e-5
) -> np.ndarray:
    r"""Return the gradient of a scalar function by central differences.

    Every entry $x$ of `variable` is moved by $\pm h$:
    $\partial C / \partial x \approx (C(x + h) - C(x - h)) / 2h$, with an error of order $h^2$.

    Parameters
    ----------
    function : callable
        Takes an array of the shape of `variable`, returns a number.
    variable : ndarray of any shape, float64
        Where to differentiate; it is not modified.
    step : float
        $h > 0$.

    Returns
    -------
    ndarray of the shape of `variable`
        The approximate gradient.

    Raises
    ------
    TypeError
        If `variable` is not a float64 ndarray, `step` is not a number, or `function` cannot be
        called or returns no real number.
    ValueError
        If a value is not finite, `step` is not positive or too small to move an entry, or the
        result is too large for the dtype.

    Examples
    --------
    >>> import numpy as np
    >>> numeric_gradient(lambda x: float((x**2).sum()), np.array([[1.0, -2.0]])).round(6)
    array([[ 2., -4.]])
    """
    require_callable("numeric_gradient", "function", function)
    require_floats("numeric_gradient", "variable", variable)
    require_float64("numeric_gradient", "variable", variable)
    require_step("numeric_gradient", step, variable)
    moved = variable.copy()
    gradient = np.empty_like(variable)

    def value_at(index: tuple[int, ...], entry: Any) -> Any:
        moved[index] = entry
        value = function(moved)
        if np.ndim(value) != 0 or np.asarray(value).dtype.kind not in "fiu":
            raise TypeError(
                f"numeric_gradient: function must return a real number, got {type(value).__name__}"
            )
        return value

    for index in np.ndindex(variable.shape):
        here = variable[index]
        above, below = value_at(index, here + step), value_at(index, here - step)
        moved[index] = here
        # here ± step is rounded: divide by the distance really gone.
        gradient[index] = (above - below) / ((here + step) - (here - step))
    return gradient


@overflow_told()
def check_gradients(
    network: Network,
    inputs: np.ndarray,
    targets: np.ndarray,
    loss: Loss = half_squared_error,
    step: float = 1e-5,
    method: str = "central",
    gradients: Gradients | None = None,
    n_entries: int | None = None,
    rng: np.random.Generator | None = None,
) -> GradientReport:
    r"""Compare gradients with differences of the loss, parameter by parameter.

    The page is [Gradients of W and b](../derivation/gradients.md#check).
    At a kink (relu at 0) no derivative exists: an entry whose difference straddles one is not
    judged, as long as the gradient is one of the slopes on either side or lies between them.
    Choose sizes that differ pairwise, M among them: a square layer hides a transpose.

    Parameters
    ----------
    network : Network
        In float64; it is not modified.
    inputs : ndarray of shape (N_0, M)
        $X$.
    targets : ndarray of shape (N_L, M), or integers of shape (M,)
        $Y$, or classes where the loss takes them.
    loss : Loss
        $C$.
    step : float
        $h > 0$ of the central difference.
    method : str
        "central", or "complex": $\mathrm{Im}\, C(x + ih) / h$ with $h = 10^{-30}$, which takes no
        difference, so nothing cancels, but needs rules that take complex arrays.
    gradients : Gradients or None
        What to judge; what the backward pass gives if None.
    n_entries : int or None
        At most so many entries of each parameter are compared; all if None.
    rng : numpy.random.Generator or None
        Draws the entries, without replacement; needed with `n_entries`.

    Returns
    -------
    GradientReport
        Both gradients and the relative error of every parameter, and the mistakes that explain it.

    Raises
    ------
    TypeError
        If the network is float32, whose rounding drowns a difference quotient, or if an argument is
        of the wrong kind.
    ValueError
        If a shape does not fit, a value is not finite, `step` is not positive or too small to move
        a parameter, `method` is unknown, or `gradients` lacks a parameter; or if a difference
        quotient is too large for the dtype.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> network = Network.from_sizes([2, 3, 1], ["tanh", "sigmoid"], rng=rng)
    >>> X, Y = rng.standard_normal((2, 4)), rng.standard_normal((1, 4))
    >>> check_gradients(network, X, Y).is_close(1e-8)
    True
    >>> check_gradients(network, X, Y, method="complex").is_close(1e-13)
    True
    """
    require_instance("check_gradients", "network", network, Network)
    require_step("check_gradients", step)
    require_choice("check_gradients", "method", method, ("central", "complex"))
    require_float64("check_gradients", "network", network)
    if n_entries is not None:
        require_size("check_gradients", "n_entries", n_entries)
        require_instance("check_gradients", "rng", rng, np.random.Generator)
    trace = network.forward(inputs)
    judged = network.backward(trace, targets, loss)
    if gradients is not None:
        judged = gradients
        _require_every_gradient(network, gradients)
    encoded = loss.encode("check_gradients", trace.output, targets)
    parameters = Parameter.of_network(network, trace, loss, encoded)
    drawn = [_draw_entries(parameter.value.shape, n_entries, rng) for parameter in parameters]
    used_step = step if method == "central" else None
    if used_step is not None:
        require_step("check_gradients", used_step, *(p.value for p in parameters))
    numeric = [p.differentiate(d, used_step) for p, d in zip(parameters, drawn, strict=True)]
    for p, n, d in zip(parameters, numeric, drawn, strict=True):
        require_result("check_gradients", f"difference quotient of {p.name}[{p.layer}]", n[d])
    # What rounding leaves of a difference of losses, or of sums as large as the largest derivative.
    size = np.nanmax([np.nanmax(np.abs(n)) for n in numeric])
    if used_step is not None:
        # The loss may be a small difference of terms as large as the output.
        size = (abs(loss(trace.output, targets)) + np.abs(trace.output).max()) / step
    rounding = 16 * np.finfo(np.float64).eps * float(size)
    checks = [
        _compare(p, judged.parameters[p.layer][p.name], n, d, rounding, used_step)
        for p, n, d in zip(parameters, numeric, drawn, strict=True)
    ]
    from bpdocs.diagnosis import explain  # a third of the time of `import bpdocs`, if above

    return explain(GradientReport(tuple(checks)), judged, network, trace, encoded, loss)


def require_step(function: str, step: Any, *variables: np.ndarray) -> None:
    """Raise unless `step` is a positive number that moves every entry of the variables."""
    require_positive(function, "step", step)
    for variable in variables:
        stays = (variable + step) - (variable - step) == 0
        if stays.any():
            raise ValueError(
                f"{function}: step must be large enough to change {variable[stays][0]}, got {step}"
            )


def require_float64(function: str, argument: str, value: np.ndarray | Network) -> None:
    """Raise unless an array or a network is float64."""
    if value.dtype != np.float64:
        raise TypeError(f"{function}: {argument} must be float64, got {value.dtype}")


def _require_every_gradient(network: Network, gradients: Gradients) -> None:
    require_instance("check_gradients", "gradients", gradients, Gradients)
    require_instance("check_gradients", "gradients.parameters", gradients.parameters, Mapping)
    for l, arrays in network.parameters.items():
        for name, array in arrays.items():
            argument = f"gradients.parameters[{l}][{name!r}]"
            row: Any = gradients.parameters.get(l)
            given: Any = row.get(name) if isinstance(row, Mapping) else None
            require_floats("check_gradients", argument, given)
            require_float64("check_gradients", argument, given)
            if given.shape != array.shape:
                hint = ", the transpose" if given.shape == array.shape[::-1] else ""
                raise ValueError(
                    f"check_gradients: {argument} must have shape {array.shape}, "
                    f"got {given.shape}{hint}"
                )


def _draw_entries(
    shape: tuple[int, ...], n_entries: int | None, rng: np.random.Generator | None
) -> np.ndarray:
    """Return which entries are checked: all, or `n_entries` drawn without replacement."""
    size = int(np.prod(shape))
    if n_entries is None or rng is None or n_entries >= size:
        return np.ones(shape, bool)
    entries = np.zeros(size, bool)
    entries[rng.choice(size, n_entries, replace=False)] = True
    return entries.reshape(shape)


def _compare(
    parameter: Parameter,
    analytic: np.ndarray,
    numeric: np.ndarray,
    checked: np.ndarray,
    rounding: float,
    step: float | None,
) -> ParameterCheck:
    name = f"{parameter.name}[{parameter.layer}]"
    distance = np.where(checked, np.abs(analytic - numeric), 0)
    at_kink = np.zeros_like(checked)
    slack = rounding
    if step is not None:
        for index in np.argwhere(distance > rounding):
            entry = tuple(index)
            at_kink[entry] = _is_at_kink(parameter, entry, analytic[entry], rounding, step)
        # Where all derivatives vanish the error of the formula, of order h², is all that is left.
        worst = np.unravel_index(np.where(at_kink, 0, distance).argmax(), distance.shape)
        slack += parameter.bend(tuple(int(i) for i in worst), step)
    is_judged = checked & ~at_kink
    error = relative_error(analytic[is_judged], numeric[is_judged], slack)
    return ParameterCheck(name, analytic, numeric, error, checked, at_kink)


def _is_at_kink(
    parameter: Parameter, entry: tuple[int, ...], analytic: float, rounding: float, step: float
) -> bool:
    slopes = parameter.slopes_at_kink(entry, step)
    if not slopes:
        return False
    # One-sided differences are off by the curvature times the step.
    slack = rounding + 1e-3 * (max(slopes) - min(slopes))
    return bool(min(slopes) - slack <= analytic <= max(slopes) + slack)
