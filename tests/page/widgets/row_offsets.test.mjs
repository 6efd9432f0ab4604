import assert from "node:assert/strict";
import { test } from "node:test";
import { EvenOffsets, Offsets, visible } from "../../../web/static/widgets/row_offsets.js";

const uneven = new Offsets([10, 20, 30]);

for (const [y, row] of [[-5, 0], [0, 0], [9.9, 0], [10, 1], [29, 1], [30, 2], [59, 2], [600, 2]]) {
  test(`pixel ${y} lies in row ${row}`, () => assert.equal(uneven.at(y), row));
}

test("an empty list has no row anywhere", () => {
  assert.equal(new Offsets([]).at(0), -1);
  assert.equal(new EvenOffsets(0, 22).at(50), -1);
  assert.deepEqual(visible(new EvenOffsets(0, 22), 0, 100, 0), [0, 0]);
});

test("tops and heights add up to the total", () => {
  assert.deepEqual([0, 1, 2].map((i) => uneven.top(i) + uneven.height(i)), [10, 30, 60]);
  assert.equal(uneven.total, 60);
});

test("even rows lie where uneven ones of the same height would", () => {
  const [even, same] = [new EvenOffsets(9, 22), new Offsets(Array(9).fill(22))];
  for (let y = -30; y < 260; y += 7) assert.equal(even.at(y), same.at(y));
  assert.equal(even.total, same.total);
});

test("a million rows in sight are those of the viewport and its margin", () => {
  assert.deepEqual(visible(new EvenOffsets(1_000_000, 22), 2_200_000, 440, 44), [99_998, 100_023]);
});
