import assert from "node:assert/strict";
import { test } from "node:test";
import { band, closeCode, outcome, protocolName, stateOf, statusLine } from "../../../web/static/text/terms.js";
import { STATES, VERDICTS } from "../../../web/static/text/facts.js";

const BANDS = {
  CLOSED: "closed",
  LISTEN: "closed",
  "SYN-SENT": "opening",
  "SYN-RECEIVED": "opening",
  ESTABLISHED: "established",
  "FIN-WAIT-1": "closing",
  "FIN-WAIT-2": "closing",
  "CLOSE-WAIT": "closing",
  CLOSING: "closing",
  "LAST-ACK": "closing",
  "TIME-WAIT": "time-wait",
};

for (const [state, drawn] of Object.entries(BANDS)) {
  test(`${state} is drawn as ${drawn}`, () => assert.equal(band(state), drawn));
}
test("every state that can be drawn is explained", () =>
  assert.deepEqual(Object.keys(STATES).sort(), Object.keys(BANDS).sort()));

const connection = (outcome, changes = {}) => ({
  outcome,
  packets: [3, 2],
  closed_by: null,
  reset_by: null,
  ...changes,
});

const OUTCOMES = [
  ["a SYN that was answered", connection("opening"), "open", "opening", "being opened"],
  ["one that is open", connection("open"), "open", "open", "open"],
  ["one FIN", connection("closing", { closed_by: "server" }), "open", "closing", "TCP half closed by the server"],
  ["two FINs", connection("closed", { closed_by: "server" }), "closed", "closed", "TCP closed by the server first"],
  [
    "two FINs and a RST",
    connection("closed", { closed_by: "server", reset_by: "client" }),
    "closed",
    "closed",
    "TCP closed by the server first, then RST from the client",
  ],
  [
    "a FIN that a RST answers",
    connection("reset", { closed_by: "server", reset_by: "client" }),
    "trouble",
    "reset",
    "TCP reset by the client",
  ],
  [
    "a RST of one end alone",
    connection("reset", { packets: [4, 0], reset_by: "client" }),
    "trouble",
    "reset",
    "TCP reset by the client; no packets from the server captured",
  ],
  [
    "a SYN that was refused",
    connection("refused", { reset_by: "server" }),
    "trouble",
    "refused",
    "refused by the server",
  ],
  ["a SYN without an answer", connection("unanswered"), "trouble", "no answer", "no answer in the capture"],
  [
    "a SYN and a FIN without an answer",
    connection("unanswered", { closed_by: "client" }),
    "trouble",
    "no answer",
    "no answer in the capture; the client sent FIN",
  ],
  [
    "a RST for a stray packet",
    connection("stray", { reset_by: "server" }),
    "trouble",
    "RST",
    "RST from the server, and no connection seen",
  ],
  [
    "a client alone",
    connection("half_seen", { packets: [3, 0] }),
    "open",
    "half seen",
    "no packets from the server captured",
  ],
  [
    "a server alone that closes",
    connection("half_seen_closed", { packets: [0, 5] }),
    "closed",
    "half seen",
    "no packets from the client captured; the server sent FIN",
  ],
];

for (const [name, row, kind, short, long] of OUTCOMES) {
  test(`of ${name} is said: ${long}`, () => assert.deepEqual(outcome(row), { kind, short, long }));
}

const CODES = [
  [1000, "normal closure"],
  [999, "not a close code"],
  [1004, "reserved"],
  [1006, "the connection ended without a close frame"],
  [2999, "reserved"],
  [3000, "for libraries and frameworks, registered with IANA"],
  [4001, "for private use, agreed between the two applications"],
  [5000, "not a close code"],
];

for (const [code, word] of CODES) {
  test(`close code ${code} is ${word}`, () => assert.equal(closeCode(code), word));
}

test("a state says whether a packet of that end has shown it", () => {
  const row = {
    client_state: "SYN-SENT",
    client_state_assumed: false,
    server_state: "SYN-RECEIVED",
    server_state_assumed: true,
  };
  assert.deepEqual(["client", "server"].map((side) => stateOf(row, side).text), ["SYN-SENT", "SYN-RECEIVED (assumed)"]);
  assert.match(stateOf(row, "server").why, /Assumed: no packet of this end has shown it\./);
});

test("of an end that was never heard the state is unknown", () => {
  const told = stateOf({ server_state: "LISTEN", server_state_assumed: true, silent: "server" }, "server");
  assert.deepEqual([told.name, told.text, told.why], [null, "unknown", "Unknown: nothing from this end was captured."]);
});

test("a verdict claims no more than its packets show", () => {
  assert.doesNotMatch(VERDICTS.retransmission.meaning, /lost|in time/);
  assert.doesNotMatch(VERDICTS.ack_lost_segment.meaning, /received/);
  assert.match(VERDICTS.lost_segment.meaning, /not been captured yet/);
  assert.doesNotMatch(VERDICTS.window_update.meaning, /room/);
});

test("a status line has its reason where one was sent, and HTTP/0.9 has none", () => {
  assert.equal(statusLine({ status: 404, reason: "Not Found" }), "404 Not Found");
  assert.equal(statusLine({ status: 200, reason: "" }), "200");
  assert.equal(statusLine({ status: 0, reason: "" }), "response without a status");
});

test("a protocol has the name that people write, and an unknown one its own", () => {
  assert.deepEqual(["websocket", "tls", "unknown", "quic"].map(protocolName), ["WebSocket", "TLS", "TCP", "quic"]);
});
