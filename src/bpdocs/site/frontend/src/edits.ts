// What becomes of an edit: it is kept in this browser, or packed into a link. Pure but for storage.

/** An edit that was kept; `isOld` if the page's own source has changed since. */
export interface KeptEdit {
  source: string;
  isOld: boolean;
}

const PREFIX = "bpdocs-edit:";
const HASH = "#bp-edit=";
const MAX_SHARED = 100_000; // characters

export function keepEdit(page: string, cell: string, original: string, source: string): boolean {
  const key = `${PREFIX}${page}:${cell}`;
  try {
    if (source === original) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify({ version: hash(original), source }));
    return true;
  } catch {
    return false; // forbidden or full
  }
}

export function keptEdit(page: string, cell: string, original: string): KeptEdit | null {
  try {
    const found = JSON.parse(localStorage.getItem(`${PREFIX}${page}:${cell}`) ?? "null") as unknown;
    if (!isRecord(found) || typeof found.source !== "string") return null;
    if (found.source === original) return null;
    return { source: found.source, isOld: found.version !== hash(original) };
  } catch {
    return null;
  }
}

/** The part of a link that carries an edit: "#bp-edit=" and packed JSON. */
export async function packEdit(cell: string, source: string): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify([cell, source]));
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  return HASH + toBase64(new Uint8Array(await new Response(packed).arrayBuffer()));
}

/** The cell and the source of a link; null if it carries no edit; rejects if it is damaged. */
export async function unpackEdit(fragment: string): Promise<[string, string] | null> {
  if (!fragment.startsWith(HASH)) return null;
  const bytes = fromBase64(fragment.slice(HASH.length));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const found = JSON.parse(await readText(unpacked)) as unknown;
  if (!Array.isArray(found) || found.length !== 2 || !found.every((x) => typeof x === "string")) {
    throw new Error("not an edit");
  }
  return found as [string, string];
}

/** FNV-1a, 32 bits: tells versions of a source apart. */
export function hash(text: string): string {
  let value = 0x811c9dc5;
  for (const character of text) {
    value = Math.imul(value ^ character.codePointAt(0)!, 0x01000193) >>> 0;
  }
  return value.toString(16);
}

async function readText(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const reader = stream.getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    text += decoder.decode(value, { stream: !done });
    // A few bytes can unpack to gigabytes.
    if (text.length > MAX_SHARED) throw new Error("too long");
    if (done) return text;
  }
}

function toBase64(bytes: Uint8Array): string {
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
