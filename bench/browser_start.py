"""Compare how fast a cell runs in the reader's browser: ours, other systems, and a bare worker.

    python bench/browser_start.py [--rounds N] [--variants]

From navigation to the printed result of `import numpy as np; print(int(np.arange(4).sum()))`, Run
pressed as early as it can be: all from one server on this machine, the same Pyodide and NumPy for
all, in turn in Chromium, a fresh profile each. Exit code 1 if a bound of the table is broken.
With --variants a second table shows what each means brings.
"""

import argparse
import os
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, sync_playwright
from tqdm import tqdm

from bpdocs.site.assets import build_assets
from browser_sites import prepare_sites, version_of
from browser_visits import (
    Chromium,
    Server,
    measure,
    open_and_run,
    open_page,
    profile,
    script_bytes,
    visit,
)
from browsers import CHROMIUM
from measure import ratio

BETWEEN_VISITS_MS = 4000  # a browser keeps compiled code some seconds after it has run
SCRIPT_BOUND = 15_000  # bytes of gzip
Samples = dict[str, list[float]]
# Each returns the milliseconds of one or more rows.
Measurement = Callable[[Chromium], dict[str, float]]


@dataclass(frozen=True)
class Row:
    """A line of a table: a time, and the bound of a ratio if it has one.

    `is_inverse` tells that the ratio is what it is held against by it, not it by what it is held
    against: our first visit in terms of the others' times.
    """

    name: str
    against: str
    bound: float | None = None
    is_inverse: bool = False


FIRST, SECOND, NEXT, STOP = "first visit", "second visit", "next page", "hard stop to ready"
EXEC, PYSCRIPT, BARE = "markdown-exec", "PyScript's py-editor", "bare worker, stock Pyodide"
ROWS = [
    Row(FIRST, ""),
    Row(EXEC, FIRST, 0.40, is_inverse=True),
    Row(PYSCRIPT, FIRST, 0.45, is_inverse=True),
    Row(BARE, FIRST, 0.55, is_inverse=True),
    Row(SECOND, FIRST, 0.70),
    Row(NEXT, FIRST, 0.05),
    Row(STOP, BARE, 0.35),
]
LIBRARY, COMPILED = "bare worker, compiled library", "bare worker, compiled library and NumPy"
POINTED, PRESSED = "Run pressed, pointed at 1 s before", "Run pressed, not pointed at before"
HTTP = "second visit, nothing kept by us"
IMPORTED = "second visit, imports anew"
VARIANTS = [
    Row(LIBRARY, BARE),
    Row(COMPILED, BARE),
    Row(POINTED, PRESSED),
    Row(HTTP, FIRST),
    Row(IMPORTED, HTTP),
    Row(SECOND, IMPORTED),
]


def ours(chromium: Chromium) -> dict[str, float]:
    """Visit our site: first, on to the next page, again later, and a cell that will not stop."""
    url = f"{chromium.url}ours/"
    with profile(chromium) as context:
        page, first = open_and_run(context, url)
        times = {FIRST: first, NEXT: measure(page, "next")}
        measure(page, "kept")
        page.wait_for_timeout(BETWEEN_VISITS_MS)
        page.close()
        return times | {SECOND: revisit(context, url), STOP: stop(context, url)}


def revisit(context: BrowserContext, url: str) -> float:
    """Return the time of a visit in a profile that was here before."""
    page, time = open_and_run(context, url)
    page.close()
    return time


def stop(context: BrowserContext, url: str) -> float:
    """Return the time from the end of a Python that swallows interrupts to the next result."""
    page, _ = open_and_run(context, f"{url}stop/")
    return measure(page, "hardStop")


def without_service_worker(chromium: Chromium) -> dict[str, float]:
    """Visit our site twice where service workers are forbidden."""
    with profile(chromium, service_workers="block") as context:
        page, _ = open_and_run(context, f"{chromium.url}ours/")
        page.wait_for_timeout(BETWEEN_VISITS_MS)
        page.close()
        return {HTTP: revisit(context, f"{chromium.url}ours/")}


def without_memory(chromium: Chromium) -> dict[str, float]:
    """Visit our site twice, and forget in between what Python had imported."""
    url = f"{chromium.url}ours/"
    with profile(chromium) as context:
        page, _ = open_and_run(context, url)
        measure(page, "kept")
        measure(page, "forgotten")
        page.wait_for_timeout(BETWEEN_VISITS_MS)
        page.close()
        return {IMPORTED: revisit(context, url)}


