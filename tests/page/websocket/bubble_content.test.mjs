import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../support/dom.mjs";
import { createBubble } from "../../../web/static/websocket/chat_bubble.js";
import { facts } from "../../../web/static/websocket/conversation_header.js";

const message = (more) => ({
  id: 7,
  connection: 3,
  direction: "client",
  kind: "text",
  text: "Hi",
  hex: null,
  at_ns: 1_204_000_000,
  bytes: 2,
  wire_bytes: 2,
  frames: 1,
  compressed: false,
  complete: true,
  close_code: null,
  ...more,
});

const details = { caused: new Map(), causes: new Map(), frames: new Map() };

function drawn(row, how = {}) {
  const bubble = createBubble(() => {});
  bubble.draw(row, { quiet: false, frames: false, details, chosen: null, isOne: false, ...how });
  return bubble;
}

test("a bubble's class is its sender's side and its kind", () => {
  assert.equal(drawn(message()).className, "bubble client text");
  assert.equal(drawn(message({ direction: "server", kind: "binary", hex: "00" })).className, "bubble server binary");
  assert.equal(drawn(message({ kind: "close" })).className, "bubble client control");
  assert.equal(drawn(message(), { chosen: 7 }).className, "bubble client text chosen");
  assert.equal(drawn(message({ kind: "ping" })).className, "bubble quiet");
});

test("below it are its connection, its time and its size", () => {
  assert.deepEqual(texts(drawn(message()), ".bubble-facts"), ["#3 · 1.204 s · 2 B"]);
  const long = message({ bytes: 1000, wire_bytes: 380, compressed: true, frames: 3, complete: false });
  assert.deepEqual(texts(drawn(long), ".bubble-facts"), [
    "#3 · 1.204 s · 1000 B · sent as 380 B, 38 % · in 3 frames · incomplete",
  ]);
});

test("a push is told at both ends: where to, and where from", () => {
  const caused = new Map([[7, [{ to: 4, after: 1_000_000 }]]]);
  const causes = new Map([[8, { from: 3, after: 1_000_000 }]]);
  const push = (row) => texts(drawn(row, { details: { ...details, caused, causes } }), ".bubble-push");
  assert.deepEqual(push(message()), [" · pushed to #4 after 1 ms"]);
  assert.deepEqual(push(message({ id: 8, connection: 4 })), [" · 1 ms after the message on #3"]);
  assert.deepEqual(push(message({ id: 9 })), [""]);
});

test("a close names the side that closes, its code and its reason", () => {
  const close = message({ kind: "close", direction: "server", close_code: 1001, text: "bye" });
  assert.deepEqual(texts(drawn(close), ".bubble-text"), [
    "#3 · 1.204 s · The server closes the WebSocket: 1001, going away: “bye”",
  ]);
});

test("a conversation in a line: each side's messages and bytes, and who closed first", () => {
  const side = (messages, bytes, more = {}) => ({ messages, bytes, wire_bytes: bytes, compressed: 0, ...more });
  const close = (direction) => ({ direction, close_code: 1000, text: "" });
  assert.deepEqual(
    facts({
      target: "/chat",
      subprotocol: null,
      extensions: "permessage-deflate",
      sides: { client: side(2, 30), server: side(1, 911, { wire_bytes: 41, compressed: 1 }) },
      closes: [close("server"), close("client")],
      connection: {},
    }),
    [
      "/chat",
      "client 2 messages, 30 B",
      "server 1 message, 911 B, sent as 41 B (5 %)",
      "permessage-deflate",
      "WebSocket closed by the server first: 1000, normal closure",
    ],
  );
});
