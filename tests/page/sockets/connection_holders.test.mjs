import assert from "node:assert/strict";
import { test } from "node:test";
import "../support/dom.mjs";
import { serve, until } from "../support/server.mjs";
import { mountHolders } from "../../../web/static/sockets/connection_holders.js";
import { createStore } from "../../../web/static/state/store.js";

async function drawn(rows) {
  serve({ "/api/tokens": { rows } });
  const store = createStore();
  store.navigate({ view: "connections", id: 3 });
  store.set({ capture: { ...store.state.capture, tokens: 4 } });
  const holders = mountHolders(store);
  holders.draw(store.state);
  await until(() => !holders.elements.server.hidden);
  return { store, ...holders.elements };
}

test("each end has its own descriptor, and one that was closed is past", async () => {
  const { client, server } = await drawn([
    { direction: "server", fd: 7, process: "cafe", closed_at_ns: null },
    { direction: "client", fd: 5, process: "browser", closed_at_ns: 9 },
  ]);
  assert.equal(client.textContent, "was fd 5 in browser");
  assert.equal(server.textContent, "fd 7 in cafe");
});

test("of an end whose descriptor is not known nothing is said, and a known one leads to the sockets", async () => {
  const { store, client, server } = await drawn([{ direction: "server", fd: 7, process: "cafe", closed_at_ns: null }]);
  assert.deepEqual([client.hidden, server.hidden], [true, false]);
  server.click();
  assert.deepEqual([store.state.route.view, store.state.route.id], ["sockets", 3]);
});
