import assert from "node:assert/strict";
import { test } from "node:test";
import "../support/dom.mjs";
import { PACKET_COLUMNS } from "../../../web/static/packets/packet_columns.js";

const row = {
  number: 7,
  time_ns: 1_700_000_000_000_000_000,
  at_ns: 1_500_000,
  clock: 0,
  since_ns: 500_000,
  connection: 2,
  direction: "server",
  client: "192.0.2.1:51514",
  server: "198.51.100.9:443",
  protocol: "http",
  length: 1514,
  payload: 1460,
  flags: ["PSH", "ACK"],
  seq: 100,
  ack: 200,
  window: 65_535,
  in_flight: 2920,
  ack_rtt_ns: 41_000,
  verdicts: [],
  client_state: "ESTABLISHED",
  server_state: "CLOSE-WAIT",
  client_state_assumed: false,
  server_state_assumed: true,
  comment: null,
  carries: [],
};

function cells(changes = {}) {
  return Object.fromEntries(
    PACKET_COLUMNS.map((column) => {
      const cell = document.createElement("span");
      column.create?.(cell);
      column.draw(cell, { ...row, ...changes }, {}, 1);
      return [column.title, cell];
    }),
  );
}

test("every figure is in its own column", () => {
  const shown = Object.fromEntries(Object.entries(cells()).map(([title, { textContent }]) => [title, textContent]));
  assert.deepEqual(shown, {
    "Note": "",
    "No.": "7",
    "Time": "0.001\u202f500",
    "Delta": "500 µs",
    "Date and time": "2023-11-14 22:13:20.000000",
    "Source": "198.51.100.9:443",
    "Destination": "192.0.2.1:51514",
    "Conn.": "#2",
    "Protocol": "HTTP",
    "Length": "1514",
    "Payload": "1460",
    "Flags": "PSH ACK",
    "Seq": "100",
    "Ack": "200",
    "Window": "65\u202f535",
    "In flight": "2920",
    "RTT": "41 µs",
    "States": "ESTABLISHED / CLOSE-WAIT",
    "Info": "1460 bytesseq 100",
  });
});

test("source and destination change places with the direction, each in its side's colour", () => {
  const sides = (direction) => {
    const { Source, Destination } = cells({ direction });
    return [Source, Destination].map((cell) => [cell.title, cell.firstChild.className]);
  };
  const client = ["192.0.2.1:51514 (client)", "pair-end client"];
  const server = ["198.51.100.9:443 (server)", "pair-end server"];
  assert.deepEqual(sides("client"), [client, server]);
  assert.deepEqual(sides("server"), [server, client]);
});

test("the time since the packet listed before", () => {
  assert.equal(cells({ since_ns: 41_000 }).Delta.textContent, "41 µs");
  const { Delta } = cells({ since_ns: null });
  assert.deepEqual([Delta.textContent, Delta.title], ["–", "Duration unknown: timestamps go backwards"]);
});

test("only the state that is assumed looks so, and the label says which it is", () => {
  const { States } = cells();
  assert.deepEqual(States.children.map(({ className }) => className), ["packet-state", "", "packet-state assumed"]);
  assert.equal(States.getAttribute("aria-label"), "ESTABLISHED / CLOSE-WAIT (assumed)");
  assert.match(States.title, /^Client ESTABLISHED: .*\nServer CLOSE-WAIT \(assumed\): /);
});

test("verdicts are beside the Info, in the colour of trouble where one is", () => {
  const verdict = (...verdicts) => cells({ verdicts }).Info.children[1];
  assert.equal(verdict("window_update").textContent, "window update");
  assert.ok(!verdict("window_update").classList.contains("trouble"));
  assert.ok(verdict("window_update", "retransmission").classList.contains("trouble"));
  assert.equal(verdict("window_update", "retransmission").textContent, "window update, retransmission");
});

test("bookmarks and notes have marks of their own", () => {
  const kind = (comment) => cells({ comment }).Note.firstChild.dataset.kind;
  assert.deepEqual([null, "Bookmark", "why?"].map(kind), ["none", "bookmark", "note"]);
});
