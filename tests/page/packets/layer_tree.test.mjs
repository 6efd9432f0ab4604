import assert from "node:assert/strict";
import { test } from "node:test";
import { itemAt } from "../../../web/static/packets/layer_tree.js";

const LAYERS = [
  { start: 0, stop: 14, fields: [{ start: 0, stop: 6 }, { start: 6, stop: 12 }, { start: 12, stop: 14 }] },
  { start: 14, stop: 34, fields: [{ start: 14, stop: 15 }, { start: 14, stop: 15 }, { start: 16, stop: 18 }] },
  { start: 34, stop: 60, fields: [{ start: 34, stop: 60 }, { start: 40, stop: 42 }] },
];

const CASES = [
  ["the first byte", 0, [0, 0]],
  ["the last byte of a field", 13, [0, 2]],
  ["a byte that two fields share is the first one's", 14, [1, 0]],
  ["a byte of a layer that is in no field", 15, [1, -1]],
  ["the smaller of two fields says more", 41, [2, 1]],
  ["a byte behind the last layer", 60, null],
];

for (const [name, at, expected] of CASES) test(name, () => assert.deepEqual(itemAt(LAYERS, at), expected));
