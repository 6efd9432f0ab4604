import assert from "node:assert/strict";
import { after, test } from "node:test";
import { texts } from "../support/dom.mjs";
import { serve, until } from "../support/server.mjs";
import { mountConnectionPanel } from "../../../web/static/connection/connection_panel.js";
import { mountPlayback } from "../../../web/static/connection/playback_bar.js";
import { createStore } from "../../../web/static/state/store.js";

serve({});

test("the client's socket is at the left, the server's at the right, each with its own address", async () => {
  const [panel, store] = [document.createElement("section"), createStore()];
  const row = {
    id: 3,
    client: "192.0.2.1:51514",
    server: "127.0.0.1:80",
    protocol: "http",
    outcome: "reset",
    reset_by: "server",
    closed_by: null,
    packets: [6, 4],
    bytes: [78, 812],
    at_ns: 1_000_000_000,
    duration_ns: 5_000_000,
    history: "ShADadR",
    client_state: "CLOSED",
    server_state: "CLOSED",
  };
  store.set({ feed: "live", lengths: { connections: 4 } });
  store.state.tables.connections.clear(4);
  store.rows("connections", [row]);
  store.navigate({ view: "connections", id: 3 });
  const { unmount } = mountConnectionPanel(panel, store);
  after(unmount);
  await until(() => panel.querySelector(".connection-title").textContent);
  const ends = panel.querySelector(".sockets-pair").children.map(({ className }) => className);
  assert.deepEqual(ends, ["socket client", "sockets-line", "socket server"]);
  const places = panel.querySelectorAll(".connection-places a").map((link) => link.getAttribute("href"));
  assert.deepEqual(places, ["#/http?q=%233", "#/packets?q=%233"]);
  assert.deepEqual(texts(panel, ".socket-part"), [
    "192.0.2.1address: machine",
    "51514port: of this connection",
    "127.0.0.1address: loopback",
    "80port: listening",
  ]);
  assert.deepEqual(texts(panel, ".connection-title"), ["#3 HTTP"]);
  assert.match(
    panel.querySelector(".connection-facts").textContent,
    / after 5 ms · first packet at 1\.000 s · 10 packets · 890 B of payload$/,
  );
});

test("playback says which packet of how many, and when it was", () => {
  const packets = [{ elapsed_ns: 0 }, { elapsed_ns: 3_100_000 }];
  const connectionPackets = { total: 2, packetAt: (index) => packets[index] };
  const ladder = { id: 1, cursor: 1, scale: null, connectionPackets };
  const bar = mountPlayback(ladder, () => new Promise(() => {}), () => {});
  bar.draw();
  const place = () => bar.element.querySelector(".playback-place").textContent;
  assert.equal(place(), "packet 2 of 2 · 3.1 ms");
  ladder.cursor = null;
  bar.draw();
  assert.equal(place(), "2 packets");
  bar.unmount();
});
