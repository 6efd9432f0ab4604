import assert from "node:assert/strict";
import { test } from "node:test";
import { since } from "../../../web/static/packets/packet_columns.js";

const DELTAS = [
  ["the first packet", null, ""],
  ["a packet by the same clock", { at_ns: 60, clock: 0 }, "40 ns"],
  ["one whose time goes back", { at_ns: 160, clock: 0 }, "–"],
  ["one after the clock was set", { at_ns: 60, clock: 1 }, "–"],
];

for (const [name, before, text] of DELTAS) {
  test(`the time since the packet before is, of ${name}, “${text}”`, () =>
    assert.equal(since({ at_ns: 100, clock: 0 }, before), text));
}
