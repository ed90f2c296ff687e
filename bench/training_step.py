"""Compare one training step with PyTorch, JAX and the step's own matrix products.

    python bench/training_step.py [--threads N]

All start from the same arrays and do the same: forward, half squared error, backward, SGD; float32,
tanh in every layer. Exit code 1 if a bound of the table is broken, or if the losses differ.
The bounds are for the libraries as they come, with their own numbers of threads. With --threads the
ratios are printed for the record: on one thread BLAS alone decides the rows of large products.
"""

import argparse
import os
import sys

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument(
    "--threads", type=int, help="for BLAS, PyTorch and JAX; their default if absent"
)
arguments = parser.parse_args()
if arguments.threads:  # before NumPy is imported: the libraries read it once
    os.environ |= dict.fromkeys(THREADS, str(arguments.threads))
    os.environ["XLA_FLAGS"] = (
        f"--xla_cpu_multi_thread_eigen={'true' if arguments.threads > 1 else 'false'} "
        f"intra_op_parallelism_threads={arguments.threads}"
    )

from collections.abc import Callable  # noqa: E402 - after the environment, as all below
from dataclasses import dataclass  # noqa: E402
from itertools import pairwise  # noqa: E402

import numpy as np  # noqa: E402

from bpdocs import Network, half_squared_error  # noqa: E402
from bpdocs.workspace import Workspace  # noqa: E402
from measure import ROUNDS, alternate, describe_machine, optional, ratio  # noqa: E402

LEARNING_RATE = 0.01
Step = Callable[[], object]


@dataclass(frozen=True)
class Work:
    """A network, a batch, and what its step is held against."""

    sizes: list[int]
    n_samples: int
    against: str
    bound: float


WORKS = [
    Work([2, 3, 1], 4, "torch", 0.25),
    Work([64, 32, 10], 32, "torch", 0.25),
    Work([784, 128, 64, 10], 32, "torch", 0.6),
    Work([784, 128, 64, 10], 256, "torch", 0.6),
    Work([784, 512, 256, 10], 1024, "products", 1.2),
]


def plain_step(network: Network, X: np.ndarray, Y: np.ndarray) -> Step:
    """Return the step as the pages write it."""

    def step() -> float:
        nonlocal network
        trace = network.forward(X)
        gradients = network.backward(trace, Y)
        loss = half_squared_error(trace.output, Y)
        network = network.with_parameters(
            {
                l: {name: array - LEARNING_RATE * gradient[name] for name, array in of.items()}
                for (l, of), gradient in zip(
                    network.parameters.items(), gradients.parameters.values(), strict=True
                )
            }
        )
        return loss

    return step


def products_alone(sizes: list[int], n_samples: int) -> Step:
    """Return the matrix products of one step, each into an array that is there already."""
    rng = np.random.default_rng(0)
    layers = []
    for l, (n_in, n_out) in enumerate(pairwise(sizes)):
        W, A, D = (
            rng.standard_normal(shape).astype(np.float32)
            for shape in ((n_out, n_in), (n_in, n_samples), (n_out, n_samples))
        )
        layers.append((l, W, A, D, np.empty_like(D), np.empty_like(W), np.empty_like(A)))

    def step() -> None:
        for _, W, A, _, Z, _, _ in layers:
            np.matmul(W, A, out=Z)
        for l, W, A, D, _, dW, dA in reversed(layers):
            np.matmul(D, A.T, out=dW)
            if l > 0:
                np.matmul(W.T, D, out=dA)

    return step


def torch_step(torch, network: Network, X: np.ndarray, Y: np.ndarray) -> Step:
    """Return the step as users of PyTorch write it, samples as rows."""
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    model = torch.nn.Sequential()
    for layer in network.layers.values():
        linear = torch.nn.Linear(layer.n_in, layer.n_out)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(layer.weight))
            linear.bias.copy_(torch.from_numpy(layer.bias[:, 0]))
        model.extend([linear, torch.nn.Tanh()])
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE)
    inputs, targets = (torch.from_numpy(np.ascontiguousarray(array.T)) for array in (X, Y))
    scale = 1 / (2 * len(inputs))

    def step() -> object:
        optimizer.zero_grad(set_to_none=True)
        output = model(inputs)
        loss = torch.nn.functional.mse_loss(output, targets, reduction="sum") * scale
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


