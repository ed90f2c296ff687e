// Byte-compile archives inside Pyodide: node compile_runtime.mjs FOLDER LOCK SCRIPT ARCHIVE...
// LOCK is a lock file as text; no package is loaded
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, lock, script, ...archives] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(join(folder, "pyodide.mjs")).href);
const pyodide = await loadPyodide({ indexURL: folder, lockFileContents: lock });
pyodide.runPython(readFileSync(script, "utf-8"));
const compileArchive = pyodide.globals.get("compile_archive");
for (const archive of archives) {
  const path = join(folder, archive);
  pyodide.FS.writeFile("/source.zip", readFileSync(path));
  const compiled = compileArchive("/source.zip", "/target.zip");
  if (compiled === 0) throw new Error(`${archive} holds no Python module`);
  writeFileSync(path, pyodide.FS.readFile("/target.zip"));
}
