"""Mini-batch back propagation in full-matrix form: the code of the derivation, column by column."""

from bpdocs.activations import Activation, find_activation, identity, relu, sigmoid, tanh
from bpdocs.formulas import bias_gradient, output_delta, propagate_delta, weight_gradient
from bpdocs.gradient_check import (
    GradientReport,
    ParameterCheck,
    check_gradients,
    numeric_gradient,
)
from bpdocs.layers import Dense
from bpdocs.losses import Loss, half_squared_error
from bpdocs.network import Gradients, Network, Trace

# In the order of the pages.
__all__ = [
    # forward pass
    "Activation",
    "identity",
    "sigmoid",
    "tanh",
    "relu",
    "find_activation",
    "Dense",
    "Network",
    "Trace",
    # loss and the four formulas
    "Loss",
    "half_squared_error",
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
