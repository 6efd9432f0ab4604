import assert from "node:assert/strict";
import { test } from "node:test";
import {
  chatText,
  closeText,
  compression,
  factLine,
  frameLines,
  latency,
} from "../../../web/static/text/message_text.js";
import { message } from "../support/message_row.mjs";

const TEXTS = [
  ["a text is what was said", {}, "Hi"],
  ["binary content is its bytes", { kind: "binary", text: null, hex: "00ff" }, "00ff"],
  ["a ping says what it carries", { kind: "ping", info: "ping “x”", direction: "server" }, "The server: ping “x”"],
  [
    "a close says why",
    { kind: "close", close_code: 1001, text: "bye" },
    "The client closes the WebSocket: 1001, going away: “bye”",
  ],
];

for (const [name, row, expected] of TEXTS) test(name, () => assert.equal(chatText(message(row)), expected));

const CLOSES = [
  ["a code in words", { close_code: 1000, text: "" }, "1000, normal closure"],
  [
    "a code of the application",
    { close_code: 4001, text: "" },
    "4001, for private use, agreed between the two applications",
  ],
  ["no code", { close_code: null, text: "" }, "without a code"],
];

for (const [name, row, expected] of CLOSES) test(name, () => assert.equal(closeText(row), expected));

test("compression tells what it saved", () => {
  assert.equal(compression(message({ compressed: true, wire_bytes: 76 })), "sent as 76 B, 38 %");
  assert.equal(compression(message({ compressed: true, wire_bytes: 1, bytes: 0 })), "sent as 1 B");
  assert.equal(compression(message()), "");
});

test("the facts name frames and what is not complete", () => {
  assert.equal(factLine(message({ frames: 3, complete: false })), "#3 · 1.000 s · 200 B · in 3 frames · incomplete");
});

test("the latency to the pushes, and of a push since what was said", () => {
  const links = {
    caused: new Map([[7, [{ push: 8, to: 4, after: 2e6 }, { push: 9, to: 3, after: 3e6 }, {
      push: 10,
      to: 5,
      after: 4e6,
    }]]]),
    causes: new Map([[8, { message: 7, from: 3, after: 2e6 }], [9, { message: 7, from: 3, after: 3e6 }]]),
  };
  assert.equal(
    latency(message(), links),
    "pushed to #4 after 2 ms, answered on this connection after 3 ms and to 1 more",
  );
  assert.equal(latency(message({ id: 8, connection: 4 }), links), "2 ms after the message on #3");
  assert.equal(latency(message({ id: 9 }), links), "3 ms after the message on this connection");
  assert.equal(latency(message({ id: 99 }), links), "");
});

const frame = (more) => ({ opcode: 0, fin: false, length: 5, masked: true, packet: 12, damaged: false, ...more });

test("frames are listed, a line each, and many are counted", () => {
  assert.deepEqual(frameLines([frame({ opcode: 1 }), frame({ fin: true, masked: false, damaged: true })], 2), [
    "text · 5 B · masked · packet 12",
    "continuation · 5 B · FIN · packet 12 · damaged",
  ]);
  assert.equal(frameLines(Array.from({ length: 20 }, () => frame()), 20).at(-1), "and 12 more frames");
});
