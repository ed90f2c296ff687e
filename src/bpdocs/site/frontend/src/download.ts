// Fetch the files of the runtime, counting bytes as they arrive and refusing a wrong hash.

import type { Problem } from "./protocol";

/** A file of the runtime's manifest. */
export interface ManifestEntry {
  name: string;
  size: number;
  sha256: string;
}

/** A file that could not be had; `file` is its name. */
export class DownloadError extends Error {
  constructor(
    readonly problem: Problem,
    readonly file: string,
    cause?: unknown,
  ) {
    super(file, { cause });
  }
}

/** Fetch a file of the runtime; `count` is called with the number of bytes of each piece. */
export async function download(
  folder: string,
  entry: ManifestEntry,
  cache: RequestCache,
  count: (bytes: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  // Where there is no crypto (an address without TLS), the browser's own integrity check serves.
  const integrity = globalThis.crypto?.subtle ? "" : `sha256-${base64(entry.sha256)}`;
  const bytes = new Uint8Array(entry.size);
  let loaded = 0;
  try {
    const answer = await fetch(new URL(entry.name, folder), { integrity, cache });
    if (!answer.ok || !answer.body) throw new Error(`status ${answer.status}`);
    const reader = answer.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (loaded + value.length > entry.size) throw new DownloadError("corrupt", entry.name);
      bytes.set(value, loaded);
      loaded += value.length;
      count(value.length);
    }
  } catch (error) {
    if (error instanceof DownloadError) throw error;
    throw new DownloadError("unreachable", entry.name, error);
  }
  if (loaded !== entry.size || !(await isIntact(bytes, entry.sha256))) {
    throw new DownloadError("corrupt", entry.name);
  }
  return bytes;
}

async function isIntact(bytes: Uint8Array<ArrayBuffer>, sha256: string): Promise<boolean> {
  if (!globalThis.crypto?.subtle) return true;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("") === sha256;
}

function base64(hex: string): string {
  return btoa(hex.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16))));
}
