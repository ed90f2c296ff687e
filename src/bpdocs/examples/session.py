"""The reader's Python: one namespace a page, cells run one after the other, results as JSON."""

import json
import linecache
from dataclasses import asdict, dataclass, field
from typing import Any

from bpdocs.examples.model import Example, Outcome
from bpdocs.examples.names import complete, describe, import_names
from bpdocs.examples.runner import Write, new_namespace, run_example, source_name


@dataclass
class _PageState:
    namespace: dict[str, Any] = field(default_factory=new_namespace)
    sources: dict[str, Any] = field(default_factory=dict)


class Session:
    """The variables of every page that was visited since Python started."""

    def __init__(self) -> None:
        self._pages: dict[str, _PageState] = {}
        self._shown = _PageState()

    def forget(self, page: str) -> None:
        """Drop the variables of a page."""
        self._pages.pop(page, None)

    def run_cell(self, page: str, cell: str, examples: str, write: Write) -> str:
        """Run the examples of a cell until one fails, and say what came of each.

        Parameters
        ----------
        page : str
            Cells of one page share variables.
        cell : str
            The cell's id, shown in tracebacks.
        examples : str
            JSON as of `Cell.as_json`; an edited cell is one example that expects nothing.
        write : callable
            Called with every piece of text as it is printed, and its stream.

        Returns
        -------
        str
            JSON: for each example that ran the fields of `Outcome`, and `same`.
        """
        state = self._pages.setdefault(page, _PageState())
        self._show_sources(state)
        linecache.cache.pop(source_name(cell), None)
        results = []
        for entry in json.loads(examples):
            example = Example(entry["source"], entry["line"], entry["printed"], entry["error"])
            try:
                outcome = run_example(example, state.namespace, cell, write)
            except KeyboardInterrupt:  # Stop came between two statements
                outcome = Outcome("", stopped=True)
            same = outcome.is_as_printed(example)
            results.append({**asdict(outcome), "same": same})
            if outcome.stopped or (outcome.error and not same):
                break
        if source_name(cell) in linecache.cache:
            state.sources[source_name(cell)] = linecache.cache[source_name(cell)]
        return json.dumps(results)

    def inspect(self, page: str, what: str, text: str, source: str) -> str:
        """Return what the editor asks for, as JSON.

        Parameters
        ----------
        page : str
            Whose variables are known.
        what : str
            "complete" for the names that may follow `text`; "describe" for the name `text`.
        text : str
            The source up to the cursor, or a dotted name.
        source : str
            The whole source; what it imports is known too.
        """
        names = {**import_names(source), **self._pages.get(page, _PageState()).namespace}
        if what == "complete":
            return json.dumps([vars(name) for name in complete(text, names)])
        description = describe(text, names)
        return json.dumps(description and vars(description))

    def _show_sources(self, state: _PageState) -> None:
        """Let tracebacks find the sources of one page: the ids of cells recur on others."""
        for name in self._shown.sources:
            linecache.cache.pop(name, None)
        linecache.cache.update(state.sources)
        self._shown = state
