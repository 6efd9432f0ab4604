import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../support/dom.mjs";
import { serve, until } from "../support/server.mjs";
import { PacketReasons, placesOf } from "../../../web/static/packets/packet_places.js";
import { createStore } from "../../../web/static/state/store.js";

const answer = {
  packet: { number: 12, connection: 3, at_ns: 5_000_000, verdicts: ["retransmission"] },
  within: [
    { kind: "request", row: 7, text: "GET /a" },
    { kind: "response", row: 6, text: "200 OK" },
    { kind: "message", row: 9, text: "“Hi”" },
  ],
  within_more: 2,
  anomalies: [],
  anomalies_more: 0,
};

const anomaly = {
  code: "http-bare-lf",
  title: "Bare LF",
  detail: "2 lines",
  reference: "RFC 9112 §2.2",
  severity: "warning",
};

function links(more = {}, route = {}, capture = {}) {
  const store = createStore();
  store.navigate({ view: "packets", packet: 12, filter: "syn", ...route });
  store.set({ capture: { ...store.state.capture, ...capture } });
  return placesOf(store, { ...answer, ...more }).map((link) => [link.textContent, link.getAttribute("href")]);
}

test("a packet leads to its connection, to the exchanges and to the messages with bytes in it", () => {
  assert.deepEqual(links(), [
    ["connection #3", "#/connections/3?packet=12&q=syn"],
    ["request of exchange 7", "#/http/7?q=syn"],
    ["response of exchange 6", "#/http/6?q=syn"],
    ["message 9", "#/websocket/3?q=syn&m=9"],
    ["and 2 more messages", null],
  ]);
});

test("in its connection it leads to the packet table instead", () => {
  const [first] = links({}, { view: "connections", id: 3 });
  assert.deepEqual(first, ["packet table", "#/packets?packet=12&q=syn"]);
});

test("where descriptors are known it leads to those of its time", () => {
  assert.deepEqual(links({}, {}, { tokens: 4 }).at(-1), ["file descriptors", "#/sockets/3?q=syn&at=5000000"]);
});

test("a packet that belongs to no connection leads nowhere", () => {
  assert.deepEqual(links({ packet: { ...answer.packet, connection: null } }), []);
});

test("its anomalies and the reasons of its verdicts are there, with links to the packets that prove them", async () => {
  serve({
    "/api/packets/12/why": {
      verdicts: [{
        verdict: "retransmission",
        why: "Sent again.",
        compared: [{ text: "seq 1 = seq 1", packet: 4 }],
        ruled_out: [],
        instead: [],
        reference: "",
      }],
    },
  });
  const store = createStore();
  store.navigate({ view: "packets", packet: 12 });
  const reasons = new PacketReasons(store);
  reasons.draw({ ...answer, anomalies: [anomaly], anomalies_more: 1 });
  await until(() => reasons.element.querySelector(".why-verdict"));
  assert.deepEqual(texts(reasons.element, "li"), [
    "Bare LF 2 lines RFC 9112 §2.2 all such packets",
    "and 1 more",
    "seq 1 = seq 1packet 4",
  ]);
  const places = reasons.element.querySelectorAll("a").map((link) => link.getAttribute("href"));
  assert.deepEqual(places, ["#/packets?packet=12&q=is%3Ahttp-bare-lf", "#/packets?packet=4"]);
});

test("the reasons of a packet that was left are not shown at the next one", async () => {
  const asked = serve({ "/api/packets/12/why": { verdicts: [] } });
  const reasons = new PacketReasons(createStore());
  reasons.draw(answer);
  reasons.draw({ ...answer, packet: { ...answer.packet, number: 13, verdicts: [] } });
  await until(() => asked.length);
  assert.equal(reasons.element.hidden, true);
});
