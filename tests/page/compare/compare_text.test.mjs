import assert from "node:assert/strict";
import { test } from "node:test";
import { KINDS } from "../../../web/static/text/facts.js";
import { cellId, fetchDelay, lines, share } from "../../../web/static/compare/compare_text.js";

test("every answer has a number of its own in the address", () => {
  assert.equal(cellId(0, "closed"), 11);
  assert.equal(cellId(6, "server_sent_events"), 74);
  const ids = Array.from({ length: 12 }, (_, i) => KINDS.map((kind) => cellId(i, kind))).flat();
  assert.equal(new Set(ids).size, ids.length);
});

test("a bar is a fraction of the longest", () => {
  assert.equal(share(5, [5, 10]), 0.5);
  assert.equal(share(10, [5, 10]), 1);
  assert.equal(share(0, [0, 0]), 0);
});

test("lives that overlap stand on lines of their own, and the last line takes the rest", () => {
  const life = (at_ns, until_ns) => ({ at_ns, until_ns });
  assert.deepEqual(lines([life(0, 5), life(6, 9)], 3), [0, 0]);
  assert.deepEqual(lines([life(0, 5), life(1, 9), life(6, 8)], 3), [0, 1, 0]);
  assert.deepEqual(lines([life(0, 9), life(1, 9), life(2, 9)], 2), [0, 1, 1]);
});

const ASKED = {
  asking: false,
  asked: { packets: 10, at: 1000 },
  packets: 20,
  state: "running",
  every: 3000,
  now: 2000,
};

const WAITS = [
  ["while packets come in, not too often", {}, 2000],
  ["and then at once", { now: 9000 }, 0],
  ["not while an answer is awaited", { asking: true }, null],
  ["not when nothing has come", { packets: 10 }, null],
  ["at once when the capture has ended", { state: "ended" }, 0],
];

for (const [name, changes, wait] of WAITS) {
  test(`the server is asked again: ${name}`, () => assert.equal(fetchDelay({ ...ASKED, ...changes }), wait));
}
