import assert from "node:assert/strict";
import { test } from "node:test";

import { placeLabels } from "../../web/static/labels.js";
import { hasWords, laneHeight, LEAST, markScale } from "../../web/static/laneheight.js";

const measure = (text) => 6 * text.length;
const place = { x: (column) => column, y: (row) => row * 72 + 36 };
const none = { lane: [], begin: [], text: [] };
const says = (texts, columns, directions = columns.map(() => 0)) => ({ lane: columns.map(() => 0), column: columns, direction: directions, text: texts });
const labels = (arrows, { blocks = none, lane = 72, width = 500 } = {}) => placeLabels({ answer: { blocks, arrows }, width, lane }, place, measure);

test("few lanes are tall, many are low, and they never need more room than there is", () => {
  assert.deepEqual([1, 7, 8, 12, 16, 27, 10_000].map((total) => laneHeight(total, 704)), [72, 72, 72, 52, 38, LEAST, LEAST]);
  assert.equal(laneHeight(0, 0), 72, "nobody to see");
});

test("marks grow with their lane, up to twice", () => {
  assert.deepEqual([LEAST, 38, 52, 72, 400].map(markScale), [1, 1.5, 1, 1.75, 2]);
  assert.equal(hasWords(38), false);
});

test("what the client says stands above, what the server says below", () => {
  const [one, other] = labels(says(["Hi", "Hello"], [10, 10], [0, 1]));
  assert.deepEqual([one.text, one.x, other.text, other.x], ["Hi", 10, "Hello", 10]);
  assert.ok(one.y < place.y(0) && other.y > place.y(0));
});

test("a label ends before the next one begins", () => {
  assert.deepEqual(labels(says(["a long story", "short"], [0, 70])).map(({ text }) => text), ["a long st…", "short"]);
});

test("where only a few letters would be left there is no label", () => {
  assert.deepEqual(labels(says(["a long story", "short"], [0, 25])).map(({ text }) => text), ["short"]);
});

test("the last label begins before its mark rather than end outside", () => {
  const [label] = labels(says(["goodbye"], [490]));
  assert.equal(label.x, 500 - measure("goodbye"));
});

test("exchanges stand above their block, and low lanes have no words", () => {
  const blocks = { lane: [0], begin: [20], text: ["GET / 200"] };
  assert.deepEqual(labels(says([], []), { blocks }).map(({ text, x, kind }) => [text, x, kind]), [["GET / 200", 20, "http"]]);
  assert.deepEqual(labels(says([], []), { blocks, lane: LEAST }), []);
});

test("a mark without words, or outside what is shown, has no label", () => {
  assert.deepEqual(labels(says([null, "gone", "to come"], [10, -4, 600])), []);
});
