import assert from "node:assert/strict";
import { test } from "node:test";
import { RowCache } from "../../../web/static/state/row_cache.js";

const filled = (ids, held) => {
  const rows = new RowCache(held);
  for (const id of ids) rows.put({ id });
  return rows;
};

test("rows come back in order of their number, whatever order they came in", () => {
  assert.deepEqual(filled([2, 0, 1]).sorted().map(({ id }) => id), [0, 1, 2]);
});

test("a row beyond the known end makes the table longer", () => assert.equal(filled([4]).total, 5));

test("what is missing is the smallest range around the holes", () => {
  const rows = filled([0, 1, 4, 9]);
  assert.deepEqual(rows.missing(0, 10), [2, 9]);
  assert.deepEqual(rows.missing(0, 4), [2, 4]);
});

test("nothing is missing where all is held, nor beyond the end", () => {
  const rows = filled([0, 1, 2]);
  assert.equal(rows.missing(0, 3), null);
  assert.equal(rows.missing(3, 50), null);
  assert.equal(rows.missing(-4, 2), null);
});

test("no more rows are held than allowed, and the freshest stay", () => {
  const rows = filled([0, 1, 2, 0, 3], 3);
  assert.deepEqual(rows.sorted().map(({ id }) => id), [0, 2, 3]);
  assert.equal(rows.isWhole, false);
});

test("each change counts the revision up, and no change does not", () => {
  const rows = filled([0]);
  const before = rows.revision;
  rows.grow(1);
  assert.equal(rows.revision, before);
  rows.grow(2);
  assert.ok(rows.revision > before);
});

test("some of the held rows come from all over", () => {
  const rows = new RowCache();
  for (let id = 0; id < 10; id += 1) rows.put({ id });
  assert.deepEqual([rows.some(100).length, rows.some(4).map(({ id }) => id), new RowCache().some(4)], [
    10,
    [0, 3, 6, 9],
    [],
  ]);
});
