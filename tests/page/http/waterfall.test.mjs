import assert from "node:assert/strict";
import { test } from "node:test";
import {
  commonLength,
  drawWaterfall,
  phasesOf,
  place,
  totalNs,
  waterfallTitle,
} from "../../../web/static/http/waterfall.js";

const row = ({ connect = null, send = 10, wait = 20, receive = 30, ...more } = {}) => ({
  request: { at_ns: 100 },
  response: { at_ns: 130 },
  timing_ns: { connect, send, wait, receive },
  ...more,
});

test("the phases follow each other", () => {
  assert.deepEqual(phasesOf(row({ connect: 40 })), [
    { kind: "connect", at: 60, ns: 40 },
    { kind: "send", at: 100, ns: 10 },
    { kind: "wait", at: 110, ns: 20 },
    { kind: "receive", at: 130, ns: 30 },
  ]);
  assert.equal(totalNs(row({ connect: 40 })), 100);
});

test("a question without an answer ends open", () => {
  const open = row({ response: null, wait: null, receive: null });
  assert.deepEqual(phasesOf(open).map(({ kind }) => kind), ["send", "unanswered"]);
  assert.deepEqual(place(phasesOf(open), { from: 100, to: 200 }).at(-1), { kind: "unanswered", from: 0.1, to: 1 });
});

test("an answer without a question is only received", () => {
  assert.deepEqual(phasesOf(row({ request: null, send: null, wait: null })), [{ kind: "receive", at: 130, ns: 30 }]);
});

test("what lies outside the axis is cut off at its ends", () => {
  const parts = place(phasesOf(row()), { from: 105, to: 125 });
  assert.deepEqual(parts.map(({ from, to }) => [from, to]), [[0, 0.25], [0.25, 1], [1, 1]]);
});

test("an axis without length draws nothing, and divides by nothing", () => {
  assert.deepEqual(place(phasesOf(row()), { from: 100, to: 100 })[0], { kind: "send", from: 0, to: 0 });
});

const LENGTHS = [
  ["none", [], 0],
  ["a few: the longest", [1, 2, 1000], 1000],
  ["many of a kind: the longest", Array.from({ length: 100 }, (_, i) => 100 + i), 199],
  ["many short ones and a very long one: those that are short", [
    ...Array.from({ length: 99 }, () => 100),
    100_000,
  ], 120],
];

for (const [name, lengths, expected] of LENGTHS) {
  test(`the common length of ${name}`, () => assert.equal(commonLength(lengths), expected));
}

test("the title says where the time went", () => {
  assert.equal(
    waterfallTitle(row()),
    "Starts 0.000 s after the start of the capture\nSend request: 10 ns\nWait for response: 20 ns\nReceive " +
      "response: 30 ns",
  );
});

test("a bar that is longer than the scale is broken, and says how long it is", () => {
  const stretch = (kind) => ({ dataset: { kind }, style: { setProperty() {} } });
  const bar = {
    children: ["send", "wait", "receive"].map(stretch),
    dataset: {},
    classes: {},
    classList: { toggle: (name, on) => (bar.classes[name] = on) },
  };
  drawWaterfall(bar, row({ receive: 1.32e9 }), { from: 100, to: 42e6 });
  assert.deepEqual([bar.classes["runs-out"], bar.dataset.took], [true, "1.32 s"]);
  drawWaterfall(bar, row(), { from: 100, to: 42e6 });
  assert.deepEqual([bar.classes["runs-out"], bar.dataset.took], [false, ""]);
});

test("across times that go back it is not known how long an exchange took, and nothing is drawn", () => {
  const back = {
    request: { at_ns: 100 },
    response: { at_ns: -500 },
    timing_ns: { connect: null, send: 10, wait: null, receive: 30 },
  };
  assert.equal(totalNs(back), null);
  assert.equal(waterfallTitle(back), "Duration unknown: timestamps go backwards");
  const bar = {
    children: ["send", "wait", "receive"].map((kind) => ({ dataset: { kind }, style: { setProperty() {} } })),
    dataset: {},
    classList: { toggle() {} },
  };
  drawWaterfall(bar, back, { from: 0, to: 1000 });
  assert.ok(bar.children.every(({ hidden }) => hidden));
});

test("each phase's segment goes from its start to its end", () => {
  const segments = ["send", "wait", "receive"].map((kind) => {
    const placed = {};
    return { dataset: { kind }, placed, style: { setProperty: (name, value) => (placed[name] = Number(value)) } };
  });
  drawWaterfall({ children: segments, dataset: {}, classList: { toggle() {} } }, row(), { from: 100, to: 200 });
  assert.deepEqual(segments.map(({ placed }) => [placed["--from"], placed["--to"]]), [[0, 0.1], [0.1, 0.3], [
    0.3,
    0.6,
  ]]);
});