def press(name: str, is_pointed_at: bool) -> Measurement:
    """Return a measurement from the press of Run, on a page that was read for a while."""

    def run(chromium: Chromium) -> dict[str, float]:
        with profile(chromium) as context:
            page = open_page(context, f"{chromium.url}ours/")
            button = page.locator("[data-bp-action=run]")
            button.wait_for()
            if is_pointed_at:
                button.hover()
            page.wait_for_timeout(1000)
            return {name: measure(page, "pressed")}

    return run


def single(name: str, path: str) -> Measurement:
    """Return a measurement of the first visit of one page."""
    return lambda chromium: {name: visit(chromium, path)}


MEASUREMENTS = [
    ours,
    single(EXEC, "markdown-exec/"),
    single(PYSCRIPT, "pyscript/"),
    single(BARE, "bare/"),
]
OF_VARIANTS = [
    single(LIBRARY, "bare/?folder=/compiled-library/"),
    single(COMPILED, "bare/?folder=/compiled/"),
    press(POINTED, is_pointed_at=True),
    press(PRESSED, is_pointed_at=False),
    without_service_worker,
    without_memory,
]


def alternate(measurements: list[Measurement], rounds: int, chromium: Chromium) -> Samples:
    """Return what every measurement gave; every round makes all, from another start."""
    samples: Samples = {}
    with tqdm(total=rounds * len(measurements), desc="Visits", leave=False) as bar:
        for turn in range(rounds):
            shift = turn % len(measurements)
            for run in measurements[shift:] + measurements[:shift]:
                for name, time in run(chromium).items():
                    samples.setdefault(name, []).append(time)
                bar.update()
    return samples


def print_table(rows: list[Row], samples: Samples) -> bool:
    """Print medians and ratios; return whether every bound holds."""
    holds = True
    for row in rows:
        line = f"{row.name:42}{statistics.median(samples[row.name]):>8,.0f} ms"
        if row.against:
            names = (row.against, row.name) if row.is_inverse else (row.name, row.against)
            middle, low, high = ratio(samples, *names)
            what = f"{row.against} / it" if row.is_inverse else f"of {row.against}"
            line += f"   {f'{middle:.3f} ({low:.3f}-{high:.3f})':>21} {what:30}"
            if row.bound is not None:
                holds &= middle <= row.bound
                line += f"{'ok' if middle <= row.bound else 'BROKEN'}: <= {row.bound:.2f}"
        print(line.rstrip())
    return holds


def print_scripts(chromium: Chromium) -> bool:
    """Print the size of our scripts before Run; return whether the bound holds."""
    names = {path.name for path in build_assets().files if path.suffix == ".js"}
    size = script_bytes(chromium, "ours/", names)
    verdict = "ok" if size <= SCRIPT_BOUND else "BROKEN"
    print(
        f"{'our JavaScript before Run, gzip':42}{size / 1000:>8.1f} KB"
        f"{'':55}{verdict}: <= {SCRIPT_BOUND / 1000:.0f} KB"
    )
    return size <= SCRIPT_BOUND


def main() -> int:
    """Measure, print the tables and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--variants", action="store_true")
    arguments = parser.parse_args()
    if arguments.rounds < 2:
        parser.error("a median and quartiles need at least 2 rounds")
    server = Server()
    with sync_playwright() as playwright:
        choice = CHROMIUM.find(playwright)
        if choice is None:
            sys.exit(CHROMIUM.missing)
        server.handler.folders |= prepare_sites(server.url)
        chromium = Chromium(playwright.chromium, choice.path, server.url)
        print(
            f"Chromium, {os.cpu_count()} processors, "
            f"load {os.getloadavg()[0]:.1f}; markdown-exec in Material, "
            f"PyScript {version_of('@pyscript/core')}, Pyodide {version_of('pyodide')} for all"
        )
        wanted = MEASUREMENTS + (OF_VARIANTS if arguments.variants else [])
        samples = alternate(wanted, arguments.rounds, chromium)
        print(f"Medians of {arguments.rounds} in turn, their ratios, and quartiles of the ratios:")
        holds = print_table(ROWS, samples)
        holds &= print_scripts(chromium)
        if arguments.variants:
            print("What each means brings:")
            print_table(VARIANTS, samples)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
