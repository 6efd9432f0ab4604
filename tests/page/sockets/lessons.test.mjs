import assert from "node:assert/strict";
import { test } from "node:test";

import { placeOf } from "../../../web/static/sockets/lessons.js";

const found = [{ at_ns: 10.4 }, { at_ns: 20 }, { at_ns: 30 }];
const place = (at) => {
  const { told, isShown, next } = placeOf(found, at);
  return [told?.at_ns ?? null, isShown, next?.at_ns ?? null];
};

test("now the newest place is shown, and the button leads there", () => {
  assert.deepEqual(place(null), [30, false, 30]);
});

test("at a place that one is shown, and the button leads to the previous one", () => {
  assert.deepEqual(place(30), [30, true, 20]);
  assert.deepEqual(place(10), [10.4, true, null]);
});

test("between two places the earlier one is shown, before all of them the newest", () => {
  assert.deepEqual(place(25), [20, false, 20]);
  assert.deepEqual(place(5), [30, false, 30]);
});

test("a fact that was not seen has no place", () => {
  assert.deepEqual(placeOf([], 5), { told: null, isShown: false, next: null });
});
