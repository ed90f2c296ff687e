// Fetch the files of the runtime, counting bytes as they arrive and refusing a wrong hash.

import type { Problem } from "./protocol";

/** A file of the runtime's manifest. */
export interface ManifestEntry {
  name: string;
  size: number;
  sha256: string;
  /** The package whose import it waits for; null if every start needs it. */
  on_import: string | null;
  /** Of a gzip file, how many bytes it holds. */
  inflated: number | null;
}

/** A file that could not be had; `file` is its name, `status` what the server answered, if it did. */
export class DownloadError extends Error {
  constructor(
    readonly problem: Problem,
    readonly file: string,
    readonly status: number | null = null,
  ) {
    super(file);
  }
}

/** Fetch the list of the runtime's files. */
export async function fetchManifest(folder: string, cache: RequestCache): Promise<ManifestEntry[]> {
  try {
    const answer = await request("manifest.json", folder, { cache });
    return (await answer.json()) as ManifestEntry[];
  } catch (error) {
    throw asDownloadError(error, "manifest.json");
  }
}

/**
 * Fetch a file of the runtime; `count` is called with the number of bytes of each piece, `share`
 * with the answer as it begins to arrive.
 */
export async function download(
  folder: string,
  entry: ManifestEntry,
  cache: RequestCache,
  count: (bytes: number) => void,
  share: (answer: Response) => void = () => {},
): Promise<Uint8Array<ArrayBuffer>> {
  // Where there is no crypto (an address without TLS), the browser's own integrity check serves.
  const integrity = globalThis.crypto?.subtle ? "" : `sha256-${base64(entry.sha256)}`;
  const bytes = new Uint8Array(entry.size);
  let loaded = 0;
  try {
    const answer = await request(entry.name, folder, { integrity, cache });
    share(answer);
    const reader = answer.body!.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (loaded + value.length > entry.size) throw new DownloadError("corrupt", entry.name);
      bytes.set(value, loaded);
      loaded += value.length;
      count(value.length);
    }
  } catch (error) {
    throw asDownloadError(error, entry.name);
  }
  const isIntact = integrity || (await sha256(bytes)) === entry.sha256;
  if (loaded !== entry.size || !isIntact) {
    throw new DownloadError("corrupt", entry.name);
  }
  return bytes;
}

async function request(name: string, folder: string, options: RequestInit): Promise<Response> {
  const answer = await fetch(new URL(name, folder), options);
  if (!answer.ok) throw new DownloadError("unreachable", name, answer.status);
  return answer;
}

function asDownloadError(error: unknown, name: string): DownloadError {
  return error instanceof DownloadError ? error : new DownloadError("unreachable", name);
}

/** Return the hash of bytes in hexadecimal digits; only where there is crypto. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function base64(hex: string): string {
  return btoa(hex.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16))));
}
