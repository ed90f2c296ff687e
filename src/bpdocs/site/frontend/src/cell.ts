// One cell: its buttons, its state and its verdict. Knows nothing of Python or of other cells.
//
// The build writes   [data-bp-cell][data-bp-state][data-bp-examples] > .bp-code, [data-bp-output]
// and this adds      .bp-bar > [data-bp-action], .bp-status;  [data-bp-progress];  .bp-more

import type { EditorHooks } from "./editor";
import { keepEdit, keptEdit, packEdit } from "./edits";
import { button, element } from "./elements";
import { Output } from "./output";
import type { Example, Result, StreamName } from "./protocol";
import { Source } from "./source";
import { strings } from "./strings";

export type State =
  | "idle"
  | "starting"
  | "running"
  | "same"
  | "differs"
  | "done"
  | "error"
  | "stopped";

const ACTIONS = ["run", "stop", "edit", "reset", "share", "copy"] as const;
export type Action = (typeof ACTIONS)[number];

export interface CellHooks extends Pick<EditorHooks, "complete" | "describe"> {
  act(action: Action, cell: Cell): void;
}

export class Cell {
  readonly id: string;
  /** Whether the page is being checked: then its own source runs, whatever the reader typed. */
  isChecked = false;
  private isFromLink = false;
  private readonly examples: Example[];
  private readonly program: Source;
  private readonly output: Output;
  private readonly status = element("span", "bp-status");
  private readonly buttons: Record<Action, HTMLButtonElement>;

  constructor(
    readonly root: HTMLElement,
    place: { number: number; of: number },
    private readonly pageKey: string,
    hooks: CellHooks,
  ) {
    const text = strings();
    this.id = root.dataset.bpCell!;
    this.examples = JSON.parse(root.dataset.bpExamples!) as Example[];
    const code = root.querySelector<HTMLElement>(".bp-code")!;
    this.output = new Output(root.querySelector<HTMLElement>("[data-bp-output]")!);
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", text.group(place.number, place.of));
    this.buttons = Object.fromEntries(
      ACTIONS.map((action) => [
        action,
        button(action, text[action], () => hooks.act(action, this)),
      ]),
    ) as Record<Action, HTMLButtonElement>;
    for (const made of Object.values(this.buttons)) {
      made.setAttribute("aria-label", text.actionOf(made.textContent!, place.number));
    }
    const original = this.examples.map(({ source }) => source).join("");
    this.program = new Source(code, original, text.editor(place.number, place.of), {
      ...hooks,
      changed: (source) => this.change(source),
      leave: () => this.buttons.run.focus(),
    });
    const bar = element("div", "bp-bar");
    bar.append(...Object.values(this.buttons), this.status);
    code.after(bar);
    this.setState("idle");
    this.restore();
  }

  /** The source as it would run now. */
  get source(): string {
    return this.isChecked ? this.program.original : this.program.text;
  }

  get isEdited(): boolean {
    return this.program.isEdited && !this.isChecked;
  }

  /** Whether its source came with a link and the reader has not run it yet. */
  get isForeign(): boolean {
    return this.isFromLink && !this.isChecked;
  }

  get isBusy(): boolean {
    return this.state === "starting" || this.state === "running";
  }

  get state(): State {
    return this.root.dataset.bpState as State;
  }

  /** What to run: the page's examples, or the edited source, which promises nothing. */
  get toRun(): Example[] {
    if (!this.isEdited) return this.examples;
    return [{ source: this.source, line: 1, printed: "", error: null }];
  }

  /** The state as a word for the reader. */
  get verdict(): string {
    const text = strings();
    const words: Partial<Record<State, string>> = {
      same: text.same,
      differs: text.differs,
      done: text.done,
      error: text.error,
      stopped: text.stopped,
    };
    return words[this.state] ?? "";
  }

