// Which sources import a package that waits for it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isImported } from "../../src/bpdocs/site/frontend/src/files";

test("every form of import is seen", () => {
  for (const source of [
    "import matplotlib",
    "import matplotlib.pyplot as plt",
    "import numpy as np, matplotlib.pyplot as plt",
    "from matplotlib import pyplot",
    "from matplotlib.figure import Figure",
    "x = 1\nif x:\n    import matplotlib\n",
    "x = 1; import matplotlib",
    "try: import matplotlib\nexcept ImportError: pass",
  ]) {
    assert.equal(isImported("matplotlib", source), true, source);
  }
});

test("other sources need nothing", () => {
  for (const source of [
    "",
    "matplotlib = 1",
    "# import matplotlib",
    "import matplotlibx",
    "import numpy  # not matplotlib",
    "import numpy\nmatplotlib",
    "print('matplotlib')",
  ]) {
    assert.equal(isImported("matplotlib", source), false, source);
  }
});
