// How a page starts Python: progress, consent where data is metered, and what is said if it fails.

import { button, element } from "./elements";
import type { Problem } from "./protocol";
import { isMetered, type Ending, type Runner, type StartListener } from "./runner";
import { strings } from "./strings";

let hasConsent = false;

/** Where a start shows itself, and offers itself again when it failed. */
export interface StartPlace {
  show(progress: HTMLElement): void;
  /** Whoever waits for Python. */
  retry(): void;
}

/** Start Python unless it runs; return "", or the sentence why it did not start. */
export async function startPython(
  runner: Runner,
  runtime: string,
  place: StartPlace,
): Promise<string> {
  if (runner.isReady) return "";
  const progress = new Progress();
  place.show(progress.root);
  if (!runner.isBusy && !hasConsent && isMetered()) {
    hasConsent = await progress.ask(await sizeOf(runtime));
    if (!hasConsent) {
      progress.root.remove();
      return strings().stoppedStart;
    }
  }
  const failure = await runner.start(runtime, progress);
  if (!failure) {
    progress.root.remove();
    return "";
  }
  const sentence = failure.kind === "failed" ? explain(failure) : strings().stoppedStart;
  if (failure.kind === "failed") progress.offer(strings().retry, () => place.retry());
  else progress.root.remove();
  return sentence;
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
class Progress implements StartListener {
  readonly root = element("div", "bp-progress");
  private readonly bar = element("progress", "");
  private readonly sentence = element("span", "");

  constructor() {
    this.root.dataset.bpProgress = "";
    this.bar.max = 1;
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", strings().starting);
    this.root.append(this.bar, this.sentence);
    this.progress(0, 0);
  }

  progress(loaded: number, total: number): void {
    this.bar.value = total ? loaded / total : 0;
    this.say(strings().downloading(megabytes(loaded), megabytes(total)));
  }

  booting(): void {
    this.bar.removeAttribute("value");
    this.say(strings().booting);
  }

  /** Ask once whether to load Python over a metered connection. */
  ask(bytes: number): Promise<boolean> {
    const text = strings();
    this.bar.hidden = true;
    this.say(text.metered(megabytes(bytes)));
    return new Promise((resolve) => {
      const answer = (isYes: boolean) => () => {
        this.bar.hidden = false;
        yes.remove();
        no.remove();
        resolve(isYes);
      };
      const yes = button("load", text.load, answer(true));
      const no = button("not-now", text.notNow, answer(false));
      this.root.append(yes, no);
      yes.focus();
    });
  }

  /** Leave a button in the place of the bar. */
  offer(label: string, press: () => void): void {
    this.root.replaceChildren(
      button("retry", label, () => {
        this.root.remove();
        press();
      }),
    );
  }

  private say(sentence: string): void {
    this.sentence.textContent = sentence;
    this.bar.setAttribute("aria-valuetext", sentence);
  }
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

/** How many bytes Python has; 0 if that cannot be told, which the start itself will explain. */
async function sizeOf(runtime: string): Promise<number> {
  try {
    const manifest = await fetch(new URL("manifest.json", runtime));
    return ((await manifest.json()) as { size: number }[]).reduce((sum, { size }) => sum + size, 0);
  } catch {
    return 0;
  }
}
