import assert from "node:assert/strict";
import { test } from "node:test";
import { ladder, messageText, rungs } from "../../web/static/ladder.js";

const packet = (number, direction, flags, client_state, server_state, ms, payload = 0) => ({
  number, direction, flags, client_state, server_state, at_ns: ms * 1e6, payload, analysis: [], seq: 0, ack: 0, window: 0,
});

const handshake = [
  packet(1, "client", ["SYN"], "SYN-SENT", "LISTEN", 0),
  packet(2, "server", ["SYN", "ACK"], "ESTABLISHED", "SYN-RECEIVED", 0.04),
  packet(3, "client", ["ACK"], "ESTABLISHED", "ESTABLISHED", 0.06),
];

const detail = (changes) => ({ packets: handshake, phases: [], events: [], exchanges: [], messages: [], ...changes });

test("a connection seen from its SYN begins with inferred states", () => {
  const [start, first] = ladder(detail({}));
  assert.deepEqual([start.kind, start.after], ["start", { client: "CLOSED", server: "LISTEN" }]);
  assert.deepEqual(first.before, start.after);
  assert.deepEqual(first.after, { client: "SYN-SENT", server: "LISTEN" });
});

test("a connection met midway begins with states nobody saw", () => {
  assert.deepEqual(ladder(detail({ packets: handshake.slice(2) }))[0].after, { client: null, server: null });
});

test("each packet begins in the states in which the one before left off", () => {
  const items = ladder(detail({}));
  for (let i = 1; i < items.length; i += 1) assert.deepEqual(items[i].before, items[i - 1].after);
});

test("silence gets a row of its own", () => {
  const late = packet(4, "client", ["PSH", "ACK"], "ESTABLISHED", "ESTABLISHED", 1200, 5);
  const items = ladder(detail({ packets: [...handshake, late] }));
  assert.deepEqual(items.map(({ kind }) => kind), ["start", "packet", "packet", "packet", "silence", "packet", "end"]);
  assert.equal(items[4].text, "1.2 s of silence");
});

test("the end is told", () => {
  assert.deepEqual(ladder(detail({})).at(-1).sentences, ["The pipe is still open: either side may speak."]);
});

test("requests, interim and final responses and messages stand on the packets that carry them", () => {
  const exchange = {
    id: 0,
    request: { packet: 1, method: "GET", target: "/" },
    informational: [{ packet: 2, status: 100, reason: "Continue" }],
    response: { packet: 2, status: 200, reason: "" },
  };
  const message = { id: 0, first_packet: 3, kind: "text", text: "Hi", bytes: 2, close_code: null };
  const items = ladder(detail({ exchanges: [exchange], messages: [message] }));
  assert.deepEqual(items.slice(1, -1).map(({ carries }) => carries.map(({ text }) => text)), [["GET /"], ["100 Continue", "200"], ["“Hi”"]]);
});

test("an answer of HTTP/0.9 is said to have no head", () => {
  const exchange = { id: 0, request: null, informational: [], response: { packet: 2, status: 0, reason: "" } };
  assert.equal(ladder(detail({ exchanges: [exchange] }))[2].carries[0].text, "answer without a head");
});

test("sentences and chapters stand on their packets", () => {
  const events = [{ packet: 2, sentence: "It agrees." }, { packet: 2, sentence: "It is heard." }];
  const items = ladder(detail({ events, phases: [{ name: "handshake", first_packet: 1, last_packet: 3 }] }));
  assert.deepEqual(items[2].sentences, ["It agrees.", "It is heard."]);
  assert.deepEqual(items.slice(1, -1).map(({ chapter, bracket }) => [chapter, bracket]), [["The pipe is built", "first"], [null, "inside"], [null, "last"]]);
});

test("no packets, no ladder", () => assert.deepEqual(ladder(detail({ packets: [] })), []));

for (const [message, text] of [
  [{ kind: "text", text: "<b>Hi</b>", bytes: 9 }, "“<b>Hi</b>”"],
  [{ kind: "binary", text: null, bytes: 312 }, "binary, 312 bytes"],
  [{ kind: "ping", text: "", bytes: 0 }, "ping, 0 bytes"],
  [{ kind: "close", text: "", bytes: 2, close_code: 1000 }, "close 1000, normal closure"],
  [{ kind: "close", text: "", bytes: 0, close_code: null }, "close"],
]) test(`a ${message.kind} message reads ${text}`, () => assert.equal(messageText(message), text));

const chapters = (items) => items.map(({ chapter, bracket }) => [chapter, bracket]);

test("a run cut out of the middle says what the whole says of its packets", () => {
  const late = packet(4, "client", ["PSH", "ACK"], "ESTABLISHED", "ESTABLISHED", 1, 5);
  const whole = detail({ packets: [...handshake, late], phases: [{ name: "handshake", first_packet: 1, last_packet: 3 }, { name: "request", first_packet: 4, last_packet: 4 }] });
  const all = rungs(whole, 0);
  for (let cut = 1; cut < 4; cut += 1) {
    const run = { ...whole, packets: [whole.packets[cut]], before: whole.packets[cut - 1], after: whole.packets[cut + 1] ?? null };
    assert.deepEqual(rungs(run, 0), [all[cut]]);
  }
});

test("a chapter that goes on at both ends of a run has no title and no corners in it", () => {
  const run = { ...detail({ phases: [{ name: "handshake", first_packet: 1, last_packet: 3 }] }), packets: [handshake[1]], before: handshake[0], after: handshake[2] };
  assert.deepEqual(chapters(rungs(run, 0)), [[null, "inside"]]);
});
