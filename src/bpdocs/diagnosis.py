"""The search for the mistake of the catalogue that was made."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from bpdocs._checks import require_dtype, require_instance
from bpdocs._norms import norm, relative_error
from bpdocs.entry_derivative import with_true_slopes
from bpdocs.gradient_report import GradientReport
from bpdocs.losses import Loss, half_squared_error
from bpdocs.mistakes import MISTAKES, Mistake
from bpdocs.network import Network
from bpdocs.trace import Gradients, Trace

# The relative error from which a gradient counts as wrong: what `GradientReport.is_close` allows.
TOLERANCE = 1e-6

ByName = Mapping[int, Mapping[str, np.ndarray]]


def diagnose(
    gradients: Gradients | ByName,
    network: Network,
    trace: Trace,
    targets: np.ndarray,
    loss: Loss = half_squared_error,
) -> tuple[Mistake, ...] | None:
    """Return the mistakes that give these gradients.

    A local mistake is tried in all layers, in the hidden ones, and in each alone. A mistake that
    gives all the gradients, also those that are right, is preferred to one that gives only those
    that are wrong.

    Parameters
    ----------
    gradients : Gradients, or mapping of int to mapping of str to ndarray
        All of them, or some by layer number and name: `{1: {"weight": array}}`.
    network : Network
        Whose activations have right derivatives; make all its sizes and M differ.
    trace : Trace
        What `forward` returned for the batch.
    targets : ndarray of shape (N_L, M), or integers of shape (M,)
        $Y$, or classes where the loss takes them.
    loss : Loss
        $C$, with a right gradient.

    Returns
    -------
    tuple of Mistake, or None
        All that match; None if nothing does, and if the gradients are right.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If a parameter is not one of the network, or `targets` or `trace` does not fit it.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> network = Network.from_sizes([2, 3, 1], ["tanh", "sigmoid"], rng=rng)
    >>> X, Y = rng.standard_normal((2, 5)), rng.standard_normal((1, 5))
    >>> trace = network.forward(X)
    >>> halved = network.backward(trace, Y).weight[1] / 5
    >>> [mistake.phrase for mistake in diagnose({1: {"weight": halved}}, network, trace, Y)]
    ['the gradient divided by M twice']
    """
    require_instance("diagnose", "network", network, Network)
    given = _by_key(_require_arrays(gradients))
    right = _by_key(network.backward(trace, targets, loss))
    for l, name in given:
        if (l, name) not in right:
            raise ValueError(
                f"diagnose: gradients must name parameters of the network, got {name}[{l}]"
            )
    # Some gradients are 0 but for rounding, such as that of a bias below a batch norm.
    eps = np.finfo(network.dtype).eps
    rounding = 64 * eps * max(norm(array) for array in right.values())

    def agrees(key: tuple[int, str], result: np.ndarray, factor: float = 1) -> bool:
        array = given[key]
        if array.shape != result.shape or not np.isfinite(array).all():
            return False
        allowed = np.sqrt(eps) * max(norm(array), norm(result)) + rounding
        return bool(norm(array - result) <= factor * allowed)

    # Ten times the distance of arrays that agree, so that nothing is right and wrong.
    wrong = [key for key in given if not agrees(key, right[key], 10)]
    if not wrong:
        return None
    giving_all, giving_wrong = [], []
    for mistake in MISTAKES.values():
        results = [
            _by_key(mistake.gradients(network, trace, targets, loss, layers))
            for layers in _places(mistake, network.n_layers)
        ]
        if any(all(agrees(key, result[key]) for key in given) for result in results):
            giving_all.append(mistake)
        if any(all(agrees(key, result[key]) for key in wrong) for result in results):
            giving_wrong.append(mistake)
    return tuple(giving_all or giving_wrong) or None


def _require_arrays(gradients: Gradients | ByName) -> ByName:
    """Return gradients by layer number and name; raise if they are something else."""
    by_layer = gradients.parameters if isinstance(gradients, Gradients) else gradients
    require_instance("diagnose", "gradients", by_layer, Mapping)
    for l, arrays in by_layer.items():
        require_instance("diagnose", f"gradients[{l!r}]", arrays, Mapping)
        for name, array in arrays.items():
            argument = f"gradients[{l!r}][{name!r}]"
            require_instance("diagnose", argument, array, np.ndarray)
            require_dtype("diagnose", argument, array.dtype)
    return by_layer


def _by_key(gradients: Gradients | ByName) -> dict[tuple[int, str], np.ndarray]:
    by_layer = gradients.parameters if isinstance(gradients, Gradients) else gradients
    return {(l, name): array for l, arrays in by_layer.items() for name, array in arrays.items()}


def _places(mistake: Mistake, n_layers: int) -> list[range]:
    if not mistake.is_local:
        return [range(1, n_layers + 1)]
    alone = [range(l, l + 1) for l in range(1, n_layers + 1)]
    return [range(1, n_layers + 1), range(1, n_layers), *alone]


def explain(
    report: GradientReport,
    judged: Gradients,
    network: Network,
    trace: Trace,
    targets: np.ndarray,
    loss: Loss,
) -> GradientReport:
    """Return the report with the mistakes that explain the parameters whose gradient is wrong.

    The slopes of the network and the loss may be what is wrong, so they are not used; and if they
    cannot be had from the rules, so that the numeric gradient is not met, nothing is explained.
    """
    wrong = [check.name for check in report.parameters if not check.relative_error <= TOLERANCE]
    if not wrong:
        return report
    try:
        pieces = with_true_slopes(network, loss, trace.output, targets)
    except TypeError:  # a rule that takes no complex arrays
        return report
    true_network, true_loss = pieces
    right = _by_key(true_network.backward(trace, targets, true_loss))
    keys = dict(zip((check.name for check in report.parameters), right, strict=True))
    checks = {keys[check.name]: check for check in report.parameters}
    analytic, numeric = (
        np.concatenate([array[checks[key].is_judged] for key, array in arrays.items()])
        for arrays in (right, {key: check.numeric for key, check in checks.items()})
    )
    if not relative_error(analytic, numeric) <= TOLERANCE:
        return report

    def phrases(gradients: ByName | Gradients) -> tuple[str, ...]:
        found = diagnose(gradients, true_network, trace, targets, true_loss)
        return tuple(mistake.phrase for mistake in found or ())

    of_all = phrases(judged)
    explained = []
    for (l, name), check in checks.items():
        if check.name in wrong:
            alone = {l: {name: check.analytic}}
            check = replace(check, mistakes=of_all or phrases(alone))
        explained.append(check)
    return GradientReport(tuple(explained))
