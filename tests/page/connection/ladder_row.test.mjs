import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../support/dom.mjs";
import { createLadderRow, rowSentence, stepClass } from "../../../web/static/connection/ladder_row.js";

const known = (client, server, assumed = {}) => ({
  client,
  server,
  assumed: { client: false, server: false, ...assumed },
});

const packet = {
  number: 12_345,
  direction: "client",
  flags: ["SYN"],
  seq: 0,
  ack: null,
  window: 65_495,
  payload: 0,
  verdicts: [],
  carries: [],
  carries_more: 0,
};

const item = (changes = {}, of = {}) => ({
  kind: "packet",
  packet: { ...packet, ...of },
  quiet: 41_000,
  elapsed: 3_100_000,
  before: known("CLOSED", "LISTEN"),
  after: known("SYN-SENT", "SYN-RECEIVED"),
  sentences: ["The client asks to connect."],
  phase: "Handshake",
  bracket: "first",
  ...changes,
});

const drawn = (of) => {
  const row = createLadderRow();
  row.draw(of);
  return row;
};
const one = (row, selector) => row.querySelector(selector);

test("the client's lifeline is left of the wire, the server's right of it", () => {
  const order = drawn(item()).children.map(({ className }) => className.split(" ").slice(0, 2).join(" "));
  assert.deepEqual(order, [
    "step-time",
    "step-state client",
    "band client",
    "wire",
    "band server",
    "step-state server",
    "bracket",
    "story",
  ]);
});

test("each band shows the state before the packet above the arrow, after it below", () => {
  const row = drawn(item());
  const bands = (side) => one(row, `.band.${side}`).children.map(({ className }) => className);
  assert.deepEqual(bands("client"), ["above closed", "below opening"]);
  assert.deepEqual(bands("server"), ["above closed", "below opening"]);
  assert.deepEqual(texts(row, ".step-state"), ["SYN-SENT", "SYN-RECEIVED"]);
});

test("a state is named where it begins only, and one that is assumed is marked", () => {
  const row = drawn(item({
    before: known("ESTABLISHED", "SYN-RECEIVED"),
    after: known("ESTABLISHED", "ESTABLISHED", { server: true }),
  }));
  assert.deepEqual(texts(row, ".step-state"), ["", "ESTABLISHED"]);
  assert.ok(one(row, ".step-state.server").classList.contains("assumed"));
  assert.equal(one(row, ".band.server").lastChild.className, "below established assumed");
  assert.match(one(row, ".band.server").title, /^ESTABLISHED\. Assumed/);
  assert.equal(one(row, ".band.client").title, "ESTABLISHED");
});

test("a reset crosses the band of the end that it closed", () => {
  const row = drawn(item({ before: known("ESTABLISHED", "CLOSED"), after: known("CLOSED", "CLOSED") }, {
    flags: ["RST"],
    direction: "server",
  }));
  assert.equal(one(row, ".band.client").lastChild.className, "below closed reset");
  assert.equal(one(row, ".band.server").lastChild.className, "below closed");
});

const LABELS = [
  ["a SYN", {}, ["12\u202f345", "SYN", "seq 0 win 65\u202f495", ""]],
  ["an ACK", { number: 3, flags: ["ACK"], seq: 1, ack: 7 }, ["3", "ACK", "ack 7", ""]],
  ["a FIN", { number: 4, flags: ["FIN", "ACK"], seq: 5, ack: 7 }, ["4", "FIN ACK", "seq 5 ack 7", ""]],
  ["payload", { number: 5, flags: ["PSH", "ACK"], seq: 9, ack: 1, payload: 78 }, ["5", "78 bytes", "seq 9", ""]],
  ["a request", { number: 6, payload: 78, carries: [{ kind: "request", text: "GET /" }] }, [
    "6",
    "GET /",
    "",
    "78 bytes",
  ]],
  ["messages of which not all are sent", {
    number: 7,
    payload: 78,
    carries: [{ kind: "message", text: "“a”" }, { kind: "message", text: "“b”" }],
    carries_more: 9,
  }, ["7", "“a”", "and 10 more", "78 bytes"]],
];