  setState(state: State, sentence = ""): void {
    const { run, stop, edit, reset } = this.buttons;
    const hasFocus = document.activeElement === run || document.activeElement === stop;
    this.root.dataset.bpState = state;
    const { isBusy } = this;
    this.status.textContent = sentence;
    run.hidden = isBusy;
    stop.hidden = !isBusy;
    // Run and Stop take each other's place; a keyboard must not fall out of the cell.
    if (hasFocus) (isBusy ? stop : run).focus({ preventScroll: true });
    edit.hidden = this.program.isOpen;
    const isAsPrinted = state === "idle" || state === "same";
    reset.hidden = isBusy || (!this.program.isOpen && !this.isEdited && isAsPrinted);
    this.showEdited();
    this.program.setReadOnly(isBusy);
  }

  /** Show a sentence beside the buttons; the state stays. */
  say(sentence: string): void {
    this.status.textContent = sentence;
  }

  /** Empty the output for a run. */
  beginOutput(): void {
    if (!this.isChecked) this.isFromLink = false;
    this.program.markError(null);
    this.output.begin();
  }

  write(text: string, stream: StreamName): void {
    this.output.write(text, stream);
  }

  /** Show what a run gave, and return the state that it leaves. */
  showResults(results: Result[]): State {
    const state = this.judge(results);
    this.output.finish(results, state === "differs" || (state === "error" && !this.isEdited));
    const wrong = results.find(({ error, same, place }) => error !== null && !same && place);
    if (wrong) this.program.markError({ ...wrong.place!, message: wrong.error! });
    return state;
  }

  /** Put the page's own result back. */
  showPrinted(): void {
    this.output.showPrinted();
  }

  showProgress(progress: HTMLElement): void {
    this.root.querySelector(".bp-bar")!.after(progress);
  }

  async edit(): Promise<void> {
    try {
      await this.program.edit();
      this.setState(this.state, this.status.textContent ?? "");
    } catch {
      this.say(strings().noEditor);
    }
  }

  /** Go on to this cell: into its editor if it is open. */
  focus(): void {
    if (this.program.isOpen) this.program.focus();
    else this.buttons.run.focus();
    this.root.scrollIntoView({ block: "nearest" });
  }

  /** Put the page's source and result back, and drop what was kept. */
  reset(): void {
    this.program.reset();
    this.isFromLink = false;
    keepEdit(this.pageKey, this.id, this.program.original, this.program.original);
    this.showPrinted();
    this.setState("idle");
  }

  /** Show source that came with a link; nothing runs by itself. */
  receive(source: string): void {
    this.program.replace(source);
    this.isFromLink = this.isEdited;
    this.setState("idle", strings().received);
    this.root.scrollIntoView({ block: "nearest" });
  }

  async copy(): Promise<void> {
    await this.toClipboard(this.source, strings().copied, strings().notCopied);
  }

  async share(): Promise<void> {
    const link = new URL(await packEdit(this.id, this.source), location.href).href;
    history.replaceState(history.state, "", link);
    await this.toClipboard(link, strings().shared, strings().sharedAbove);
  }

  private async toClipboard(text: string, done: string, failed: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.say(done);
    } catch {
      this.say(failed);
    }
  }

  private change(source: string): void {
    const isKept = keepEdit(this.pageKey, this.id, this.program.original, source);
    this.showEdited();
    if (!isKept) this.say(strings().notKept);
  }

  private showEdited(): void {
    this.buttons.share.hidden = !this.isEdited;
    this.root.toggleAttribute("data-bp-edited", this.isEdited);
  }

  private restore(): void {
    const kept = keptEdit(this.pageKey, this.id, this.program.original);
    if (!kept) return;
    this.program.replace(kept.source);
    this.setState("idle", kept.isOld ? strings().keptOld : strings().kept);
  }

  private judge(results: Result[]): State {
    const last = results.at(-1);
    if (last?.stopped) return "stopped";
    if (this.isEdited) return last?.error ? "error" : "done";
    if (results.length === this.examples.length && results.every(({ same }) => same)) return "same";
    const expectedError = this.examples[results.length - 1]?.error;
    return last?.error && !last.same && !expectedError ? "error" : "differs";
  }
}
