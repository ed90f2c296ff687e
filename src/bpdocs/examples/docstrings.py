"""The examples of docstrings, run by the same runner as those of pages."""

import ast
import doctest
import inspect
from collections.abc import Iterator
from itertools import pairwise
from types import ModuleType

from bpdocs.examples.model import Example, Outcome
from bpdocs.examples.reader import convert_example
from bpdocs.examples.runner import new_namespace, run_example


def run_docstrings(module: ModuleType) -> Iterator[tuple[str, Example, Outcome]]:
    """Run every example in the docstrings of a module.

    Parameters
    ----------
    module : module
        Its names are known to the examples, as in `doctest`.

    Yields
    ------
    name, example, outcome : str, Example, Outcome
        The dotted name of the documented object, and what came of its example.
    """
    tests = doctest.DocTestFinder(exclude_empty=True).find(module)
    for test in [*tests, *_find_below_assignments(module)]:
        namespace = test.globs | new_namespace() | {"__name__": module.__name__}
        for found in test.examples:
            example = convert_example(found, found.lineno + 1)
            yield test.name, example, run_example(example, namespace, test.name)


def _find_below_assignments(module: ModuleType) -> Iterator[doctest.DocTest]:
    """Yield the docstrings that stand below the assignment of a name, which doctest passes by."""
    body = ast.parse(inspect.getsource(module)).body
    for assignment, below in pairwise(body):
        match assignment, below:
            case ast.Assign(targets=[ast.Name(id=name)]), ast.Expr(ast.Constant(str(text))):
                yield doctest.DocTestParser().get_doctest(
                    text, vars(module), f"{module.__name__}.{name}", module.__file__, below.lineno
                )
