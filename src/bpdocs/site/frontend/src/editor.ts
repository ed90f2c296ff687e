// The editor, loaded on Edit: CodeMirror with Python, completion and help from the running Python.

import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  closeCompletion,
  completionKeymap,
  completionStatus,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import {
  bracketMatching,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
  syntaxTree,
} from "@codemirror/language";
import { Compartment, EditorState, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration,
  EditorView,
  hoverTooltip,
  keymap,
  showTooltip,
  type DecorationSet,
  type Tooltip,
} from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import type { Description, NameFound, PlaceInSource } from "./protocol";

/** Where the source is wrong, and the error's sentence. */
export interface ErrorPlace extends PlaceInSource {
  message: string;
}

/** What the editor asks of its cell. */
export interface EditorHooks {
  changed(source: string): void;
  leave(): void;
  /** Names that may follow, from the running Python; empty when it does not run. */
  complete(before: string, source: string): Promise<NameFound[]>;
  describe(name: string, source: string): Promise<Description | null>;
}

export interface SourceEditor {
  readonly source: string;
  focus(): void;
  setReadOnly(isReadOnly: boolean): void;
  markError(place: ErrorPlace | null): void;
  destroy(): void;
}

const setMark = StateEffect.define<ErrorPlace | null>();
const setHelp = StateEffect.define<Tooltip | null>();

const errorMark = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setMark)) return markOf(transaction.state, effect.value);
    }
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** The help that was asked for by keyboard; it goes with the next change or movement. */
const helpAtCursor = StateField.define<Tooltip | null>({
  create: () => null,
  update(tooltip, transaction) {
    for (const effect of transaction.effects) if (effect.is(setHelp)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : tooltip;
  },
  provide: (field) => showTooltip.from(field),
});

export function openEditor(
  parent: HTMLElement,
  source: string,
  label: string,
  hooks: EditorHooks,
): SourceEditor {
  const readOnly = new Compartment();
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: source,
      extensions: [
        history(),
        python(),
        indentUnit.of("    "),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        syntaxHighlighting(classHighlighter),
        autocompletion({ override: [(context) => complete(context, hooks)], icons: false, defaultKeymap: false }),
        hoverTooltip((editor, position) => helpAt(editor.state, position, hooks)),
        helpAtCursor,
        errorMark,
        readOnly.of([]),
        keymap.of([
          { key: "Escape", run: (editor) => leave(editor, hooks) },
          ...completionKeymap,
          { key: "Mod-i", run: (editor) => (void showHelp(editor, hooks), true) },
          ...closeBracketsKeymap,
          ...historyKeymap,
          indentWithTab,
          ...defaultKeymap,
        ]),
        EditorView.contentAttributes.of({ "aria-label": label, autocapitalize: "off", tabindex: "0" }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) hooks.changed(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    get source() {
      return view.state.doc.toString();
    },
    focus: () => view.focus(),
    setReadOnly: (isReadOnly) =>
      view.dispatch({ effects: readOnly.reconfigure(EditorState.readOnly.of(isReadOnly)) }),
    markError: (place) => view.dispatch({ effects: setMark.of(place) }),
    destroy: () => view.destroy(),
  };
}

/** Esc closes the list of names where one is shown, and else leaves the editor. */
function leave(view: EditorView, hooks: EditorHooks): boolean {
  const isShown = completionStatus(view.state) === "active";
  closeCompletion(view);
  if (!isShown) hooks.leave();
  return true;
}

function markOf(state: EditorState, place: ErrorPlace | null): DecorationSet {
  if (!place || place.line > state.doc.lines) return Decoration.none;
  const first = state.doc.line(place.line);
  const last = state.doc.line(Math.min(Math.max(place.end_line, place.line), state.doc.lines));
  const from = Math.min(first.from + place.column, first.to);
  const to = Math.min(last.from + place.end_column, last.to);
  // Where Python names no columns, or a place behind the end, the line is marked.
  const range = from < to ? { from, to } : { from: first.from, to: first.to };
  if (range.from === range.to) return Decoration.none;
  const mark = Decoration.mark({ class: "bp-wrong", attributes: { title: place.message } });
  return Decoration.set(mark.range(range.from, range.to));
}

async function complete(
  context: CompletionContext,
  hooks: EditorHooks,
): Promise<CompletionResult | null> {
  const { name } = syntaxTree(context.state).resolveInner(context.pos, -1);
  if (/String|Comment/.test(name)) return null;
  const word = context.matchBefore(/[\p{L}_][\p{L}\p{N}_]*/u);
  const isAttribute = context.matchBefore(/\./) !== null;
  if (!word && !isAttribute && !context.explicit) return null;
  const source = context.state.doc.toString();
  const found = await hooks.complete(source.slice(0, context.pos), source);
  if (found.length === 0) return null;
  const options = found.map(({ label, type, path }): Completion => {
    const info = async () => {
      const description = await hooks.describe(path, source);
      return description && describe(description);
    };
    return { label, type, info };
  });
  return { from: word?.from ?? context.pos, options, validFor: /^[\p{L}\p{N}_]*$/u };
}

async function helpAt(
  state: EditorState,
  position: number,
  hooks: EditorHooks,
): Promise<Tooltip | null> {
  const line = state.doc.lineAt(position);
  for (const match of line.text.matchAll(/[\p{L}_][\p{L}\p{N}_]*(\.[\p{L}_][\p{L}\p{N}_]*)*/gu)) {
    const from = line.from + match.index;
    if (position < from || position > from + match[0].length) continue;
    // Of np.linalg.norm, the part up to the name that is pointed at.
    const rest = match[0].slice(position - from).match(/^[\p{L}\p{N}_]*/u)![0];
    const name = match[0].slice(0, position - from) + rest;
    const description = await hooks.describe(name, state.doc.toString());
    return description && { pos: from, end: from + name.length, above: true, create: () => ({ dom: describe(description) }) };
  }
  return null;
}

async function showHelp(view: EditorView, hooks: EditorHooks): Promise<void> {
  const tooltip = await helpAt(view.state, view.state.selection.main.head, hooks);
  const words = tooltip?.create(view).dom.innerText ?? "";
  view.dispatch({ effects: [setHelp.of(tooltip), EditorView.announce.of(words)] });
}

function describe({ signature, text }: Description): HTMLElement {
  const dom = document.createElement("div");
  dom.className = "bp-help";
  const code = document.createElement("code");
  code.textContent = signature;
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  dom.append(code, paragraph);
  return dom;
}
