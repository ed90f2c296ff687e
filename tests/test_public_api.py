"""What `bpdocs` exports, how it is documented, and which module may import which."""

import ast
import inspect
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

import bpdocs

SOURCE = Path(bpdocs.__file__).parent
# The numerics: each imports modules of a lower rank only. Every other module may import them, but
# none of them imports another module, so that modules can be added above without being listed.
NUMERICS = {
    "_checks": 0,
    "activations": 1,
    "initialization": 1,
    "losses": 2,
    "formulas": 2,
    "layers": 3,
    "normalization": 4,
    "trace": 1,
    "network": 5,
}
MODULES = sorted(str(path.relative_to(SOURCE)) for path in SOURCE.rglob("*.py"))
# Modules of the package itself, not of its folders, except the one that gathers the exports.
TOP = sorted(path.stem for path in SOURCE.glob("*.py") if path.stem != "__init__")
ONLY_IN_THE_BROWSER = {"pyodide_js", "matplotlib"}


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


def string_below(name):
    """Return the string literal that follows the assignment to a name, the docs of a constant."""
    for path in SOURCE.glob("*.py"):
        for statement, after in pairwise(ast.parse(path.read_text(encoding="utf-8")).body):
            targets = getattr(statement, "targets", [getattr(statement, "target", None)])
            is_it = name in [getattr(target, "id", None) for target in targets]
            if is_it and isinstance(after, ast.Expr):
                return ast.literal_eval(after.value)
    return ""


def arguments_of(function):
    """Return the names of the arguments that a caller gives."""
    return [a for a in inspect.signature(function).parameters if a not in {"self", "cls"}]


def functions_with_arguments():
    """Return the public functions and methods that take more than `self`, by name."""
    found = {}
    for name in bpdocs.__all__:
        thing = getattr(bpdocs, name, None)  # a missing one has a test of its own
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
# What a network calls after it has checked: the class says what goes in and out.
UNCHECKED = {"preactivate", "parameter_gradients", "pull_back", "normalise"}
BRIEF = {"Activation.pull", "Loss.encode"} | {
    name for name in FUNCTIONS if name.split(".")[-1] in UNCHECKED
}


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
    thing = getattr(bpdocs, name)
    doc = string_below(name) if isinstance(thing, dict | tuple) else inspect.getdoc(thing)
    first, *_ = doc.split("\n\n")
    assert first.endswith(".")


@pytest.mark.parametrize("name", bpdocs.__all__)
def test_export_has_an_example(name):
    """Every exported name is shown at work where it is documented."""
    thing = getattr(bpdocs, name)
    is_instance = isinstance(thing, bpdocs.Activation | bpdocs.Loss)
    assert ">>> " in (string_below(name) if is_instance else inspect.getdoc(thing))


def test_functions_are_found():
    """The functions that are looked at below are many and include a plain one and a method."""
    assert {"weight_gradient", "Dense.random", "Loss.__call__"} < set(FUNCTIONS)


@pytest.mark.parametrize("name", sorted(set(FUNCTIONS) - BRIEF))
def test_arguments_are_documented(name):
    """A function with arguments documents each of them, its result and its errors."""
    function = FUNCTIONS[name]
    doc = inspect.getdoc(function)
    sections = ["Parameters"]
    if inspect.signature(function).return_annotation not in {None, "None"}:
        sections += ["Returns"]
    for section in [*sections, *(["Raises"] if name not in TOTAL else [])]:
        assert f"\n{section}\n{'-' * len(section)}\n" in doc
    parameters = doc.split("\nParameters\n")[1].split("\n\n")[0]
    documented = [
        argument
        for line in parameters.splitlines()
        if " : " in line and not line.startswith(" ")
        for argument in line.split(" : ")[0].split(", ")
    ]
    assert documented == arguments_of(function)


