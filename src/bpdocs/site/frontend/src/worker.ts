// The reader's Python: loads Pyodide, NumPy and the package, and runs examples. Knows no page.

import { boot, SESSION, type Pyodide } from "./boot";
import { DownloadError } from "./download";
import { RuntimeFiles } from "./files";
import type { Failure, InspectRequest, Reply, Request, RunRequest, StreamName } from "./protocol";

interface Session {
  run_cell(page: string, cell: string, examples: string, write: WriteCallback): string;
  forget(page: string): void;
  inspect(page: string, what: string, text: string, source: string): string;
}
type WriteCallback = (text: string, stream: StreamName) => void;
interface WorkerScope {
  onmessage: ((event: MessageEvent<Request>) => void) | null;
  postMessage(message: Reply): void;
}

const scope = self as unknown as WorkerScope;
const BATCH_MS = 50;
const BATCH_CHARACTERS = 8192;
const POLL_MS = 100;

let files: RuntimeFiles;
let pyodide: Pyodide;
let session: Session;

scope.onmessage = async ({ data }) => {
  if (data.kind === "start") await start(data.runtime, data.isFresh);
  else if (data.kind === "forget") session.forget(data.page);
  else if (data.kind === "inspect") inspect(data);
  else await run(data);
};

async function start(folder: string, isFresh: boolean): Promise<void> {
  try {
    files = await RuntimeFiles.open(folder, isFresh ? "reload" : "default");
    const fetched = files.fetch(null, seldom((loaded, total) => {
      scope.postMessage({ kind: "progress", loaded, total });
    }));
    const booted = boot(folder, files, isFresh);
    booted.catch(() => {}); // if a file is missing, `fetched` tells which
    await fetched;
    scope.postMessage({ kind: "booting" });
    pyodide = await booted;
    session = pyodide.pyimport(SESSION).start!() as Session;
    scope.postMessage({ kind: "ready" });
  } catch (error) {
    scope.postMessage({ kind: "failed", ...failureOf(error) });
  }
}

/** Tell of progress at most every 50 ms, and of its end: pieces of files come by the hundred. */
function seldom(tell: (loaded: number, total: number) => void): typeof tell {
  let next = 0;
  return (loaded, total) => {
    if (loaded < total && performance.now() < next) return;
    next = performance.now() + BATCH_MS;
    tell(loaded, total);
  };
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof DownloadError)) {
    return { problem: "broken", detail: String(error), status: null };
  }
  return { problem: error.problem, detail: error.file, status: error.status };
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

/** Load what the examples import and a start does not load. */
async function loadImports({ run, examples }: RunRequest): Promise<void> {
  for (const name of files.neededBy(examples.map(({ source }) => source).join("\n"))) {
    if (name in pyodide.loadedPackages) continue;
    await files.fetch(name, seldom((loaded, total) => {
      scope.postMessage({ kind: "loading", run, name, loaded, total });
    }));
    await pyodide.loadPackage(name, { messageCallback: () => {} });
  }
}

async function run(request: RunRequest): Promise<void> {
  const { run, page, cell, examples, stopUrl } = request;
  try {
    await loadImports(request);
  } catch (error) {
    scope.postMessage({ kind: "lacking", run, ...failureOf(error) });
    return;
  }
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
