// What is kept of an edit, and what a link carries.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { hash, keepEdit, keptEdit, packEdit, unpackEdit } from "../../src/bpdocs/site/frontend/src/edits";

/** The browser's storage, as far as it is used. */
class Storage {
  items = new Map();
  getItem = (key) => this.items.get(key) ?? null;
  setItem = (key, value) => void this.items.set(key, value);
  removeItem = (key) => void this.items.delete(key);
}

const forbidden = new Proxy({}, { get: () => () => { throw new Error("forbidden"); } });
const use = (storage) =>
  Object.defineProperty(globalThis, "localStorage", { value: storage, configurable: true });

beforeEach(() => use(new Storage()));

test("an edit is kept for its page and its cell", () => {
  assert.equal(keepEdit("/a/", "one", "x = 1\n", "x = 2\n"), true);
  assert.deepEqual(keptEdit("/a/", "one", "x = 1\n"), { source: "x = 2\n", isOld: false });
  assert.equal(keptEdit("/a/", "two", "x = 1\n"), null);
  assert.equal(keptEdit("/b/", "one", "x = 1\n"), null);
});

test("an edit of an older source is marked so", () => {
  keepEdit("/a/", "one", "x = 1\n", "x = 2\n");
  assert.deepEqual(keptEdit("/a/", "one", "x = 3\n"), { source: "x = 2\n", isOld: true });
});

test("an edit that is the page's own source again is not kept", () => {
  keepEdit("/a/", "one", "x = 1\n", "x = 2\n");
  keepEdit("/a/", "one", "x = 1\n", "x = 1\n");
  assert.equal(localStorage.items.size, 0);
  keepEdit("/a/", "one", "x = 1\n", "x = 2\n");
  assert.equal(keptEdit("/a/", "one", "x = 2\n"), null);
});

test("storage that is forbidden, or holds something else, is no edit", () => {
  for (const found of ["{", "null", "[]", "7", '{"source": 1}']) {
    localStorage.setItem("bpdocs-edit:/a/:one", found);
    assert.equal(keptEdit("/a/", "one", "x = 1\n"), null);
  }
  use(forbidden);
  assert.equal(keptEdit("/a/", "one", "x = 1\n"), null);
  assert.equal(keepEdit("/a/", "one", "x = 1\n", "x = 2\n"), false);
});

test("a link gives back the cell and the source", async () => {
  for (const source of ["", "x = 1\n", "é 数 😀 </script>\n", "y\n".repeat(20_000)]) {
    const fragment = await packEdit("proof", source);
    assert.match(fragment, /^#bp-edit=[\w-]*$/);
    assert.deepEqual(await unpackEdit(fragment), ["proof", source]);
  }
});

test("a fragment that carries no edit is null", async () => {
  for (const fragment of ["", "#columns", "#bp-edi=AAAA"]) {
    assert.equal(await unpackEdit(fragment), null);
  }
});

test("a damaged link is refused", async () => {
  const whole = await packEdit("proof", "x = 1\n");
  for (const fragment of [whole.slice(0, -3), "#bp-edit=", "#bp-edit=!", `${whole}AAAA`]) {
    await assert.rejects(unpackEdit(fragment));
  }
});

test("a link that unpacks to more than a page could hold is refused", async () => {
  await assert.rejects(unpackEdit(await packEdit("proof", "x".repeat(200_000))), /too long/);
});

test("sources that differ have other hashes", () => {
  const sources = ["", "x", "y", "xy", "yx", "x\n", "数", "😀"];
  assert.equal(new Set(sources.map(hash)).size, sources.length);
});
