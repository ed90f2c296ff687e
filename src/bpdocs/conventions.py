r"""Columns and rows: between the layout of this package and that of PyTorch and Keras.

Here samples are columns, $Z = W A + b 1_M^\mathsf{T}$. PyTorch and Keras keep them as rows, so all
data are transposed: $Z^\mathsf{T} = A^\mathsf{T} W^\mathsf{T} + 1_M b^\mathsf{T}$. Of the
parameters PyTorch keeps $W$ itself and Keras $W^\mathsf{T}$; both keep a bias as a vector.
Every function returns new arrays.
"""

from collections.abc import Mapping

import numpy as np

from bpdocs._checks import require_choice, require_instance, require_matrix, require_vector

# What each framework calls the arrays of a layer; all but the weight are columns here.
NAMES = {
    "pytorch": {
        "weight": "weight",
        "bias": "bias",
        "scale": "weight",
        "shift": "bias",
        "running_mean": "running_mean",
        "running_variance": "running_var",
    },
    "keras": {
        "weight": "kernel",
        "bias": "bias",
        "scale": "gamma",
        "shift": "beta",
        "running_mean": "moving_mean",
        "running_variance": "moving_variance",
    },
}


def to_rows(columns: np.ndarray) -> np.ndarray:
    r"""Return data whose samples are columns with the samples as rows.

    For $X$, $Y$, $Z$, $A$, and for gradients with respect to them.

    Parameters
    ----------
    columns : ndarray of shape (N_l, M)
        One sample a column.

    Returns
    -------
    ndarray of shape (M, N_l)
        A copy, contiguous in memory.

    Raises
    ------
    TypeError
        If `columns` is not a float32 or float64 ndarray.
    ValueError
        If it is not a matrix, or a value is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> to_rows(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]))
    array([[1., 4.],
           [2., 5.],
           [3., 6.]])
    """
    require_matrix("to_rows", "columns", columns, ("N_l", "M"))
    return columns.T.copy()


def to_columns(rows: np.ndarray) -> np.ndarray:
    r"""Return data whose samples are rows with the samples as columns.

    Parameters
    ----------
    rows : ndarray of shape (M, N_l)
        One sample a row.

    Returns
    -------
    ndarray of shape (N_l, M)
        A copy, contiguous in memory.

    Raises
    ------
    TypeError
        If `rows` is not a float32 or float64 ndarray.
    ValueError
        If it is not a matrix, or a value is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> to_columns(np.array([[1.0, 4.0], [2.0, 5.0], [3.0, 6.0]]))
    array([[1., 2., 3.],
           [4., 5., 6.]])
    """
    require_matrix("to_columns", "rows", rows, ("M", "N_l"))
    return rows.T.copy()


def parameters_to_rows(
    parameters: Mapping[str, np.ndarray], framework: str = "pytorch"
) -> dict[str, np.ndarray]:
    r"""Return the parameters of a layer, or their gradients, as a framework keeps them.

    Parameters
    ----------
    parameters : mapping of str to ndarray
        `network.parameters[l]` or `gradients.parameters[l]`: `weight` of shape (N_l, N_{l-1});
        `bias`, `scale`, `shift`, `running_mean` and `running_variance` of shape (N_l, 1).
    framework : str
        "pytorch", weight of shape (N_l, N_{l-1}), or "keras", kernel of shape (N_{l-1}, N_l).

    Returns
    -------
    dict of str to ndarray
        By the framework's names, in the order given; what was a column has shape (N_l,).

    Raises
    ------
    TypeError
        If `parameters` is not a Mapping, or an array is not a float32 or float64 ndarray.
    ValueError
        If a name is unknown, a shape does not fit, or a value is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> parameters = {"weight": np.array([[1.0, 2.0]]), "bias": np.array([[3.0]])}
    >>> parameters_to_rows(parameters)
    {'weight': array([[1., 2.]]), 'bias': array([3.])}
    >>> parameters_to_rows(parameters, "keras")
    {'kernel': array([[1.],
           [2.]]), 'bias': array([3.])}
    """
    function = "parameters_to_rows"
    require_choice(function, "framework", framework, tuple(NAMES))
    require_instance(function, "parameters", parameters, Mapping)
    names = NAMES[framework]
    rows: dict[str, np.ndarray] = {}
    n_out: int | str = "N_l"
    for name, array in parameters.items():
        require_choice(function, "each name of parameters", name, tuple(names))
        if names[name] in rows:
            raise ValueError(
                f"{function}: parameters must be of one layer, "
                f"got two arrays that {framework} calls {names[name]}"
            )
        argument = f"parameters[{name!r}]"
        if name == "weight":
            require_matrix(function, argument, array, (n_out, "N_prev"))
            rows[names[name]] = (array.T if framework == "keras" else array).copy()
        else:
            require_matrix(function, argument, array, (n_out, 1))
            rows[names[name]] = array[:, 0].copy()
        n_out = len(array)
    return rows


def parameters_to_columns(
    arrays: Mapping[str, np.ndarray],
    parameter_names: tuple[str, ...] = ("weight", "bias"),
    framework: str = "pytorch",
) -> dict[str, np.ndarray]:
    r"""Return a framework's parameters of a layer, or their gradients, as this package has them.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        By the framework's names: a weight or kernel is a matrix, all else of shape (N_l,).
    parameter_names : tuple of str
        What the arrays are here, such as `layer.parameter_names`; PyTorch calls both the weight of
        a dense layer and the scale of a norm "weight".
    framework : str
        "pytorch", weight of shape (N_l, N_{l-1}), or "keras", kernel of shape (N_{l-1}, N_l).

    Returns
    -------
    dict of str to ndarray
        By the names of this package; vectors have become columns of shape (N_l, 1).

    Raises
    ------
    TypeError
        If `arrays` is not a Mapping, `parameter_names` is not a tuple, or an array is not a
        float32 or float64 ndarray.
    ValueError
        If a name is unknown or an array missing, a shape does not fit, or a value is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> layer = {"kernel": np.array([[1.0], [2.0]]), "bias": np.array([3.0])}
    >>> parameters_to_columns(layer, framework="keras")
    {'weight': array([[1., 2.]]), 'bias': array([[3.]])}
    """
    function = "parameters_to_columns"
    require_choice(function, "framework", framework, tuple(NAMES))
    require_instance(function, "arrays", arrays, Mapping)
    require_instance(function, "parameter_names", parameter_names, tuple)
    names = NAMES[framework]
    for name in parameter_names:
        require_choice(function, "each of parameter_names", name, tuple(names))
    expected = [names[name] for name in parameter_names]
    if len(arrays) != len(expected) or set(arrays) != set(expected):
        raise ValueError(
            f"{function}: arrays must have the names {', '.join(expected)}, "
            f"got {', '.join(map(str, arrays)) or 'none'}"
        )
    columns: dict[str, np.ndarray] = {}
    n_out: int | str = "N_l"
    for name in parameter_names:
        array, argument = arrays[names[name]], f"arrays[{names[name]!r}]"
        if name == "weight":
            shape = ("N_prev", n_out) if framework == "keras" else (n_out, "N_prev")
            require_matrix(function, argument, array, shape)
            columns[name] = (array.T if framework == "keras" else array).copy()
        else:
            require_vector(function, argument, array, n_out)
            columns[name] = array[:, np.newaxis].copy()
        n_out = len(columns[name])
    return columns
