import assert from "node:assert/strict";
import { test } from "node:test";
import { PagedLadder, WholeLadder } from "../../../web/static/connection/ladder_paging.js";

const packet = (number, ms) => ({
  number,
  direction: "client",
  flags: ["ACK"],
  client_state: "ESTABLISHED",
  server_state: "ESTABLISHED",
  at_ns: ms * 1e6,
  payload: 1,
  elapsed_ns: ms * 1e6,
  quiet_ns: number === 7 ? 900e6 : 0,
  verdicts: [],
});
const connection = { at_ns: 0, packets: [2, 1], outcome: "open" };
const nothing = { connection, phases: [], events: [], exchanges: [], messages: [] };

test("a whole connection's rows know their packets, past a silence too", () => {
  const steps = new WholeLadder({ ...nothing, packets: [packet(4, 0), packet(7, 900)] });
  assert.deepEqual(Array.from({ length: steps.length }, (_, row) => steps.at(row).kind), [
    "start",
    "packet",
    "silence",
    "packet",
    "end",
  ]);
  assert.deepEqual([steps.rowOf(0), steps.rowOf(1), steps.rowOf(2)], [1, 3, -1]);
  assert.deepEqual([steps.indexAt(0), steps.indexAt(1), steps.indexAt(2), steps.indexAt(3)], [null, 0, null, 1]);
});

/** A long connection of which only the packets 100 to 199 are there. */
const lifecycle = (pages) => ({ total: 1000, connection, pageOf: (index) => pages[Math.floor(index / 100)] ?? null });
const page = {
  ...nothing,
  start: 100,
  packets: Array.from({ length: 100 }, (_, i) => packet(200 + i, i)),
  before: packet(199, 0),
  after: packet(300, 100),
};

test("of a long one a row a packet, and what is not there is being fetched", () => {
  const steps = new PagedLadder(lifecycle({ 1: page }));
  assert.equal(steps.length, 1002);
  assert.deepEqual([
    steps.at(0).kind,
    steps.at(100).kind,
    steps.at(101).packet.number,
    steps.at(200).packet.number,
    steps.at(201).kind,
  ], ["pending", "pending", 200, 299, "pending"]);
  assert.deepEqual([steps.rowOf(0), steps.rowOf(999), steps.rowOf(1000), steps.rowOf(-1)], [1, 1000, -1, -1]);
  assert.deepEqual([steps.indexAt(0), steps.indexAt(1), steps.indexAt(1000), steps.indexAt(1001)], [
    null,
    0,
    999,
    null,
  ]);
});

test("its first and last rows come with its first and last page", () => {
  const first = { ...page, start: 0, before: null };
  const last = { ...page, start: 900, after: null };
  const steps = new PagedLadder(lifecycle({ 0: first, 9: last }));
  assert.deepEqual([steps.at(0).kind, steps.at(1001).kind], ["start", "end"]);
});
