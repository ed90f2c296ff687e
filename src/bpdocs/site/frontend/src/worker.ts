// The reader's Python: loads Pyodide, NumPy and the package, and runs examples. Knows no page.

import { download, DownloadError, type ManifestEntry } from "./download";
import type { InspectRequest, Reply, Request, RunRequest, StreamName } from "./protocol";

interface Session {
  run_cell(page: string, cell: string, examples: string, write: WriteCallback): string;
  forget(page: string): void;
  inspect(page: string, what: string, text: string, source: string): string;
}
type WriteCallback = (text: string, stream: StreamName) => void;
interface Pyodide {
  pyimport(name: string): Record<string, () => Session>;
  setInterruptBuffer(buffer: unknown): void;
}
interface WorkerScope {
  onmessage: ((event: MessageEvent<Request>) => void) | null;
  postMessage(message: Reply): void;
}

const scope = self as unknown as WorkerScope;
const BATCH_MS = 50;
const BATCH_CHARACTERS = 8192;
const POLL_MS = 100;

let pyodide: Pyodide;
let session: Session;

scope.onmessage = async ({ data }) => {
  if (data.kind === "start") await start(data.runtime);
  else if (data.kind === "forget") session.forget(data.page);
  else if (data.kind === "inspect") inspect(data);
  else run(data);
};

async function start(folder: string): Promise<void> {
  try {
    const files = await downloadAll(folder);
    scope.postMessage({ kind: "booting" });
    serveFromMemory(folder, files);
    const { loadPyodide } = await import(/* @vite-ignore */ new URL("pyodide.mjs", folder).href);
    pyodide = await loadPyodide({
      indexURL: folder,
      lockFileURL: new URL("pyodide-lock.json", folder).href,
      stdLibURL: new URL("python_stdlib.zip", folder).href,
      packages: ["bpdocs"],
      env: { TERM: "dumb", HOME: "/home/pyodide" },
    });
    files.clear();
    session = pyodide.pyimport("bpdocs.examples.browser").start!();
    scope.postMessage({ kind: "ready" });
  } catch (error) {
    const problem = error instanceof DownloadError ? error.problem : "broken";
    const detail = error instanceof DownloadError ? error.file : String(error);
    scope.postMessage({ kind: "failed", problem, detail });
  }
}

async function downloadAll(folder: string): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const manifest = await fetchManifest(folder);
  const total = manifest.reduce((sum, { size }) => sum + size, 0);
  let loaded = 0;
  const count = (bytes: number) => {
    loaded += bytes;
    scope.postMessage({ kind: "progress", loaded, total });
  };
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  await Promise.all(
    manifest.map(async (entry) => {
      files.set(new URL(entry.name, folder).href, await download(folder, entry, count));
    }),
  );
  return files;
}

async function fetchManifest(folder: string): Promise<ManifestEntry[]> {
  try {
    const answer = await fetch(new URL("manifest.json", folder));
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return (await answer.json()) as ManifestEntry[];
  } catch (error) {
    throw new DownloadError("unreachable", "manifest.json", error);
  }
}

/** Answer Pyodide's requests for the files that were checked; it never fetches anything else. */
function serveFromMemory(folder: string, files: Map<string, Uint8Array<ArrayBuffer>>): void {
  const types: Record<string, string> = { wasm: "application/wasm", json: "application/json" };
  const fetchOutside = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input, folder).href;
    const bytes = files.get(url);
    if (!bytes) return fetchOutside(input, init);
    files.delete(url);
    const type = types[url.split(".").at(-1)!] ?? "application/octet-stream";
    return new Response(bytes, { headers: { "Content-Type": type } });
  };
}

/** Answer the editor; what Python cannot tell is null, for typing must not fail. */
function inspect({ id, page, what, text, source }: InspectRequest): void {
  let answer = "null";
  try {
    answer = session.inspect(page, what, text, source);
  } finally {
    scope.postMessage({ kind: "inspected", id, answer });
  }
}

function run({ run, page, cell, examples, stopUrl }: RunRequest): void {
  const output = new OutputBatch(run);
  pyodide.setInterruptBuffer(interruptSignal(stopUrl, () => output.flush()));
  try {
    const write: WriteCallback = (text, stream) => output.add(text, stream);
    const results = session.run_cell(page, cell, JSON.stringify(examples), write);
    output.flush();
    scope.postMessage({ kind: "finished", run, results: JSON.parse(results) });
  } catch (error) {
    output.flush();
    scope.postMessage({ kind: "crashed", run, detail: String(error) });
  } finally {
    pyodide.setInterruptBuffer(undefined);
  }
}

/**
 * An interrupt buffer that needs no shared memory: Pyodide reads `[0]` now and then, and the getter
 * asks by a synchronous request whether the page has revoked the blob: URL. It signals once, because
 * a second interrupt would hit the handling of the first. What was printed meanwhile is sent too: a
 * program that prints and then computes for long gives no other occasion.
 */
function interruptSignal(url: string, flush: () => void): { 0: number } {
  let next = performance.now() + POLL_MS;
  let sent = false;
  return {
    get 0() {
      if (sent || performance.now() < next) return 0;
      next = performance.now() + POLL_MS;
      flush();
      try {
        const request = new XMLHttpRequest();
        request.open("GET", url, false);
        request.send();
        sent = request.status !== 200;
      } catch {
        sent = true;
      }
      return sent ? 2 : 0;
    },
    set 0(_value: number) {},
  };
}

/** Collects what a program prints into few messages, so that printing never floods the page. */
class OutputBatch {
  private text = "";
  private stream: StreamName = "stdout";
  private since = performance.now();

  constructor(private readonly run: number) {}

  add(text: string, stream: StreamName): void {
    if (stream !== this.stream) this.flush();
    this.stream = stream;
    this.text += text;
    const isDue = performance.now() - this.since > BATCH_MS;
    if (isDue || this.text.length > BATCH_CHARACTERS) this.flush();
  }

  flush(): void {
    const { run, stream, text } = this;
    if (text) scope.postMessage({ kind: "output", run, stream, text });
    this.text = "";
    this.since = performance.now();
  }
}
