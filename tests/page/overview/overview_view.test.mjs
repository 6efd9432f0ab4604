import assert from "node:assert/strict";
import { after, test } from "node:test";
import { texts } from "../support/dom.mjs";
import { serve, until } from "../support/server.mjs";
import { mount } from "../../../web/static/overview/overview_view.js";
import { createStore } from "../../../web/static/state/store.js";

const figure = { data: [], layout: {} };
const spread = (at) => ({
  p50: 1e6 * at,
  p90: 2e6 * at,
  p95: 3e6 * at,
  p99: 4e6 * at,
  slowest: 5e6 * at,
  of: 10 * at,
});

const answer = {
  counters: {
    packets: 12_345,
    bytes: 67_000,
    duration_ns: 8e9,
    connections: 1,
    exchanges: 3,
    messages: 4,
  },
  figures: { packets: figure, bytes: figure, times: figure },
  times: { handshake: spread(1), wait: spread(10), slowest_exchange: 77 },
  troubles: [
    {
      code: "zero-window",
      title: "Zero window",
      severity: "warning",
      count: 9,
      packets: [{ packet: 21, connection: 5 }, { packet: 22, connection: null }],
      table: "packets",
      cost: { failed: 0, waited_ns: 2_500_000_000, bytes: 0 },
      meaning: "The other side must wait.",
      rate: null,
    },
    {
      code: "retransmission",
      title: "Retransmissions",
      severity: "warning",
      count: 3,
      packets: [{ packet: 31, connection: 5 }],
      table: "packets",
      cost: { failed: 0, waited_ns: 0, bytes: 4300 },
      meaning: "Sent again.",
      rate: 0.0125,
    },
    {
      code: "tcp-fast-open-data",
      title: "Data in a SYN",
      severity: "note",
      count: 1,
      packets: [{ packet: 1, connection: 5 }],
      table: "packets",
      cost: { failed: 0, waited_ns: 0, bytes: 0 },
      meaning: "RFC 7413",
      rate: null,
    },
  ],
  causes: [
    { cause: "nagle", title: "Nagle", ns: 80e6, waits: 2, longest: { kind: "exchange", row: 7, connection: 1 } },
    { cause: "server", title: "Server", ns: 9e6, waits: 0, longest: { kind: "message", row: 3, connection: 4 } },
  ],
  servers: [{ server: "10.0.0.1:80", connections: 2, packets: 6, bytes: [100, 300] }],
  connections: [
    { id: 5, client: "10.0.0.2:4000", server: "10.0.0.1:80", packets: 4, bytes: [100, 300] },
    { id: 2, client: "10.0.0.2:4001", server: "10.0.0.1:80", packets: 1, bytes: [40, 60] },
  ],
};
const answers = { "/api/overview": answer };
const asked = serve(answers);
const { setTimeout: later } = globalThis;
globalThis.setTimeout = (call) => later(call); // requests do not rest

const root = document.createElement("div");
const store = createStore();
const leave = mount(root, store);
store.set({ feed: "live", capture: { ...store.state.capture, packets: 12_345, state: "ended", source: "file" } });
await until(() => root.querySelector(".percentiles th"));
after(leave);

test("the counters, each with its name and its unit", () => {
  const pairs = root.querySelectorAll(".overview-counters div").map((one) => texts(one, "*"));
  assert.deepEqual(pairs, [
    ["packets", "12\u202f345"],
    ["on the wire", "67 kB"],
    ["duration", "8 s"],
    ["connection", "1"],
    ["HTTP exchanges", "3"],
    ["WebSocket messages", "4"],
  ]);
});

test("the percentiles, each under its name", () => {
  const table = root.querySelector(".percentiles");
  assert.deepEqual(texts(table, "th").slice(0, 6), ["median", "p90", "p95", "p99", "max", "count"]);
  assert.deepEqual(table.querySelectorAll("tbody tr").map((row) => row.children.map((cell) => cell.textContent)), [
    ["Handshake", "1 ms", "2 ms", "3 ms", "4 ms", "5 ms", "10"],
    ["Wait for the response", "10 ms", "20 ms", "30 ms", "40 ms", "50 ms", "100"],
  ]);
});

