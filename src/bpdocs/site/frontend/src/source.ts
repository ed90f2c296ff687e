// The source of one cell: as printed, as the reader changed it, and the editor, loaded on Edit.

import type { EditorHooks, ErrorPlace, SourceEditor } from "./editor";
import { element } from "./elements";

export class Source {
  private changed: string | null = null;
  private editor: SourceEditor | null = null;
  private readonly place = element("div", "bp-editor");

  constructor(
    private readonly code: HTMLElement,
    readonly original: string,
    private readonly label: string,
    private readonly hooks: EditorHooks,
  ) {}

  /** As it would run now. */
  get text(): string {
    return this.changed ?? this.original;
  }

  get isEdited(): boolean {
    return this.changed !== null && this.changed !== this.original;
  }

  get isOpen(): boolean {
    return this.editor !== null;
  }

  /** Show other source in the place of the printed one, without an editor. */
  replace(text: string): void {
    this.changed = text;
    const pre = element("pre", "bp-text");
    pre.textContent = text;
    this.place.replaceChildren(pre);
    this.swap(true);
  }

  /** Open the editor; rejects if it could not be loaded. */
  async edit(): Promise<void> {
    if (!this.editor) {
      const { openEditor } = await import("./editor");
      this.place.replaceChildren();
      const hooks = { ...this.hooks, changed: (text: string) => this.change(text) };
      // The last line ends without an empty one below it.
      this.editor ??= openEditor(this.place, this.text.replace(/\n$/, ""), this.label, hooks);
      this.swap(true);
    }
    this.editor.focus();
  }

  /** Put the printed source back. */
  reset(): void {
    this.editor?.destroy();
    this.editor = null;
    this.changed = null;
    this.swap(false);
  }

  focus(): void {
    this.editor?.focus();
  }

  setReadOnly(isReadOnly: boolean): void {
    this.editor?.setReadOnly(isReadOnly);
  }

  markError(place: ErrorPlace | null): void {
    this.editor?.markError(place);
  }

  private change(text: string): void {
    this.changed = text && !text.endsWith("\n") ? `${text}\n` : text;
    this.hooks.changed(this.changed);
  }

  private swap(isChanged: boolean): void {
    this.code.hidden = isChanged;
    if (isChanged) this.code.after(this.place);
    else this.place.remove();
  }
}
