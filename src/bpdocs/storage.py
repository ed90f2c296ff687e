"""Networks in files: arrays as NumPy's .npz, a description as JSON; nothing is unpickled.

What only files need is imported by the functions, so that importing the package stays quick.
"""

from os import PathLike
from typing import Any

import numpy as np

from bpdocs._checks import require_instance
from bpdocs.activations import ACTIVATIONS
from bpdocs.layers import Dense, Layer
from bpdocs.network import Network
from bpdocs.normalization import BatchNorm, LayerNorm

_KINDS: dict[str, type[Any]] = {kind.__name__: kind for kind in (Dense, BatchNorm, LayerNorm)}
_ARRAYS = {
    "Dense": ("weight", "bias"),
    "LayerNorm": ("scale", "shift"),
    "BatchNorm": ("scale", "shift", "running_mean", "running_variance"),
}
_SETTINGS = {"Dense": (), "LayerNorm": ("epsilon",), "BatchNorm": ("epsilon", "is_training")}
_DESCRIPTION = "network"


def save_network(network: Network, path: str | PathLike[str]) -> None:
    """Write a network to a file, layers, dtype and running means included.

    Parameters
    ----------
    network : Network
        Its layers are of this package, and its activations among the named ones.
    path : str or path
        The file, by custom "….npz"; an existing one is overwritten.

    Raises
    ------
    TypeError
        If `network` is not a Network, or `path` neither str nor path.
    ValueError
        If a layer or an activation is your own: a file cannot hold a function.

    Examples
    --------
    >>> import tempfile, os
    >>> import numpy as np
    >>> network = Network([Dense(np.array([[2.0]]), np.array([[1.0]]), "tanh")])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "network.npz")
    ...     save_network(network, path)
    ...     load_network(path)
    Network 1 -> 1, float64, 2 parameters
      1  Dense  1 -> 1  tanh  2
    """
    import json
    from pathlib import Path

    require_instance("save_network", "network", network, Network)
    _require_path("save_network", path)
    description = []
    arrays: dict[str, np.ndarray] = {}
    for l, layer in network.layers.items():
        kind, sigma = type(layer).__name__, layer.activation
        if type(layer) is not _KINDS.get(kind):
            raise ValueError(f"save_network: layer {l} must be of {', '.join(_KINDS)}, got {kind}")
        if ACTIVATIONS.get(sigma.name) is not sigma:
            raise ValueError(
                f"save_network: the activation of layer {l} must be one of "
                f"{', '.join(sorted(ACTIVATIONS))}, got one of your own, {sigma.name!r}"
            )
        settings = {name: getattr(layer, name) for name in _SETTINGS[kind]}
        description.append({"kind": kind, "activation": sigma.name, "settings": settings})
        arrays |= {f"{name}[{l}]": getattr(layer, name) for name in _ARRAYS[kind]}
    with Path(path).open("wb") as file:
        np.savez(file, allow_pickle=False, **{_DESCRIPTION: json.dumps(description)}, **arrays)


def load_network(path: str | PathLike[str]) -> Network:
    """Read a network from a file that `save_network` wrote.

    Parameters
    ----------
    path : str or path
        The file. It is read as numbers and text alone, so a hostile file can run nothing.

    Returns
    -------
    Network
        Equal to the saved one, bit for bit.

    Raises
    ------
    TypeError
        If `path` is neither str nor path.
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file holds no network, or a damaged one.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> with tempfile.NamedTemporaryFile() as file:
    ...     save_network(Network([Dense(np.array([[2.0]]), np.array([[1.0]]))]), file.name)
    ...     load_network(file.name).layers[1].weight
    array([[2.]])
    """
    import json
    import warnings
    from pathlib import Path

    _require_path("load_network", path)
    with Path(path).open("rb") as file, warnings.catch_warnings(action="error"):
        try:
            with np.load(file, allow_pickle=False) as stored:
                layers = [
                    _read_layer(entry, l, stored)
                    for l, entry in enumerate(json.loads(str(stored[_DESCRIPTION])), start=1)
                ]
                return Network(layers)
        # A damaged file can raise what any of its readers can: that of the archive, of zlib, of the
        # header of an array, of JSON, and MemoryError for a shape that was never written.
        except Exception as error:
            raise ValueError(
                f"load_network: path must hold a network written by save_network, got {error}"
            ) from error


def _require_path(function: str, path: Any) -> None:
    if not isinstance(path, str | PathLike):
        raise TypeError(f"{function}: path must be a str or a path, got {type(path).__name__}")


def _read_layer(entry: dict[str, Any], l: int, stored: Any) -> Layer:
    kind = entry["kind"]
    arrays = {name: stored[f"{name}[{l}]"] for name in _ARRAYS[kind]}
    settings = {name: entry["settings"][name] for name in _SETTINGS[kind]}
    layer: Layer = _KINDS[kind](**arrays, **settings, activation=ACTIVATIONS[entry["activation"]])
    return layer
