import assert from "node:assert/strict";
import { test } from "node:test";
import { between, foldsWithin, pan, scale, shown, zoom } from "../../../web/static/timeline/zoom.js";

const WHOLE = { from: 0, to: 100_000_000 };
const HALF = { from: 20_000_000, to: 70_000_000 };

const CASES = [
  ["zooming in keeps the moment under the pointer", () => zoom(HALF, 2, 30_000_000, WHOLE), {
    from: 25_000_000,
    to: 50_000_000,
  }],
  ["zooming out keeps it too", () => zoom({ from: 40_000_000, to: 60_000_000 }, 0.5, 50_000_000, WHOLE), {
    from: 30_000_000,
    to: 70_000_000,
  }],
  [
    "zooming out at the edge stays within the capture",
    () => zoom({ from: 0, to: 20_000_000 }, 0.5, 20_000_000, WHOLE),
    { from: 0, to: 40_000_000 },
  ],
  ["zooming out far enough is everything", () => zoom(HALF, 0.4, 50_000_000, WHOLE), null],
  ["zooming in ends at a microsecond", () => zoom({ from: 500, to: 1_500 }, 8, 1_000, WHOLE), { from: 500, to: 1_500 }],
  ["one moves as far as the capture reaches", () => pan(HALF, 90_000_000, WHOLE), {
    from: 50_000_000,
    to: 100_000_000,
  }],
  ["and back", () => pan(HALF, -90_000_000, WHOLE), { from: 0, to: 50_000_000 }],
  ["a stretch may be dragged backwards", () => between(9_000, 2_000, WHOLE), { from: 2_000, to: 9_000 }],
  ["a stretch of no length gets the least", () => between(5_000, 5_000, WHOLE), { from: 5_000, to: 6_000 }],
  ["a stretch over the edges is everything", () => between(-5, 100_000_005, WHOLE), null],
];

for (const [name, make, expected] of CASES) test(name, () => assert.deepEqual(make(), expected));

test("moments and pixels are each other's", () => {
  const { x, ns } = scale(HALF, 500);
  assert.deepEqual([x(HALF.from), x(HALF.to), ns(250)], [0, 500, 45_000_000]);
});

test("a capture of one moment has a scale", () => assert.equal(scale({ from: 5, to: 5 }, 100).x(5), 0));

const FOLDED = { from: 0, to: 1_000, folds: [{ from: 100, to: 900 }], foldWidth: 20 };

test("a folded stretch has its width, and the rest of the time one scale", () => {
  const { x, ns } = scale(FOLDED, 220);
  assert.deepEqual([0, 50, 100, 500, 900, 950, 1_000].map(x), [0, 50, 100, 110, 120, 170, 220]);
  assert.deepEqual([50, 110, 170].map(ns), [50, 500, 950]);
  assert.deepEqual([-50, 1_050].map(x), [-50, 270], "beyond its ends the scale goes on");
  assert.deepEqual([-50, 270].map(ns), [-50, 1_050]);
});

test("of a folded stretch, what lies in the range shown stays folded", () => {
  assert.deepEqual(foldsWithin(FOLDED.folds, { from: 300, to: 2_000 }), [{ from: 300, to: 900 }]);
  assert.deepEqual(foldsWithin(FOLDED.folds, { from: 0, to: 100 }), []);
});

test("zooming among folded stretches keeps what is under the pointer", () => {
  const whole = { from: 0, to: 1_000_000 };
  const span = { ...whole, folds: [{ from: 100_000, to: 900_000 }], foldWidth: 20 };
  const zoomed = shown(span, 220, 85, 195, whole); // by 2, at pixel 170
  assert.deepEqual(zoomed, { from: 85_000, to: 975_000 });
  const { x } = scale({ ...zoomed, folds: foldsWithin(span.folds, zoomed), foldWidth: 20 }, 220);
  assert.ok(Math.abs(x(950_000) - 170) < 10);
});
