// The service worker: keeps the files of one version of Python, so that the next visit starts
// without the network. It answers for the runtime's hashed folder and the worker, nothing else.

import { cacheOf, dropOthers } from "./storage";

interface ExtendableEvent extends Event {
  waitUntil(promise: Promise<unknown>): void;
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface ServiceScope {
  addEventListener(type: "install" | "activate", listen: (event: ExtendableEvent) => void): void;
  addEventListener(type: "fetch", listen: (event: FetchEvent) => void): void;
  readonly clients: { claim(): Promise<void> };
  readonly location: Location;
  skipWaiting(): Promise<void>;
}

const scope = self as unknown as ServiceScope;
// The page names the version in the address that it registers: another one is another worker.
const address = new URL(scope.location.href);
const runtime = new URL(address.searchParams.get("runtime")!, address).href;
// Each language has its own copy of the same file.
const workerFile = address.searchParams.get("worker")!;
const worker = new URL(`assets/${workerFile}`, address).href;
const cacheName = cacheOf(runtime);

scope.addEventListener("install", (event) => {
  event.waitUntil(keepAll().then(() => scope.skipWaiting()));
});

scope.addEventListener("activate", (event) => {
  event.waitUntil(dropOthers(runtime).then(() => scope.clients.claim()));
});

scope.addEventListener("fetch", (event) => {
  const { request } = event;
  const isWorker = request.url.endsWith(`/assets/${workerFile}`);
  if (request.method !== "GET") return;
  if (isWorker) event.respondWith(answer(event, worker));
  else if (request.url.startsWith(runtime)) event.respondWith(answer(event, request.url));
});

/**
 * The page has just loaded these files. They are taken from the browser's own cache as they are:
 * Chromium drops the compiled form of code that it has asked for anew.
 */
async function keepAll(): Promise<void> {
  const manifest = await fetch(new URL("manifest.json", runtime));
  const files = (await manifest.json()) as { name: string; on_import: string | null }[];
  const cache = await caches.open(cacheName);
  // What waits for an import is kept when one has asked for it.
  const needed = files.filter(({ on_import }) => on_import === null);
  const names = ["manifest.json", ...needed.map(({ name }) => name)];
  const urls = [worker, ...names.map((name) => new URL(name, runtime).href)];
  await cache.addAll(urls.map((url) => new Request(url, { cache: "force-cache" })));
}

/** From what is kept first; a page that found a file damaged asks past it. */
async function answer(event: FetchEvent, key: string): Promise<Response> {
  const { request } = event;
  const isFresh = request.cache === "reload";
  const kept = isFresh ? undefined : ((await fromBrowser(key)) ?? (await find(key)));
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) event.waitUntil(keep(key, response.clone()));
  return response;
}

/**
 * Pyodide's program from the browser's own cache, which has its compiled form beside it from the
 * first visit on; what comes from ours would be compiled once more.
 */
async function fromBrowser(key: string): Promise<Response | undefined> {
  if (!key.endsWith(".wasm")) return undefined;
  try {
    const response = await fetch(key, { cache: "only-if-cached", mode: "same-origin" });
    return response.ok ? response : undefined;
  } catch {
    return undefined; // it is not there any more
  }
}

async function find(key: string): Promise<Response | undefined> {
  try {
    return await (await caches.open(cacheName)).match(key);
  } catch {
    return undefined; // storage is forbidden
  }
}

async function keep(key: string, response: Response): Promise<void> {
  try {
    await (await caches.open(cacheName)).put(key, response);
  } catch {
    // Storage is full: the file is fetched again next time.
  }
}
