import assert from "node:assert/strict";
import { test } from "node:test";
import { firstScale, heightsToScale, rowHeights } from "../../../web/static/connection/row_spacing.js";

test("a long story hangs down past rows that have none", () =>
  assert.deepEqual(rowHeights([40, 40, 40], [80, 0, 0]), [40, 40, 40]));
test("a long story pushes away the next that tells something", () =>
  assert.deepEqual(rowHeights([40, 40], [80, 16]), [86, 40]));
test("the last story is never cut off", () => assert.deepEqual(rowHeights([40], [80]), [93]));
test("no rows have no heights", () => assert.deepEqual(rowHeights([], []), []));

test("to scale, pauses are as high as they were long, and no row is too low to read", () => {
  assert.deepEqual([...heightsToScale([0, 1e6, 5e6], 40, 20_000)], [40, 50, 250]);
});

test("at first a middling pause takes a row", () => assert.equal(firstScale([0, 4000, 8000, 8000, 0], 40), 200));
test("at first one long pause does not make the rest unreachable", () => {
  const gaps = [1000, 1000, 1000, 60e9];
  const heights = heightsToScale(gaps, 40, firstScale(gaps, 40));
  assert.ok(heights.reduce((sum, height) => sum + height, 0) < 10 * gaps.length * 40);
});
test("packets that all came at once have a scale too", () => assert.equal(firstScale([0, 0], 40), 1));
