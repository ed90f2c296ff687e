// One cell: its buttons, its state and its output. Knows nothing of Python or of other cells.
//
// The build writes   [data-bp-cell][data-bp-state][data-bp-examples] > .bp-code, [data-bp-output]
// and this adds      .bp-bar > [data-bp-action], .bp-status;  [data-bp-progress];  .bp-more

import { button, element } from "./elements";
import type { Example, Result, StreamName } from "./protocol";
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

export type Action = "run" | "stop" | "edit" | "reset" | "copy";

const SHOWN_LINES = 1000;

export class Cell {
  readonly id: string;
  private readonly examples: Example[];
  private readonly code: HTMLElement;
  private readonly output: HTMLElement;
  private readonly printed: Node[];
  private readonly status = element("span", "bp-status");
  private readonly more = element("div", "bp-more");
  private readonly buttons: Record<Action, HTMLButtonElement>;
  private editor: HTMLTextAreaElement | null = null;
  private stream: HTMLElement | null = null;
  private streamedLines = 0;

  constructor(
    readonly root: HTMLElement,
    private readonly place: { number: number; of: number },
    act: (action: Action, cell: Cell) => void,
  ) {
    const text = strings();
    this.id = root.dataset.bpCell!;
    this.examples = JSON.parse(root.dataset.bpExamples!) as Example[];
    this.code = root.querySelector<HTMLElement>(".bp-code")!;
    this.output = root.querySelector<HTMLElement>("[data-bp-output]")!;
    this.printed = [...this.output.childNodes].map((node) => node.cloneNode(true));
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", text.group(place.number, place.of));
    const make = (action: Action) => button(action, text[action], () => act(action, this));
    this.buttons = {
      run: make("run"),
      stop: make("stop"),
      edit: make("edit"),
      reset: make("reset"),
      copy: make("copy"),
    };
    const bar = element("div", "bp-bar");
    bar.append(...Object.values(this.buttons), this.status);
    this.code.after(bar);
    this.output.after(this.more);
    this.setState("idle");
  }

  /** The source as it would run now. */
  get source(): string {
    return this.editor?.value ?? this.originalSource;
  }

  get isEdited(): boolean {
    return this.source !== this.originalSource;
  }

  get state(): State {
    return this.root.dataset.bpState as State;
  }

  /** What to run: the page's examples, or the edited source, which promises nothing. */
  get toRun(): Example[] {
    if (!this.isEdited) return this.examples;
    return [{ source: this.source, line: 1, printed: "", error: null }];
  }

  private get originalSource(): string {
    return this.examples.map(({ source }) => source).join("");
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
    const isBusy = state === "starting" || state === "running";
    const { run, stop } = this.buttons;
    const hasFocus = document.activeElement === run || document.activeElement === stop;
    this.root.dataset.bpState = state;
    this.status.textContent = sentence;
    run.hidden = isBusy;
    stop.hidden = !isBusy;
    // Run and Stop take each other's place; a keyboard must not fall out of the cell.
    if (hasFocus) (isBusy ? stop : run).focus({ preventScroll: true });
    this.buttons.edit.hidden = this.editor !== null;
    this.buttons.reset.hidden = this.editor === null && state === "idle";
    if (this.editor) this.editor.readOnly = isBusy;
  }

  /** Show a sentence beside the buttons; the state stays. */
  say(sentence: string): void {
    this.status.textContent = sentence;
  }

  /** Empty the output for a run. */
  beginOutput(): void {
    this.stream = element("pre", "bp-text");
    this.streamedLines = 0;
    this.output.replaceChildren(this.stream);
    this.more.replaceChildren();
  }

  write(text: string, stream: StreamName): void {
    if (!this.stream || this.streamedLines > SHOWN_LINES) return;
    this.streamedLines += text.split("\n").length - 1;
    const piece = element("span", `bp-${stream}`);
    piece.textContent = text;
    this.stream.append(piece);
  }

  /** Show what a run gave, and return the state that it leaves. */
  showResults(results: Result[]): State {
    const text = strings();
    const pieces = results.map(({ printed, error }) => printed + (error ?? "")).join("");
    this.output.replaceChildren(shortened(pieces));
    this.more.replaceChildren();
    const unexpected = results.find(({ error, same }) => error !== null && !same);
    if (unexpected?.traceback) this.more.append(folded(text.traceback, unexpected.traceback));
    const state = this.judge(results);
    if (state === "differs" || (state === "error" && !this.isEdited)) {
      const label = element("p", "bp-label");
      label.textContent = text.printed;
      const expected = element("div", "bp-expected");
      expected.append(...this.printed.map((node) => node.cloneNode(true)));
      this.more.append(label, expected);
    }
    return state;
  }

  /** Put the page's own result back. */
  showPrinted(): void {
    this.output.replaceChildren(...this.printed.map((node) => node.cloneNode(true)));
    this.more.replaceChildren();
  }

  showProgress(progress: HTMLElement): void {
    this.root.querySelector(".bp-bar")!.after(progress);
  }

  edit(run: () => void): void {
    if (this.editor) return;
    const editor = element("textarea", "bp-editor");
    editor.value = this.originalSource;
    editor.rows = this.originalSource.split("\n").length;
    editor.spellcheck = false;
    editor.autocapitalize = "off";
    editor.setAttribute("aria-label", strings().editor(this.place.number, this.place.of));
    editor.addEventListener("input", () => {
      editor.rows = editor.value.split("\n").length;
    });
    editor.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.buttons.run.focus();
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        run();
      }
    });
    this.editor = editor;
    this.code.hidden = true;
    this.code.after(editor);
    this.setState(this.state, this.status.textContent ?? "");
    editor.focus();
  }

  reset(): void {
    this.editor?.remove();
    this.editor = null;
    this.code.hidden = false;
    this.showPrinted();
    this.setState("idle");
    this.buttons.run.focus();
  }

  async copy(): Promise<void> {
    const text = strings();
    try {
      await navigator.clipboard.writeText(this.source);
      this.say(text.copied);
    } catch {
      this.say(text.notCopied);
    }
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

function shortened(text: string): HTMLElement {
  const pre = element("pre", "bp-text");
  const lines = text.split("\n");
  const isLong = lines.length > SHOWN_LINES + 1;
  pre.textContent = isLong ? lines.slice(0, SHOWN_LINES).join("\n") + "\n" : text;
  if (isLong) {
    const note = element("span", "bp-note");
    note.textContent = strings().shortened(lines.length - 1 - SHOWN_LINES);
    pre.append(note);
  }
  return pre;
}

function folded(title: string, text: string): HTMLElement {
  const details = element("details", "bp-traceback");
  const summary = element("summary", "");
  summary.textContent = title;
  const pre = element("pre", "bp-text");
  pre.textContent = text;
  details.append(summary, pre);
  return details;
}
