import assert from "node:assert/strict";
import { test } from "node:test";
import { lifeBar } from "../../web/static/life.js";

test("a life in the middle of the axis", () => assert.deepEqual(lifeBar({ at_ns: 25, until_ns: 75 }, 100), { from: 0.25, to: 0.75 }));
test("an axis without length puts it at the start", () => assert.deepEqual(lifeBar({ at_ns: 0, until_ns: 0 }, 0), { from: 0, to: 0 }));
test("what lies before the axis or beyond it is cut off", () => {
  assert.deepEqual(lifeBar({ at_ns: -5, until_ns: 500 }, 100), { from: 0, to: 1 });
});
