"""Columns and rows: the same network computed in both, and shapes by name."""

import numpy as np
import pytest
from hypothesis import given

from bpdocs import Dense, LayerNorm
from bpdocs.conventions import parameters_to_columns, parameters_to_rows, to_columns, to_rows
from strategies import LAW, WRONG_ARRAYS, assert_close, exactly, normal, seeds, sizes

COLUMN_NAMES = ("bias", "scale", "shift", "running_mean", "running_variance")
DATA = {
    "to_rows": (to_rows, "columns", "(N_l, M)"),
    "to_columns": (to_columns, "rows", "(M, N_l)"),
}
EACH_DATA = pytest.mark.parametrize("name", DATA)
FRAMEWORKS = pytest.mark.parametrize("framework", ["pytorch", "keras"])


def dense(seed, n_out, n_in, dtype=np.float64):
    """Return the parameters of a dense layer."""
    W, b = normal(seed, (n_out, n_in), (n_out, 1), dtype=dtype)
    return {"weight": W, "bias": b}


@EACH_DATA
@LAW
@given(n_rows=sizes, n_columns=sizes, seed=seeds)
def test_data_are_transposed(name, n_rows, n_columns, seed):
    """Entry (i, j) becomes entry (j, i) of a new contiguous array."""
    (array,) = normal(seed, (n_rows, n_columns))
    result = DATA[name][0](array)
    assert_close(result, [[array[i, j] for i in range(n_rows)] for j in range(n_columns)])
    assert result.flags.c_contiguous
    assert not np.shares_memory(result, array)


@LAW
@given(sizes, sizes, sizes, seeds)
def test_pytorch_s_linear_gives_the_rows(n_out, n_in, n_samples, seed):
    """PyTorch's x W^T + b, on rows, is W x + b of here, on columns."""
    parameters = dense(seed, n_out, n_in)
    (X,) = normal(seed + 1, (n_in, n_samples))
    rows = parameters_to_rows(parameters)
    Z = to_rows(X) @ rows["weight"].T + rows["bias"]
    assert_close(to_columns(Z), Dense(**parameters).forward(X)[0])


@LAW
@given(sizes, sizes, sizes, seeds)
def test_keras_s_dense_gives_the_rows(n_out, n_in, n_samples, seed):
    """Keras's x K + b, on rows, is W x + b of here, on columns."""
    parameters = dense(seed, n_out, n_in)
    (X,) = normal(seed + 1, (n_in, n_samples))
    rows = parameters_to_rows(parameters, "keras")
    Z = to_rows(X) @ rows["kernel"] + rows["bias"]
    assert_close(to_columns(Z), Dense(**parameters).forward(X)[0])


@LAW
@given(sizes, sizes, sizes, seeds)
def test_gradients_go_the_way_of_the_parameters(n_out, n_in, n_samples, seed):
    """The gradients found on rows are the gradients found on columns, converted."""
    D, A = normal(seed, (n_out, n_samples), (n_in, n_samples))
    layer = Dense(**dense(seed, n_out, n_in))
    gradients = layer.parameter_gradients(D, A)
    assert_close(parameters_to_rows(gradients)["weight"], to_rows(D).T @ to_rows(A))
    assert_close(parameters_to_rows(gradients, "keras")["kernel"], to_rows(A).T @ to_rows(D))
    assert_close(parameters_to_rows(gradients)["bias"], to_rows(D).sum(axis=0))


@FRAMEWORKS
@LAW
@given(n_out=sizes, n_in=sizes, seed=seeds)
def test_parameters_come_back(framework, n_out, n_in, seed):
    """There and back gives the same parameters, also where a weight is a single column."""
    parameters = dense(seed, n_out, n_in)
    rows = parameters_to_rows(parameters, framework)
    back = parameters_to_columns(rows, framework=framework)
    assert list(back) == ["weight", "bias"]
    for name, array in parameters.items():
        assert np.array_equal(back[name], array)
        assert back[name].flags.c_contiguous


