// Puts archives into the file system of Python, before it starts.

import { unzipSync } from "fflate";

type Bytes = Uint8Array<ArrayBuffer>;

/** What Emscripten's file system offers. */
export interface FileSystem {
  mkdirTree(path: string): void;
  writeFile(path: string, data: Uint8Array, options: { canOwn: boolean }): void;
}

/** Return what a gzip file holds, which is so many bytes; it may still be arriving. */
export async function inflate(file: ReadableStream<Bytes>, size: number): Promise<Bytes> {
  const inflated = new Uint8Array(size);
  const reader = file.pipeThrough(new DecompressionStream("gzip")).getReader();
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return inflated;
    inflated.set(value, length);
    length += value.length;
  }
}

/** Write the members of an archive below a folder; return their paths. */
export function unpack(name: string, archive: Bytes, folder: string, fs: FileSystem): string[] {
  const made = new Set<string>();
  const members = name.endsWith(".whl") ? membersOfWheel(archive) : membersOfTar(archive);
  return [...members].map(([member, content]) => {
    const path = `${folder}/${member}`;
    const parent = path.slice(0, path.lastIndexOf("/"));
    if (!made.has(parent)) fs.mkdirTree(parent);
    made.add(parent);
    fs.writeFile(path, content, { canOwn: true });
    return path;
  });
}

/** What builds the site is left out: it needs MkDocs. */
function membersOfWheel(wheel: Bytes): [string, Uint8Array][] {
  return Object.entries(unzipSync(wheel, { filter: ({ name }) => !/\/site\/|\/$/.test(name) }));
}

/** The files of a tar file, where they lie in it. */
function* membersOfTar(tar: Bytes): Generator<[string, Bytes]> {
  const decoder = new TextDecoder();
  const text = (at: number, length: number) =>
    decoder.decode(tar.subarray(at, at + length)).split("\0", 1)[0]!;
  for (let at = 0; tar[at]; ) {
    const name = text(at, 100);
    const size = Number.parseInt(text(at + 124, 12), 8);
    const folder = text(at + 345, 155);
    at += 512;
    yield [folder ? `${folder}/${name}` : name, tar.subarray(at, at + size)];
    at += Math.ceil(size / 512) * 512;
  }
}
