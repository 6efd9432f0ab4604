import assert from "node:assert/strict";
import { test } from "node:test";

import { LaneHeight, laneHeight, LEAST } from "../../../web/static/timeline/lane_height.js";

const SEEN = 704;

/** A height that was fitted to so many lanes, one after the other; then its pixels. */
function fitted(totals, { isLive = false, isRead = false, height = new LaneHeight({ glides: false }) } = {}) {
  return totals.map((total) => {
    height.fit({ total, seen: SEEN, key: "all", isLive, isRead, now: 0 });
    return height.at(0);
  });
}

test("lanes share the room there is, down to the least", () => {
  assert.deepEqual([1, 2, 7, 16, 27, 28, 10_000].map((total) => laneHeight(total, SEEN)), [
    704,
    352,
    100,
    44,
    LEAST,
    LEAST,
    LEAST,
  ]);
  assert.equal(laneHeight(0, 0), LEAST, "nobody to see");
  assert.equal(laneHeight(1, 2000), 720, "not without end");
});

test("a saved capture fills its room", () => assert.deepEqual(fitted([4]), [176]));

test("lanes that come by themselves change no height as long as they fit", () => {
  assert.deepEqual(fitted([0, 1, 2, 3], { isLive: true }), [234, 234, 234, 234]);
});

test("once they do not fit there is room for many more", () => {
  assert.deepEqual(fitted([1, 4, 7, 8, 12, 13, 20, 21, 300], { isLive: true }), [
    234,
    100,
    100,
    58,
    58,
    35,
    35,
    LEAST,
    LEAST,
  ]);
});

test("lanes that go leave the others as they are", () =>
  assert.deepEqual(fitted([8, 2, 1], { isLive: true }), [58, 58, 58]));

test("under the reader's pointer nothing changes", () => {
  const height = new LaneHeight({ glides: false });
  assert.deepEqual(fitted([3], { isLive: true, height }), [234]);
  assert.deepEqual(fitted([5, 40], { isLive: true, isRead: true, height }), [234, 234]);
  assert.deepEqual(fitted([40], { isLive: true, height }), [LEAST]);
});

test("what the reader turns to has its own height at once, read or not", () => {
  const height = new LaneHeight();
  fitted([100], { height });
  height.fit({ total: 2, seen: SEEN, key: "of a filter", isLive: true, isRead: true, now: 10 });
  assert.deepEqual([height.at(10), height.isGliding(10)], [234, false]);
  height.fit({ total: 2, seen: 300, key: "of a filter", isLive: false, isRead: true, now: 20 });
  assert.equal(height.at(20), 150, "in a smaller window");
});

test("a height that changes by itself is come to in small steps, and never beyond", () => {
  const height = new LaneHeight();
  height.fit({ total: 1, seen: SEEN, key: "all", isLive: true, isRead: false, now: 0 });
  height.fit({ total: 5, seen: SEEN, key: "all", isLive: true, isRead: false, now: 1000 });
  const seen = [1000, 1050, 1100, 1159, 1160, 5000].map((now) => height.at(now));
  assert.deepEqual([seen[0], ...seen.slice(-2)], [234, 100, 100]);
  assert.deepEqual([...seen].sort((a, b) => b - a), seen);
  assert.deepEqual([1100, 1160].map((now) => height.isGliding(now)), [true, false]);
});
