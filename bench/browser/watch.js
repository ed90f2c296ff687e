// Put into every page before its own scripts: presses Run as soon as it can be pressed, and takes
// down when the result is printed, in milliseconds since navigation. `run` finds the button once it
// answers; `isDone` tells whether the result is there.
const KINDS = {
  ours: {
    run: () => document.querySelector("[data-bp-action=run]"),
    isDone: () => document.querySelector("[data-bp-cell]").dataset.bpState === "same",
  },
  "markdown-exec": {
    run: () => [...document.querySelectorAll(".pyodide-clickable")].find(({ onclick }) => onclick),
    isDone: () => document.querySelector(".pyodide-output").textContent.trim() === "6",
  },
  pyscript: {
    run: () => document.querySelector(".py-editor-run-button"),
    isDone: () => document.querySelector(".py-editor-output").textContent.trim() === "6",
  },
  bare: {
    run: () => document.querySelector("button:not([disabled])"),
    isDone: () => document.querySelector("pre").textContent.trim() === "6",
  },
};

/** Resolve when `find` gives something, asking at every change of the page. */
function wait(find) {
  return new Promise((resolve) => {
    const look = () => {
      const found = find();
      if (!found) return;
      observer.disconnect();
      resolve(found);
    };
    const observer = new MutationObserver(look);
    const options = { subtree: true, childList: true, attributes: true, characterData: true };
    observer.observe(document, options);
    look();
  });
}

/** Where the memory of our Python is kept. */
function snapshotUrl() {
  const { bpRuntime } = document.querySelector("[data-bp-page]").dataset;
  return new URL(`${bpRuntime}snapshot`, location).href;
}

async function runWhenReady(kind) {
  (await wait(kind.run)).click();
  await wait(kind.isDone);
  return performance.now();
}

const MEASUREMENTS = {
  visit: () => runWhenReady(KINDS[location.pathname.split("/")[1]]),

  /** From a press of Run on a page that was there before. */
  async pressed() {
    const start = performance.now();
    return (await runWhenReady(KINDS.ours)) - start;
  },

  /** From pressing a link inside the site to the printed result of the page that it leads to. */
  async next() {
    const start = performance.now();
    const before = document.querySelector("[data-bp-cell]");
    document.querySelector(".md-content a[href*=next]").click();
    await wait(() => document.querySelector("[data-bp-cell]") !== before && KINDS.ours.run());
    return (await runWhenReady(KINDS.ours)) - start;
  },

  /** From ending a Python that swallows interrupts to the result of the cell above, run again. */
  async hardStop() {
    const [first, second] = document.querySelectorAll("[data-bp-cell]");
    const press = (cell, action) => cell.querySelector(`[data-bp-action=${action}]`).click();
    press(second, "run");
    await wait(() => second.dataset.bpState === "running");
    const ended = new Promise((resolve) => {
      const { terminate } = Worker.prototype;
      Worker.prototype.terminate = function () {
        Worker.prototype.terminate = terminate;
        terminate.call(this);
        resolve(performance.now());
      };
    });
    await new Promise((resolve) => setTimeout(resolve, 200)); // it is in its loop by then
    press(second, "stop");
    const start = await ended;
    await wait(() => first.dataset.bpState !== "same");
    await wait(() => first.dataset.bpState === "same");
    return performance.now() - start;
  },

  /** Resolve when everything is kept that the next visit needs. */
  async kept() {
    const { active } = await navigator.serviceWorker.ready;
    while (active.state !== "activated" || !(await caches.match(snapshotUrl()))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  },

  /** Drop the memory that the last start left. */
  async forgotten() {
    for (const name of await caches.keys()) await (await caches.open(name)).delete(snapshotUrl());
  },
};

globalThis.bench = {
  /** Start a measurement; `result` then is its time in milliseconds, or what went wrong as text. */
  start(name) {
    delete bench.result;
    MEASUREMENTS[name]().then(
      (time) => (bench.result = time ?? 0),
      (error) => (bench.result = String(error)),
    );
  },
};

// A visit presses Run by itself: the driver of the browser takes longer to ask than the page to load.
if (location.hash === "#visit") bench.start("visit");
