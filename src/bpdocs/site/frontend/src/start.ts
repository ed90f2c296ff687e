// How a page starts Python: progress, consent where data is metered, and what is said if it fails.

import { button, element } from "./elements";
import type { Failure, Problem } from "./protocol";
import { isMetered, type Runner, type StartListener } from "./runner";
import { strings } from "./strings";

let hasConsent = false;

/** Where Python is, and how much of it a start loads. */
export interface Runtime {
  url: string;
  bytes: number;
}

/** Where a start shows itself, and offers itself again when it failed. */
export interface StartPlace {
  show(progress: HTMLElement): void;
  /** Whoever waits for Python. */
  retry(): void;
}

/** Start Python unless it runs; return "", or the sentence why it did not start. */
export async function startPython(
  runner: Runner,
  runtime: Runtime,
  place: StartPlace,
): Promise<string> {
  if (runner.isReady) return "";
  const progress = new Progress();
  place.show(progress.root);
  if (!runner.isBusy && !hasConsent && isMetered()) {
    hasConsent = await progress.ask(runtime.bytes);
    if (!hasConsent) {
      progress.root.remove();
      return strings().stoppedStart;
    }
  }
  const failure = await runner.start(runtime.url, progress);
  if (!failure) {
    progress.root.remove();
    return "";
  }
  if (failure.kind !== "failed") {
    progress.root.remove();
    return strings().stoppedStart;
  }
  progress.offer(() => place.retry());
  return strings().notStarted(explain(failure));
}

/** Why a file or a package is not there, and what to do. */
export function explain({ problem, detail, status }: Failure): string {
  const text = strings();
  const sentences: Record<Problem, () => string> = {
    unreachable: () => text.unreachable(detail, text.answered(status)),
    corrupt: () => text.corrupt(detail),
    broken: () => text.broken(detail),
  };
  return sentences[problem]();
}

/** The progress element and its sentence, beside the cell that waits. */
export class Progress implements StartListener {
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
    this.show(strings().starting, loaded, total);
  }

  /** What is told of a package that an example imports. */
  loading(name: string, loaded: number, total: number): void {
    this.show(strings().loading(name), loaded, total);
  }

  private show(what: string, loaded: number, total: number): void {
    this.bar.value = total ? loaded / total : 0;
    this.say(strings().downloading(what, megabytes(loaded), megabytes(total)));
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

  /** Leave Retry in the place of the bar. */
  offer(press: () => void): void {
    this.root.replaceChildren(
      button("retry", strings().retry, () => {
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
