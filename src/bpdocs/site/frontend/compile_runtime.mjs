// Byte-compile archives inside Pyodide:
//   node compile_runtime.mjs FOLDER LOCK SCRIPT FUNCTION SOURCE TARGET [SOURCE TARGET ...]
// LOCK is a lock file as text, no package is loaded; FUNCTION of the Python SCRIPT compiles one.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, lock, script, name, ...paths] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(folder, "pyodide.mjs")).href);
const pyodide = await loadPyodide({ indexURL: folder, lockFileContents: lock });
pyodide.runPython(readFileSync(script, "utf-8"));
const compile = pyodide.globals.get(name);
while (paths.length) {
  const [source, target] = paths.splice(0, 2);
  pyodide.FS.writeFile("/source.zip", readFileSync(source));
  if (compile("/source.zip", "/target.zip") === 0) throw new Error(`${source} holds no Python`);
  writeFileSync(target, pyodide.FS.readFile("/target.zip"));
}