def jax_step(jax, network: Network, X: np.ndarray, Y: np.ndarray) -> Step:
    """Return the step compiled by JAX, samples as rows, the old parameters given away."""
    jnp = jax.numpy
    parameters = [
        (jnp.array(layer.weight.T), jnp.array(layer.bias[:, 0]))
        for layer in network.layers.values()
    ]
    inputs, targets = jnp.array(X.T), jnp.array(Y.T)

    def loss_of(parameters):
        A = inputs
        for W, b in parameters:
            A = jnp.tanh(A @ W + b)
        return ((A - targets) ** 2).sum() / (2 * len(inputs))

    def update(parameters):
        loss, gradients = jax.value_and_grad(loss_of)(parameters)
        new = jax.tree.map(lambda p, g: p - LEARNING_RATE * g, parameters, gradients)
        return new, loss

    compiled = jax.jit(update, donate_argnums=0)

    def step() -> object:
        nonlocal parameters
        parameters, loss = jax.block_until_ready(compiled(parameters))
        return loss

    return step


def steps_of(work: Work, torch, jax) -> dict[str, Step]:
    """Return all steps for one work, from the same parameters and batch."""
    rng = np.random.default_rng(0)
    names = ["tanh"] * (len(work.sizes) - 1)
    network = Network.from_sizes(work.sizes, names, rng, dtype=np.float32)
    X, Y = (
        rng.standard_normal((size, work.n_samples)).astype(np.float32)
        for size in (work.sizes[0], work.sizes[-1])
    )
    workspace = Workspace(network, work.n_samples)
    steps = {"workspace": lambda: workspace.step(X, Y, LEARNING_RATE)}
    steps["plain"] = plain_step(network, X, Y)
    if torch:
        steps["torch"] = torch_step(torch, network, X, Y)
    if jax:
        steps["jax"] = jax_step(jax, network, X, Y)
    return steps


def same_losses(steps: dict[str, Step]) -> bool:
    """Tell whether all give the same losses in three steps, and print them if they do not."""
    losses = {name: [float(step()) for _ in range(3)] for name, step in steps.items()}
    is_same = all(np.allclose(losses["workspace"], other, 1e-4) for other in losses.values())
    if not is_same:
        print(f"the losses of three steps differ: {losses}")
    return is_same


def compare(work: Work, torch, jax) -> bool:
    """Print one row; return whether its losses agree and its bound, if it has one, holds."""
    steps = steps_of(work, torch, jax)
    is_right = same_losses(steps)
    steps["products"] = products_alone(work.sizes, work.n_samples)
    samples = alternate(steps)
    row = f"{work.sizes!s:21}{work.n_samples:>6}{np.median(samples['workspace']) * 1e6:>11,.0f}"
    verdict = "no bound measured"
    for other in ("torch", "products", "jax", "plain"):
        if other not in samples:
            row += f"{'-':>20}"
            continue
        middle, low, high = ratio(samples, "workspace", other)
        row += f"{f'{middle:.2f} ({low:.2f}-{high:.2f})':>20}"
        if other == work.against and arguments.threads:
            verdict = f"bound with default threads: {other} <= {work.bound}"
        elif other == work.against:
            is_right &= middle <= work.bound
            verdict = f"{'ok' if middle <= work.bound else 'BROKEN'}: {other} <= {work.bound}"
    print(f"{row}   {verdict}", flush=True)
    return is_right


def main() -> int:
    """Print the table and return the exit code."""
    torch, jax = optional("torch", "torch==2.13.0"), optional("jax", "jax")
    threads = arguments.threads or "as many threads as each library takes by itself"
    print(f"\nOne training step, float32, tanh; threads: {threads}")
    describe_machine()
    if torch:
        n_threads = arguments.threads or torch.get_num_threads()
        print(f"  torch {torch.__version__}, {n_threads} threads")
    clock = "processor" if arguments.threads == 1 else "wall"
    print(
        f"Ratios of medians of {ROUNDS} samples of {clock} time, measured in turn, "
        "and their quartiles:"
    )
    others = "".join(f"{f'/ {name}':>20}" for name in ("torch", "products", "jax", "plain"))
    print(f"{'sizes':21}{'M':>6}{'step, us':>11}{others}")
    results = [compare(work, torch, jax) for work in WORKS]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
