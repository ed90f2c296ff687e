r"""`python -m bpdocs.equations`: check an equation, all pages, or the check itself."""

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from bpdocs.equations.networks.models import MODELS
from bpdocs.equations.pages import Checked, CheckedEquation, check_claims, check_pages, fault_of
from bpdocs.equations.repairs.mutation import mutants, table
from bpdocs.equations.verdict import Verdict, check
from bpdocs.examples.fences import PageError

EXIT = {"holds": 0, "fails": 1, "unreadable": 2}
COUNTED = ("displays", "inline claims", "conditions", "expressions", "marked mistakes")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; return 0 if all holds, 1 if something is false, 2 if unreadable."""
    parser = argparse.ArgumentParser(prog="python -m bpdocs.equations", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("check", help="check one equation")
    one.add_argument("latex", help="the equation, or - to read it from standard input")
    one.add_argument("--model", default="dense", help=f"one of {', '.join(MODELS)}")
    pages = commands.add_parser("pages", help="check the formulas of all pages")
    mutate = commands.add_parser("mutate", help="make mistakes in all of them and count the found")
    mutate.add_argument("--verbose", action="store_true", help="print the true ones with reasons")
    for command in (pages, mutate):
        command.add_argument("folder", nargs="?", default="docs", type=Path)
    options = parser.parse_args(_equation_last(sys.argv[1:] if arguments is None else arguments))
    try:
        if options.command == "check":
            return _check(options.latex, options.model)
        return _pages(options.folder) if options.command == "pages" else _mutate(options)
    except (PageError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2


def _equation_last(arguments: Sequence[str]) -> list[str]:
    """Return arguments in which an equation that begins with a minus sign is no option."""
    options = re.compile(r"-|-h|--help|--model(=.*)?|--")
    if list(arguments[:1]) != ["check"] or "--" in arguments:
        return list(arguments)
    signed = [a for a in arguments[1:] if a.startswith("-") and not options.fullmatch(a)]
    rest = [a for a in arguments if a not in signed]
    return [*rest, "--", *signed] if signed else rest


def _check(latex: str, model: str) -> int:
    verdict = check(sys.stdin.read() if latex == "-" else latex, model)
    print(describe(verdict))
    return EXIT[verdict.status]


def describe(verdict: Verdict) -> str:
    """Return a verdict as lines of text."""
    lines = [f"{verdict.status}: {verdict.sentence}"]
    if verdict.place is not None:
        lines.append(f"at character {verdict.place + 1}")
    if verdict.layout:
        lines.append(verdict.layout)
    for number, step in enumerate(verdict.steps, 1):
        shapes = f"  [{step.left_shape} | {step.right_shape}]" if step.left_shape else ""
        lines.append(f"{number}. {step.status}: {' '.join(step.latex.split())}{shapes}")
        if step.sentence != verdict.sentence:
            lines.append(f"   {step.sentence}")
        if step.mistake and step.mistake not in verdict.sentence:
            lines.append(f"   {step.mistake}")
    return "\n".join(lines)


def _pages(folder: Path) -> int:
    if not folder.is_dir():
        print(f"{folder} is no folder of pages. Name one.", file=sys.stderr)
        return 2
    begin, counts, worst = time.perf_counter(), Counter[str](), 0
    for checked in check_pages(folder):
        fault = fault_of(checked)
        kind = _kind(checked)
        counts[kind] += 1
        if fault:
            # A mark on what holds, or fails for another reason, makes a false page.
            worst = max(worst, EXIT[checked.verdict.status] or 1)
        if fault or checked.is_claim:
            print(_line(checked, fault))
    seconds = time.perf_counter() - begin
    print(f"{', '.join(f'{counts[kind]} {kind}' for kind in COUNTED)}; {seconds:.1f} s")
    return worst


def _kind(checked: Checked) -> str:
    """Return what a formula counts as; one that is marked is no claim of the page."""
    if checked.fails:
        return "marked mistakes"
    if isinstance(checked, CheckedEquation):
        return "displays"
    return {"claim": "inline claims", "condition": "conditions", "expression": "expressions"}[
        checked.verdict.kind
    ]


def _line(checked: Checked, fault: str) -> str:
    status = "marked" if checked.fails and not fault else checked.verdict.status
    if isinstance(checked, CheckedEquation):
        steps = checked.verdict.steps
        what = next((step.left_shape for step in steps if step.left_shape), "")
        line = f"{status:10} {len(steps):2} {checked.name:45} {what}"
    else:
        line = f"{status:10}    {checked.name:45} ${' '.join(checked.latex.split())}$"
    return f"{line}\n           {fault}" if fault else line


def _mutate(options: argparse.Namespace) -> int:
    if not options.folder.is_dir():
        print(f"{options.folder} is no folder of pages. Name one.", file=sys.stderr)
        return 2
    found = list(mutants(check_claims(options.folder)))
    lines, alive = table(found)
    print("\n".join(lines))
    for mutant in found:
        if not mutant.is_found and (options.verbose or not mutant.reason):
            print(f"{mutant.equation}: {mutant.latex}\n    {mutant.reason or 'NOT FOUND'}")
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
