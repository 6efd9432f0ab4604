import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../support/dom.mjs";
import { serve, until } from "../support/server.mjs";
import { mountExchangePanel } from "../../../web/static/http/exchange_panel.js";
import { createStore } from "../../../web/static/state/store.js";

const side = (more = {}) => ({ query: [], cookies: [], set_cookies: [], trailers: [], ...more });

const detail = {
  exchange: {
    id: 3,
    connection: 8,
    request: {
      packet: 4,
      at_ns: 1_000_000,
      method: "GET",
      target: "/a?b=c",
      version: "1.1",
      headers: [["Host", "demo"]],
      body_bytes: 0,
      complete: true,
    },
    response: {
      packet: 6,
      at_ns: 5_000_000,
      status: 404,
      reason: "Not Found",
      version: "1.1",
      headers: [["Content-Length", "0"]],
      body_bytes: 0,
      complete: true,
    },
    informational: [],
    timing_ns: { connect: 500_000, send: 0, wait: 4_000_000, receive: 1_000_000 },
    notes: [],
  },
  request: side({ query: [["b", "c"]] }),
  response: side(),
  anomalies: [],
  packets: { request: [4, 5], response: [6, 6] },
  trouble: { packets: [], total: 0 },
  curl: null,
};

async function shown(more = {}) {
  serve({ "/api/exchanges/3": { ...detail, ...more } });
  const [panel, store] = [document.createElement("section"), createStore()];
  mountExchangePanel(panel, store).show(3, null);
  await until(() => panel.firstChild);
  return { panel, store };
}

test("the request is on the client's side, the response on the server's", async () => {
  const { panel } = await shown();
  const blocks = panel.querySelectorAll(".head-block").map((block) => [
    block.className,
    texts(block, ".head-who")[0],
    texts(block, ".head-line")[0],
  ]);
  assert.deepEqual(blocks, [
    ["head-block client", "Request", "GET /a?b=c HTTP/1.1"],
    ["head-block server", "Response", "HTTP/1.1 404 Not Found"],
  ]);
});

test("each phase has its bar and its duration, and they follow each other", async () => {
  const { panel } = await shown();
  assert.deepEqual(texts(panel, ".timing-what"), [
    "Connect",
    "Send request",
    "Wait for response",
    "Receive response",
    "Total",
  ]);
  assert.deepEqual(texts(panel, ".timing-ns"), ["500 µs", "one packet", "4 ms", "1 ms", "5.5 ms"]);
  const bars = panel.querySelectorAll(".timing-bar i").map(({ dataset, style }) => [
    dataset.kind,
    Number(style.getPropertyValue("--from")),
    Number(style.getPropertyValue("--to")),
  ]);
  assert.deepEqual(bars, [
    ["connect", 0, 0.0909],
    ["send", 0.0909, 0.0909],
    ["wait", 0.0909, 0.8182],
    ["receive", 0.8182, 1],
  ]);
});

test("its link leads to the request's packet in its connection", async () => {
  const { panel, store } = await shown();
  panel.querySelector(".link").click();
  const { view, id, packet } = store.state.route;
  assert.deepEqual({ view, id, packet }, { view: "connections", id: 8, packet: 4 });
});

test("an anomaly leads to its packet", async () => {
  const anomaly = {
    title: "Two lengths",
    detail: "3 and 4",
    reference: "RFC 9112 §6.3",
    severity: "error",
    packet: 9,
    connection: 8,
  };
  const { panel, store } = await shown({ anomalies: [anomaly] });
  const [item] = panel.querySelectorAll(".anomalies li");
  assert.equal(item.className, "error");
  const places = item.querySelectorAll("a").map((link) => link.getAttribute("href"));
  assert.deepEqual(places, ["#/packets?packet=9", "#/connections/8?packet=9"]);
  item.querySelector("a").click();
  assert.equal(store.state.route.packet, 9);
});

test("it leads to the first and last packet of each message, and to packets with trouble", async () => {
  const trouble = { packets: [{ packet: 5, verdicts: ["retransmission", "duplicate_ack"] }], total: 3 };
  const { panel } = await shown({ trouble });
  assert.deepEqual(texts(panel, ".exchange-places span"), [
    "Request: packets 4 to 5",
    "Response: packet 6",
    "retransmission, duplicate ACK: packet 5",
    "and 2 more packets with TCP trouble",
  ]);
  const places = panel.querySelectorAll(".exchange-places a").map((link) => link.getAttribute("href"));
  assert.deepEqual(places, [4, 5, 6, 5].map((packet) => `#/connections/8?packet=${packet}`));
});

test("an exchange without a response has packets of its request alone", async () => {
  const { panel } = await shown({ packets: { request: [4, 4], response: null } });
  assert.deepEqual(texts(panel, ".exchange-places span"), ["Request: packet 4"]);
});
