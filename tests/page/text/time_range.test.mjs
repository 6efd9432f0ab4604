import assert from "node:assert/strict";
import { test } from "node:test";
import { fixedSpan, formatSpan, isMoving, parseSpan } from "../../../web/static/text/time_range.js";

const CASES = [
  ["seconds", "1.2-3.45", { from: 1_200_000_000, to: 3_450_000_000 }],
  ["whole seconds", "0-30", { from: 0, to: 30_000_000_000 }],
  ["to the nanosecond", "0.000000001-0.00000002", { from: 1, to: 20 }],
  ["before the first packet", "-1.5-2", { from: -1_500_000_000, to: 2_000_000_000 }],
  ["all of it before the first packet", "-3--2", { from: -3_000_000_000, to: -2_000_000_000 }],
  ["the newest seconds", "last30", { last: 30_000_000_000 }],
  ["all from a moment on", "since1.5", { since: 1_500_000_000 }],
];

for (const [name, text, span] of CASES) {
  test(`a range of ${name} is read, and written the same`, () => {
    assert.deepEqual(parseSpan(text), span);
    assert.equal(formatSpan(span), text);
  });
}

for (
  const text of [null, "", "5", "3-1", "a-b", "last0", "last", "since", "since-1", "1e3-2e3", "1-2-3", "__proto__"]
) {
  test(`${JSON.stringify(text)} is no range`, () => assert.equal(parseSpan(text), null));
}

test("a range that runs along with the capture filters no rows", () => {
  assert.equal(fixedSpan({ last: 1 }), null);
  assert.deepEqual(fixedSpan({ from: 1, to: 2 }), { from: 1, to: 2 });
  assert.equal(fixedSpan(null), null);
});

test("a range from a moment on has no end for the server", () => {
  assert.deepEqual(fixedSpan({ since: 7 }), { from: 7 });
  assert.deepEqual([{ since: 7 }, { last: 7 }, { from: 1, to: 7 }, null].map(isMoving), [true, true, false, false]);
});
