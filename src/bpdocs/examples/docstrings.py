"""The examples of docstrings, run by the same runner as those of pages."""

import doctest
from collections.abc import Iterator
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
    for test in doctest.DocTestFinder(exclude_empty=True).find(module):
        namespace = test.globs | new_namespace() | {"__name__": module.__name__}
        for found in test.examples:
            example = convert_example(found, found.lineno + 1)
            yield test.name, example, run_example(example, namespace, test.name)
