// Which cells must run before one can.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Order } from "../../src/bpdocs/site/frontend/src/order";

const PAGE = ["a", "b", "c", "d"];

/** Run cells, with those that each needs, and return which ran. */
function run(order, targets, sources = PAGE, generation = 0) {
  const ran = [];
  for (const target of targets) {
    for (let i = order.firstToRun(sources, target, generation); i <= target; i += 1) {
      ran.push(sources[i]);
      order.add(sources[i]);
    }
  }
  return ran.join("");
}

test("a cell runs those above first", () => {
  assert.equal(run(new Order(), [2]), "abc");
});

test("what has run above does not run again", () => {
  assert.equal(run(new Order(), [0, 1, 3]), "abcd");
});

test("a cell that has run runs again from the top", () => {
  assert.equal(run(new Order(), [1, 1]), "abab");
  assert.equal(run(new Order(), [2, 0, 1]), "abcab");
});

test("a cell that was changed above runs again, from the top", () => {
  const order = new Order();
  assert.equal(run(order, [1]), "ab");
  assert.equal(run(order, [2], ["A", "b", "c", "d"]), "Abc");
});

test("a change below changes nothing", () => {
  const order = new Order();
  assert.equal(run(order, [0]), "a");
  assert.equal(run(order, [1], ["a", "b", "c", "D"]), "b");
});

test("a new Python has run nothing", () => {
  const order = new Order();
  assert.equal(run(order, [1]), "ab");
  assert.equal(run(order, [2], PAGE, 1), "abc");
});

test("the length counts what still stands", () => {
  const order = new Order();
  run(order, [2]);
  assert.equal(order.length, 3);
  order.clear();
  assert.equal(order.length, 0);
  assert.equal(run(order, [1]), "ab");
});
