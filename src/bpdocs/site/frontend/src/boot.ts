// Starts Pyodide: from the memory that a start before has left, or anew.

import { unpack, type FileSystem } from "./archives";
import type { RuntimeFiles } from "./files";
import { capture, Snapshot, type Module } from "./snapshot";
import { KEEP_AFTER_MS } from "./storage";

export interface Pyodide {
  pyimport(name: string): Record<string, () => unknown>;
  runPython(source: string): unknown;
  setInterruptBuffer(buffer: unknown): void;
  loadPackage(name: string, options: { messageCallback: () => void }): Promise<unknown>;
  readonly loadedPackages: Record<string, string>;
}
interface Settings {
  preRun: ((module: Emscripten) => void)[];
}
interface Emscripten extends Module {
  locateFile(path: string): string;
  loadDynamicLibrary(path: string, options: object, scope: object): Promise<unknown>;
}
interface Files extends FileSystem {
  readFile(path: string): Uint8Array<ArrayBuffer>;
}

/** The module whose import imports whatever every start needs. */
export const SESSION = "bpdocs.examples.browser";
/** The libraries that this opens. */
const LIBRARIES = /\/numpy\/(_core\/_multiarray_umath|linalg\/_umath_linalg)\.[^/]*so$/;

/** Start Pyodide while its files arrive; no script of it runs before it has been checked. */
export async function boot(folder: string, files: RuntimeFiles, isFresh: boolean): Promise<Pyodide> {
  const found = isFresh ? null : Snapshot.find(folder);
  await files.arrival("pyodide.mjs", "pyodide.asm.mjs");
  const [{ loadPyodide }, { default: createModule }] = await Promise.all(
    ["pyodide.mjs", "pyodide.asm.mjs"].map((name) => import(/* @vite-ignore */ folder + name)),
  );
  const snapshot = await found;
  let module: Emscripten | undefined;
  let opened: string[] = [];
  let fail: (problem: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => (fail = reject));

  async function fillFiles(fs: Files, { sitePackages }: { sitePackages: string }): Promise<void> {
    try {
      // Not by Pyodide's loader of packages: it unpacks in Python, and opens all libraries.
      const paths = (await files.archives()).flatMap(([name, archive]) =>
        unpack(name, archive, name.endsWith(".gz") ? "" : sitePackages, fs),
      );
      opened = await openLibraries(module!, fs, paths, files);
      await snapshot?.prepare(module!);
    } catch (problem) {
      fail(problem);
      await new Promise(() => {}); // Pyodide would go on without them
    }
  }

  try {
    const started = loadPyodide({
      indexURL: folder,
      lockFileURL: new URL("pyodide-lock.json", folder).href,
      stdLibURL: URL.createObjectURL(new Blob([])), // the library is one of the archives
      fsInit: fillFiles,
      stdin: () => null, // nobody types: input() meets the end of its file
      env: { TERM: "dumb", HOME: "/home/pyodide", MPLBACKEND: "module://bpdocs.examples.figures" },
      _loadSnapshot: snapshot ? new Uint8Array() : undefined,
      createPyodideModule: (settings: Settings) => {
        settings.preRun.unshift((made) => (module = made));
        return createModule(settings);
      },
    });
    const python: Pyodide = await Promise.race([started, failed]);
    if (!snapshot) keepMemory(folder, python, module!, opened);
    return python;
  } catch (error) {
    await snapshot?.drop();
    throw error;
  }
}

/** Open NumPy's libraries before Python does, always in the same places; snapshot.ts says why. */
async function openLibraries(
  module: Emscripten,
  fs: Files,
  paths: string[],
  files: RuntimeFiles,
): Promise<string[]> {
  const opened = paths.filter((path) => LIBRARIES.test(path));
  for (const path of opened) {
    files.provide(module.locateFile(path), fs.readFile(path)); // it asks for them as for files
    await module.loadDynamicLibrary(path, { loadAsync: true, nodelete: true }, {});
  }
  return opened;
}

/** Import what every start imports, and leave the memory to the next one. */
function keepMemory(folder: string, python: Pyodide, module: Module, opened: string[]): void {
  python.runPython(`import ${SESSION}`);
  // Pyodide lists what it finds in site-packages, and then refuses to describe its state.
  const listed = { ...python.loadedPackages };
  for (const name of Object.keys(listed)) delete python.loadedPackages[name];
  try {
    const taken = capture(module, opened);
    if (taken) setTimeout(() => void Snapshot.keep(folder, taken), KEEP_AFTER_MS);
  } catch (error) {
    console.warn("Python's memory cannot be kept for the next start:", error);
  }
  Object.assign(python.loadedPackages, listed);
}
