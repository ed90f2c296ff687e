"""Names for the editor: what may follow, and what a name means."""

import numpy as np
import pytest

from bpdocs.examples.names import complete, describe, import_names

NUMPY = {"np": np}


def labels(before, names=NUMPY):
    """Return the names that may follow."""
    return [name.label for name in complete(before, names)]


def test_attributes_of_a_module_follow_its_dot():
    """After a module and a dot come its names, those that begin as typed."""
    assert labels("x = np.linalg.nor") == ["norm"]
    assert complete("np.linalg.nor", NUMPY)[0].path == "np.linalg.norm"


def test_names_of_the_namespace_are_known():
    """Variables, builtins and keywords may stand at the beginning."""
    assert "weight" in labels("wei", {"weight": 1})
    assert "print" in labels("pri")
    assert "while" in labels("whi")


def test_private_names_come_when_they_are_typed():
    """Names with an underscore are left out until one is typed."""
    assert not [name for name in labels("np.") if name.startswith("_")]
    assert "__version__" in labels("np.__ver")


@pytest.mark.parametrize("before", ["unknown.", "np.nothing.", "'text'.", "1.", "f()."])
def test_what_is_not_known_has_no_names(before):
    """What cannot be told without running it has no names."""
    assert labels(before) == []


def test_properties_are_not_asked():
    """A property, which may compute or fail, is not evaluated."""

    class Costly:
        @property
        def value(self):
            raise AssertionError

        def method(self):
            """Do it."""

    names = {"costly": Costly()}
    assert labels("costly.", names) == ["method", "value"]
    assert labels("costly.value.", names) == []


def test_imports_of_the_source_are_known():
    """What the source imports from NumPy or bpdocs is known before it has run."""
    names = import_names("import numpy as np\nfrom bpdocs import Network\nx = (\n")
    assert names["np"] is np
    assert "from_sizes" in labels("Network.fr", names)


def test_dotted_import_binds_its_first_name():
    """`import numpy.linalg` binds numpy."""
    assert import_names("import numpy.linalg")["numpy"] is np


@pytest.mark.parametrize("source", ["import antigravity", "from os import path", "import numpy as"])
def test_other_imports_are_not_made(source):
    """Nothing else is imported while the reader types, and a broken line is passed by."""
    assert import_names(source) == {}


def test_function_is_described_by_its_signature():
    """A function has its signature and the first paragraph of its docstring."""
    found = describe("np.linalg.norm", NUMPY)
    assert found.signature == "norm(x, ord=None, axis=None, keepdims=False)"
    assert found.text == "Matrix or vector norm."


def test_array_is_described_by_its_shape():
    """A variable has its type, an array its shape."""
    assert describe("x", {"x": np.ones((2, 3))}).signature == "x: ndarray of shape (2, 3)"
    assert describe("n", {"n": 3}).signature == "n: int"


def test_unknown_name_is_not_described():
    """A name that is not known has no description."""
    assert describe("np.nothing", NUMPY) is None


def test_at_most_three_hundred_names_are_given():
    """A namespace of thousands gives a list that can be shown."""
    assert len(labels("v", {f"v{i}": i for i in range(1000)})) == 300
