// The files of the runtime: what a start needs, what an import needs, each fetched and checked once.

import { download, fetchManifest, type ManifestEntry } from "./download";

type Count = (loaded: number, total: number) => void;
type Bytes = Uint8Array<ArrayBuffer>;

const PROGRAM = "pyodide.asm.wasm";

export class RuntimeFiles {
  private readonly memory = new Map<string, Bytes>();

  private constructor(
    private readonly folder: string,
    private readonly manifest: ManifestEntry[],
    private readonly cache: RequestCache,
  ) {
    this.answerFromMemory();
  }

  static async open(folder: string, cache: RequestCache): Promise<RuntimeFiles> {
    return new RuntimeFiles(folder, await fetchManifest(folder, cache), cache);
  }

  /** The packages that wait for an import which is in the source. */
  neededBy(source: string): string[] {
    const names = new Set(this.manifest.map(({ on_import }) => on_import));
    names.delete(null);
    return ([...names] as string[]).filter((name) => isImported(name, source));
  }

  /** Fetch the files of a package that waits for its import; of null those of every start. */
  async fetch(name: string | null, count: Count): Promise<void> {
    const wanted = this.manifest.filter(({ on_import }) => on_import === name);
    const total = wanted.reduce((sum, { size }) => sum + size, 0);
    let loaded = 0;
    await Promise.all(
      wanted.map(async (entry) => {
        const counted = (more: number) => {
          loaded += more;
          count(loaded, total);
        };
        const share = entry.name === PROGRAM ? compileWhileArriving : undefined;
        const bytes = await download(this.folder, entry, this.cache, counted, share);
        this.memory.set(new URL(entry.name, this.folder).href, bytes);
      }),
    );
  }

  /** Answer Pyodide's requests for the files that were checked; it never fetches anything else. */
  private answerFromMemory(): void {
    const types: Record<string, string> = { wasm: "application/wasm", json: "application/json" };
    const fetchOutside = globalThis.fetch;
    globalThis.fetch = async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input, this.folder).href;
      const bytes = this.memory.get(url);
      if (!bytes) return fetchOutside(input, init);
      this.memory.delete(url);
      const type = types[url.split(".").at(-1)!] ?? "application/octet-stream";
      return new Response(bytes, { headers: { "Content-Type": type } });
    };
  }
}

/**
 * Compile Pyodide's program from the answer to a request, and hand it over when Pyodide asks for it,
 * which it does when all files are checked. Browsers keep such code, compiled, for the next visit;
 * what is compiled from memory they do not.
 */
function compileWhileArriving(answer: Response): void {
  const compiled = WebAssembly.compileStreaming(answer.clone()).catch(() => null);
  const { instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = async (source, imports) => {
    WebAssembly.instantiateStreaming = instantiateStreaming;
    const module = await compiled;
    if (!module) return instantiateStreaming(source, imports); // another Content-Type, for one
    return { module, instance: await WebAssembly.instantiate(module, imports) };
  };
}

/** Whether a line of the source imports the package; a line of a text may look as if it did. */
export function isImported(name: string, source: string): boolean {
  return new RegExp(`^[^#\\n]*\\b(?:from|import)\\s[^#\\n]*\\b${name}\\b`, "m").test(source);
}
