// Owns the worker: starts it when first needed, runs one cell at a time, stops and restarts it.

import type { Example, Problem, Reply, Request, Result, StreamName } from "./protocol";

const STOP_PATIENCE_MS = 1500;

export interface StartListener {
  progress(loaded: number, total: number): void;
  booting(): void;
}

export type Ending =
  | { kind: "finished"; results: Result[] }
  | { kind: "killed" }
  | { kind: "crashed" }
  | { kind: "failed"; problem: Problem; detail: string };

interface ActiveRun {
  run: number;
  stopUrl: string;
  write(text: string, stream: StreamName): void;
  end(ending: Ending): void;
}

export class Runner {
  private worker: Worker | null = null;
  private starting: Promise<Ending | null> | null = null;
  private endStart: (failure: Ending | null) => void = () => {};
  private listener: StartListener | null = null;
  private active: ActiveRun | null = null;
  private runs = 0;
  /** Grows with every new Python, so that pages know that their variables are gone. */
  generation = 0;

  constructor(private readonly workerUrl: URL) {}

  get isReady(): boolean {
    return this.worker !== null && this.starting === null;
  }

  get isBusy(): boolean {
    return this.active !== null || this.starting !== null;
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
      this.worker = new Worker(this.workerUrl, { type: "module" });
      this.worker.onmessage = ({ data }: MessageEvent<Reply>) => this.receive(data);
      this.worker.onerror = (event) => this.lose(event.message || "its worker did not load");
      this.send({ kind: "start", runtime });
    });
    return this.starting;
  }

  run(
    page: string,
    cell: string,
    examples: Example[],
    write: ActiveRun["write"],
  ): Promise<Ending> {
    return new Promise((resolve) => {
      const run = ++this.runs;
      const stopUrl = URL.createObjectURL(new Blob(["run"]));
      const end = (ending: Ending) => {
        this.active = null;
        URL.revokeObjectURL(stopUrl);
        resolve(ending);
      };
      this.active = { run, stopUrl, write, end };
      this.send({ kind: "run", run, page, cell, examples, stopUrl });
    });
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
    this.worker?.terminate();
    this.worker = null;
    this.generation += 1;
    this.endStart({ kind: "killed" });
    this.active?.end({ kind: "killed" });
  }

  private send(request: Request): void {
    this.worker?.postMessage(request);
  }

  private lose(detail: string): void {
    this.worker?.terminate();
    this.worker = null;
    this.generation += 1;
    this.endStart({ kind: "failed", problem: "broken", detail });
    this.active?.end({ kind: "crashed" });
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
        this.endStart(null);
        break;
      case "failed":
        this.worker?.terminate();
        this.worker = null;
        this.endStart(reply);
        break;
      case "output":
        if (this.active?.run === reply.run) this.active.write(reply.text, reply.stream);
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
