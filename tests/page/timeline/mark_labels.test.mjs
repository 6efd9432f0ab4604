import assert from "node:assert/strict";
import { test } from "node:test";

import { placeLabels } from "../../../web/static/timeline/mark_labels.js";
import { LEAST } from "../../../web/static/timeline/lane_height.js";

const measure = (text) => 6 * text.length;
const place = { x: (column) => column, y: (row) => row * 72 + 36 };
const none = { lane: [], begin: [], text: [] };
const says = (texts, columns, directions = columns.map(() => 0)) => ({
  lane: columns.map(() => 0),
  column: columns,
  direction: directions,
  text: texts,
});
const labels = (arrows, { blocks = none, lane = 72, width = 500 } = {}) =>
  placeLabels({ answer: { blocks, arrows }, width, lane }, place, measure);

test("what the client says stands above, what the server says below", () => {
  const [one, other] = labels(says(["Hi", "Hello"], [10, 10], [0, 1]));
  assert.deepEqual([one.text, one.x, other.text, other.x], ["Hi", 10, "Hello", 10]);
  assert.ok(one.y < place.y(0) && other.y > place.y(0));
});

test("a label ends before the next one begins", () => {
  assert.deepEqual(labels(says(["a long story", "short"], [0, 70])).map(({ text }) => text), ["a long st…", "short"]);
});

test("where only a few letters would be left of the first, the second has no label", () => {
  assert.deepEqual(labels(says(["a long story", "short"], [0, 25])).map(({ text }) => text), ["a long story"]);
});

test("in taller lanes what does not fit beside others stands in a line further away", () => {
  const found = labels(says(["a long story", "another long one", "short"], [0, 25, 200]), { lane: 300 });
  assert.deepEqual(found.map(({ text, line }) => [text, line]), [
    ["a long story", 0],
    ["short", 0],
    [
      "another long one",
      1,
    ],
  ]);
  assert.ok(found[2].y < found[0].y, "above the other, for the client spoke");
  assert.deepEqual(found.map(({ x, at }) => x - at), [4, 4, 4], "a little aside of the line that leads to it");
});

test("in taller lanes the last ones stand before their marks", () => {
  const [label] = labels(says(["goodbye"], [490]), { lane: 300 });
  assert.equal(label.x, 490 - 4 - measure("goodbye"));
});

test("in taller lanes one that almost fits behind its mark stands there, shortened", () => {
  const [label] = labels(says(["a text of thirty characters, ok"], [500 - 4 - 6 * 25]), { lane: 300 });
  assert.deepEqual([label.text, label.x - label.at], ["a text of thirty charact…", 4]);
});

test("trouble goes before what was said, at the side of who sent it", () => {
  const troubles = { tick: [1], side: [1], text: ["fast_retransmission"] };
  const answer = {
    blocks: none,
    arrows: says(["Hi there, this is long"], [30], [1]),
    troubles,
    ticks: { lane: [0, 0], column: [10, 20] },
  };
  const [label, ...others] = placeLabels({ answer, width: 500, lane: 72 }, place, measure);
  assert.deepEqual([label.text, label.kind, label.x, others], ["fast retransmission", "trouble", 20, []]);
  assert.ok(label.y > place.y(0));
});

test("the last label begins before its mark rather than end outside", () => {
  const [label] = labels(says(["goodbye"], [490]));
  assert.equal(label.x, 500 - measure("goodbye"));
});

test("exchanges stand above their block, and low lanes have no words", () => {
  const blocks = { lane: [0], begin: [20], text: ["GET / 200"] };
  assert.deepEqual(labels(says([], []), { blocks }).map(({ text, x, kind }) => [text, x, kind]), [[
    "GET / 200",
    20,
    "http",
  ]]);
  assert.deepEqual(labels(says([], []), { blocks, lane: LEAST }), []);
});

test("a mark without words, or outside what is shown, has no label", () => {
  assert.deepEqual(labels(says([null, "gone", "to come"], [10, -4, 600])), []);
});
