// One page: which cells have run, and in which order they must run.
//
// A run always means: as if the page had been run from the top. Cells above that have not run, or
// have changed since, run first; a cell that runs a second time starts from fresh variables.

import { Cell, type Action, type CellHooks } from "./cell";
import { unpackEdit } from "./edits";
import { button, element } from "./elements";
import { keyOf, showKeys } from "./keys";
import type { Description, NameFound } from "./protocol";
import type { Runner } from "./runner";
import { startPython, type StartPlace } from "./start";
import { strings } from "./strings";
import { showReport } from "./verify";

const STILL_RUNNING_MS = 20_000;
const VERSIONS = `import platform, importlib.metadata
print(f"Python {platform.python_version()}", *(
    f"{name} {importlib.metadata.version(name)}" for name in ("numpy", "bpdocs")
), sep=" · ", end="")
`;

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
    const hooks = this.hooks();
    this.cells = roots.map((root, index) => {
      const cell = new Cell(root, { number: index + 1, of: roots.length }, this.key, hooks);
      root.addEventListener("keydown", (event) => this.press(event, cell), { capture: true });
      const prefetch = () => void runner.prefetch(this.runtime);
      const run = root.querySelector<HTMLElement>("[data-bp-action=run]")!;
      run.addEventListener("pointerenter", prefetch, { once: true });
      run.addEventListener("focus", prefetch, { once: true });
      return cell;
    });
    this.live.setAttribute("role", "status");
    this.fillBar();
    void this.receive();
  }

  /** Run Python beside the cells, out of their variables; return what it prints, or why not. */
  async ask(python: string, place: StartPlace): Promise<string> {
    const asked = this.queue.then(async () => {
      const failure = await startPython(this.runner, this.runtime, place);
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

  private hooks(): CellHooks {
    const question = { page: this.key };
    const ask = (what: "complete" | "describe", text: string, source: string) =>
      this.runner.inspect({ ...question, what, text, source });
    return {
      act: (action, cell) => this.act(action, cell),
      complete: async (before, source) =>
        ((await ask("complete", before, source)) as NameFound[] | null) ?? [],
      describe: async (name, source) =>
        (await ask("describe", name, source)) as Description | null,
    };
  }

  private fillBar(): void {
    const text = strings();
    const ofCells = [
      button("run-all", text.runAll, () => void this.runAll()),
      button("verify", text.verify, () => void this.verify()),
    ];
    this.bar.replaceChildren(
      ...(this.cells.length ? ofCells : []),
      button("restart", text.restart, () => this.restart()),
      ...(this.cells.length ? [button("keys", text.keys, showKeys)] : []),
      this.status,
      this.live,
    );
  }

  /** Show the edit that a link carries; it waits for the reader. */
  private async receive(): Promise<void> {
    try {
      const edit = await unpackEdit(location.hash);
      if (!edit) return;
      const cell = this.cells.find(({ id }) => id === edit[0]);
      if (!cell) throw new Error(edit[0]);
      cell.receive(edit[1]);
    } catch {
      this.status.textContent = strings().badLink;
      this.tell(strings().badLink);
    }
  }

  private act(action: Action, cell: Cell): void {
    const actions: Record<Action, () => unknown> = {
      run: () => this.run(cell),
      stop: () => this.stop(),
      edit: () => cell.edit(),
      reset: () => cell.reset(),
      share: () => cell.share(),
      copy: () => cell.copy(),
    };
    void actions[action]();
  }

  private press(event: KeyboardEvent, cell: Cell): void {
    const key = keyOf(event);
    if (!key) return;
    event.preventDefault();
    event.stopPropagation();
    if (key === "stop") this.stop();
    else void this.run(cell);
    if (key === "run-on") (this.cells[this.cells.indexOf(cell) + 1] ?? cell).focus();
  }

  private stop(): void {
    this.round += 1;
    this.runner.stop(this.runtime);
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
        const cell = this.cells[index]!;
        if (cell.isForeign) cell.say(strings().foreign);
        if (round !== this.round || cell.isForeign) break;
        if (!(await this.runThrough(index))) break;
      }
      const same = this.cells.filter(({ state }) => state === "same").length;
      this.bar.dataset.bpVerdict = `${same}/${this.cells.length}`;
      this.status.textContent = strings().verdict(same, this.cells.length);
      this.tell(this.status.textContent);
    });
    await this.queue;
  }

  /** Run the page's own examples, whatever was edited, and show what came of each. */
  private async verify(): Promise<void> {
    for (const cell of this.cells) cell.isChecked = true;
    await this.runAll();
    for (const cell of this.cells) cell.isChecked = false;
    const place = { show: () => {}, retry: () => void this.verify() };
    showReport(this.bar, this.cells, await this.ask(VERSIONS, place));
  }

  private restart(): void {
    this.round += 1;
    delete this.bar.dataset.bpVerdict;
    if (this.runner.isReady) this.runner.restart(this.runtime);
    this.status.textContent = strings().restarted;
    this.tell(this.status.textContent);
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
    if (!(await this.startFor(cell)) || round !== this.round) return false;
    const first = this.firstToRun(target);
    if (this.cells.slice(first, target).some(({ isForeign }) => isForeign)) {
      cell.setState("idle", strings().foreignAbove);
      return false;
    }
    for (let index = first; index <= target; index += 1) {
      if (await this.runOne(this.cells[index]!)) continue;
      if (index < target) cell.setState("idle", strings().aboveFailed);
      return index === target;
    }
    if (target > first) cell.say(`${cell.verdict} · ${strings().above(target - first)}`);
    return true;
  }

  /** Return from which cell on the page must run; drop its variables if that is the first. */
  private firstToRun(target: number): number {
    if (this.generation !== this.runner.generation) this.ran = [];
    this.generation = this.runner.generation;
    const above = this.cells.slice(0, target).map(({ source }) => source);
    const isPrefix = this.ran.every((source, index) => source === above[index]);
    if (!isPrefix || this.ran.length === 0) {
      this.ran = [];
      this.runner.forget(this.key);
    }
    return this.ran.length;
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
    cell.showPrinted();
    cell.setState("idle", sentence);
    this.tell(sentence);
    return false;
  }

  /** Run one cell and tell whether Python can go on from there. */
  private async runOne(cell: Cell): Promise<boolean> {
    const text = strings();
    const { source } = cell;
    cell.beginOutput();
    cell.setState("running", text.running);
    const notice = setTimeout(() => {
      cell.say(text.stillRunning);
      this.tell(text.stillRunning);
    }, STILL_RUNNING_MS);
    const ending = await this.runner.run(this.key, cell.id, cell.toRun, (piece, stream) =>
      cell.write(piece, stream),
    );
    clearTimeout(notice);
    if (ending.kind !== "finished") {
      const sentence = ending.kind === "killed" ? text.killed : text.crashed;
      cell.setState("stopped", sentence);
      this.tell(sentence);
      return false;
    }
    const state = cell.showResults(ending.results);
    cell.setState(state);
    cell.say(cell.verdict);
    this.tell(cell.verdict);
    this.ran.push(source);
    return state === "same" || state === "done" || state === "differs";
  }
}
