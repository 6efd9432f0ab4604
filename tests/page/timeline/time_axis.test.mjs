import assert from "node:assert/strict";
import { test } from "node:test";
import { COLOURS, RecordingContext } from "../support/canvas.mjs";
import { foldMarks, label, marks, paintAxis, step } from "../../../web/static/timeline/time_axis.js";

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

const drawn = (span, now = null) => {
  const context = new RecordingContext();
  paintAxis(context, { span, width: 500, height: 24, colours: COLOURS, now });
  return context;
};

test("each label is over its mark, and both are at their time", () => {
  const context = drawn({ from: 0, to: 5e9 });
  assert.deepEqual(context.rects("line-2").map(([x]) => x), [0, 100, 200, 300, 400, 500]);
  assert.deepEqual(context.texts(), ["0 s", "1 s", "2 s", "3 s", "4 s", "5 s"].map((text) => [text, "ink-2"]));
  const labels = context.list.filter(({ text }) => text);
  assert.deepEqual(labels.map(({ x }) => x), [0, 100, 200, 300, 400, 500]);
  assert.deepEqual(labels.map(({ align }) => align), ["left", "center", "center", "center", "center", "right"]);
});

test("of a live capture the end is now, and no label is in its way", () => {
  const texts = drawn({ from: 0, to: 5e9 }, 5e9).texts().map(([text]) => text);
  assert.deepEqual(texts, ["0 s", "1 s", "2 s", "3 s", "4 s", "now"]);
});

test("no mark lies in a folded stretch, which has its length as text", () => {
  const span = { from: 0, to: 3_602 * S, folds: [{ from: S, to: 3_601 * S }], foldWidth: 44 };
  assert.deepEqual(marks(span, 244).map(({ text }) => text), ["0 s", "1 s", "1:00:01", "1:00:02"]);
  assert.deepEqual(foldMarks(span, 244), [{ left: 100, right: 144, text: "1:00:00" }]);
  const context = new RecordingContext();
  paintAxis(context, { span, width: 244, height: 24, colours: COLOURS, now: null });
  assert.ok(context.list.some(({ text }) => text === "1:00:00"));
});
