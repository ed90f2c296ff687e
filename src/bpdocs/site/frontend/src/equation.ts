// One equation: Check asks the reader's Python whether it holds, on sizes that the reader chooses.

import { button, element } from "./elements";
import type { Page } from "./page";
import { strings } from "./strings";

/** What the build put beside the equation; `bpdocs.site.equations` writes it. */
interface Question {
  latex: string;
  model: string;
  earlier: string[];
  sizes: number[];
  samples: number;
}

/** What came of it; `bpdocs.equations.answer` writes it. */
interface Answer {
  status: "holds" | "fails" | "unreadable" | "empty" | "large" | "refused";
  sentence: string;
  seconds: number;
  /** If refused: how many layers, and neurons or samples, there may be. */
  most?: [layers: number, size: number];
  /** The shape is that of both sides, empty for numbers. */
  steps: { status: string; sentence: string; shape: string; numbers: number }[];
}

export class Equation {
  private readonly question: Question;
  private readonly panel = element("div", "bp-check");
  private readonly sizes = element("input", "bp-sizes");
  private readonly samples = element("input", "bp-samples");
  private readonly result = element("div", "bp-check-result");

  constructor(
    private readonly root: HTMLElement,
    private readonly page: Page,
  ) {
    this.question = JSON.parse(root.dataset.bpQuestion!) as Question;
    const text = strings();
    const check = button("check", text.check, () => void this.check());
    check.setAttribute("aria-label", text.checkOf(root.dataset.bpTools!));
    this.panel.hidden = true;
    this.result.dataset.bpFeedback = "";
    this.sizes.value = this.question.sizes.join(", ");
    this.sizes.inputMode = "numeric";
    this.samples.value = String(this.question.samples);
    this.samples.inputMode = "numeric";
    const again = button("check-again", text.checkAgain);
    again.type = "submit"; // Enter in a field presses it
    const form = element("form", "bp-check-form");
    form.append(label(text.sizes, this.sizes), label(text.samples, this.samples), again);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.check();
    });
    this.panel.append(this.result, form);
    root.prepend(check);
    root.append(this.panel);
  }

  private async check(): Promise<void> {
    if (this.root.dataset.bpState === "running") return;
    this.panel.hidden = false;
    this.set("running", [strings().checking]);
    const { latex, model, earlier } = this.question;
    const samples = numbers(this.samples.value)[0] ?? 0;
    const call = [latex, model, earlier, numbers(this.sizes.value), samples];
    const python = `from bpdocs.equations.answer import answer\nprint(answer(*${quote(call)}))\n`;
    let start: HTMLElement | null = null;
    const printed = await this.page.ask(python, {
      show: (progress) => this.result.replaceChildren((start = progress)),
      retry: () => void this.check(),
    });
    try {
      this.show(JSON.parse(printed) as Answer);
    } catch {
      const offersRetry = this.result.querySelector("[data-bp-action=retry]") !== null;
      this.set("error", [printed]); // a sentence: why Python did not answer
      if (offersRetry) this.result.append(start!);
    }
  }

  private show({ status, sentence, seconds, steps, most }: Answer): void {
    const text = strings();
    if (status === "refused") {
      this.set("error", [text.refused(...most!)]);
      return;
    }
    const lines = [text.statuses[status]];
    steps.forEach((step, index) => {
      const number = steps.length > 1 ? `${index + 1}. ` : "";
      const said = {
        holds: text.agree(step.numbers, step.shape),
        empty: text.notCompared,
        large: text.notCompared,
      }[step.status];
      lines.push(number + (said ?? step.sentence));
    });
    if (steps.length === 0) lines.push(sentence);
    lines.push(text.took(seconds));
    this.set(status, lines);
  }

  private set(state: string, lines: string[]): void {
    this.root.dataset.bpState = state;
    this.result.replaceChildren(
      ...lines.map((line) => {
        const paragraph = element("p", "");
        paragraph.textContent = line;
        // Python's own sentences are English: errors, and what is false, which no page is built with.
        if (!/\p{Script=Han}/u.test(line)) paragraph.lang = "en";
        return paragraph;
      }),
    );
    this.page.tell(lines.join(" "));
  }
}

function label(text: string, input: HTMLInputElement): HTMLLabelElement {
  const made = element("label", "");
  made.append(text, input);
  return made;
}

function numbers(text: string): number[] {
  return (text.match(/-?\d+/g) ?? []).map((digits) => Math.trunc(Number(digits)));
}

/** JSON as a Python expression: strings and lists of numbers read the same in both. */
function quote(value: unknown): string {
  return JSON.stringify(value);
}
