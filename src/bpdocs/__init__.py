"""Mini-batch back propagation in full-matrix form: the code of the derivation, column by column."""

from importlib import import_module
from typing import TYPE_CHECKING

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
from bpdocs.conventions import parameters_to_columns, parameters_to_rows, to_columns, to_rows
from bpdocs.formulas import bias_gradient, output_delta, propagate_delta, weight_gradient
from bpdocs.gradient_check import check_gradients, numeric_gradient
from bpdocs.gradient_report import GradientReport, ParameterCheck
from bpdocs.initialization import initial_weight
from bpdocs.layers import Dense, Layer
from bpdocs.ledger import rescale_loss_gradient
from bpdocs.losses import (
    Loss,
    binary_cross_entropy,
    cross_entropy,
    half_squared_error,
    one_hot,
    softmax_cross_entropy,
)
from bpdocs.network import Network
from bpdocs.normalization import BatchNorm, LayerNorm
from bpdocs.step_curve import step_curve
from bpdocs.trace import Gradients, Trace

# Loaded when first asked for, so that importing the package stays quick.
if TYPE_CHECKING:
    from bpdocs.batches import combine_gradients, shuffled_batches
    from bpdocs.derivations import (
        backward_by_differential,
        backward_by_element,
        backward_by_samples,
    )
    from bpdocs.diagnosis import diagnose
    from bpdocs.frameworks import (
        from_keras_weights,
        from_state_dict,
        module_names,
        to_keras_weights,
        to_state_dict,
    )
    from bpdocs.history import History, Progress
    from bpdocs.mistakes import Mistake
    from bpdocs.optimizers import SGD, Adam, Momentum, Optimizer, OptimizerState
    from bpdocs.single_sample import (
        backward_of_sample,
        bias_gradient_of_sample,
        forward_of_sample,
        output_delta_of_sample,
        propagate_delta_of_sample,
        weight_gradient_of_sample,
    )
    from bpdocs.steps import training_step
    from bpdocs.storage import load_network, save_network
    from bpdocs.training import train
    from bpdocs.workspace import Workspace

_LATER = {
    "batches": ("combine_gradients", "shuffled_batches"),
    "derivations": ("backward_by_differential", "backward_by_element", "backward_by_samples"),
    "diagnosis": ("diagnose",),
    "frameworks": (
        "from_keras_weights",
        "from_state_dict",
        "module_names",
        "to_keras_weights",
        "to_state_dict",
    ),
    "history": ("History", "Progress"),
    "mistakes": ("Mistake",),
    "optimizers": ("SGD", "Adam", "Momentum", "Optimizer", "OptimizerState"),
    "single_sample": (
        "backward_of_sample",
        "bias_gradient_of_sample",
        "forward_of_sample",
        "output_delta_of_sample",
        "propagate_delta_of_sample",
        "weight_gradient_of_sample",
    ),
    "steps": ("training_step",),
    "storage": ("load_network", "save_network"),
    "training": ("train",),
    "workspace": ("Workspace",),
}


def __getattr__(name: str) -> object:
    for module, names in _LATER.items():
        if name in names:
            return getattr(import_module(f"bpdocs.{module}"), name)
    raise AttributeError(f"module 'bpdocs' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


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
    "save_network",
    "load_network",
    # losses
    "Loss",
    "half_squared_error",
    "cross_entropy",
    "softmax_cross_entropy",
    "binary_cross_entropy",
    "one_hot",
    # one sample
    "forward_of_sample",
    "output_delta_of_sample",
    "propagate_delta_of_sample",
    "weight_gradient_of_sample",
    "bias_gradient_of_sample",
    "backward_of_sample",
    # the four formulas, and the three ways to derive them
    "output_delta",
    "propagate_delta",
    "weight_gradient",
    "bias_gradient",
    "Gradients",
    "backward_by_element",
    "backward_by_differential",
    "backward_by_samples",
    # the check
    "check_gradients",
    "numeric_gradient",
    "step_curve",
    "GradientReport",
    "ParameterCheck",
    "Mistake",
    "diagnose",
    # where 1/M lives, rows and columns
    "rescale_loss_gradient",
    "to_rows",
    "to_columns",
    "parameters_to_rows",
    "parameters_to_columns",
    "module_names",
    "to_state_dict",
    "from_state_dict",
    "to_keras_weights",
    "from_keras_weights",
    # training
    "shuffled_batches",
    "combine_gradients",
    "Optimizer",
    "OptimizerState",
    "SGD",
    "Momentum",
    "Adam",
    "training_step",
    "train",
    "History",
    "Progress",
    "Workspace",
]
