// Starts the page's live parts, again after every navigation inside the site.

import { askToContinue, isAskedToContinue } from "./continuation";
import { Equation } from "./equation";
import { keepLanguageLinks } from "./languages";
import { Page } from "./page";
import { Runner } from "./runner";
import { Scrollers } from "./scrollers";
import { strings } from "./strings";

declare const WORKER_FILE: string;
declare global {
  var document$: { subscribe(listener: () => void): void } | undefined;
}

const runner = new Runner(new URL(WORKER_FILE, import.meta.url));
const scrollers = new Scrollers();
let page: Page | null = null;
let article: Element | null = null;

function mount(): void {
  if (article?.isConnected) return; // Material tells of the page that it found here, too
  article = document.querySelector("article");
  page?.leave();
  page = null;
  keepLanguageLinks(() => {
    if (runner.isReady) askToContinue();
  });
  scrollers.watch(article!);
  // Material's dialog for the search has no name.
  document.querySelector("[data-md-component=search]")?.setAttribute("aria-label", strings().search);
  const bar = document.querySelector<HTMLElement>("[data-bp-page]");
  if (!bar) return;
  const mounted = new Page(bar, runner);
  page = mounted;
  if (isAskedToContinue()) mounted.warmUp();
  for (const root of document.querySelectorAll<HTMLElement>("[data-bp-tools]")) {
    new Equation(root, mounted);
  }
}

mount();
// Material's script comes after this one, and tells of navigations inside the site.
addEventListener("DOMContentLoaded", () => globalThis.document$?.subscribe(mount));
