// The files of the runtime: what a start needs, what an import needs, each fetched and checked once.

import { inflate } from "./archives";
import { download, fetchManifest, type ManifestEntry } from "./download";

type Count = (loaded: number, total: number) => void;
type Bytes = Uint8Array<ArrayBuffer>;

const PROGRAM = "pyodide.asm.wasm";

export class RuntimeFiles {
  /** What arrives, by its address; each is there when it has been checked. */
  private readonly arriving = new Map<string, Promise<Bytes>>();
  /** Those of them that could not be had. */
  private readonly failed = new Set<string>();

  private constructor(
    private readonly folder: string,
    private readonly manifest: ManifestEntry[],
    private cache: RequestCache,
  ) {
    this.answerWhenChecked();
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
    const counted = (more: number) => {
      loaded += more;
      count(loaded, total);
    };
    await Promise.all(
      wanted.map((entry) => {
        const address = this.address(entry.name);
        if (this.failed.delete(address)) this.arriving.delete(address);
        const here = this.arriving.get(address); // since a try before, in which another failed
        if (here) counted(entry.size);
        else this.arriving.set(address, this.download(entry, counted));
        return this.arriving.get(address);
      }),
    );
  }

  private async download(entry: ManifestEntry, count: (bytes: number) => void): Promise<Bytes> {
    let inflated: Promise<Bytes> | undefined;
    const share = (answer: Response) => {
      if (entry.name === PROGRAM) compileWhileArriving(answer);
      if (entry.inflated === null) return;
      inflated = inflate(answer.clone().body!, entry.inflated);
      inflated.catch(() => {}); // `download` tells what is wrong with the file
    };
    try {
      const bytes = await download(this.folder, entry, this.cache, count, share);
      return (await inflated) ?? bytes;
    } catch (error) {
      this.failed.add(this.address(entry.name));
      this.cache = "reload"; // the next try asks past all caches, where the file may be damaged
      throw error;
    }
  }

  /** Answer one request for an address with these bytes. */
  provide(address: string, bytes: Bytes): void {
    this.arriving.set(new URL(address, this.folder).href, Promise.resolve(bytes));
  }

  /** Wait for files that `fetch` is fetching. */
  async arrival(...names: string[]): Promise<void> {
    await Promise.all(names.map((name) => this.arriving.get(this.address(name))));
  }

  /** The archives of every start with their names, when all are here; none is kept. */
  archives(): Promise<[string, Bytes][]> {
    const names = this.manifest
      .filter(({ name, on_import }) => on_import === null && /\.(whl|gz)$/.test(name))
      .map(({ name }) => name);
    return Promise.all(
      names.map(async (name) => {
        const bytes = (await this.arriving.get(this.address(name)))!;
        this.arriving.delete(this.address(name));
        return [name, bytes];
      }),
    );
  }

  private address(name: string): string {
    return new URL(name, this.folder).href;
  }

  /**
   * Answer Pyodide's requests with the files that were checked; it never fetches anything else. What
   * could not be had is never answered: whoever called `fetch` knows why.
   */
  private answerWhenChecked(): void {
    const types: Record<string, string> = { wasm: "application/wasm", json: "application/json" };
    const fetchOutside = globalThis.fetch;
    globalThis.fetch = async (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input, this.folder).href;
      const arriving = this.arriving.get(url);
      if (!arriving) return fetchOutside(input, init);
      const bytes = await arriving.catch(() => new Promise<never>(() => {}));
      this.arriving.delete(url);
      const type = types[url.split(".").at(-1)!] ?? "application/octet-stream";
      return new Response(bytes, { headers: { "Content-Type": type } });
    };
  }
}

/**
 * Compile Pyodide's program from the answer to a request, and hand it over when Pyodide asks for it
 * and the file has been checked. Browsers keep such code, compiled, for the next visit; what is
 * compiled from memory they do not.
 */
function compileWhileArriving(answer: Response): void {
  const compiled = WebAssembly.compileStreaming(answer.clone()).catch(() => null);
  const { instantiateStreaming } = WebAssembly;
  WebAssembly.instantiateStreaming = async (source, imports) => {
    WebAssembly.instantiateStreaming = instantiateStreaming;
    const checked = await source;
    const module = await compiled;
    if (!module) return instantiateStreaming(checked, imports); // another Content-Type, for one
    return { module, instance: await WebAssembly.instantiate(module, imports) };
  };
}

/** Whether a line of the source imports the package; a line of a text may look as if it did. */
export function isImported(name: string, source: string): boolean {
  return new RegExp(`^[^#\\n]*\\b(?:from|import)\\s[^#\\n]*\\b${name}\\b`, "m").test(source);
}
