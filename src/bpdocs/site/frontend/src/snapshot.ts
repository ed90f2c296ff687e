// Python's memory after its imports, kept by the browser so that the next start need not import.
//
// Pyodide's own snapshots hold no NumPy, because an import opens libraries wherever memory is free.
// Opened before Python starts, one after the other, they lie in the same place every time.

import { DownloadError, sha256 } from "./download";
import { cacheOf } from "./storage";

/** What is used of Emscripten's module, beside Pyodide's own part of it. */
export interface Module {
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
  readonly wasmTable: WebAssembly.Table;
  readonly LDSO: { loadedLibsByName: Libraries; loadedLibsByHandle: Libraries };
  readonly API: {
    serializeHiwireState(): unknown;
    restoreSnapshot(snapshot: Uint8Array): unknown;
  };
  growMemory(bytes: number): unknown;
}
type Libraries = Record<string, { readonly name: string }>;

/** What Python's memory does not tell by itself. */
interface Description {
  heap: number;
  table: number;
  /** The libraries that are open, with their addresses. */
  handles: [handle: string, name: string][];
  /** Which JavaScript objects Python holds. */
  state: unknown;
}
type Kept = Description & { sha256: string };

const NAME = "snapshot";
const HEADER = "bp-snapshot";
const PAGE = 4096;
const WORDS = PAGE / 4;

/** A copy of Python's memory. */
export interface Copy extends Description {
  memory: Uint8Array<ArrayBuffer>;
}

/** Copy the memory; null if an import has opened a library that was not open before. */
export function capture(module: Module, opened: string[]): Copy | null {
  const { HEAPU8, wasmTable, LDSO, API } = module;
  if (Object.keys(LDSO.loadedLibsByName).length > opened.length + 1) return null; // Python is one
  const handles = Object.entries(LDSO.loadedLibsByHandle).map(
    ([handle, { name }]): [string, string] => [handle, name],
  );
  const state = API.serializeHiwireState();
  const heap = HEAPU8.length;
  return { heap, table: wasmTable.length, handles, state, memory: HEAPU8.slice() };
}

/** Leave out what is empty: a byte for each page tells whether it is, and the others follow. */
export function pack(memory: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const words = new Int32Array(memory.buffer);
  const pages = memory.length / PAGE;
  const used = new Uint8Array(pages).map((_, page) => (isUsed(words, page) ? 1 : 0));
  const packed = new Uint8Array(pages + used.reduce((sum, one) => sum + one * PAGE, 0));
  packed.set(used);
  let end = pages;
  for (let page = 0; page < pages; page++) {
    if (!used[page]) continue;
    packed.set(memory.subarray(page * PAGE, (page + 1) * PAGE), end);
    end += PAGE;
  }
  return packed;
}

function isUsed(words: Int32Array, page: number): boolean {
  for (let at = page * WORDS; at < (page + 1) * WORDS; at++) if (words[at]) return true;
  return false;
}

/** A snapshot that the browser keeps; its bytes arrive while Pyodide starts. */
export class Snapshot {
  private constructor(
    private readonly folder: string,
    private readonly description: Kept,
    private readonly packed: Promise<Uint8Array<ArrayBuffer>>,
  ) {
    packed.catch(() => {}); // `prepare` tells
  }

  /** Return the snapshot of the Python in a folder, if there is one. */
  static async find(folder: string): Promise<Snapshot | null> {
    try {
      const options = { cacheName: cacheOf(folder) };
      const kept = await globalThis.caches?.match(new URL(NAME, folder).href, options);
      if (!kept) return null;
      const description = JSON.parse(kept.headers.get(HEADER)!) as Kept;
      return new Snapshot(folder, description, kept.arrayBuffer().then((bytes) => new Uint8Array(bytes)));
    } catch {
      return null; // storage is forbidden
    }
  }

  /** Keep a snapshot; where storage is full or forbidden, the next start imports again. */
  static async keep(folder: string, { memory, ...description }: Copy): Promise<void> {
    try {
      const packed = pack(memory);
      const kept = JSON.stringify({ ...description, sha256: await sha256(packed) });
      const cache = await caches.open(cacheOf(folder));
      const answer = new Response(packed, { headers: { [HEADER]: kept } });
      await cache.put(new URL(NAME, folder).href, answer);
    } catch {
      // As said.
    }
  }

  async drop(): Promise<void> {
    const cache = await caches.open(cacheOf(this.folder));
    await cache.delete(new URL(NAME, this.folder).href);
  }

  /** Have the memory filled in place of what Pyodide would do, when its libraries are open. */
  async prepare(module: Module): Promise<void> {
    const { description, packed } = this;
    const bytes = await packed;
    if ((await sha256(bytes)) !== description.sha256) throw new DownloadError("corrupt", NAME);
    module.growMemory(description.heap);
    module.API.restoreSnapshot = () => {
      fill(module.HEAPU8, bytes);
      module.wasmTable.grow(description.table - module.wasmTable.length);
      for (const [handle, name] of description.handles) {
        module.LDSO.loadedLibsByHandle[handle] = module.LDSO.loadedLibsByName[name]!;
      }
      return description.state;
    };
  }
}

/** Fill memory with what was packed. */
export function fill(heap: Uint8Array, packed: Uint8Array): void {
  const pages = heap.length / PAGE;
  let from = pages;
  for (let page = 0; page < pages; page++) {
    const begin = page * PAGE;
    if (packed[page]) heap.set(packed.subarray(from, (from += PAGE)), begin);
    else heap.fill(0, begin, begin + PAGE);
  }
}
