// One page: which cells have run, in which order they must run, and the bar for all of them.
//
// A run always means: as if the page had been run from the top. Cells above that have not run, or
// have changed since, run first; a cell that runs a second time starts from fresh variables.

import { Cell, type Action } from "./cell";
import { button, element } from "./elements";
import type { Problem } from "./protocol";
import type { Ending, Runner, StartListener } from "./runner";
import { strings } from "./strings";

export class Page {
  private readonly cells: Cell[];
  private readonly runtime: string;
  private readonly key = location.pathname;
  private readonly status = element("span", "bp-status");
  /** What a screen reader is told, politely: the one live region of the page. */
  private readonly live = element("span", "bp-live");
  /** The sources that ran in this Python on this page, in the order of the page. */
  private ran: string[] = [];
  private generation = -1;
  private queue: Promise<unknown> = Promise.resolve();
  /** Grows when the reader stops or restarts: what waited for its turn before is dropped. */
  private round = 0;

  constructor(
    private readonly bar: HTMLElement,
    private readonly runner: Runner,
  ) {
    const roots = [...document.querySelectorAll<HTMLElement>("[data-bp-cell]")];
    this.runtime = new URL(bar.dataset.bpRuntime!, location.href).href;
    this.cells = roots.map(
      (root, index) =>
        new Cell(root, { number: index + 1, of: roots.length }, (action, cell) =>
          this.act(action, cell),
        ),
    );
    this.live.setAttribute("role", "status");
    const text = strings();
    bar.replaceChildren(
      ...(this.cells.length ? [button("run-all", text.runAll, () => void this.runAll())] : []),
      button("restart", text.restart, () => this.restart()),
      this.status,
      this.live,
    );
  }

  /** Run Python beside the cells, out of their variables; return what it prints, or why not. */
  async ask(python: string, show: (progress: HTMLElement) => void): Promise<string> {
    const asked = this.queue.then(async () => {
      const failure = await this.prepare(show);
      if (failure) return failure;
      let printed = "";
      const examples = [{ source: python, line: 1, printed: "", error: null }];
      const key = `${this.key}#equations`;
      const ending = await this.runner.run(key, "check", examples, (piece) => (printed += piece));
      if (ending.kind !== "finished") return strings().crashed;
      return ending.results[0]?.error ?? printed;
    });
    this.queue = asked;
    return asked;
  }

  /** Tell a screen reader. */
  tell(sentence: string): void {
    this.live.textContent = sentence;
  }

  /** The reader has left the page: end its run, but let a Python that is starting go on. */
  leave(): void {
    this.round += 1;
    if (this.runner.isReady) this.runner.stop(this.runtime);
  }

  private act(action: Action, cell: Cell): void {
    switch (action) {
      case "run":
        void this.run(cell);
        break;
      case "stop":
        this.round += 1;
        this.runner.stop(this.runtime);
        break;
      case "edit":
        cell.edit(() => void this.run(cell));
        break;
      case "reset":
        cell.reset();
        break;
      case "copy":
        void cell.copy();
        break;
    }
  }

  private run(cell: Cell): Promise<unknown> {
    if (cell.state === "starting" || cell.state === "running") return this.queue;
    const { round } = this;
    if (this.runner.isBusy) cell.say(strings().waiting);
    this.queue = this.queue.then(async () => {
      if (round !== this.round) cell.say("");
      else await this.runThrough(this.cells.indexOf(cell));
    });
    return this.queue;
  }

  private async runAll(): Promise<void> {
    const { round } = this;
    delete this.bar.dataset.bpVerdict;
    this.queue = this.queue.then(async () => {
      this.ran = [];
      for (let index = 0; index < this.cells.length; index += 1) {
        if (round !== this.round || !(await this.runThrough(index))) break;
      }
      const same = this.cells.filter(({ state }) => state === "same").length;
      this.bar.dataset.bpVerdict = `${same}/${this.cells.length}`;
      this.status.textContent = strings().verdict(same, this.cells.length);
      this.live.textContent = this.status.textContent;
    });
    await this.queue;
  }

