// Keeps Python for the next visit, by a service worker at the root of the site.

/** Register it for this version of Python; `runtime` is <root>/py/<hash>/. */
export async function keepPython(runtime: string, worker: URL): Promise<void> {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return; // an address without TLS, or a private window
  const url = new URL("../../bpdocs-service.js", runtime);
  url.searchParams.set("runtime", new URL(runtime).pathname);
  url.searchParams.set("worker", worker.pathname.split("/").at(-1)!);
  try {
    await serviceWorker.register(url);
  } catch {
    // Storage is forbidden or full: the next visit loads Python again, which is no fault to tell.
  }
}
