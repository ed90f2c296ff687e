// Owns the worker: starts it when first needed, runs one cell at a time, stops and restarts it.

import type { ManifestEntry } from "./download";
import { keepPython } from "./keep";
import type { Example, Failure, InspectRequest, Reply, Request, Result, StreamName } from "./protocol";
import { KEEP_AFTER_MS } from "./storage";

const STOP_PATIENCE_MS = 1500;

export interface StartListener {
  progress(loaded: number, total: number): void;
  booting(): void;
}

export type Ending =
  | { kind: "finished"; results: Result[] }
  | { kind: "killed" }
  | { kind: "crashed" }
  | ({ kind: "failed" } & Failure);

/** Who is told of a run while it goes on. */
export interface RunListener {
  write(text: string, stream: StreamName): void;
  /** A package that the examples import arrives. */
  loading(name: string, loaded: number, total: number): void;
}

interface ActiveRun {
  run: number;
  stopUrl: string;
  listener: RunListener;
  end(ending: Ending): void;
}

export class Runner {
  private worker: Worker | null = null;
  private starting: Promise<Ending | null> | null = null;
  private endStart: (failure: Ending | null) => void = () => {};
  private listener: StartListener | null = null;
  private active: ActiveRun | null = null;
  /** The last run's number; it begins anywhere, for a program must not guess it and answer itself. */
  private runs = crypto.getRandomValues(new Uint32Array(1))[0]!;
  private isPrefetched = false;
  private runtime = "";
  /** Whether a file arrived damaged; the next start asks past all caches. */
  private isDamaged = false;
  private readonly questions = new Map<number, (answer: string) => void>();
  /** Grows with every new Python, so that pages know that their variables are gone. */
  generation = 0;

  constructor(private readonly workerUrl: URL) {}

  get isReady(): boolean {
    return this.worker !== null && this.starting === null;
  }

  get isBusy(): boolean {
    return this.active !== null || this.starting !== null;
  }

  /** Fetch the files of the runtime into the browser's cache, unless data are to be saved. */
  async prefetch(runtime: string): Promise<void> {
    if (this.worker || this.isPrefetched || isMetered()) return;
    this.isPrefetched = true;
    try {
      const manifest = await fetch(new URL("manifest.json", runtime));
      const files = (await manifest.json()) as ManifestEntry[];
      const options = { priority: "low" } as RequestInit;
      const needed = files.filter(({ on_import }) => on_import === null);
      await Promise.all(
        needed.map(async ({ name }) => (await fetch(new URL(name, runtime), options)).arrayBuffer()),
      );
    } catch {
      this.isPrefetched = false; // Run fetches again, and says what is wrong
    }
  }

  /** Start Python unless it runs; resolves to null, or to the reason why it could not start. */
  start(runtime: string, listener: StartListener | null): Promise<Ending | null> {
    this.listener = listener ?? this.listener;
    if (this.isReady) return Promise.resolve(null);
    this.starting ??= new Promise((resolve) => {
      this.endStart = (failure) => {
        this.starting = null;
        resolve(failure);
      };
      this.generation += 1;
      this.runtime = runtime;
      this.worker = new Worker(this.workerUrl, { type: "module" });
      this.worker.onmessage = ({ data }: MessageEvent<Reply | null>) => {
        if (data?.kind) this.receive(data); // programs can send messages too
      };
      this.worker.onerror = (event) => this.lose(event.message || "its worker did not load");
      this.send({ kind: "start", runtime, isFresh: this.isDamaged });
    });
    return this.starting;
  }

  run(
    page: string,
    cell: string,
    examples: Example[],
    listener: RunListener,
  ): Promise<Ending> {
    return new Promise((resolve) => {
      const run = ++this.runs;
      // Its type keeps Firefox from reading it as XML, and complaining, each time it is asked for.
      const stopUrl = URL.createObjectURL(new Blob(["run"], { type: "text/plain" }));
      const end = (ending: Ending) => {
        this.active = null;
        URL.revokeObjectURL(stopUrl);
        resolve(ending);
      };
      this.active = { run, stopUrl, listener, end };
      this.send({ kind: "run", run, page, cell, examples, stopUrl });
    });
  }

  /** Ask Python about a name; null unless it runs and is free. */
  async inspect(question: Omit<InspectRequest, "kind" | "id">): Promise<unknown> {
    if (!this.isReady || this.isBusy) return null;
    const id = ++this.runs;
    const answer = await new Promise<string>((resolve) => {
      this.questions.set(id, resolve);
      this.send({ kind: "inspect", id, ...question });
    });
    return JSON.parse(answer) as unknown;
  }

  /** Ask the running cell to stop; if nothing answers, end this Python and start another. */
  stop(runtime: string): void {
    if (this.starting) {
      this.end();
      return;
    }
    const { active } = this;
    if (!active) return;
    URL.revokeObjectURL(active.stopUrl);
    setTimeout(() => {
      if (this.active === active) this.restart(runtime);
    }, STOP_PATIENCE_MS);
  }

  restart(runtime: string): void {
    this.end();
    void this.start(runtime, null);
  }

  forget(page: string): void {
    if (this.isReady) this.send({ kind: "forget", page });
  }

  private end(): void {
    this.drop();
    this.endStart({ kind: "killed" });
    this.active?.end({ kind: "killed" });
  }

  private send(request: Request): void {
    this.worker?.postMessage(request);
  }

  private lose(detail: string): void {
    this.drop();
    this.endStart({ kind: "failed", problem: "broken", detail, status: null });
    this.active?.end({ kind: "crashed" });
  }

  private drop(): void {
    this.worker?.terminate();
    this.worker = null;
    this.generation += 1;
    for (const answer of this.questions.values()) answer("null");
    this.questions.clear();
  }

  private receive(reply: Reply): void {
    switch (reply.kind) {
      case "progress":
        this.listener?.progress(reply.loaded, reply.total);
        break;
      case "booting":
        this.listener?.booting();
        break;
      case "ready":
        this.isDamaged = false;
        this.endStart(null);
        setTimeout(() => void keepPython(this.runtime, this.workerUrl), KEEP_AFTER_MS);
        break;
      case "inspected":
        this.questions.get(reply.id)?.(reply.answer);
        this.questions.delete(reply.id);
        break;
      case "failed":
        this.isDamaged = reply.problem === "corrupt";
        this.drop();
        this.endStart(reply);
        break;
      case "loading":
        if (this.active?.run === reply.run) {
          this.active.listener.loading(reply.name, reply.loaded, reply.total);
        }
        break;
      case "lacking":
        this.isDamaged = reply.problem === "corrupt";
        if (this.active?.run === reply.run) this.active.end({ ...reply, kind: "failed" });
        break;
      case "output":
        if (this.active?.run === reply.run) this.active.listener.write(reply.text, reply.stream);
        break;
      case "finished":
        if (this.active?.run === reply.run) this.active.end(reply);
        break;
      case "crashed":
        if (this.active?.run === reply.run) this.lose(reply.detail);
        break;
    }
  }
}

interface Connection {
  saveData?: boolean;
  type?: string;
}

/** Whether the reader or the network asks for little data. */
export function isMetered(): boolean {
  const { connection } = navigator as Navigator & { connection?: Connection };
  return connection?.saveData === true || connection?.type === "cellular";
}
