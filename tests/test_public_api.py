"""What `bpdocs` exports, how it is documented, and which module may import which."""

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import bpdocs

SOURCE = Path(bpdocs.__file__).parent
# A module imports modules of a lower rank only.
RANKS = {
    "_checks": 0,
    "activations": 1,
    "losses": 1,
    "formulas": 2,
    "layers": 3,
    "network": 4,
    "gradient_check": 5,
}
MODULES = sorted(str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*.py"))
ONLY_IN_THE_BROWSER = {"pyodide_js"}


def imported_modules(path):
    """Return the dotted names of all modules that a file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse((SOURCE / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def arguments_of(function):
    """Return the names of the arguments that a caller gives."""
    return [a for a in inspect.signature(function).parameters if a not in {"self", "cls"}]


def functions_with_arguments():
    """Return the public functions and methods that take more than `self`, by name."""
    found = {}
    for name in bpdocs.__all__:
        thing = getattr(bpdocs, name)
        if inspect.isfunction(thing):
            found[name] = thing
        elif inspect.isclass(thing):
            for method, value in vars(thing).items():
                function = getattr(value, "__func__", value)
                if inspect.isfunction(function) and (method[0] != "_" or method == "__call__"):
                    found[f"{name}.{method}"] = function
    return {name: function for name, function in found.items() if arguments_of(function)}


FUNCTIONS = functions_with_arguments()
# These cannot fail on arguments of the right type.
TOTAL = {"GradientReport.is_close"}


def test_all_has_no_duplicate():
    """No name is exported twice."""
    assert len(bpdocs.__all__) == len(set(bpdocs.__all__))


@pytest.mark.parametrize("name", bpdocs.__all__)
def test_export_exists(name):
    """Every exported name exists."""
    assert hasattr(bpdocs, name)


@pytest.mark.parametrize("name", bpdocs.__all__)
def test_export_is_documented(name):
    """Every exported name has a docstring that starts with a sentence."""
    first, *_ = inspect.getdoc(getattr(bpdocs, name)).split("\n\n")
    assert first.endswith(".")


def test_functions_are_found():
    """The functions that are looked at below are many and include a plain one and a method."""
    assert {"weight_gradient", "Dense.random", "Loss.__call__"} < set(FUNCTIONS)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_arguments_are_documented(name):
    """A function with arguments documents each of them, its result and its errors."""
    function = FUNCTIONS[name]
    doc = inspect.getdoc(function)
    for section in ["Parameters", "Returns", *(["Raises"] if name not in TOTAL else [])]:
        assert f"\n{section}\n{'-' * len(section)}\n" in doc
    parameters = doc.split("\nParameters\n")[1].split("\n\n")[0]
    documented = [
        argument
        for line in parameters.splitlines()
        if " : " in line and not line.startswith(" ")
        for argument in line.split(" : ")[0].split(", ")
    ]
    assert documented == arguments_of(function)


def test_import_is_light():
    """Importing bpdocs imports neither MkDocs, nor the site, nor the examples."""
    program = "import sys, bpdocs; print(*sys.modules)"
    imported = subprocess.check_output([sys.executable, "-c", program], text=True).split()
    assert "bpdocs.network" in imported
    assert not {"mkdocs", "bpdocs.site", "bpdocs.examples"} & set(imported)


@pytest.mark.parametrize("module", RANKS)
def test_imports_go_one_way(module):
    """A module of the numerics imports NumPy, the standard library and modules of lower rank."""
    names = imported_modules(f"{module}.py")
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names | {"numpy", "bpdocs"}
    for name in names:
        if name.startswith("bpdocs"):
            assert RANKS[name.split(".")[1]] < RANKS[module]


@pytest.mark.parametrize("path", [path for path in MODULES if not path.startswith("site/")])
def test_nothing_outside_site_imports_it(path):
    """No module outside `bpdocs.site` imports it or MkDocs."""
    for name in imported_modules(path):
        assert not f"{name}.".startswith(("bpdocs.site.", "mkdocs."))


@pytest.mark.parametrize("path", [path for path in MODULES if path.startswith("examples/")])
def test_examples_stand_alone(path):
    """The examples package imports the standard library, itself, and what Pyodide alone has."""
    for name in imported_modules(path):
        inside = name == "bpdocs.examples" or name.startswith("bpdocs.examples.")
        assert inside or name.split(".")[0] in sys.stdlib_module_names | ONLY_IN_THE_BROWSER
