import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../support/dom.mjs";
import { serve, until } from "../support/server.mjs";
import { createStore } from "../../../web/static/state/store.js";
import { mountConversationList } from "../../../web/static/websocket/conversation_list.js";

test("a conversation is named from its client's port to its server's", async () => {
  const row = {
    id: 0,
    client: "127.0.0.1:51514",
    server: "127.0.0.1:8765",
    protocol: "websocket",
    outcome: "open",
    packets: [6, 4],
    at_ns: 0,
    duration_ns: 5_000_000,
  };
  serve({ "/api/connections": { rows: [row], total: 1, ids: [0], rev: 1 } });
  const store = createStore();
  const list = mountConversationList(store);
  const stop = store.subscribe((state) => list.draw(state));
  store.set({ feed: "live", lengths: { connections: 1 } });
  store.state.tables.connections.clear(1);
  store.rows("connections", [row]);
  await until(() => texts(list.element, "b").length > 1);
  stop();
  list.close();
  assert.equal(texts(list.element, "b").at(-1), "#0  51514 → 8765");
});
