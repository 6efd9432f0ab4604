import assert from "node:assert/strict";
import { test } from "node:test";
import { durationNs, lifetimeFractions } from "../../../web/static/widgets/lifetime_bar.js";

test("a life in the middle of the axis", () =>
  assert.deepEqual(lifetimeFractions({ at_ns: 25, until_ns: 75 }, 100), { from: 0.25, to: 0.75 }));
test("an axis without length puts it at the start", () =>
  assert.deepEqual(lifetimeFractions({ at_ns: 0, until_ns: 0 }, 0), { from: 0, to: 0 }));
test("what lies before the axis or beyond it is cut off", () => {
  assert.deepEqual(lifetimeFractions({ at_ns: -5, until_ns: 500 }, 100), { from: 0, to: 1 });
});

const DURATIONS = [
  ["one that is over lived to its last packet", { outcome: "closed" }, 40],
  ["one that is open lives on, also while it is silent", { outcome: "open" }, 70],
  ["one that never was answered ended with its last packet", { outcome: "unanswered" }, 40],
];

for (const [name, changes, lived] of DURATIONS) {
  test(`of connections, ${name}`, () =>
    assert.equal(durationNs({ at_ns: 30, duration_ns: 40, packets: [2, 1], closed_by: null, ...changes }, 100), lived));
}

test("of a life across times that go back the length is not known", () => {
  assert.equal(
    durationNs({ at_ns: 30, duration_ns: null, outcome: "open", packets: [2, 1], closed_by: null }, 100),
    null,
  );
});
