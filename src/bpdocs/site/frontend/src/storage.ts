// What the browser keeps for the next visit: a cache for each version of Python.

const PREFIX = "bpdocs-python-";
/** How long after its start Python is kept: not while the reader waits for the first result. */
export const KEEP_AFTER_MS = 1000;

/** Return the name of the cache for the Python in a folder. */
export function cacheOf(folder: string): string {
  return PREFIX + folder;
}

export async function dropOthers(folder: string): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== cacheOf(folder));
  await Promise.all(old.map((name) => caches.delete(name)));
}
