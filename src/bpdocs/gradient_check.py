r"""Gradient check: the backward pass against central differences of the loss."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from bpdocs._checks import require_floats, require_instance, require_positive
from bpdocs.losses import Loss, half_squared_error
from bpdocs.network import Network


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
        If `variable` is not a float64 ndarray or `step` is not a number.
    ValueError
        If a value is not finite, or `step` is not positive.

    Examples
    --------
    >>> import numpy as np
    >>> numeric_gradient(lambda x: float((x**2).sum()), np.array([[1.0, -2.0]])).round(6)
    array([[ 2., -4.]])
    """
    require_floats("numeric_gradient", "variable", variable)
    _require_float64("numeric_gradient", "variable", variable)
    require_positive("numeric_gradient", "step", step)
    moved = variable.copy()
    gradient = np.empty_like(variable)
    for index in np.ndindex(variable.shape):
        here = variable[index]
        moved[index] = here + step
        above = function(moved)
        moved[index] = here - step
        below = function(moved)
        moved[index] = here
        # here ± step is rounded: divide by the distance really gone.
        gradient[index] = (above - below) / ((here + step) - (here - step))
    return gradient


@dataclass(frozen=True, eq=False)
class ParameterCheck:
    r"""The gradient of one parameter, computed twice.

    Attributes
    ----------
    name : str
        "weight[1]", "bias[1]", …
    analytic, numeric : ndarray of the parameter's shape
        From the backward pass, and from central differences.
    relative_error : float
        $\lVert a - n \rVert_F / \max(\lVert a \rVert_F, \lVert n \rVert_F)$, dimensionless;
        0 if the two differ by no more than the rounding of the difference quotient.
    """

    name: str
    analytic: np.ndarray
    numeric: np.ndarray
    relative_error: float


@dataclass(frozen=True, eq=False)
class GradientReport:
    """The result of a gradient check; print it for a table.

    Attributes
    ----------
    parameters : tuple of ParameterCheck
        One for each weight and bias, layer 1 first.
    """

    parameters: tuple[ParameterCheck, ...]

    @property
    def relative_error(self) -> float:
        """The largest relative error of any parameter."""
        # Python's max would pass over a NaN.
        return float(np.max([parameter.relative_error for parameter in self.parameters]))

    def is_close(self, tolerance: float = 1e-6) -> bool:
        """Tell whether the two gradients of every parameter agree.

        Parameters
        ----------
        tolerance : float
            The largest relative error that passes.

        Returns
        -------
        bool
            Whether every relative error is at most `tolerance`; NaN never is.
        """
        return self.relative_error <= tolerance

    def __str__(self) -> str:
        lines = []
        for parameter in self.parameters:
            analytic, numeric = parameter.analytic, parameter.numeric
            worst = np.unravel_index(np.abs(analytic - numeric).argmax(), analytic.shape)
            lines += [
                f"{parameter.name}: relative error {parameter.relative_error:.1e}, "
                f"worst entry {tuple(int(i) for i in worst)}",
                f"  analytic: {analytic[worst]: .6e}",
                f"  numeric:  {numeric[worst]: .6e}",
            ]
        return "\n".join(lines)


def check_gradients(
    network: Network,
    inputs: np.ndarray,
    targets: np.ndarray,
    loss: Loss = half_squared_error,
    step: float = 1e-5,
) -> GradientReport:
    r"""Compare the backward pass of a network with central differences, parameter by parameter.

    The page is [Gradients of W and b](../derivation/gradients.md#check).
    At a kink (relu at 0) no derivative exists and the two may differ.

    Parameters
    ----------
    network : Network
        In float64; it is not modified.
    inputs : ndarray of shape (N_0, M)
        $X$.
    targets : ndarray of shape (N_L, M)
        $Y$.
    loss : Loss
        $C$.
    step : float
        $h > 0$ of the central difference.

    Returns
    -------
    GradientReport
        Both gradients and the relative error of every parameter.

    Raises
    ------
    TypeError
        If the network is float32, whose rounding drowns a difference quotient.
    ValueError
        If a shape does not fit, a value is not finite, or `step` is not positive.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> network = Network.from_sizes([2, 3, 1], ["tanh", "sigmoid"], rng=rng)
    >>> X, Y = rng.standard_normal((2, 4)), rng.standard_normal((1, 4))
    >>> check_gradients(network, X, Y).is_close(1e-8)
    True
    """
    require_instance("check_gradients", "network", network, Network)
    require_positive("check_gradients", "step", step)
    _require_float64("check_gradients", "network", network)
    trace = network.forward(inputs)
    gradients = network.backward(trace, targets, loss)
    value = loss(trace.output, targets)
    rounding = 16 * np.finfo(np.float64).eps * abs(value) / step

    def loss_with(number: int, name: str, value: np.ndarray) -> float:
        changed = network.with_parameters({number: {name: value}})
        return loss(changed.forward(inputs).output, targets)

    checks = []
    for l, parameters in network.parameters.items():
        for name, array in parameters.items():
            numeric = numeric_gradient(partial(loss_with, l, name), array, step)
            analytic = gradients.parameters[l][name]
            checks.append(_compare(f"{name}[{l}]", analytic, numeric, rounding))
    return GradientReport(tuple(checks))


def _compare(
    name: str, analytic: np.ndarray, numeric: np.ndarray, rounding: float
) -> ParameterCheck:
    distance = np.linalg.norm(analytic - numeric)
    if distance <= rounding * np.sqrt(analytic.size):
        return ParameterCheck(name, analytic, numeric, 0.0)
    size = max(np.linalg.norm(analytic), np.linalg.norm(numeric))
    return ParameterCheck(name, analytic, numeric, float(distance / size))


def _require_float64(function: str, argument: str, value: np.ndarray | Network) -> None:
    if value.dtype != np.float64:
        raise TypeError(f"{function}: {argument} must be float64, got {value.dtype}")
