"""Parameters to and from what PyTorch's `state_dict` and Keras's `get_weights` look like.

Neither framework is imported: a mapping or a list of NumPy arrays comes and goes. Neither of the
two carries activations or the epsilon of a norm (1e-5 here and in PyTorch, 1e-3 in Keras), so what
reads them takes a network for the layers and gives it other parameters.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from bpdocs._checks import require_instance, require_matrix, require_same_dtype, require_vector
from bpdocs.conventions import NAMES, parameters_to_columns, parameters_to_rows
from bpdocs.layers import Dense, Layer
from bpdocs.network import Network
from bpdocs.normalization import BatchNorm, LayerNorm

# PyTorch's BatchNorm1d counts its batches; nothing here does.
COUNT = "num_batches_tracked"


def module_names(network: Network) -> list[str]:
    """Return the names that the layers have in an `nn.Sequential` of layers and activations.

    A module for every layer and one after it for its activation, except for the identity: layers
    with tanh, tanh and the identity are "0", "2" and "4".

    Parameters
    ----------
    network : Network
        Of any layers.

    Returns
    -------
    list of str
        One name for each of the layers 1 to L.

    Raises
    ------
    TypeError
        If `network` is not a Network.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> module_names(Network.from_sizes([2, 3, 3, 1], ["tanh", "identity", "tanh"], rng))
    ['0', '2', '3']
    """
    require_instance("module_names", "network", network, Network)
    names, index = [], 0
    for layer in network.layers.values():
        names.append(str(index))
        index += 1 if layer.activation.name == "identity" else 2
    return names


def to_state_dict(network: Network, names: Sequence[str] | None = None) -> dict[str, np.ndarray]:
    """Return the parameters as a mapping shaped like PyTorch's `state_dict`.

    Parameters
    ----------
    network : Network
        Of dense layers, batch norms (`BatchNorm1d`) and layer norms (`LayerNorm`).
    names : list of str or None
        The name of each layer's module; those of `module_names` unless given.

    Returns
    -------
    dict of str to ndarray
        "0.weight" and so on, copies; pass them through `torch.from_numpy` to load them.
        `running_var` is the unbiased variance in both; `num_batches_tracked`, which matters to
        PyTorch only with `momentum=None`, is 0.

    Raises
    ------
    TypeError
        If a layer is of another kind, or `names` is not a list of strings.
    ValueError
        If there is not one distinct name a layer.

    Examples
    --------
    >>> import numpy as np
    >>> from bpdocs import Dense
    >>> network = Network([Dense(np.array([[1.0, 2.0]]), np.array([[3.0]]))])
    >>> to_state_dict(network, ["hidden"])
    {'hidden.weight': array([[1., 2.]]), 'hidden.bias': array([3.])}
    """
    function = "to_state_dict"
    state = {}
    for prefix, layer in _named_layers(function, network, names):
        for name, array in parameters_to_rows(_arrays(layer)).items():
            state[f"{prefix}.{name}"] = array
        if isinstance(layer, BatchNorm):
            state[f"{prefix}.{COUNT}"] = np.array(0, np.int64)
    return state


def from_state_dict(
    state: Mapping[str, np.ndarray], network: Network, names: Sequence[str] | None = None
) -> Network:
    """Return a copy of a network with the parameters of a mapping like PyTorch's `state_dict`.

    Parameters
    ----------
    state : mapping of str to ndarray
        For example `{name: tensor.numpy() for name, tensor in module.state_dict().items()}`. The
        entries `num_batches_tracked` may be there or not; they are not kept.
    network : Network
        Gives kinds, sizes, activations and epsilons of the layers, but no parameter.
    names : list of str or None
        The name of each layer's module; those of `module_names` unless given.

    Returns
    -------
    Network
        In the dtype of `state`; its arrays are copies.

    Raises
    ------
    TypeError
        If a layer is of another kind, `names` is not a list of strings, or an array is not a
        float32 or float64 ndarray, all of one dtype.
    ValueError
        If a name is missing or not expected, a shape does not fit, or a value is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> network = Network.from_sizes([2, 1], ["tanh"], np.random.default_rng(0))
    >>> state = {"0.weight": np.array([[1.0, 2.0]]), "0.bias": np.array([3.0])}
    >>> from_state_dict(state, network).parameters[1]
    {'weight': array([[1., 2.]]), 'bias': array([[3.]])}
    """
    function = "from_state_dict"
    require_instance(function, "state", state, Mapping)
    named = _named_layers(function, network, names)
    keys = [
        [f"{prefix}.{NAMES['pytorch'][name]}" for name in _arrays(layer)] for prefix, layer in named
    ]
    expected = [key for of_layer in keys for key in of_layer]
    counts = {f"{prefix}.{COUNT}" for prefix, layer in named if isinstance(layer, BatchNorm)}
    for key in expected:
        if key not in state:
            got = ", ".join(map(str, state)) or "none"
            raise ValueError(f"{function}: state must have the name {key!r}, got {got}")
    for key in state:
        if key not in expected and key not in counts:
            raise ValueError(
                f"{function}: state must have only names that the network has, got {key!r}"
            )
    arrays = {f"state[{key!r}]": state[key] for key in expected}
    return _filled(function, network, arrays, "pytorch")


def to_keras_weights(network: Network) -> list[np.ndarray]:
    """Return the parameters as a list like that of Keras's `get_weights`.

    Parameters
    ----------
    network : Network
        Of dense layers, batch norms (`BatchNormalization`) and layer norms (`LayerNormalization`).

    Returns
    -------
    list of ndarray
        Copies, layer by layer: kernel of shape (N_{l-1}, N_l) and bias of shape (N_l,); or gamma
        and beta; for a batch norm moving mean and moving variance after them. Give Keras's norms
        the epsilon of these: it is not in the list.

    Raises
    ------
    TypeError
        If `network` is not a Network, or a layer is of another kind.

    Examples
    --------
    >>> import numpy as np
    >>> from bpdocs import Dense
    >>> to_keras_weights(Network([Dense(np.array([[1.0, 2.0]]), np.array([[3.0]]))]))
    [array([[1.],
           [2.]]), array([3.])]
    """
    _require_kinds("to_keras_weights", network)
    return [
        array
        for layer in network.layers.values()
        for array in parameters_to_rows(_arrays(layer), "keras").values()
    ]


def from_keras_weights(weights: Sequence[np.ndarray], network: Network) -> Network:
    """Return a copy of a network with the parameters of a list like that of Keras's `get_weights`.

    Parameters
    ----------
    weights : list of ndarray
        In the order of `to_keras_weights`.
    network : Network
        Gives kinds, sizes, activations and epsilons of the layers, but no parameter.

    Returns
    -------
    Network
        In the dtype of `weights`; its arrays are copies.

    Raises
    ------
    TypeError
        If a layer is of another kind, `weights` is not a list, or an array is not a float32 or
        float64 ndarray, all of one dtype.
    ValueError
        If the number of arrays or a shape does not fit, or a value is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> network = Network.from_sizes([2, 1], ["tanh"], np.random.default_rng(0))
    >>> from_keras_weights([np.array([[1.0], [2.0]]), np.array([3.0])], network).parameters[1]
    {'weight': array([[1., 2.]]), 'bias': array([[3.]])}
    """
    function = "from_keras_weights"
    require_instance(function, "weights", weights, list)
    _require_kinds(function, network)
    n_arrays = sum(len(_arrays(layer)) for layer in network.layers.values())
    if len(weights) != n_arrays:
        raise ValueError(f"{function}: weights must have {n_arrays} arrays, got {len(weights)}")
    arrays = {f"weights[{index}]": array for index, array in enumerate(weights)}
    return _filled(function, network, arrays, "keras")


def _arrays(layer: Layer) -> dict[str, np.ndarray]:
    """Return what the frameworks keep of a layer, in their order: parameters, then means."""
    running = ("running_mean", "running_variance") if isinstance(layer, BatchNorm) else ()
    return {name: getattr(layer, name) for name in (*layer.parameter_names, *running)}


def _require_kinds(function: str, network: Network) -> None:
    require_instance(function, "network", network, Network)
    for l, layer in network.layers.items():
        if not isinstance(layer, Dense | BatchNorm | LayerNorm):
            raise TypeError(
                f"{function}: network must have Dense, BatchNorm and LayerNorm layers only, "
                f"got {type(layer).__name__} in layer {l}"
            )


def _named_layers(
    function: str, network: Network, names: Sequence[str] | None
) -> list[tuple[str, Layer]]:
    """Return each layer with the name of its module."""
    _require_kinds(function, network)
    if names is None:
        names = module_names(network)
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise TypeError(f"{function}: names must be a list of strings, got {names!r}")
    if len(names) != network.n_layers or len(set(names)) != len(names):
        raise ValueError(
            f"{function}: names must have {network.n_layers} distinct entries, one a layer, "
            f"got {', '.join(names) or 'none'}"
        )
    return list(zip(names, network.layers.values(), strict=True))


def _filled(
    function: str, network: Network, arrays: dict[str, np.ndarray], framework: str
) -> Network:
    """Return the network with other arrays, which come in its order under names for messages."""
    remaining = iter(arrays.items())
    layers = []
    for layer in network.layers.values():
        rows = {}
        for name, old in _arrays(layer).items():
            argument, array = next(remaining)
            if name == "weight":
                n_out, n_in = old.shape
                shape = (n_in, n_out) if framework == "keras" else (n_out, n_in)
                require_matrix(function, argument, array, shape)
            else:
                require_vector(function, argument, array, layer.n_out)
            rows[NAMES[framework][name]] = array
        layers.append((layer, rows))
    require_same_dtype(function, arrays)
    return Network(
        [
            layer.with_parameters(**parameters_to_columns(rows, tuple(_arrays(layer)), framework))
            for layer, rows in layers
        ]
    )
