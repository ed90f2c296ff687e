"""Put the parser's tables into the wheel: loading takes 20 ms, making them 500 in the browser."""

import importlib.util
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_PACKAGE = Path("src/bpdocs/equations/reading")


class ParserTables(BuildHookInterface[Any]):
    """Compiles `grammar.lark`; an editable install needs no tables."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the tables to a wheel."""
        if version == "editable":
            return
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "grammar.bin"
        path.write_bytes(_compile(Path(self.root) / _PACKAGE))
        build_data["force_include"][str(path)] = "bpdocs/equations/reading/grammar.bin"

    def finalize(self, version: str, *_: object) -> None:
        """Remove the temporary file."""
        if version != "editable":
            self.folder.cleanup()


def _compile(package: Path) -> bytes:
    """Return the tables; the package is not installed yet, so its parents are empty stand-ins."""
    name = "bpdocs.equations.reading.tables"
    spec = importlib.util.spec_from_file_location(name, package / "tables.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(f"{package / 'tables.py'} cannot be imported. Restore it.")
    module = importlib.util.module_from_spec(spec)
    parents = {
        parent: ModuleType(parent)
        for parent in ("bpdocs", "bpdocs.equations", "bpdocs.equations.reading")
    }
    with patch.dict(sys.modules, {**parents, name: module}):
        spec.loader.exec_module(module)
        tables: bytes = module.compile_grammar((package / "grammar.lark").read_text("utf-8"))
    return tables
