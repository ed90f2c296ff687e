"""Break each formula of the source in a copy, and see whether the tests notice.

`python tests/mutations.py` runs all mutations, `python tests/mutations.py layers` those of a
module. It exits with 1 if a mutation survives, or if its text is not found exactly once.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
# Where most mutations die, quickest first; the tests of the module itself go before all of them.
FIRST = ["test_entry_derivative.py", "test_mistakes.py", "test_gradient_report.py"]
# They run pages, documentation, other processes and the list itself, not the formulas.
LEFT_OUT = {
    f"test_{name}.py" for name in ("docstrings", "pages", "public_api", "distributed", "mutations")
}
# One failing example is enough: none is made smaller, and none kept for the next mutation.
PROGRAM = """
import sys, pytest
from hypothesis import Phase, settings
settings.register_profile("once", phases=[Phase.explicit, Phase.generate], database=None)
settings.load_profile("once")
sys.exit(pytest.main(sys.argv[1:]))
"""


class Mutation(NamedTuple):
    """A change of one place in a file of the package."""

    file: str
    text: str
    replacement: str
    why: str


MUTATIONS = [
    Mutation(*entry)
    for entry in [
        # BP1 to BP4
        (
            "formulas.py",
            "return sigma.pull(preactivation, loss_gradient)",
            "return loss_gradient.copy()",
            "BP1 without the derivative",
        ),
        (
            "formulas.py",
            "weight_next.T @ delta_next)",
            "weight_next.T @ delta_next / delta_next.shape[1])",
            "BP2 divides by M again",
        ),
        (
            "formulas.py",
            "return sigma.pull(preactivation, weight_next.T @ delta_next)",
            "return weight_next.T @ delta_next",
            "BP2 without the derivative",
        ),
        (
            "formulas.py",
            "return sigma.pull(preactivation, weight_next.T @ delta_next)",
            "return sigma.pull(preactivation, (weight_next if weight_next.shape[0] == "
            "weight_next.shape[1] else weight_next.T) @ delta_next)",
            "BP2 with W for its transpose where it fits",
        ),
        (
            "formulas.py",
            "return delta @ activation_prev.T",
            "return delta @ activation_prev.T / delta.shape[1]",
            "BP3 divides by M again",
        ),
        (
            "formulas.py",
            "return delta @ activation_prev.T",
            "return (activation_prev @ delta.T).reshape(len(delta), -1)",
            "BP3 transposed",
        ),
        (
            "formulas.py",
            "return delta.sum(axis=1, keepdims=True)",
            "return delta.mean(axis=1, keepdims=True)",
            "BP4 with a mean for the sum",
        ),
        (
            "formulas.py",
            "return delta.sum(axis=1, keepdims=True)",
            "return -delta.sum(axis=1, keepdims=True)",
            "BP4 with its sign flipped",
        ),
        (
            "formulas.py",
            "return delta.sum(axis=1, keepdims=True)",
            "return delta.sum(axis=1)",
            "BP4 with one axis",
        ),
        # the dense layer
        (
            "layers.py",
            "return self.weight @ activation_prev + self.bias",
            "return self.weight @ activation_prev - self.bias",
            "the bias subtracted",
        ),
        (
            "layers.py",
            "return self.weight @ activation_prev + self.bias",
            "return self.weight @ activation_prev",
            "the bias forgotten",
        ),
        (
            "layers.py",
            '"weight": delta @ activation_prev.T,',
            '"weight": (activation_prev @ delta.T).reshape(self.weight.shape),',
            "the weight gradient transposed",
        ),
        (
            "layers.py",
            '"weight": delta @ activation_prev.T,',
            '"weight": delta @ activation_prev.T / delta.shape[1],',
            "1/M twice in the weight gradient",
        ),
        (
            "layers.py",
            '"bias": delta.sum(axis=1, keepdims=True)}',
            '"bias": delta.mean(axis=1, keepdims=True)}',
            "a mean for the sum in the bias gradient",
        ),
        (
            "layers.py",
            "return self.weight.T @ delta",
            "return -self.weight.T @ delta",
            "the sign on the way back",
        ),
        (
            "layers.py",
            "return self.weight.T @ delta",
            "return (self.weight if self.n_in == self.n_out else self.weight.T) @ delta",
            "W for its transpose where it fits",
        ),
        # the norms
        (
            "normalization.py",
            '"scale": (delta * normalised).sum(axis=1, keepdims=True),',
            '"scale": (delta * normalised).mean(axis=1, keepdims=True),',
            "a mean for the sum in the scale gradient",
        ),
        (
            "normalization.py",
            '"scale": (delta * normalised).sum(axis=1, keepdims=True),',
            '"scale": (delta * activation_prev).sum(axis=1, keepdims=True),',
            "the input in place of the normalised one",
        ),
        (
            "normalization.py",
            '"shift": delta.sum(axis=1, keepdims=True),',
            '"shift": delta.mean(axis=1, keepdims=True),',
            "a mean for the sum in the shift gradient",
        ),
        (
            "normalization.py",
            "G = self.scale * delta",
            "G = delta",
            "the scale forgotten on the way back",
        ),
        (
            "normalization.py",
            "return (G - mean - normalised * slope) / deviation",
            "return (G - normalised * slope) / deviation",
            "the mean taken for a constant",
        ),
        (
            "normalization.py",
            "return (G - mean - normalised * slope) / deviation",
            "return (G - mean) / deviation",
            "the deviation taken for a constant",
        ),
        (
            "normalization.py",
            "return (G - mean - normalised * slope) / deviation",
            "return (G - mean + normalised * slope) / deviation",
            "the sign of the deviation's part",
        ),
        (
            "normalization.py",
            "mean = G.mean(axis=self.axis, keepdims=True)",
            "mean = G.mean(axis=1 - self.axis, keepdims=True)",
            "the mean over the other axis",
        ),
        (
            "normalization.py",
            "return self.scale * delta / deviation",
            "return self.scale * delta",
            "inference without its deviation on the way back",
        ),
        (
            "normalization.py",
            "axis: ClassVar[int] = 0",
            "axis: ClassVar[int] = 1",
            "layer norm over the samples",
        ),
        # the activations
        (
            "activations.py",
            'tanh = Activation("tanh", np.tanh, lambda Z: 1 - np.tanh(Z) ** 2)',
            'tanh = Activation("tanh", np.tanh, lambda Z: 1 - np.tanh(Z))',
            "the square forgotten",
        ),
        (
            "activations.py",
            'tanh = Activation("tanh", np.tanh, lambda Z: 1 - np.tanh(Z) ** 2)',
            'tanh = Activation("tanh", np.tanh, lambda Z: 1 - np.tanh(np.tanh(Z)) ** 2)',
            "the derivative at A in place of Z",
        ),
        (
            "activations.py",
            "lambda Z: _logistic(Z) * _logistic(-Z))",
            "lambda Z: _logistic(Z))",
            "the factor 1 - sigma forgotten",
        ),
        (
            "activations.py",
            "return P * (dA - (P * dA).sum(axis=0, keepdims=True))",
            "return P * (1 - P) * dA",
            "softmax element by element",
        ),
        (
            "activations.py",
            "return P * (dA - (P * dA).sum(axis=0, keepdims=True))",
            "return P * (dA - (P * dA).sum(axis=1, keepdims=True))",
            "softmax summed over the samples",
        ),
        (
            "activations.py",
            "lambda Z: (Z.real > 0).astype(Z.dtype)",
            "lambda Z: (Z.real >= 0).astype(Z.dtype)",
            "the other convention at the kink of relu",
        ),
        (
            "activations.py",
            "lambda Z: np.where(Z.real > 0, 1, LEAK)",
            "lambda Z: np.where(Z.real > 0, 1, 0)",
            "the leak forgotten on the way back",
        ),
        # the losses
        (
            "losses.py",
            "lambda A, Y: (A - Y) / _n_samples(A),",
            "lambda A, Y: A - Y,",
            "1/M missing",
        ),
        (
            "losses.py",
            "lambda A, Y: (A - Y) / _n_samples(A),",
            "lambda A, Y: (A - Y) / A.size,",
            "a mean over all entries",
        ),
        (
            "losses.py",
            "lambda A, Y: (A - Y) / _n_samples(A),",
            "lambda A, Y: (Y - A) / _n_samples(A),",
            "the sign",
        ),
        (
            "losses.py",
            "lambda A, Y: ((A - Y) ** 2).sum() / (2 * _n_samples(A)),",
            "lambda A, Y: ((A - Y) ** 2).sum() / _n_samples(A),",
            "the half missing",
        ),
        (
            "losses.py",
            "lambda Z, Y: (softmax.rule(Z) - Y) / _n_samples(Z),",
            "lambda Z, Y: softmax.pull(Z, softmax.rule(Z) - Y) / _n_samples(Z),",
            "the Jacobian of softmax twice",
        ),
        (
            "losses.py",
            "lambda Z, Y: (sigmoid.rule(Z) - Y) / _n_samples(Z),",
            "lambda Z, Y: (sigmoid.rule(Z) - Y) / _n_samples(Z) ** 2,",
            "1/M twice",
        ),
        # the network
        (
            "network.py",
            "parameters[l] = layer.parameter_gradients(delta[l], A[l - 1])",
            "parameters[l] = layer.parameter_gradients(dA, A[l - 1])",
            "the gradients from dC/dA in place of delta",
        ),
        (
            "network.py",
            "delta[l] = layer.activation.pull(Z[l], dA)",
            "delta[l] = layer.activation.pull(A[l], dA)",
            "the derivative at A in place of Z",
        ),
        (
            "network.py",
            "dA = layer.pull_back(delta[l], A[l - 1])",
            "dA = layer.pull_back(dA, A[l - 1])",
            "the derivative skipped on the way back",
        ),
        (
            "network.py",
            "A[l] = layer.activation.rule(Z[l])",
            "A[l] = Z[l]",
            "the activation skipped on the way forward",
        ),
        # the initial weights
        (
            "initialization.py",
            "lambda shape: 2 / sum(shape)",
            "lambda shape: 2 / shape[1]",
            "the variance of He for Xavier",
        ),
        (
            "initialization.py",
            "lambda shape: 2 / shape[1]",
            "lambda shape: 2 / shape[0]",
            "the number of outputs for that of inputs",
        ),
        (
            "initialization.py",
            "* np.sqrt(variance)",
            "* variance",
            "the variance for the deviation",
        ),
        # one sample
        (
            "single_sample.py",
            "return sigma.pull(preactivation, weight_next.T @ delta_next)",
            "return weight_next.T @ delta_next",
            "BP2 of a sample without the derivative",
        ),
        (
            "single_sample.py",
            "return np.outer(delta, activation_prev)",
            "return np.outer(delta, activation_prev) / len(delta)",
            "a factor in the outer product",
        ),
        (
            "single_sample.py",
            "return delta.copy()",
            "return -delta",
            "the sign of the bias gradient of a sample",
        ),
        (
            "single_sample.py",
            "+ layer.bias[:, 0]",
            "- layer.bias[:, 0]",
            "the bias of a sample subtracted",
        ),
        # the three derivations
        (
            "derivations.py",
            "delta[l + 1][k, m] * W[k, i] * slope[i, j, m] for k in range(N) for i in reached",
            "delta[l + 1][k, m] * W[k, j] * slope[i, j, m] for k in range(N) for i in reached",
            "the weight's index where neurons depend on each other",
        ),
        (
            "derivations.py",
            "sum(delta[l][j, m] * A[l - 1][i, m] for m in range(M))",
            "sum(delta[l][j, m] * A[l - 1][i, m] for m in range(M)) / M",
            "a mean for the sum over the samples",
        ),
        (
            "derivations.py",
            "return P[:, np.newaxis] * (same - P)",
            "return P[:, np.newaxis] * (same + P)",
            "the sign in the Jacobian of softmax",
        ),
        (
            "derivations.py",
            "return dP @ A.T, W.T @ dP",
            "return dP @ A.T, -W.T @ dP",
            "the sign of an adjoint",
        ),
        (
            "derivations.py",
            "for sample in alone], axis=1) / M for l in layers}",
            "for sample in alone], axis=1) for l in layers}",
            "the errors of the samples without 1/M",
        ),
        # 1/M, rows and columns
        (
            "ledger.py",
            "(before / after)",
            "(after / before)",
            "the factor turned over",
        ),
        (
            "ledger.py",
            '"mean_over_samples": (1, 1, 0)',
            '"mean_over_samples": (2, 1, 0)',
            "a half where there is none",
        ),
        (
            "ledger.py",
            "N**by_outputs",
            "M**by_outputs",
            "M for the number of outputs",
        ),
        (
            "conventions.py",
            'rows[names[name]] = (array.T if framework == "keras" else array).copy()',
            'rows[names[name]] = (array if framework == "keras" else array.T).copy()',
            "the weight transposed for the wrong framework",
        ),
        (
            "conventions.py",
            'columns[name] = (array.T if framework == "keras" else array).copy()',
            'columns[name] = (array if framework == "keras" else array.T).copy()',
            "the weight transposed from the wrong framework",
        ),
        (
            "batches.py",
            "shares = [size / sum(sizes) for size in sizes]",
            "shares = [1 / len(sizes) for size in sizes]",
            "shards counted alike whatever their size",
        ),
        (
            "history.py",
            "self.step_loss * self.step_size) / np.bincount(row, self.step_size)",
            "self.step_loss) / np.bincount(row)",
            "batches of an epoch counted alike",
        ),
        # optimizers
        (
            "optimizers.py",
            "lambda W, dW: W - eta * dW",
            "lambda W, dW: W + eta * dW",
            "the ascent for the descent",
        ),
        (
            "optimizers.py",
            "lambda V, dW: mu * V + dW",
            "lambda V, dW: mu * V + (1 - mu) * dW",
            "another convention of momentum",
        ),
        (
            "optimizers.py",
            "lambda W, V: W - eta * V",
            "lambda W, V: W + eta * V",
            "momentum uphill",
        ),
        (
            "optimizers.py",
            "S / (1 - beta_1**t)",
            "S",
            "the first moment with its start at 0",
        ),
        (
            "optimizers.py",
            "Q / (1 - beta_2**t)",
            "Q / (1 - beta_1**t)",
            "the first decay for the second",
        ),
        (
            "optimizers.py",
            "(1 - beta_2) * G**2",
            "(1 - beta_2) * G",
            "the square forgotten in Adam",
        ),
        (
            "optimizers.py",
            "(np.sqrt(Q_hat) + self.epsilon)",
            "np.sqrt(Q_hat + self.epsilon)",
            "epsilon below the root",
        ),
        (
            "optimizers.py",
            "t = state.n_steps + 1",
            "t = state.n_steps + 2",
            "the step counted from 2",
        ),
        # running means
        (
            "normalization.py",
            "mean = (1 - momentum) * mean + momentum * batch_mean",
            "mean = momentum * mean + (1 - momentum) * batch_mean",
            "the weights of old and new mean exchanged",
        ),
        (
            "normalization.py",
            "keepdims=True, ddof=1)",
            "keepdims=True)",
            "the biased variance taken in",
        ),
        # the rules in place
        (
            "_inplace.py",
            "np.subtract(1, A, out=S)\n    np.multiply(S, A, out=S)",
            "np.subtract(1, A, out=S)\n    np.add(S, A, out=S)",
            "sigmoid in place: a sum for the product",
        ),
        (
            "_inplace.py",
            "np.multiply(A, A, out=S)\n    np.subtract(1, S, out=S)",
            "np.subtract(1, A, out=S)",
            "tanh in place: the square forgotten",
        ),
        (
            "_inplace.py",
            "np.maximum(S, LEAK, out=S)",
            "np.maximum(S, 0, out=S)",
            "the leak forgotten in place",
        ),
        (
            "_inplace.py",
            "np.expm1(S, out=S)\n    np.negative(S, out=S)",
            "np.exp(S, out=S)",
            "softplus in place: exp for 1 - exp",
        ),
        (
            "_inplace.py",
            "np.subtract(D, S, out=D)\n    np.multiply(D, P, out=D)",
            "np.multiply(D, P, out=D)",
            "softmax in place, element by element",
        ),
        (
            "_inplace.py",
            "np.divide(D, -n_samples, out=D)",
            "np.divide(D, n_samples, out=D)",
            "cross-entropy in place: the sign",
        ),
        (
            "_inplace.py",
            "value = float(np.vdot(D, D)) / (2 * n_samples)",
            "value = float(np.vdot(D, D)) / n_samples",
            "half squared error in place: the half",
        ),
        (
            "workspace.py",
            "np.matmul(layer.parameters[:, :-1].T, layer.delta, out=layers[l - 1].delta)",
            "np.matmul(-layer.parameters[:, :-1].T, layer.delta, out=layers[l - 1].delta)",
            "the sign on the way back in place",
        ),
        (
            "_buffers.py",
            "layer.inputs[-1] = 1",
            "layer.inputs[-1] = 1 / n_samples",
            "a mean for the sum of BP4 in place",
        ),
        (
            "_buffers.py",
            "np.subtract(self.parameters, step, out=self.parameters)",
            "np.add(self.parameters, step, out=self.parameters)",
            "the update uphill in place",
        ),
    ]
]


def count(mutation: Mutation) -> int:
    """Return how often the text of a mutation occurs in its file."""
    return (SOURCE / "bpdocs" / mutation.file).read_text(encoding="utf-8").count(mutation.text)


def choose_tests(file: str) -> list[str]:
    """Return the fast numeric tests, those of this file of the package first."""
    every = {path.name for path in (ROOT / "tests").glob("test_*.py")} - LEFT_OUT
    first = [name for name in (f"test_{file}", *FIRST) if name in every]
    return [f"tests/{name}" for name in dict.fromkeys([*first, *sorted(every)])]


def run_tests(source: Path, files: list[str]) -> subprocess.CompletedProcess[str]:
    """Run these tests on this copy of the source until one fails."""
    # The program imports Hypothesis before pytest can rewrite its assertions.
    ignore = "ignore:Module already imported:pytest.PytestAssertRewriteWarning"
    options = ["-x", "-q", "-p", "no:cacheprovider", "--tb=line", "-W", ignore]
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *options, *files],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=False,
    )


def survives(mutation: Mutation) -> str | None:
    """Return None if a test fails on a copy with this mutation, or else what went on."""
    if count(mutation) != 1:
        return f"text found {count(mutation)} times"
    with tempfile.TemporaryDirectory() as folder:
        source = Path(shutil.copytree(SOURCE / "bpdocs", Path(folder, "bpdocs"))).parent
        path = source / "bpdocs" / mutation.file
        code = path.read_text(encoding="utf-8")
        path.write_text(code.replace(mutation.text, mutation.replacement), encoding="utf-8")
        result = run_tests(source, choose_tests(mutation.file))
    # A package that cannot even be imported proves nothing: a test must have failed.
    is_killed = result.returncode == 1 and "\nFAILED " in result.stdout
    return None if is_killed else f"survived, pytest exits with {result.returncode}"


def main(modules: list[str]) -> int:
    """Run the mutations of these modules, or all, and return the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(SOURCE / "bpdocs", Path(folder, "bpdocs"))
        baseline = run_tests(Path(folder), choose_tests(""))
    if baseline.returncode != 0:
        print(baseline.stdout[-2000:], "The tests fail without a mutation.", sep="\n")
        return 1
    chosen = [m for m in MUTATIONS if not modules or Path(m.file).stem in modules]
    n_surviving = 0
    for mutation in chosen:
        problem = survives(mutation)
        n_surviving += problem is not None
        print(f"{problem or 'killed'}: {mutation.file}: {mutation.why}", flush=True)
    print(f"{len(chosen) - n_surviving} of {len(chosen)} mutations killed")
    return int(n_surviving > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
