// How Python's memory is packed, filled again, and when it is not kept.
import assert from "node:assert/strict";
import { test } from "node:test";
import { capture, fill, pack } from "../../src/bpdocs/site/frontend/src/snapshot";

const PAGE = 4096;

/** Six pages, three of which hold something at their beginning, middle or end. */
function memory() {
  const bytes = new Uint8Array(6 * PAGE);
  bytes[PAGE] = 1;
  bytes[3 * PAGE + 1234] = 2;
  bytes[5 * PAGE - 1] = 3;
  return bytes;
}

test("memory comes back as it was, whatever stood there", () => {
  const packed = pack(memory());
  assert.equal(packed.length, 6 + 3 * PAGE);
  const other = new Uint8Array(6 * PAGE).fill(9);
  fill(other, packed);
  assert.deepEqual(other, memory());
});

/** A module with libraries that are open. */
function moduleWith(...libraries) {
  const open = Object.fromEntries(["__main__", ...libraries].map((name) => [name, { name }]));
  return {
    HEAPU8: memory(),
    wasmTable: { length: 7 },
    LDSO: { loadedLibsByName: open, loadedLibsByHandle: { 16: { name: "a.so" } } },
    API: { serializeHiwireState: () => "state" },
  };
}

test("a copy says what the memory does not", () => {
  const module = moduleWith("a.so");
  const { memory: copy, ...rest } = capture(module, ["a.so"]);
  assert.deepEqual(rest, { heap: 6 * PAGE, table: 7, handles: [["16", "a.so"]], state: "state" });
  module.HEAPU8.fill(4);
  assert.deepEqual(copy, memory());
});

test("memory with a library in a place of chance is not copied", () => {
  assert.equal(capture(moduleWith("a.so", "b.so"), ["a.so"]), null);
});