@pytest.mark.parametrize(
    ("framework", "names"),
    [
        ("pytorch", ["weight", "bias", "running_mean", "running_var"]),
        ("keras", ["gamma", "beta", "moving_mean", "moving_variance"]),
    ],
)
def test_norms_have_the_names_of_the_framework(framework, names):
    """The four arrays of a batch norm become vectors under the framework's names, and come back."""
    columns = dict(zip(COLUMN_NAMES[1:], normal(0, *[(3, 1)] * 4), strict=True))
    rows = parameters_to_rows(columns, framework)
    assert list(rows) == names
    for vector, column in zip(rows.values(), columns.values(), strict=True):
        assert vector.tolist() == [entry for (entry,) in column.tolist()]
    back = parameters_to_columns(rows, COLUMN_NAMES[1:], framework)
    assert all(np.array_equal(back[name], columns[name]) for name in COLUMN_NAMES[1:])


def test_parameter_names_tell_a_scale_from_a_weight():
    """What PyTorch calls weight is the scale if the names say so."""
    columns = parameters_to_columns(
        {"weight": np.ones(2), "bias": np.zeros(2)}, LayerNorm.parameter_names
    )
    assert {name: array.shape for name, array in columns.items()} == {
        "scale": (2, 1),
        "shift": (2, 1),
    }


@FRAMEWORKS
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_parameters_are_copied(framework, dtype):
    """Nothing is shared, nothing modified, and the dtype stays."""
    parameters = dense(0, 3, 2, dtype)
    for array in parameters.values():
        array.flags.writeable = False
    rows = parameters_to_rows(parameters, framework)
    columns = parameters_to_columns(rows, framework=framework)
    for results, sources in [(rows, parameters), (columns, rows)]:
        for result in results.values():
            assert result.dtype == dtype
            assert result.flags.writeable
            assert not any(np.shares_memory(result, source) for source in sources.values())


@EACH_DATA
@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_data_are_refused(name, spoil, error, rule):
    """Wrong data are refused by name."""
    function, argument, _ = DATA[name]
    with pytest.raises(error, match=exactly(f"{name}: {argument} {rule}")):
        function(spoil(np.ones((2, 3))))


@EACH_DATA
@pytest.mark.parametrize("shape", [(), (3,), (2, 3, 4), (2, 0)])
def test_wrong_shape_of_data_is_named(name, shape):
    """Data that are no matrix are refused, and empty ones."""
    function, argument, rule = DATA[name]
    rule += " with every size at least 1" if 0 in shape else ""
    text = f"{name}: {argument} must have shape {rule}, got {shape}"
    with pytest.raises(ValueError, match=exactly(text)):
        function(np.ones(shape))


@pytest.mark.parametrize("argument", ["weight", *COLUMN_NAMES])
@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_parameter_is_refused(argument, spoil, error, rule):
    """A wrong parameter is refused by name, on its way to rows."""
    text = f"parameters_to_rows: parameters['{argument}'] {rule}"
    with pytest.raises(error, match=exactly(text)):
        parameters_to_rows({argument: spoil(np.ones((2, 1)))})


@pytest.mark.parametrize("argument", ["kernel", "bias"])
@pytest.mark.parametrize(("spoil", "error", "rule"), WRONG_ARRAYS)
def test_array_of_a_framework_is_refused(argument, spoil, error, rule):
    """A wrong array is refused by name, on its way to columns."""
    arrays = {"kernel": np.ones((2, 3)), "bias": np.ones(3)}
    arrays[argument] = spoil(arrays[argument])
    text = f"parameters_to_columns: arrays['{argument}'] {rule}"
    with pytest.raises(error, match=exactly(text)):
        parameters_to_columns(arrays, framework="keras")


