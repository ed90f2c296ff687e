"""The gradients of a network of dense layers by definition: complex steps, a sample at a time."""

import numpy as np

from strategies import DEFINITIONS, LOSS_DEFINITIONS

STEP = 1e-30


def _loss(parameters, names, X, Y, loss):
    total = 0
    for a, y in zip(X.T, Y.T, strict=True):
        for l, name in names.items():
            a = np.array(DEFINITIONS[name](parameters[l]["weight"] @ a + parameters[l]["bias"]))
        total += LOSS_DEFINITIONS[loss](a, y)
    return total / X.shape[1]


def complex_step_gradients(problem):
    """Return the gradient of every parameter, by layer and name, an entry at a time."""
    names = {l: layer.activation.name for l, layer in problem.network.layers.items()}
    moved = {
        l: {"weight": layer.weight.astype(complex), "bias": layer.bias[:, 0].astype(complex)}
        for l, layer in problem.network.layers.items()
    }
    gradients = {l: {name: np.empty(a.shape) for name, a in x.items()} for l, x in moved.items()}
    for l, arrays in gradients.items():
        for name, gradient in arrays.items():
            for index in np.ndindex(gradient.shape):
                moved[l][name][index] += STEP * 1j
                loss = _loss(moved, names, problem.inputs, problem.targets, problem.loss.name)
                gradient[index] = loss.imag / STEP
                moved[l][name][index] -= STEP * 1j
    return gradients