@pytest.mark.parametrize("name", sorted(BRIEF))
def test_brief_docstring_is_one_sentence(name):
    """What needs no sections still says in its first line what it returns."""
    first, *_ = inspect.getdoc(FUNCTIONS[name]).splitlines()
    assert first.endswith(".")
    assert " return" in f" {first.lower()}"


def run_python(program):
    """Return what a program prints in an interpreter of its own."""
    return subprocess.check_output([sys.executable, "-c", program], text=True)


def test_import_is_light():
    """Importing bpdocs imports NumPy, the standard library and its own modules, nothing else."""
    program = "import sys, {}; print(*sys.modules)"
    # NumPy's generators bring modules of Cython, which are no package of their own.
    before, after = (
        set(run_python(program.format(f"numpy, numpy.random{more}")).split())
        for more in ("", ", bpdocs")
    )
    assert "bpdocs.network" in after
    added = {name for name in after - before if name.split(".")[0] not in sys.stdlib_module_names}
    assert {name for name in added if name.split(".")[0] not in {"bpdocs", "numpy"}} == set()
    assert {name for name in added if name.startswith(("bpdocs.site", "bpdocs.examples"))} == set()


def test_import_leaves_random_numbers_alone():
    """NumPy loads its generators when they are first used; to import bpdocs is no use of them.

    They would take as long as all of bpdocs.
    """
    program = "import numpy, sys; {}; print('numpy.random' in sys.modules)"
    assert run_python(program.format("import bpdocs")) == run_python(program.format("pass"))


def test_import_is_quick():
    """Importing bpdocs takes at most 30 ms beyond NumPy, if the machine is idle.

    The time that the process computes is taken, not the time that passes, and the least of seven
    runs: what other processes do to the clock, the caches and the disk can only add to it. A slow
    machine gets in proportion: NumPy's own import takes about 80 ms where bpdocs may take 30.
    """
    program = (
        "import time; start = time.process_time(); import numpy; middle = time.process_time(); "
        "import bpdocs; print(middle - start, time.process_time() - middle)"
    )
    times = [tuple(map(float, run_python(program).split())) for _ in range(7)]
    numpy_time, own_time = (min(column) for column in zip(*times, strict=True))
    assert own_time <= max(0.030, 0.030 / 0.080 * numpy_time)


def direct_imports(module):
    """Return the modules of the package that a module imports, by their first name."""
    names = [name.split(".") for name in imported_modules(f"{module}.py")]
    return {name[1] for name in names if name[0] == "bpdocs" and name[1:]}


def modules_below(module, above=()):
    """Return the modules that a module imports, also through others."""
    assert module not in above, f"imports go in a circle: {' -> '.join((*above, module))}"
    direct = direct_imports(module)
    return direct.union(*(modules_below(name, (*above, module)) for name in direct))


@pytest.mark.parametrize("module", NUMERICS)
def test_numerics_go_one_way(module):
    """A module of the numerics imports, of the package, numerics of lower rank only."""
    below = direct_imports(module)
    assert below <= set(NUMERICS)
    assert all(NUMERICS[name] < NUMERICS[module] for name in below)


@pytest.mark.parametrize("module", NUMERICS)
def test_numerics_need_numpy_alone(module):
    """A module of the numerics imports NumPy, the standard library and the package."""
    names = {name.split(".")[0] for name in imported_modules(f"{module}.py")}
    assert names <= sys.stdlib_module_names | {"numpy", "bpdocs"}


@pytest.mark.parametrize("module", TOP)
def test_imports_go_in_no_circle(module):
    """No module of the package imports itself, not even through others."""
    assert module not in modules_below(module)


@pytest.mark.parametrize("module", TOP)
def test_modules_import_modules(module):
    """No module imports from `bpdocs` itself, which gathers them, nor the examples."""
    names = imported_modules(f"{module}.py")
    assert "bpdocs" not in names
    assert not {name for name in names if f"{name}.".startswith("bpdocs.examples.")}


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
