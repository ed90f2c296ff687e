// The least that runs a cell: Pyodide and NumPy from the folder that the address names.
const folder = new URL(new URLSearchParams(location.search).get("folder") ?? "/pyodide/", location);
const { loadPyodide } = await import(new URL("pyodide.mjs", folder).href);
let printed = "";
const stdout = (line) => (printed += `${line}\n`);
const pyodide = await loadPyodide({ indexURL: folder.href, packages: ["numpy"], stdout });
printed = ""; // what was loaded
pyodide.runPython("import numpy as np; print(int(np.arange(4).sum()))");
postMessage(printed);
