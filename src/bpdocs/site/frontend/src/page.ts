// One page: its bar, its cells and their keys, and the edit that a link may bring.

import { Cell, type Action, type CellHooks } from "./cell";
import { unpackEdit } from "./edits";
import { button, element } from "./elements";
import { keyOf, showKeys } from "./keys";
import { Program } from "./program";
import type { Description, NameFound } from "./protocol";
import type { Runner } from "./runner";
import type { Runtime, StartPlace } from "./start";
import { strings } from "./strings";
import { showReport, VERSIONS } from "./verify";

export class Page {
  private readonly cells: Cell[];
  private readonly program: Program;
  private readonly runtime: Runtime;
  private readonly key = location.pathname;
  private readonly status = element("span", "bp-status");
  /** What a screen reader is told, politely: the one live region of the page. */
  private readonly live = element("span", "bp-live");

  constructor(
    private readonly bar: HTMLElement,
    private readonly runner: Runner,
  ) {
    this.runtime = {
      url: new URL(bar.dataset.bpRuntime!, location.href).href,
      bytes: Number(bar.dataset.bpBytes),
    };
    const roots = [...document.querySelectorAll<HTMLElement>("[data-bp-cell]")];
    this.cells = roots.map((root, index) => this.mount(root, index + 1, roots.length));
    this.program = new Program(this.key, runner, this.runtime, this.cells, (sentence) =>
      this.tell(sentence),
    );
    this.live.setAttribute("role", "status");
    this.fillBar();
    void this.receive();
  }

  /** Run Python beside the cells, out of their variables; return what it prints, or why not. */
  ask(python: string, place: StartPlace): Promise<string> {
    return this.program.ask(python, place);
  }

  /** Start Python before it is needed. */
  warmUp(): void {
    void this.runner.start(this.runtime.url, null);
  }

  /** Tell a screen reader. */
  tell(sentence: string): void {
    this.live.textContent = sentence;
  }

  leave(): void {
    this.program.leave();
  }

  private mount(root: HTMLElement, number: number, of: number): Cell {
    const cell = new Cell(root, { number, of }, this.key, this.hooks());
    root.addEventListener("keydown", (event) => this.press(event, cell), { capture: true });
    const prefetch = () => void this.runner.prefetch(this.runtime.url);
    const run = root.querySelector<HTMLElement>("[data-bp-action=run]")!;
    run.addEventListener("pointerenter", prefetch, { once: true });
    run.addEventListener("focus", prefetch, { once: true });
    return cell;
  }

  private hooks(): CellHooks {
    const ask = (what: "complete" | "describe", text: string, source: string) =>
      this.runner.inspect({ page: this.key, what, text, source });
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
    const restart = button("restart", text.restart, () => this.restart());
    const buttons = [
      button("run-all", text.runAll, () => void this.runAll()),
      button("verify", text.verify, () => void this.verify()),
      restart,
      button("reset-edits", text.resetEdits, () => this.resetEdits()),
      button("keys", text.keys, showKeys),
    ];
    // A page without cells has equations, which Python checks.
    this.bar.replaceChildren(...(this.cells.length ? buttons : [restart]), this.status, this.live);
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
      this.say(strings().badLink);
    }
  }

  private act(action: Action, cell: Cell): void {
    const actions: Record<Action, () => unknown> = {
      run: () => this.program.run(cell),
      stop: () => this.program.stop(),
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
    if (key === "stop") this.program.stop();
    else void this.program.run(cell);
    if (key === "run-on") (this.cells[this.cells.indexOf(cell) + 1] ?? cell).focus();
  }

  private async runAll(): Promise<void> {
    delete this.bar.dataset.bpVerdict;
    const same = await this.program.runAll();
    this.bar.dataset.bpVerdict = `${same}/${this.cells.length}`;
    this.say(strings().verdict(same, this.cells.length));
  }

  /** Run the page's own examples, whatever was edited, and show what came of each. */
  private async verify(): Promise<void> {
    for (const cell of this.cells) cell.isChecked = true;
    try {
      await this.runAll();
    } finally {
      for (const cell of this.cells) cell.isChecked = false;
    }
    const place = { show: () => {}, retry: () => void this.verify() };
    showReport(this.bar, this.cells, await this.ask(VERSIONS, place));
  }

  private resetEdits(): void {
    for (const cell of this.cells) if (cell.isEdited && !cell.isBusy) cell.reset();
  }

  private restart(): void {
    delete this.bar.dataset.bpVerdict;
    this.program.restart();
    this.say(strings().restarted);
    for (const cell of this.cells) {
      if (cell.isBusy) continue;
      cell.showPrinted();
      cell.setState("idle");
    }
  }

  /** Say something of the whole page, in its bar and to a screen reader. */
  private say(sentence: string): void {
    this.status.textContent = sentence;
    this.tell(sentence);
  }
}
