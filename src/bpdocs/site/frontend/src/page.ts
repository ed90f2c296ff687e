// One page: its bar, and the runs of its cells, one after the other.

import { Cell, type Action, type CellHooks } from "./cell";
import { unpackEdit } from "./edits";
import { button, element } from "./elements";
import { keyOf, showKeys } from "./keys";
import { Order } from "./order";
import type { Description, NameFound } from "./protocol";
import type { Ending, Runner } from "./runner";
import { explain, Progress, startPython, type Runtime, type StartPlace } from "./start";
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
  private readonly runtime: Runtime;
  private readonly key = location.pathname;
  private readonly status = element("span", "bp-status");
  /** What a screen reader is told, politely: the one live region of the page. */
  private readonly live = element("span", "bp-live");
  private readonly order = new Order();
  private queue: Promise<unknown> = Promise.resolve();
  /** Grows when the reader stops or restarts: what waited for its turn before is dropped. */
  private round = 0;
  private hasLeft = false;

  constructor(
    private readonly bar: HTMLElement,
    private readonly runner: Runner,
  ) {
    const roots = [...document.querySelectorAll<HTMLElement>("[data-bp-cell]")];
    this.runtime = {
      url: new URL(bar.dataset.bpRuntime!, location.href).href,
      bytes: Number(bar.dataset.bpBytes),
    };
    const hooks = this.hooks();
    this.cells = roots.map((root, index) => {
      const cell = new Cell(root, { number: index + 1, of: roots.length }, this.key, hooks);
      root.addEventListener("keydown", (event) => this.press(event, cell), { capture: true });
      const prefetch = () => void runner.prefetch(this.runtime.url);
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
    return this.enqueue(async () => {
      const failure = await startPython(this.runner, this.runtime, place);
      if (failure) return failure;
      let printed = "";
      const examples = [{ source: python, line: 1, printed: "", error: null }];
      const key = `${this.key}#equations`;
      const ending = await this.runner.run(key, "check", examples, {
        write: (piece) => (printed += piece),
        loading: () => {},
      });
      if (ending.kind !== "finished") return strings().crashed;
      return ending.results[0]?.error ?? printed;
    });
  }

  /** Start Python before it is needed. */
  warmUp(): void {
    void this.runner.start(this.runtime.url, null);
  }

  /** Tell a screen reader. */
  tell(sentence: string): void {
    this.live.textContent = sentence;
  }

  /** Say something of a cell, beside its buttons and to a screen reader. */
  private say(cell: Cell, sentence: string): void {
    cell.say(sentence);
    this.tell(sentence);
  }

  /** The reader has left the page: end its run, but let a Python that is starting go on. */
  leave(): void {
    this.round += 1;
    this.hasLeft = true;
    if (this.runner.isReady) this.runner.stop(this.runtime.url);
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
      ...(this.cells.length ? [button("reset-edits", text.resetEdits, () => this.resetEdits()), button("keys", text.keys, showKeys)] : []),
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
      reset: () => {
        cell.reset();
        cell.focus();
      },
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
    this.runner.stop(this.runtime.url);
  }

  /** Do something when everything before it has ended. */
  private enqueue<T>(act: () => Promise<T>): Promise<T> {
    const done = this.queue.then(act);
    // What goes wrong in one run is told by the browser, and must not keep the next from running.
    this.queue = done.catch(reportError);
    return done;
  }

  private async run(cell: Cell): Promise<void> {
    if (cell.isBusy) return;
    const { round } = this;
    if (this.runner.isBusy) cell.say(strings().waiting);
    await this.enqueue(async () => {
      if (round !== this.round) cell.say("");
      else await this.runThrough(this.cells.indexOf(cell));
    });
  }

  private async runAll(): Promise<void> {
    const { round } = this;
    delete this.bar.dataset.bpVerdict;
    await this.enqueue(async () => {
      this.order.clear();
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
  }

  /** Run the page's own examples, whatever was edited, and show what came of each. */
  private async verify(): Promise<void> {
    for (const cell of this.cells) cell.isChecked = true;
    await this.runAll();
    for (const cell of this.cells) cell.isChecked = false;
    const place = { show: () => {}, retry: () => void this.verify() };
    showReport(this.bar, this.cells, await this.ask(VERSIONS, place));
  }

  private resetEdits(): void {
    for (const cell of this.cells) if (cell.isEdited && !cell.isBusy) cell.reset();
  }

  private restart(): void {
    this.round += 1;
    delete this.bar.dataset.bpVerdict;
    if (this.runner.isReady) this.runner.restart(this.runtime.url);
    this.status.textContent = strings().restarted;
    this.tell(this.status.textContent);
    for (const cell of this.cells) {
      if (cell.isBusy) continue;
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
    const sources = this.cells.map(({ source }) => source);
    const first = this.order.firstToRun(sources, target, this.runner.generation);
    if (first === 0) this.runner.forget(this.key);
    return first;
  }

  /** After a hard stop: run again, in the new Python, the cells that had run above. */
  private async restore(stopped: Cell, count: number): Promise<void> {
    const { round } = this;
    await this.enqueue(async () => {
      if (round !== this.round || this.hasLeft || count === 0) return;
      if (await this.runThrough(count - 1)) this.say(stopped, strings().restored(count));
    });
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
    const { source } = cell;
    cell.beginOutput();
    cell.setState("running", strings().running);
    const ending = await this.watch(cell);
    if (ending.kind === "failed") {
      cell.showPrinted();
      cell.setState("idle");
      this.say(cell, explain(ending));
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
}
