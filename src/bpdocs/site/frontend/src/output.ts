// What a cell shows under its code: the printed result, a stream, results, and what is folded.

import { button, element } from "./elements";
import type { Result, Rich, StreamName } from "./protocol";
import { strings } from "./strings";

const SHOWN_LINES = 1000;
const SHOWN_CHARACTERS = 100_000;

export class Output {
  private readonly printed: Node[];
  private readonly more = element("div", "bp-more");
  private stream: HTMLElement | null = null;
  private lines = 0;
  private characters = 0;

  constructor(private readonly root: HTMLElement) {
    this.printed = this.copyOf(root.childNodes);
    root.after(this.more);
  }

  /** Put the page's own result back. */
  showPrinted(): void {
    this.stream = null;
    this.root.replaceChildren(...this.copyOf(this.printed));
    this.more.replaceChildren();
  }

  /** Empty the output for a run. */
  begin(): void {
    this.stream = element("pre", "bp-text");
    this.lines = 0;
    this.characters = 0;
    this.root.replaceChildren(this.stream);
    this.more.replaceChildren();
  }

  /** Show a piece while the cell runs; after a thousand lines or 100,000 characters no more. */
  write(text: string, stream: StreamName): void {
    if (!this.stream || this.lines > SHOWN_LINES || this.characters > SHOWN_CHARACTERS) return;
    this.lines += text.split("\n").length - 1;
    this.characters += text.length;
    this.stream.append(span({ stream, text }));
  }

  /** Show what a run gave; `isUnexpected` shows the page's result beside it. */
  finish(results: Result[], isUnexpected: boolean): void {
    const text = strings();
    this.stream = null;
    const dropped = results.reduce((sum, result) => sum + result.dropped, 0);
    this.root.replaceChildren(shortened(results.flatMap(piecesOf), dropped));
    this.more.replaceChildren();
    for (const rich of results.flatMap((result) => result.rich)) void this.showRich(rich);
    const failed = results.find(({ error, same }) => error !== null && !same);
    if (failed?.traceback) this.more.append(folded(text.traceback, failed.traceback));
    if (isUnexpected) {
      const label = element("p", "bp-label");
      label.textContent = text.printed;
      const expected = element("div", "bp-expected");
      expected.append(...this.copyOf(this.printed));
      this.more.append(label, expected);
    }
  }

  /** Pictures, tables and formulas need code that is loaded when the first one comes. */
  private async showRich(rich: Rich): Promise<void> {
    const place = element("div", "bp-rich");
    this.more.append(place);
    try {
      const { show } = await import("./rich");
      await show(place, rich, strings());
    } catch (error) {
      place.textContent = strings().richFailed(String(error));
    }
  }

  private copyOf(nodes: Iterable<Node>): Node[] {
    return [...nodes].map((node) => node.cloneNode(true));
  }
}

interface Piece {
  stream: StreamName | "error";
  text: string;
}

/** What an example printed, by streams, and its error. */
function piecesOf({ printed, streams, error }: Result): Piece[] {
  // Python counts characters, JavaScript half of some.
  const characters = Array.from(printed);
  let end = 0;
  const pieces: Piece[] = streams.map(([stream, size]) => {
    end += size;
    return { stream, text: characters.slice(end - size, end).join("") };
  });
  return error === null ? pieces : [...pieces, { stream: "error", text: error }];
}

function span({ stream, text }: Piece): HTMLSpanElement {
  const made = element("span", `bp-${stream}`);
  made.textContent = text;
  return made;
}

/** The text, or its beginning with a button for the rest. */
function shortened(pieces: Piece[], dropped: number): HTMLElement {
  const text = pieces.map((piece) => piece.text).join("");
  const lines = text.split("\n");
  const isLong = lines.length > SHOWN_LINES + 1;
  const end = isLong ? lines.slice(0, SHOWN_LINES).join("\n").length + 1 : text.length;
  return cutAt(pieces, text, Math.min(end, SHOWN_CHARACTERS), dropped);
}

function cutAt(pieces: Piece[], text: string, end: number, dropped: number): HTMLElement {
  const pre = element("pre", "bp-text");
  const cut = element("span", "bp-note");
  if (dropped) cut.textContent = strings().dropped(dropped);
  const showAll = () => pre.replaceChildren(...pieces.map(span), ...(dropped ? [cut] : []));
  if (end >= text.length) {
    showAll();
    return pre;
  }
  const hidden = text.slice(end).split("\n").length - 1;
  pre.append(...upTo(pieces, end).map(span), button("show-all", strings().showAll(hidden), showAll));
  return pre;
}

function upTo(pieces: Piece[], end: number): Piece[] {
  let begin = 0;
  return pieces.flatMap((piece) => {
    const text = piece.text.slice(0, Math.max(0, end - begin));
    begin += piece.text.length;
    return text ? [{ ...piece, text }] : [];
  });
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
