"""Mini-batch back propagation in full-matrix form: the code of the derivation, column by column."""

from bpdocs.activations import (
    Activation,
    find_activation,
    identity,
    leaky_relu,
    relu,
    sigmoid,
    softmax,
    softplus,
    tanh,
)
from bpdocs.formulas import bias_gradient, output_delta, propagate_delta, weight_gradient
from bpdocs.gradient_check import (
    GradientReport,
    ParameterCheck,
    check_gradients,
    numeric_gradient,
)
from bpdocs.initialization import initial_weight
from bpdocs.layers import Dense, Layer
from bpdocs.losses import (
    Loss,
    binary_cross_entropy,
    cross_entropy,
    half_squared_error,
    one_hot,
    softmax_cross_entropy,
)
from bpdocs.network import Gradients, Network, Trace
from bpdocs.normalization import BatchNorm, LayerNorm

# In the order of the pages.
__all__ = [
    # forward pass
    "Activation",
    "identity",
    "sigmoid",
    "tanh",
    "relu",
    "leaky_relu",
    "softplus",
    "softmax",
    "find_activation",
    "initial_weight",
    "Layer",
    "Dense",
    "BatchNorm",
    "LayerNorm",
    "Network",
    "Trace",
    # losses and the four formulas
    "Loss",
    "half_squared_error",
    "cross_entropy",
    "softmax_cross_entropy",
    "binary_cross_entropy",
    "one_hot",
    "output_delta",
    "propagate_delta",
    "weight_gradient",
    "bias_gradient",
    "Gradients",
    # the check
    "check_gradients",
    "numeric_gradient",
    "GradientReport",
    "ParameterCheck",
]
