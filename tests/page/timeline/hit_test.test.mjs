import assert from "node:assert/strict";
import { test } from "node:test";
import { hit, markLines } from "../../../web/static/timeline/hit_test.js";
import { LEAST as LANE } from "../../../web/static/timeline/lane_height.js";
import { TICK } from "../../../web/static/text/facts.js";

const MS = 1e6;
const answer = {
  first: 0,
  span: { from: 0, to: 1000 * MS },
  lanes: [{ id: 4 }, { id: 7 }],
  ticks: {
    lane: [0, 0, 1],
    column: [100, 300, 500],
    bits: [TICK.client | TICK.syn, TICK.server | TICK.payload, TICK.client],
    count: [1, 3, 1],
    packet: [1, 5, 9],
  },
  blocks: { lane: [0], begin: [200], answer: [240], end: [280], count: [1], status: [404], exchange: [2] },
  arrows: { lane: [1], column: [700], direction: [1], control: [0], count: [1], message: [0] },
};
const scene = { answer, asked: 1000, span: answer.span, width: 1000, lane: LANE, top: 0 };
const tables = {
  messages: new Map([[0, { text: "Hi" }]]),
  exchanges: new Map([[2, { request: { method: "GET", target: "/x" }, timing_ns: { wait: 40 * MS } }]]),
};

const CASES = [
  ["a packet", 102, 5, ["packet 1 · from client · SYN", "0.102 s"]],
  ["packets in one pixel", 300, 5, ["3 packets, the first is 5 · from server", "0.300 s"]],
  ["an exchange", 230, 5, ["GET /x", "status 404 · waited 40 ms", "0.230 s"]],
  ["a message", 700, LANE + 5, ["message 0 from the server", "Hi", "0.700 s"]],
  ["nothing but time", 900, 5, ["0.900 s"]],
];

for (const [name, x, y, lines] of CASES) {
  test(`under the pointer is ${name}`, () => assert.deepEqual(markLines(hit(scene, x, y), tables), lines));
}

test("where states are drawn, the pointer is told both, and which are only assumed or unknown", () => {
  const states = {
    lane: [0, 0, 0],
    side: [0, 1, 0],
    at_ns: [0, 0, 500 * MS],
    state: ["SYN-SENT", "SYN-RECEIVED", "ESTABLISHED"],
    assumed: [false, true, false],
  };
  const at = (x, changes = {}) =>
    markLines(hit({ ...scene, answer: { ...answer, states: { ...states, ...changes } } }, x, 5), tables)[0];
  assert.equal(at(450), "client SYN-SENT, server SYN-RECEIVED (assumed)");
  assert.equal(at(900), "client ESTABLISHED, server SYN-RECEIVED (assumed)");
  const over = { ...answer, states, lanes: [{ id: 4, is_open: false, at_ns: 0, duration_ns: 600 * MS }] };
  assert.equal(
    markLines(hit({ ...scene, answer: over }, 900, 5), tables)[0],
    "0.900 s",
    "of what is over nothing is said",
  );
  assert.equal(
    at(900, { state: ["SYN-SENT", null, "SYN-SENT"], assumed: [false, false, false] }),
    "client SYN-SENT, server unknown",
  );
});

test("beside the lanes there is nothing", () => assert.equal(hit(scene, 10, 2 * LANE + 1), null));

test("after zooming, marks of the older answer are found where they now lie", () => {
  const zoomed = { ...scene, span: { from: 90 * MS, to: 110 * MS } };
  assert.equal(hit(zoomed, 502, 5).mark.packet, 1);
});

test("after scrolling, lanes are found where they now lie", () =>
  assert.equal(hit({ ...scene, top: LANE }, 500, 5).lane.id, 7));
