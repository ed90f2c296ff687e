// What is unpacked from the archives of a start, and where.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { inflate, unpack } from "../../src/bpdocs/site/frontend/src/archives";

/** A file system that remembers. */
function memory() {
  const files = new Map();
  const folders = [];
  return {
    files,
    folders,
    mkdirTree: (path) => folders.push(path),
    writeFile: (path, content) => files.set(path, new TextDecoder().decode(content)),
  };
}

/** A tar file as Python writes it. */
function tar(members) {
  const blocks = members.flatMap(([name, text, prefix = ""]) => {
    const header = new Uint8Array(512);
    const put = (at, value) => header.set(new TextEncoder().encode(value), at);
    put(0, name);
    put(124, `${text.length.toString(8).padStart(11, "0")}\0`);
    put(345, prefix);
    const content = new Uint8Array(Math.ceil(text.length / 512) * 512);
    content.set(new TextEncoder().encode(text));
    return [...header, ...content];
  });
  return new Uint8Array([...blocks, ...new Uint8Array(1024)]);
}

test("a tar file's members are written, empty and long ones too", () => {
  const fs = memory();
  const long = "x".repeat(513);
  const archive = tar([["a.py", "1"], ["b/empty.py", ""], ["c.py", long, "deep/er"], ["b/d.py", "2"]]);
  const paths = unpack("library.tar.gz", archive, "", fs);
  assert.deepEqual(paths, ["/a.py", "/b/empty.py", "/deep/er/c.py", "/b/d.py"]);
  assert.deepEqual([...fs.files.values()], ["1", "", long, "2"]);
  assert.deepEqual(fs.folders, ["", "/b", "/deep/er"]);
});

test("of a wheel all is written but what builds the site", () => {
  const fs = memory();
  const bytes = new TextEncoder().encode("x");
  const wheel = zipSync({ "p/__init__.py": bytes, "p/site/plugin.py": bytes, "p-1.dist-info/RECORD": bytes });
  unpack("p-1-py3-none-any.whl", wheel, "/packages", fs);
  assert.deepEqual([...fs.files.keys()], ["/packages/p/__init__.py", "/packages/p-1.dist-info/RECORD"]);
});

test("a gzip file is inflated while it arrives", async () => {
  const text = new TextEncoder().encode("back propagation ".repeat(1000));
  const packed = new Uint8Array(gzipSync(text));
  const pieces = new ReadableStream({
    start(controller) {
      for (let at = 0; at < packed.length; at += 7) controller.enqueue(packed.slice(at, at + 7));
      controller.close();
    },
  });
  assert.deepEqual(await inflate(pieces, text.length), text);
});
