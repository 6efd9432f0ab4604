import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../support/dom.mjs";
import { until } from "../support/server.mjs";
import { mountGraphs } from "../../../web/static/connection/graphs_tab.js";
import { legend } from "../../../web/static/connection/ladder_legend.js";
import { mountStatistics } from "../../../web/static/connection/stats_tab.js";
import { createStore } from "../../../web/static/state/store.js";
import { packetLinks } from "../../../web/static/widgets/place_link.js";

const fact = (name, kind, client, server, packets = {}) => ({
  name,
  kind,
  client,
  server,
  client_packet: null,
  server_packet: null,
  ...packets,
});

const FACTS = {
  state: "closed by both",
  connection: {
    id: 1,
    packets: [3, 4],
    at_ns: 1_000_000_000,
    duration_ns: 5_000_000,
    conn_state: "SF",
    closed_by: "server",
    handshake_ns: 41_000,
    syn_rtt_ns: 30_000,
    client_state: "TIME-WAIT",
    server_state: "CLOSED",
    server_state_assumed: true,
  },
  history: [{ letter: "S", text: "SYN" }, { letter: "h", text: "SYN-ACK" }],
  silence: { ns: 300_000_000, packet: 9 },
  facts: {
    Amounts: [
      fact("packets", "count", 3, 4),
      fact("retransmitted bytes", "bytes", 0, 43, { server_packet: 7 }),
      fact("round trip", "ns", 41_000, null),
    ],
  },
};

async function statistics(store = createStore()) {
  const tab = mountStatistics(() => Promise.resolve(FACTS), packetLinks(store));
  tab.draw(1, "stamp");
  await until(() => tab.element.querySelector("tbody"));
  tab.close();
  return tab.element;
}

test("each side's figures are in its column, with their units", async () => {
  const element = await statistics();
  assert.deepEqual(texts(element, "thead th"), ["client", "server"]);
  const rows = element.querySelectorAll("tbody tr").map((row) => row.children.map(({ textContent }) => textContent));
  assert.deepEqual(rows, [
    ["packets", "3", "4"],
    ["retransmitted bytes", "0 B", "43 B"],
    ["round trip", "41 µs", "–"],
  ]);
});

test("a figure leads to its own packet, and says so with its side", async () => {
  const store = createStore();
  const element = await statistics(store);
  const link = element.querySelector("tbody a");
  assert.equal(link.getAttribute("aria-label"), "retransmitted bytes, server: 43 B; show packet 7");
  link.click();
  assert.equal(store.state.route.packet, 7);
  element.querySelector(".facts-summary a").click();
  assert.equal(store.state.route.packet, 9);
});

test("while the connection grows, what did not change stays, and a link leads to where it points now", async (t) => {
  const { setTimeout: later } = globalThis;
  t.after(() => Object.assign(globalThis, { setTimeout: later }));
  Object.assign(globalThis, { setTimeout: (call) => later(call) }); // requests do not rest
  const [store, grown] = [createStore(), structuredClone(FACTS)];
  grown.connection.packets = [5, 6];
  grown.facts.Amounts[0].client = 5;
  Object.assign(grown.facts.Amounts[1], { server: 86, server_packet: 12 });
  grown.facts.Handshake = [fact("window scale", "text", "7", "7")];
  grown.silence = { ns: 900_000_000, packet: 14 };
  const answers = [FACTS, grown];
  const tab = mountStatistics(() => Promise.resolve(answers.shift()), packetLinks(store));
  const { element } = tab;
  tab.draw(1, "7 packets");
  await until(() => element.querySelector("tbody"));
  const links = ["tbody a", ".facts-summary a"].map((selector) => element.querySelector(selector));
  const [caption, unchanged] = [element.querySelector("caption"), element.querySelectorAll("td")[1]];
  element.scrollTop = 30;
  links[0].focus();
  tab.draw(1, "11 packets");
  await until(() => element.querySelectorAll("caption").length === 2);
  tab.close();
  assert.deepEqual(links.map(({ textContent }) => textContent), ["86 B", "packet 14"]);
  assert.equal(links[0].getAttribute("aria-label"), "retransmitted bytes, server: 86 B; show packet 12");
  assert.ok([...links, caption, unchanged].every((kept) => element.contains(kept)));
  assert.equal(document.activeElement, links[0]);
  assert.equal(element.scrollTop, 30);
  const reached = links.map((link) => (link.click(), store.state.route.packet));
  assert.deepEqual(reached, [12, 14]);
});

test("the summary: handshake, who closed first, both states in their colours, history by side", async () => {
  const element = await statistics();
  const lines = texts(element, "dd");
  assert.deepEqual(lines, [
    "closed by both SF",
    "1.000 s, 5 ms",
    "41 µs, SYN to SYN-ACK 30 µs",
    "the server",
    "TIME-WAIT / CLOSED (assumed)",
    "300 ms, before packet 9",
    "Sh",
  ]);
  const classes = (selector) => element.querySelectorAll(selector).map(({ className }) => className);
  assert.deepEqual(classes("dd span[class]").slice(0, 2), ["client", "server"]);
  assert.deepEqual(classes("abbr"), ["client", "server"], "Zeek writes the originator's letters large");
});

test("graphs begin with the side that sent more, and their names are beside their hints", () => {
  const asked = [];
  const get = (path, parameters) => {
    asked.push([path, parameters.side]);
    return new Promise(() => {});
  };
  const graphs = mountGraphs(get, () => {}, () => {});
  graphs.draw(4, "stamp", "window", [10, 2000]);
  assert.deepEqual(asked, [["/api/connections/4/figures/window", 1]]);
  const pressed = graphs.element.querySelectorAll("[aria-pressed=true]").map(({ textContent }) => textContent);
  assert.deepEqual(pressed, ["Window", "server"]);
  assert.match(
    graphs.element.querySelector(".graphs-hint").textContent,
    /^The receive window, and the bytes in flight/,
  );
  assert.match(graphs.element.querySelector(".graphs-plot").getAttribute("aria-label"), /^Window\. The receive window/);
  const [client] = graphs.element.querySelectorAll("button.client");
  client.click();
  assert.equal(client.getAttribute("aria-pressed"), "true");
  graphs.close();
});

test("the legend names each band and each arrow by what it is", () => {
  const items = legend().querySelectorAll("li").map((item) => [
    item.firstChild.className,
    item.querySelector("b").textContent,
  ]);
  assert.deepEqual(items, [
    ["swatch client opening", "Opening"],
    ["swatch client established", "Established"],
    ["swatch client closing", "Closing"],
    ["swatch client time-wait", "TIME-WAIT"],
    ["swatch client closed", "Closed"],
    ["swatch client established assumed", "Dashed"],
    ["swatch client unknown", "Unknown"],
    ["swatch-arrow client", "Client"],
    ["swatch-arrow server", "Server"],
    ["swatch-arrow client carries", "Thick arrow"],
    ["swatch-arrow trouble", "Trouble"],
  ]);
});