for (const [name, of, expected] of LABELS) {
  test(`above the arrow of ${name}: number, what, more, and amount`, () => {
    const row = drawn(item({}, of));
    const parts = [".wire-number", ".wire-what", ".wire-more", ".wire-amount"];
    assert.deepEqual(parts.map((part) => one(row, part).textContent), expected);
  });
}

const CLASSES = [
  ["the sender", {}, {}, /^step packet from-client bracket-first$/],
  ["payload", { direction: "server" }, { payload: 1, flags: ["ACK"] }, / carries$/],
  ["a reset", {}, { flags: ["RST"] }, / trouble$/],
  ["a retransmission", {}, { flags: ["ACK"], verdicts: ["retransmission"] }, / trouble$/],
  ["a window update, which is none", {}, { flags: ["ACK"], verdicts: ["window_update"] }, /bracket-first$/],
  ["a duplicate, which is none", {}, { flags: ["RST"], duplicate: true }, / duplicate$/],
];

for (const [name, , of, expected] of CLASSES) {
  test(`a row's class says ${name}`, () => assert.match(stepClass(item({}, of), false), expected));
}

test("a chosen row is marked", () => assert.match(stepClass(item(), true), / chosen /));

test("verdicts are badges, those of trouble marked", () => {
  const row = drawn(item({}, { flags: ["ACK"], verdicts: ["zero_window", "window_update"] }));
  assert.deepEqual(row.querySelectorAll(".badge").map(({ className, textContent }) => [className, textContent]), [
    ["badge trouble", "zero window"],
    ["badge", "window update"],
  ]);
});

test("times since the connection's start, the pause before it as a title, and a long pause marked", () => {
  const time = (changes) => one(drawn(item(changes)), ".step-time");
  assert.equal(time({}).textContent, "3.1 ms");
  assert.equal(time({}).title, "41 µs after the previous packet");
  assert.equal(time({ elapsed: 0 }).textContent, "0");
  assert.equal(time({ elapsed: 1_234_567_000 }).textContent, "1.234567 s");
  assert.equal(time({ elapsed: null }).textContent, "–");
  assert.ok(!time({ quiet: 249e6 }).classList.contains("after-silence"));
  assert.ok(time({ quiet: 250e6 }).classList.contains("after-silence"));
});

test("the sentence for screen readers names the sender and both states in order", () => {
  assert.equal(
    rowSentence(item({ after: known("SYN-SENT", "SYN-RECEIVED", { server: true }) }, { number: 1 })),
    "Packet 1, from the client, after 3.1 ms: SYN. The client asks to connect. " +
      "client SYN-SENT, server SYN-RECEIVED (assumed)",
  );
  const answer = item({}, { number: 2, direction: "server", flags: ["RST", "ACK"], verdicts: [] });
  assert.match(rowSentence(answer), /^Packet 2, from the server, after 3\.1 ms: RST ACK\. /);
});

test("the story has its phase and its sentences, in order", () => {
  const story = one(drawn(item({ sentences: ["First.", "Second."] })), ".story");
  assert.deepEqual(story.children.map(({ textContent }) => textContent), ["Handshake", "First.", "Second."]);
});

test("at the start each state is inferred, and of a connection captured mid-stream none is known", () => {
  const start = (changes) => drawn({ kind: "start", text: "", ...changes });
  const inferred = start({ before: known("CLOSED", "LISTEN"), after: known("CLOSED", "LISTEN"), fromTheStart: true });
  assert.deepEqual(texts(inferred, ".step-state"), ["CLOSED", "LISTEN"]);
  assert.ok(one(inferred, ".step-state.client").classList.contains("inferred"));
  const midway = start({ before: known(null, null), after: known(null, null), fromTheStart: false });
  assert.deepEqual(texts(midway, ".step-state"), ["not captured", "not captured"]);
  assert.equal(one(midway, ".band.client").lastChild.className, "below unknown");
  assert.ok(!one(midway, ".step-state.client").classList.contains("inferred"));
});
