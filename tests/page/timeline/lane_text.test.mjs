import assert from "node:assert/strict";
import { test } from "node:test";
import {
  laneLoad,
  laneOrigin,
  laneOutcome,
  laneSentence,
  laneSide,
  laneTitle,
  serverName,
} from "../../../web/static/timeline/lane_text.js";

const LANE = {
  id: 3,
  protocol: "http",
  outcome: "closed",
  client_state: "TIME-WAIT",
  server_state: "CLOSED",
  closed_by: "client",
  duration_ns: 3.1e6,
  asks: "GET /",
  exchanges: 1,
  status: 200,
  wait_ns: 2e6,
  statuses: [[200, 1]],
  cut: 0,
  messages: [0, 0],
  is_open: false,
  trouble: 0,
  at_ns: 1e6,
  packets: [5, 4],
  missed_bytes: [0, 0],
  server_state_assumed: true,
};
const open = { outcome: "open", client_state: "ESTABLISHED", server_state: "ESTABLISHED", is_open: true };

const CASES = [
  ["one exchange: its status and how long it waited", {}, ["200", "wait 2 ms"], false],
  [
    "several: how often each status, for the one named is the first’s",
    { exchanges: 12, statuses: [[200, 11], [304, 1]] },
    ["11 × 200, 304"],
    false,
  ],
  ["several, of which one is an error", { exchanges: 3, statuses: [[200, 2], [404, 1]] }, ["404, 2 × 200"], true],
  ["several, of which the last is still waited for", { exchanges: 2, statuses: [[200, 1], [null, 1]], ...open }, [
    "waiting, 200",
  ], false],
  ["a response that broke off", { cut: 1 }, ["200 incomplete", "wait 2 ms"], true],
  ["several, of which one broke off", { exchanges: 2, statuses: [[200, 2]], cut: 1 }, ["2 × 200, 1 incomplete"], true],
  ["an error is trouble", { status: 404, statuses: [[404, 1]] }, ["404", "wait 2 ms"], true],
  ["no answer yet", { status: null, wait_ns: null, statuses: [[null, 1]], ...open }, ["waiting"], false],
  ["no response at all", { status: null, wait_ns: null, statuses: [[null, 1]] }, ["no response"], true],
  [
    "no answer of a server that was not captured",
    { status: null, wait_ns: null, statuses: [[null, 1]], packets: [5, 0] },
    ["not seen"],
    false,
  ],
  [
    "no answer where bytes of the server are missing",
    { status: null, wait_ns: null, statuses: [[null, 1]], missed_bytes: [0, 90] },
    ["not seen"],
    false,
  ],
  [
    "a chat: open, and who said how much",
    { protocol: "websocket", messages: [2, 1], ...open },
    ["open", "2 ↑ 1 ↓"],
    false,
  ],
  ["a reset goes before everything", { outcome: "reset", reset_by: "server" }, ["reset", "3.1 ms"], true],
  ["nothing but TCP: how it stands and how long", { exchanges: 0, status: null, protocol: "unknown" }, [
    "closed",
    "3.1 ms",
  ], false],
  [
    "one that is open and silent: how long it has been so",
    { exchanges: 0, status: null, protocol: "unknown", ...open },
    ["open", "8 s"],
    false,
  ],
  ["an answer of HTTP/0.9 has no status", { status: 0, statuses: [[0, 1]] }, ["–", "wait 2 ms"], false],
];

for (const [name, changes, texts, isTrouble] of CASES) {
  test(`beside a lane stands, of ${name}`, () =>
    assert.deepEqual(laneOutcome({ ...LANE, ...changes }, 8.001e9), { texts, isTrouble }));
}

test("a lane is called by what was asked first, or by what it speaks", () => {
  assert.equal(laneTitle(LANE), "#3 GET /");
  assert.equal(laneTitle({ ...LANE, asks: null, protocol: "tls" }), "#3 TLS");
  assert.equal(laneTitle({ ...LANE, exchanges: 12 }), "#3 GET / +11");
});

test("each end has its address, port and what it sent beside its half of a tall lane", () => {
  const lane = { client: "127.0.0.1:50001", server: "[::1]:80", packets: [1, 12], bytes: [57, 12_400] };
  assert.deepEqual(laneSide(lane, "client"), {
    address: "127.0.0.1",
    port: ":50001",
    sent: "57 B",
    packets: " in 1 packet",
  });
  assert.deepEqual(laneSide(lane, "server"), {
    address: "[::1]",
    port: ":80",
    sent: "12.4 kB",
    packets: " in 12 packets",
  });
});

test("a sentence says all of it", () => {
  assert.equal(
    laneSentence({ ...LANE, trouble: 2 }, 8e9),
    "#3 GET /, HTTP, TCP closed by the client first, client TIME-WAIT, server CLOSED (assumed), duration 3.1 ms: " +
      "200, wait 2 ms, 2 problems",
  );
});

test("a server of this machine is called by its port", () => {
  assert.deepEqual(serverName("127.0.0.1:8000"), { port: ":8000", address: "" });
  assert.deepEqual(serverName("[2001:db8::1]:443"), { port: ":443", address: "2001:db8::1" });
});

test("below the title the client, of this machine only its port, and below the outcome the load", () => {
  assert.equal(laneOrigin({ client: "127.0.0.1:50001" }), "port 50001");
  assert.equal(laneOrigin({ client: "[::1]:50001" }), "port 50001");
  assert.equal(laneOrigin({ client: "10.0.0.2:50001" }), "10.0.0.2:50001");
  assert.equal(laneLoad(LANE, 1e9), "9 packets in 3.1 ms");
});
