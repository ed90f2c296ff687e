// What scrolls in a box of its own can be reached by keyboard; what fits is no stop on the way.

const BOXES = "[data-bp-equation], pre.bp-text, pre > code, .bp-rich, .md-typeset__scrollwrap";

export class Scrollers {
  private readonly sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) mark(target as HTMLElement);
  });
  private readonly additions = new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) if (node instanceof Element) this.add(node);
    }
  });

  private root: Element | null = null;

  constructor() {
    // A font that comes late makes a formula wider, and its box no larger.
    document.fonts.addEventListener("loadingdone", () => {
      for (const box of this.root?.querySelectorAll<HTMLElement>(BOXES) ?? []) mark(box);
    });
  }

  /** Look after the boxes of this page, and those that a run adds. */
  watch(root: Element): void {
    this.root = root;
    this.sizes.disconnect();
    this.additions.disconnect();
    this.add(root);
    this.additions.observe(root, { childList: true, subtree: true });
  }

  private add(root: Element): void {
    if (root.matches(BOXES)) this.sizes.observe(root);
    for (const box of root.querySelectorAll(BOXES)) this.sizes.observe(box);
  }
}

function mark(box: HTMLElement): void {
  const { overflowX, overflowY } = getComputedStyle(box);
  const isWide = overflowX === "auto" && box.scrollWidth > box.clientWidth + 1;
  const isHigh = overflowY === "auto" && box.scrollHeight > box.clientHeight + 1;
  if (isWide || isHigh) box.tabIndex = 0;
  else box.removeAttribute("tabindex");
}
