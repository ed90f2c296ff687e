"""Parameters by layer number and name, as in `Network.parameters`; gradients have the same form."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bpdocs._checks import require_floats, require_instance, require_same_dtype

Parameters = Mapping[int, Mapping[str, np.ndarray]]


def map_parameters(
    rule: Callable[..., np.ndarray], first: Parameters, *others: Parameters
) -> dict[int, dict[str, np.ndarray]]:
    """Return `rule` of every parameter, applied to the arrays of the same layer and name."""
    return {
        l: {
            # An array without dimensions would come out as a number.
            name: np.asarray(rule(array, *(other[l][name] for other in others)))
            for name, array in row.items()
        }
        for l, row in first.items()
    }


def require_parameters(function: str, argument: str, value: Any) -> None:
    """Raise unless `value` maps layer numbers to mappings of names to finite float arrays."""
    require_instance(function, argument, value, Mapping)
    for l, row in value.items():
        require_instance(function, f"{argument}[{l}]", row, Mapping)
        for name, array in row.items():
            require_floats(function, f"{name}[{l}] of {argument}", array)


def require_alike(
    function: str, arguments: tuple[str, str], value: Parameters, reference: Parameters
) -> None:
    """Raise unless `value` has the layers, names, shapes and dtypes of `reference`."""
    argument, model = arguments
    require_parameters(function, argument, value)
    have, want = _names(value), _names(reference)
    if have != want:
        missing, extra = sorted(want - have), sorted(have - want)
        got = f"no {missing[0]}" if missing else f"{extra[0]} as well"
        raise ValueError(f"{function}: {argument} must have the names of {model}, got {got}")
    for l, row in reference.items():
        for name, array in row.items():
            own, other = f"{name}[{l}] of {argument}", f"{name}[{l}] of {model}"
            if value[l][name].shape != array.shape:
                raise ValueError(
                    f"{function}: {own} must have shape {array.shape}, got {value[l][name].shape}"
                )
            require_same_dtype(function, {other: array, own: value[l][name]})


def _names(parameters: Parameters) -> set[str]:
    return {f"{name}[{l}]" for l, row in parameters.items() for name in row}
