// What a key means in a cell.
import assert from "node:assert/strict";
import { test } from "node:test";
import { keyOf } from "../../src/bpdocs/site/frontend/src/keys";

const press = (key, ...held) =>
  keyOf({ key, ...Object.fromEntries(held.map((name) => [`${name}Key`, true])) });

test("Ctrl-Enter and Command-Enter run", () => {
  assert.equal(press("Enter", "ctrl"), "run");
  assert.equal(press("Enter", "meta"), "run");
});

test("Shift-Enter runs and goes on", () => {
  assert.equal(press("Enter", "shift"), "run-on");
});

test("Ctrl-. stops", () => {
  assert.equal(press(".", "ctrl"), "stop");
});

test("other keys are left to the page", () => {
  for (const [key, ...held] of [
    ["Enter"],
    ["."],
    ["a", "ctrl"],
    ["Enter", "alt"],
    ["Enter", "ctrl", "alt"],
    ["Enter", "ctrl", "shift"],
    [".", "shift"],
    [".", "meta"],
    ["Escape"],
    ["Tab"],
  ]) {
    assert.equal(press(key, ...held), null, [key, ...held].join("-"));
  }
});
