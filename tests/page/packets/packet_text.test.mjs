import assert from "node:assert/strict";
import { test } from "node:test";
import { infoOf, kindOf, protocolOf } from "../../../web/static/packets/packet_text.js";
import { marksOf } from "../../../web/static/text/terms.js";

const packet = (more) => ({
  connection: 0,
  protocol: "http",
  ip_protocol: 6,
  flags: ["ACK"],
  verdicts: [],
  payload: 0,
  seq: 1,
  ack: 1,
  window: 64,
  carries: [],
  carries_more: 0,
  length: 60,
  ...more,
});

const CASES = [
  ["a bare acknowledgement", {}, "ack", "ACK", "ack 1"],
  ["the first packet", { flags: ["SYN"], seq: 0, ack: null }, "opening", "SYN", "seq 0, window 64"],
  ["its answer", { flags: ["SYN", "ACK"], seq: 0 }, "opening", "SYN ACK", "seq 0, ack 1, window 64"],
  ["a FIN", { flags: ["FIN", "ACK"] }, "closing", "FIN", "seq 1, ack 1"],
  ["a reset", { flags: ["RST", "ACK"] }, "trouble", "RST", "ack 1"],
  ["bytes in mid-stream", { flags: ["PSH", "ACK"], payload: 5 }, "data", "5 bytes", "seq 1"],
  ["bytes in a SYN", { flags: ["SYN"], seq: 0, ack: null, payload: 5 }, "opening", "SYN", "seq 0, window 64, 5 bytes"],
  ["a request", { payload: 9, carries: [{ kind: "request", row: 0, text: "GET /" }] }, "request", "GET /", ""],
  [
    "messages",
    {
      payload: 9,
      carries: [{ kind: "message", row: 0, text: "“a”" }, { kind: "message", row: 1, text: "“b”" }],
      carries_more: 7,
    },
    "message",
    "“a”",
    "and 8 more",
  ],
  [
    "a repeated request",
    { verdicts: ["retransmission"], payload: 9, carries: [{ kind: "request", row: 0, text: "GET /" }] },
    "trouble",
    "GET /",
    "",
  ],
  ["a keep-alive", { verdicts: ["keep_alive"] }, "ack", "ACK", "ack 1"],
  [
    "a window probe that tshark calls a keep-alive",
    { analysis: ["keep_alive"], verdicts: ["empty_window_probe"] },
    "ack",
    "ACK",
    "ack 1",
  ],
  ["no flag at all", { flags: [], ack: null }, "ack", "no flags", ""],
  ["what is no TCP", { connection: null, protocol: null, ip_protocol: 17, flags: [] }, "other", "UDP", "60 bytes"],
  ["what is no IP", { connection: null, protocol: null, ip_protocol: null, flags: [] }, "other", "not IP", "60 bytes"],
];

for (const [name, row, kind, what, more] of CASES) {
  test(name, () => assert.deepEqual([kindOf(packet(row)), infoOf(packet(row))], [kind, { what, more }]));
}

test("a verdict comes with its reason; one that is not known keeps its name", () => {
  const [known, unknown] = marksOf(packet({ verdicts: ["retransmission", "news"] }));
  assert.deepEqual([known.name, known.isTrouble, known.meaning.length > 20], ["retransmission", true, true]);
  assert.deepEqual(unknown, { name: "news", isTrouble: false, meaning: "" });
});

test("protocols have their people's names", () => {
  assert.deepEqual([{ protocol: "websocket" }, { protocol: "unknown" }, { ip_protocol: 200 }].map(protocolOf), [
    "WebSocket",
    "TCP",
    "IP protocol 200",
  ]);
});

test("a window probe without a byte is called so, whatever the export calls it", () => {
  assert.deepEqual(
    marksOf(packet({ analysis: ["keep_alive"], verdicts: ["empty_window_probe"] })).map((
      { name, isTrouble },
    ) => [name, isTrouble]),
    [["zero window probe without data", false]],
  );
});

test("the SYN-ACK of a simultaneous open is no trouble", () => {
  assert.notEqual(
    kindOf(packet({ flags: ["SYN", "ACK"], analysis: ["retransmission"], verdicts: ["crossed_syn_ack"] })),
    "trouble",
  );
});

test("a packet that was captured before stands back and is no trouble, whatever it is", () => {
  const copy = packet({ duplicate: true, flags: ["RST"], verdicts: ["retransmission"] });
  assert.equal(kindOf(copy), "duplicate");
  assert.deepEqual(marksOf(copy).map(({ name, isTrouble }) => [name, isTrouble]), [["captured before", false]]);
});
