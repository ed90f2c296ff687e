"""Measure functions alternately in one process, and say what they ran on."""

import os
import statistics
import time
from collections.abc import Callable
from importlib import import_module
from types import ModuleType

import numpy as np

ROUNDS = 45
SECONDS = 0.06  # one sample, so long that the clock and a switch of tasks weigh little


def sample(function: Callable[[], object], repeats: int) -> float:
    """Return the mean seconds of `repeats` calls."""
    start = clock()
    for _ in range(repeats):
        function()
    return (clock() - start) / repeats


def clock() -> float:
    """Return seconds: of the processor where all runs on one thread, else those on the wall.

    The time of the processor leaves out the other programs that a busy machine runs in between.
    """
    return time.process_time() if os.environ.get("OMP_NUM_THREADS") == "1" else time.perf_counter()


def alternate(functions: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Return `ROUNDS` samples of each function; every round measures all, from another start."""
    repeats = {}
    for name, function in functions.items():
        sample(function, 3)
        repeats[name] = max(1, round(SECONDS / min(sample(function, 1) for _ in range(5))))
    samples: dict[str, list[float]] = {name: [] for name in functions}
    order = list(functions)
    for turn in range(ROUNDS):
        shift = turn % len(order)
        for name in order[shift:] + order[:shift]:
            samples[name].append(sample(functions[name], repeats[name]))
    return samples


def ratio(samples: dict[str, list[float]], name: str, other: str) -> tuple[float, float, float]:
    """Return the ratio of the medians, and the quartiles of the ratios round by round."""
    rounds = [a / b for a, b in zip(samples[name], samples[other], strict=True)]
    low, _, high = statistics.quantiles(rounds, n=4)
    return statistics.median(samples[name]) / statistics.median(samples[other]), low, high


def optional(module: str, requirement: str) -> ModuleType | None:
    """Return a module, or None after saying how to get it."""
    try:
        return import_module(module)
    except ImportError as error:
        print(f"{module} cannot be imported ({error}): its column stays empty.")
        print(
            f"  pip install {requirement}, or name a Python that has it: make bench BENCH_PYTHON=…"
        )
        return None


def describe_machine() -> None:
    """Print the processors, the load, and which kernel of which BLAS runs on how many threads."""
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    print(f"numpy {np.__version__}, {os.cpu_count()} processors, load {load}")
    threadpoolctl = optional("threadpoolctl", "threadpoolctl")
    for pool in threadpoolctl.threadpool_info() if threadpoolctl else []:
        kernel = pool.get("architecture", "no kernel named")
        print(f"  {pool['internal_api']}: {kernel}, {pool['num_threads']} threads")
    for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
        if name in os.environ:
            print(f"  {name}={os.environ[name]} is set, which can slow NumPy: unset both")
