// The cells of a page as one program: what runs, in which order, one after the other.

import type { Cell } from "./cell";
import { Order } from "./order";
import type { Ending, Runner } from "./runner";
import { explain, Progress, startPython, type Runtime, type StartPlace } from "./start";
import { strings } from "./strings";

const STILL_RUNNING_MS = 20_000;

export class Program {
  private readonly order = new Order();
  private queue: Promise<unknown> = Promise.resolve();
  /** Grows when the reader stops or restarts: what waited for its turn before is dropped. */
  private round = 0;
  private hasLeft = false;

  /** `key` tells pages apart in Python; `tell` speaks to a screen reader. */
  constructor(
    private readonly key: string,
    private readonly runner: Runner,
    private readonly runtime: Runtime,
    private readonly cells: readonly Cell[],
    private readonly tell: (sentence: string) => void,
  ) {}

  /** Run a cell when everything before it has ended. */
  async run(cell: Cell): Promise<void> {
    if (cell.isBusy) return;
    const { round } = this;
    if (this.runner.isBusy) cell.say(strings().waiting);
    await this.enqueue(async () => {
      if (round !== this.round) cell.say("");
      else await this.runThrough(this.cells.indexOf(cell));
    });
  }

  /** Run all cells from the top; return how many printed what the page prints. */
  async runAll(): Promise<number> {
    const { round } = this;
    return this.enqueue(async () => {
      this.order.clear();
      for (const [index, cell] of this.cells.entries()) {
        if (cell.isForeign) cell.say(strings().foreign);
        if (round !== this.round || cell.isForeign) break;
        if (!(await this.runThrough(index))) break;
      }
      return this.cells.filter(({ state }) => state === "same").length;
    });
  }

  /** Run Python beside the cells, out of their variables; return what it prints, or why not. */
  async ask(python: string, place: StartPlace): Promise<string> {
    return this.enqueue(async () => {
      const failure = await startPython(this.runner, this.runtime, place);
      if (failure) return failure;
      let printed = "";
      const examples = [{ source: python, line: 1, printed: "", error: null }];
      const ending = await this.runner.run(`${this.key}#beside`, "beside", examples, {
        write: (piece) => (printed += piece),
        loading: () => {},
      });
      if (ending.kind !== "finished") return strings().crashed;
      return ending.results[0]?.error ?? printed;
    });
  }

  stop(): void {
    this.round += 1;
    this.runner.stop(this.runtime.url);
  }

  /** End Python, if there is one, and start another. */
  restart(): void {
    this.round += 1;
    this.order.clear();
    if (this.runner.isReady || this.runner.isBusy) this.runner.restart(this.runtime.url);
  }

  /** The reader has left the page: end its run, but let a Python that is starting go on. */
  leave(): void {
    this.round += 1;
    this.hasLeft = true;
    if (this.runner.isReady) this.runner.stop(this.runtime.url);
  }

  /** Do something when everything before it has ended. */
  private enqueue<T>(act: () => Promise<T>): Promise<T> {
    const done = this.queue.then(act);
    // What goes wrong in one run is told by the browser, and must not keep the next from running.
    this.queue = done.catch(reportError);
    return done;
  }

  /** Run the cell at `target`, after the cells above that it needs; tell whether it was run. */
  private async runThrough(target: number): Promise<boolean> {
    const cell = this.cells[target]!;
    const { round } = this;
    if (!(await this.startFor(cell)) || round !== this.round) return false;
    const first = this.firstToRun(target);
    if (this.cells.slice(first, target).some(({ isForeign }) => isForeign)) {
      cell.setState("idle", strings().foreignAbove);
      return false;
    }
    if (first < target) cell.setState("starting", strings().runningAbove);
    for (let index = first; index <= target; index += 1) {
      if (await this.runOne(this.cells[index]!)) continue;
      if (index < target) cell.setState("idle", strings().aboveFailed);
      return index === target;
    }
    if (target > first) cell.say(`${cell.verdict} · ${strings().above(target - first)}`);
    return true;
  }

  private async startFor(cell: Cell): Promise<boolean> {
    const sentence = await startPython(this.runner, this.runtime, {
      show: (progress) => {
        cell.setState("starting");
        cell.showProgress(progress);
      },
      retry: () => void this.run(cell),
    });
    if (!sentence) return true;
    this.giveUp(cell, sentence);
    return false;
  }

  /** Return from which cell on the page must run; drop its variables if that is the first. */
  private firstToRun(target: number): number {
    const sources = this.cells.map(({ source }) => source);
    const first = this.order.firstToRun(sources, target, this.runner.generation);
    if (first === 0) this.runner.forget(this.key);
    return first;
  }

  /** Run one cell and tell whether Python can go on from there. */
  private async runOne(cell: Cell): Promise<boolean> {
    const { source } = cell;
    cell.beginOutput();
    cell.setState("running", strings().running);
    const ending = await this.watch(cell);
    if (ending.kind === "failed") {
      this.giveUp(cell, explain(ending));
      return false;
    }
    if (ending.kind !== "finished") {
      cell.setState("stopped");
      this.say(cell, ending.kind === "killed" ? strings().killed : strings().crashed);
      if (ending.kind === "killed") void this.restore(cell, this.order.length);
      return false;
    }
    const state = cell.showResults(ending.results);
    cell.setState(state);
    this.say(cell, cell.verdict);
    this.order.add(source);
    return state === "same" || state === "done" || state === "differs";
  }

  /** Let Python run a cell, and show meanwhile what it prints and loads. */
  private async watch(cell: Cell): Promise<Ending> {
    const notice = setTimeout(() => this.say(cell, strings().stillRunning), STILL_RUNNING_MS);
    const progress = new Progress();
    const ending = await this.runner.run(this.key, cell.id, cell.toRun, {
      write: (piece, stream) => cell.write(piece, stream),
      loading: (name, loaded, total) => {
        if (!progress.root.isConnected) cell.showProgress(progress.root);
        progress.loading(name, loaded, total);
      },
    });
    clearTimeout(notice);
    if (ending.kind === "failed") progress.offer(() => void this.run(cell));
    else progress.root.remove();
    return ending;
  }

  /** After a hard stop: run again, in the new Python, the cells that had run above. */
  private async restore(stopped: Cell, count: number): Promise<void> {
    const { round } = this;
    await this.enqueue(async () => {
      if (round !== this.round || this.hasLeft || count === 0) return;
      if (await this.runThrough(count - 1)) this.say(stopped, strings().restored(count));
    });
  }

  /** Leave the page's own result, and say why nothing ran. */
  private giveUp(cell: Cell, sentence: string): void {
    cell.showPrinted();
    cell.setState("idle");
    this.say(cell, sentence);
  }

  /** Say something of a cell, beside its buttons and to a screen reader. */
  private say(cell: Cell, sentence: string): void {
    cell.say(sentence);
    this.tell(sentence);
  }
}
