"""Time and peak memory of a training step as the batch grows, with the exponent of their growth.

    python bench/batch_size.py

One thread, for BLAS takes a second one only from some size on, which is no growth of the work.
Exit code 1 if one of them does not grow linearly where the batch outweighs what is constant.
"""

import os
import sys
import tracemalloc

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402 - after the environment, as all below

from bpdocs import Network  # noqa: E402
from bpdocs.workspace import Workspace  # noqa: E402
from measure import alternate, describe_machine  # noqa: E402

SIZES = [64, 32, 10]
BATCHES = [4**k for k in range(2, 9)]
FITTED = 1024  # below it the fixed cost of about thirty calls of NumPy and the parameters show
# Linear growth, with the room that leaving the caches takes.
EXPONENTS = {"seconds": (0.8, 1.25), "bytes": (0.95, 1.05)}


def prepare(n_samples: int) -> tuple[object, int]:
    """Return a step for a batch of this size, and the peak of bytes that it took to get one."""
    rng = np.random.default_rng(0)
    network = Network.from_sizes(SIZES, ["tanh", "tanh"], rng, dtype=np.float32)
    X, Y = (
        rng.standard_normal((size, n_samples)).astype(np.float32) for size in (SIZES[0], SIZES[-1])
    )
    tracemalloc.start()
    workspace = Workspace(network, n_samples)
    workspace.step(X, Y, 0.01)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return lambda: workspace.step(X, Y, 0.01), peak


def main() -> int:
    """Print the table and return the exit code."""
    print(
        f"\nOne step of {SIZES}, float32, tanh, as the batch grows; memory without the batch itself"
    )
    describe_machine()
    prepared = {str(n_samples): prepare(n_samples) for n_samples in BATCHES}
    samples = alternate({name: step for name, (step, _) in prepared.items()})
    columns = {
        "seconds": np.array([np.median(samples[str(n_samples)]) for n_samples in BATCHES]),
        "bytes": np.array([prepared[str(n_samples)][1] for n_samples in BATCHES]),
    }
    print(f"{'M':>8}{'us a step':>12}{'ns a sample':>14}{'peak KB':>12}{'bytes a sample':>17}")
    for n_samples, seconds, size in zip(BATCHES, *columns.values(), strict=True):
        print(
            f"{n_samples:>8,}{seconds * 1e6:>12,.0f}{seconds / n_samples * 1e9:>14,.0f}"
            f"{size / 1024:>12,.0f}{size / n_samples:>17,.0f}"
        )
    is_linear = True
    fitted = np.array(BATCHES) >= FITTED
    for name, values in columns.items():
        exponent = np.polyfit(np.log(np.array(BATCHES)[fitted]), np.log(values[fitted]), 1)[0]
        low, high = EXPONENTS[name]
        is_linear &= bool(low <= exponent <= high)
        print(
            f"{name} grow like M^{exponent:.3f} from M = {FITTED:,} on "
            f"({'ok' if low <= exponent <= high else 'BROKEN'}: {low} to {high})"
        )
    return 0 if is_linear else 1


if __name__ == "__main__":
    sys.exit(main())
