import assert from "node:assert/strict";
import { test } from "node:test";

import { hasStates, hasWords, shape, tickLength } from "../../../web/static/timeline/lane_layout.js";
import { stretches } from "../../../web/static/timeline/paint_states.js";

const HEIGHTS = Array.from({ length: 720 - 26 + 1 }, (_, i) => 26 + i);

test("nothing of a lane stands outside of it, however tall it is", () => {
  for (const lane of HEIGHTS) {
    const { band, block, short, tall, stem, words, lines, states } = shape(lane);
    const half = lane / 2;
    assert.ok(Math.max(band, block, short, tall, stem + 2) <= half, `marks of ${lane}`);
    assert.ok(short < tall, `sizes in ${lane}`);
    if (lines) assert.ok(words + 14 * (lines - 1) + 12 <= (states ?? half) + 1, `words of ${lane}`);
    if (states) assert.ok(states + 5 + 14 <= half + 1, `states of ${lane}`);
  }
});

test("taller lanes say more", () => {
  assert.deepEqual([26, 51, 52, 131, 132].map(hasWords), [false, false, true, true, true]);
  assert.deepEqual([52, 131, 132].map(hasStates), [false, false, true]);
  assert.deepEqual([26, 52, 132, 176, 352, 704].map((lane) => shape(lane).lines), [0, 1, 1, 2, 8, 8]);
});

test("each doubling of a packet's payload adds as much to its length", () => {
  const sizes = { short: 10, tall: 170 };
  assert.deepEqual([0, 1, 2, 1024, 32_768, 1_000_000].map((bytes) => tickLength(sizes, bytes)), [
    10,
    20,
    30,
    120,
    170,
    170,
  ]);
});

test("a state lasts until the end's next one, the last until the life's end or, of an open one, the capture's", () => {
  const answer = {
    extent: { from: 0, to: 100 },
    lanes: [{ at_ns: 10, duration_ns: 40, is_open: false }, { at_ns: 60, duration_ns: 10, is_open: true }],
    states: {
      lane: [0, 0, 0, 1, 1],
      side: [0, 0, 1, 0, 1],
      at_ns: [10, 20, 15, 60, 60],
      state: ["SYN-SENT", "ESTABLISHED", "SYN-RECEIVED", "SYN-SENT", "LISTEN"],
      assumed: [false, false, false, false, true],
    },
  };
  const found = stretches(answer, { x: (ns) => ns }, 80);
  assert.deepEqual(found.map(({ isAssumed }) => isAssumed), [false, false, false, false, true]);
  assert.deepEqual(found.map(({ state, side, left, right }) => [state, side, left, right]), [
    ["SYN-SENT", 0, 10, 20],
    ["ESTABLISHED", 0, 20, 50],
    ["SYN-RECEIVED", 1, 15, 50],
    ["SYN-SENT", 0, 60, 86],
    ["LISTEN", 1, 60, 86],
  ]);
});