test("both sides' bytes are parts of the largest connection's", () => {
  const bars = root.querySelectorAll(".overview-pane.connections .weight").map(({ style }) => [
    style.getPropertyValue("--asked"),
    style.getPropertyValue("--answered"),
  ]);
  assert.deepEqual(bars, [["0.25", "0.75"], ["0.1", "0.15"]]);
  assert.deepEqual(root.querySelectorAll(".overview-pane.connections .weights").map(({ title }) => title), [
    "100 B from the client, 300 B from the server",
    "40 B from the client, 60 B from the server",
  ]);
  assert.deepEqual(texts(root, ".overview-pane.connections li"), [
    "#5to 10.0.0.1:80, 4 packets400 B",
    "#2to 10.0.0.1:80, 1 packet100 B",
  ]);
  assert.deepEqual(texts(root, ".overview-pane.servers li"), ["10.0.0.1:802 connections, 6 packets400 B"]);
});

const LINKS = [
  ["a packet of a connection, to it", ".trouble-packets a", 0, { view: "connections", id: 5, packet: 21 }],
  ["a packet without a connection, to the packet table", ".trouble-packets a", 1, { view: "packets", packet: 22 }],
  ["a kind of problem, to all of its packets", ".trouble-row .overview-name a", 0, {
    view: "packets",
    filter: "is:zero-window",
  }],
  ["a cause, to its exchanges", ".causes .overview-name a", 0, { view: "http", filter: "cause:nagle" }],
  ["a cause, to the exchange in which it took longest", ".causes .longest", 0, { view: "http", id: 7 }],
  ["a cause, to the connection of the message", ".causes .longest", 1, { view: "connections", id: 4 }],
  ["a server, to its connections", ".servers a", 0, { view: "connections", filter: "10.0.0.1:80" }],
  ["a connection, to itself", ".connections a", 1, { view: "connections", id: 2 }],
  ["the longest wait, to its exchange", ".percentiles a", 0, { view: "http", id: 77 }],
];

for (const [name, selector, index, expected] of LINKS) {
  test(`a link of ${name}`, () => {
    root.querySelectorAll(selector)[index].click();
    const { route } = store.state;
    assert.deepEqual(Object.fromEntries(Object.keys(expected).map((key) => [key, route[key]])), expected);
  });
}

test("its link says which packet it shows", () => {
  const [first] = root.querySelectorAll(".trouble-packets a");
  assert.equal(first.getAttribute("aria-label"), "Show packet 21: Zero window");
  assert.deepEqual(texts(root, ".trouble-packets"), ["2122…", "31…", "1"]);
  assert.deepEqual(texts(root, ".trouble-row b"), ["9", "3", "1"], "all, not only those that are linked");
  assert.equal(first.dataset.why, "21", "explained where it is pointed at");
});

test("the figures are asked for in the theme's colours", () => assert.match(asked[0], /theme=light/));

test("while the capture grows, what is pressed stays, and leads to where it points now", async () => {
  const [slowest, packet] = [".percentiles a", ".trouble-packets a"].map((one) => root.querySelector(one));
  const [caption, handshake] = [root.querySelector("caption"), root.querySelector(".percentiles tbody tr")];
  slowest.focus();
  answers["/api/overview"] = {
    ...answer,
    times: { handshake: spread(1), wait: spread(20), slowest_exchange: 80 },
    troubles: [{
      ...answer.troubles[0],
      count: 10,
      packets: [...answer.troubles[0].packets, { packet: 30, connection: 5 }],
    }],
  };
  store.set({ capture: { ...store.state.capture, packets: 12_999 } });
  await until(() => slowest.textContent === "100 ms");
  assert.deepEqual(texts(root, ".trouble-packets"), ["212230…"]);
  assert.ok([slowest, packet, caption, handshake].every((kept) => root.contains(kept)));
  assert.equal(document.activeElement, slowest);
  slowest.click();
  assert.equal(store.state.route.id, 80);
  packet.click();
  assert.equal(store.state.route.packet, 21);
});

test("problems say what they cost, and notes of what is allowed are apart", async () => {
  answers["/api/overview"] = { ...answer };
  store.set({ capture: { ...store.state.capture, packets: store.state.capture.packets + 1 } });
  await until(() => root.querySelectorAll(".trouble-row").length === 3);
  assert.deepEqual(texts(root, ".troubles .trouble-cost"), ["2.5 s waited", "4300 B sent again, 1.3 % of segments"]);
  assert.deepEqual(texts(root, ".notes .overview-name"), ["Data in a SYN"]);
  assert.match(root.querySelector(".troubles .overview-about").textContent, /failed first/);
});