  private restart(): void {
    this.round += 1;
    delete this.bar.dataset.bpVerdict;
    if (this.runner.isReady) this.runner.restart(this.runtime);
    this.status.textContent = strings().restarted;
    this.live.textContent = this.status.textContent;
    for (const cell of this.cells) {
      if (cell.state === "starting" || cell.state === "running") continue;
      cell.showPrinted();
      cell.setState("idle");
    }
  }

  /** Run the cell at `target`, after the cells above that it needs; tell whether it was run. */
  private async runThrough(target: number): Promise<boolean> {
    const cell = this.cells[target]!;
    const { round } = this;
    if (!(await this.startPython(cell)) || round !== this.round) return false;
    if (this.generation !== this.runner.generation) this.ran = [];
    this.generation = this.runner.generation;
    const above = this.cells.slice(0, target).map(({ source }) => source);
    const isPrefix = this.ran.every((source, index) => source === above[index]);
    if (!isPrefix || this.ran.length === 0) {
      this.ran = [];
      this.runner.forget(this.key);
    }
    const first = this.ran.length;
    for (let index = first; index <= target; index += 1) {
      if (await this.runOne(this.cells[index]!)) continue;
      if (index < target) cell.setState("idle", strings().aboveFailed);
      return index === target;
    }
    if (target > first) cell.say(`${cell.verdict} · ${strings().above(target - first)}`);
    return true;
  }

  private async startPython(cell: Cell): Promise<boolean> {
    const sentence = await this.prepare((progress) => {
      cell.setState("starting");
      cell.showProgress(progress);
    });
    if (!sentence) return true;
    cell.showPrinted();
    cell.setState("idle", sentence);
    return false;
  }

  /** Start Python unless it runs, with its progress shown; return "", or why it did not start. */
  private async prepare(show: (progress: HTMLElement) => void): Promise<string> {
    if (this.runner.isReady) return "";
    const progress = new StartProgress();
    show(progress.root);
    const failure = await this.runner.start(this.runtime, progress);
    progress.root.remove();
    if (!failure) return "";
    const sentence = failure.kind === "failed" ? explain(failure) : strings().stoppedStart;
    this.tell(sentence);
    return sentence;
  }

  /** Run one cell and tell whether Python can go on from there. */
  private async runOne(cell: Cell): Promise<boolean> {
    const text = strings();
    const { source } = cell;
    cell.beginOutput();
    cell.setState("running", text.running);
    const ending = await this.runner.run(this.key, cell.id, cell.toRun, (piece, stream) =>
      cell.write(piece, stream),
    );
    if (ending.kind !== "finished") {
      const sentence = ending.kind === "killed" ? text.killed : text.crashed;
      cell.setState("stopped", sentence);
      this.live.textContent = sentence;
      return false;
    }
    const state = cell.showResults(ending.results);
    cell.setState(state);
    cell.say(cell.verdict);
    this.live.textContent = cell.verdict;
    this.ran.push(source);
    return state === "same" || state === "done" || state === "differs";
  }
}

function explain({ problem, detail }: Extract<Ending, { kind: "failed" }>): string {
  const text = strings();
  const sentences: Record<Problem, (detail: string) => string> = {
    unreachable: text.unreachable,
    corrupt: text.corrupt,
    broken: text.broken,
  };
  return sentences[problem](detail);
}

/** The progress element and its sentence, beside the cell that waits. */
class StartProgress implements StartListener {
  readonly root = element("div", "bp-progress");
  private readonly bar = element("progress", "");
  private readonly sentence = element("span", "");

  constructor() {
    this.root.dataset.bpProgress = "";
    this.bar.max = 1;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", "Python");
    this.root.append(this.bar, this.sentence);
    this.progress(0, 0);
  }

  progress(loaded: number, total: number): void {
    const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
    this.bar.value = total ? loaded / total : 0;
    this.sentence.textContent = strings().downloading(megabytes(loaded), megabytes(total));
  }

  booting(): void {
    this.bar.removeAttribute("value");
    this.sentence.textContent = strings().booting;
  }
}
