import assert from "node:assert/strict";
import { test } from "node:test";
import { AROUND, CONTROL, FRAME_LINE, heightOf, LINE } from "../../../web/static/websocket/chat_bubble.js";
import { message } from "../support/message_row.mjs";

const frame = (more) => ({ opcode: 0, fin: false, length: 5, masked: true, packet: 12, damaged: false, ...more });

const how = (more) => ({ lines: (text) => Math.ceil(text.length / 10), showsQuiet: false, frames: null, ...more });

const HEIGHTS = [
  ["a row that is not there yet takes a line", undefined, {}, LINE + AROUND],
  ["a long text takes six lines at most", message({ text: "x".repeat(500) }), {}, 6 * LINE + AROUND],
  ["a ping takes nothing while pings are not asked for", message({ kind: "ping" }), {}, 0],
  ["and a line when they are", message({ kind: "ping" }), { showsQuiet: true }, CONTROL],
  ["a close always shows", message({ kind: "close" }), {}, CONTROL],
  ["frames make it higher", message({ frames: 2 }), { frames: [frame(), frame()] }, LINE + AROUND + 2 * FRAME_LINE],
];

for (const [name, row, more, expected] of HEIGHTS) test(name, () => assert.equal(heightOf(row, how(more)), expected));
