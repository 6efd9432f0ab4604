import assert from "node:assert/strict";
import { test } from "node:test";
import { label, marks, step } from "../../../web/static/timeline/time_axis.js";

const S = 1e9;

const STEPS = [
  ["10 s in ten", 10 * S, 10, S],
  ["just too many", 10.1 * S, 10, 2 * S],
  ["milliseconds", 0.03 * S, 10, 0.005 * S],
  ["minutes", 3000 * S, 10, 300 * S],
  ["days", 40 * 86400 * S, 10, 4 * 86400 * S],
  ["nanoseconds", 3, 10, 1],
];
for (const [name, length, most, expected] of STEPS) {
  test(`steps: ${name}`, () => assert.equal(step(length, most), expected));
}

const LABELS = [
  [0, S, "0 s"],
  [3 * S, S, "3 s"],
  [1.5 * S, 0.5 * S, "1.5 s"],
  [90 * S, 30 * S, "1:30"],
  [3723 * S, 60 * S, "1:02:03"],
  [1.25e9, 5e7, "1.25 s"],
  [1_000_250_000, 50_000, "1.000\u202f25 s"],
  [-2 * S, S, "−2 s"],
];
for (const [ns, each, expected] of LABELS) {
  test(`${ns} ns in steps of ${each} is ${expected}`, () => assert.equal(label(ns, each), expected));
}

test("marks are the round moments within, and no more than there is room for", () => {
  assert.deepEqual(marks({ from: 0.9 * S, to: 3.2 * S }, 300).map(({ ns }) => ns / S), [1, 2, 3]);
  assert.ok(marks({ from: 0, to: 1e15 }, 1000).length <= 12);
  assert.deepEqual(marks({ from: 7, to: 7 }, 300).map(({ ns }) => ns), [7]);
});
