"""Names for the editor: which may follow, and what one means; no function is called for it."""

import ast
import builtins
import importlib
import inspect
import keyword
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

# Not behind a dot or a word: of `f().x` it cannot be told what f() is.
_UNFINISHED = re.compile(r"(?<![\w.])(?P<path>(?:[^\W\d]\w*\s*\.\s*)*)(?P<stem>(?:[^\W\d]\w*)?)$")
_KNOWN = ("bpdocs", "numpy")  # what an import may load while the reader types
_MOST = 300
_MISSING = object()


@dataclass(frozen=True)
class NameFound:
    """A name that may follow; `path` is its dotted name, `type` a kind for its colour."""

    label: str
    type: str
    path: str


@dataclass(frozen=True)
class Description:
    """A name with its signature, and the first paragraph of its docstring."""

    signature: str
    text: str


def import_names(source: str) -> dict[str, Any]:
    """Return what the lines of a source import from NumPy and bpdocs; other lines may be wrong."""
    names: dict[str, Any] = {}
    for line in source.splitlines():
        if line.lstrip().startswith(("import ", "from ")):
            try:
                statement = ast.parse(line.strip()).body[0]
            except SyntaxError:
                continue
            names.update(_imported(statement))
    return names


def complete(before: str, names: Mapping[str, Any]) -> list[NameFound]:
    """Return the names that may stand at the end of a text, at most 300, in their order.

    Parameters
    ----------
    before : str
        The source up to the cursor.
    names : mapping of str to object
        What is known there.
    """
    match = _UNFINISHED.search(before)
    if match is None:
        return []
    path = re.sub(r"\s", "", match["path"]).rstrip(".")
    found: Mapping[str, Any] = {**vars(builtins), **names}
    if path:
        value = _resolve(path, found)
        if value is _MISSING:
            return []
        found = {name: _attribute(value, name) for name in dir(value)}
    else:
        found = {**found, **dict.fromkeys(keyword.kwlist, _MISSING)}
    stem = match["stem"]
    prefix = f"{path}." if path else ""
    return [
        NameFound(name, _kind(name, found[name]), prefix + name)
        for name in sorted(found, key=lambda name: (name.startswith("_"), name))
        if name.startswith(stem) and (stem.startswith("_") or not name.startswith("_"))
    ][:_MOST]


def describe(path: str, names: Mapping[str, Any]) -> Description | None:
    """Return what a dotted name stands for, or None if it is not known."""
    value = _resolve(path, {**vars(builtins), **names})
    if value is _MISSING:
        return None
    name = path.rpartition(".")[2]
    first, *_ = (inspect.getdoc(value) or "").partition("\n\n")
    if not callable(value):
        shape = getattr(value, "shape", None)
        of_shape = f" of shape {shape}" if isinstance(shape, tuple) else ""
        kind = "" if isinstance(value, ModuleType) else f": {type(value).__name__}{of_shape}"
        return Description(name + kind, first if isinstance(value, ModuleType) else "")
    # Functions in C begin their text with their signature, and some have it nowhere else.
    line, _, rest = first.partition("\n")
    begins_with_signature = line.startswith(f"{name}(")
    if begins_with_signature:
        _, _, text = (inspect.getdoc(value) or "").partition("\n\n")
        rest = rest or text.partition("\n\n")[0]
    try:
        signature = f"{name}{inspect.signature(value)}"
    except (TypeError, ValueError):
        return Description(line, rest) if begins_with_signature else Description(name, first)
    return Description(signature, rest if begins_with_signature else first)


def _imported(statement: ast.stmt) -> Iterator[tuple[str, Any]]:
    match statement:
        case ast.Import(names=aliases):
            for alias in aliases:
                if alias.name.partition(".")[0] in _KNOWN:
                    name = alias.name if alias.asname else alias.name.partition(".")[0]
                    yield alias.asname or name, _module(name)
        case ast.ImportFrom(module=str(module), names=aliases, level=0):
            if module.partition(".")[0] in _KNOWN:
                for alias in aliases:
                    yield alias.asname or alias.name, _attribute(_module(module), alias.name)


def _module(name: str) -> object:
    try:
        return importlib.import_module(name)
    except ImportError:
        return _MISSING


def _resolve(path: str, names: Mapping[str, Any]) -> object:
    first, *rest = path.split(".")
    value = names.get(first, _MISSING)
    for name in rest:
        value = _attribute(value, name)
    return value


def _attribute(value: object, name: str) -> object:
    """Return an attribute; a property is not asked, for it may compute."""
    if value is _MISSING:
        return _MISSING
    try:
        if not isinstance(value, ModuleType | type):
            static = inspect.getattr_static(type(value), name, None)
            if isinstance(static, property):
                return _MISSING
        return getattr(value, name, _MISSING)
    except Exception:  # noqa: BLE001 - a name that cannot be had is no reason to fail while typing
        return _MISSING


def _kind(name: str, value: object) -> str:
    if value is _MISSING:
        return "keyword" if keyword.iskeyword(name) else "property"
    if isinstance(value, ModuleType):
        return "namespace"
    if isinstance(value, type):
        return "class"
    return "function" if callable(value) else "variable"