@pytest.mark.parametrize(
    ("argument", "shape", "rule"),
    [("weight", (3,), "(N_l, N_prev)"), ("bias", (3,), "(N_l, 1)"), ("scale", (3, 2), "(N_l, 1)")],
)
def test_wrong_shape_of_parameter_is_named(argument, shape, rule):
    """A parameter that is not of the shape of this package is refused."""
    text = f"parameters_to_rows: parameters['{argument}'] must have shape {rule}, got {shape}"
    with pytest.raises(ValueError, match=exactly(text)):
        parameters_to_rows({argument: np.ones(shape)})


@pytest.mark.parametrize(
    ("framework", "argument", "shape", "rule"),
    [
        ("pytorch", "weight", (3,), "(N_l, N_prev)"),
        ("pytorch", "bias", (3, 1), "(3,)"),
        ("pytorch", "bias", (0,), "(3,) with size at least 1"),
        ("keras", "kernel", (3,), "(N_prev, N_l)"),
        ("keras", "bias", (), "(3,)"),
        ("keras", "bias", (4,), "(3,)"),
    ],
)
def test_wrong_shape_of_array_is_named(framework, argument, shape, rule):
    """An array that is not of the shape of the framework is refused."""
    weight = "weight" if framework == "pytorch" else "kernel"
    arrays = {weight: np.ones((3, 3)), "bias": np.ones(3)} | {argument: np.ones(shape)}
    text = f"parameters_to_columns: arrays['{argument}'] must have shape {rule}, got {shape}"
    with pytest.raises(ValueError, match=exactly(text)):
        parameters_to_columns(arrays, framework=framework)


ROWS = {"weight": np.ones((2, 3)), "bias": np.ones(2)}
NAMES = "bias, running_mean, running_variance, scale, shift, weight"


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (
            lambda: parameters_to_rows({}, "jax"),
            ValueError,
            "parameters_to_rows: framework must be one of keras, pytorch, got 'jax'",
        ),
        (
            lambda: parameters_to_rows([np.ones((2, 1))]),
            TypeError,
            "parameters_to_rows: parameters must be a Mapping, got list",
        ),
        (
            lambda: parameters_to_rows({"gain": np.ones((2, 1))}),
            ValueError,
            f"parameters_to_rows: each name of parameters must be one of {NAMES}, got 'gain'",
        ),
        (
            lambda: parameters_to_rows({"weight": np.ones((2, 1)), "scale": np.ones((2, 1))}),
            ValueError,
            "parameters_to_rows: parameters must be of one layer, "
            "got two arrays that pytorch calls weight",
        ),
        (
            lambda: parameters_to_columns(ROWS, framework=None),
            ValueError,
            "parameters_to_columns: framework must be one of keras, pytorch, got None",
        ),
        (
            lambda: parameters_to_columns([1.0]),
            TypeError,
            "parameters_to_columns: arrays must be a Mapping, got list",
        ),
        (
            lambda: parameters_to_columns(ROWS, "weight"),
            TypeError,
            "parameters_to_columns: parameter_names must be a tuple, got str",
        ),
        (
            lambda: parameters_to_columns(ROWS, ("weight", "gain")),
            ValueError,
            f"parameters_to_columns: each of parameter_names must be one of {NAMES}, got 'gain'",
        ),
        (
            lambda: parameters_to_columns(ROWS, framework="keras"),
            ValueError,
            "parameters_to_columns: arrays must have the names kernel, bias, got weight, bias",
        ),
        (
            lambda: parameters_to_columns({}),
            ValueError,
            "parameters_to_columns: arrays must have the names weight, bias, got none",
        ),
        (
            lambda: parameters_to_columns(ROWS | {"running_mean": np.ones(2)}),
            ValueError,
            "parameters_to_columns: arrays must have the names weight, bias, "
            "got weight, bias, running_mean",
        ),
    ],
)
def test_wrong_names_are_refused(call, error, text):
    """A wrong framework, container or name is refused."""
    with pytest.raises(error, match=exactly(text)):
        call()
