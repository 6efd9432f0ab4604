// The conversations: all of them, then each WebSocket connection, the newest ones where there are many.

import { h } from "./dom.js";
import { counted, duration } from "./format.js";
import { go } from "./navigation.js";
import { takeApart } from "./sockets.js";
import { outcome } from "./words.js";

const SHOWN = 200; // conversations listed by themselves; the others are reached by filter, or from the connections

export function mountPeople(store) {
  const element = h("nav", { class: "people", "aria-label": "Conversations" });
  return {
    element,
    draw({ tables, route }) {
      const all = tables.connections.sorted().filter((row) => row.protocol === "websocket");
      const listed = all.slice(-SHOWN);
      const key = `${route.id} ${all.length} ${listed.map((row) => `${row.id} ${row.packets} ${row.conn_state}`).join(";")}`;
      if (element.dataset.key === key) return;
      element.dataset.key = key;
      const item = (id, title, facts) => h("button", {
        class: "person", "aria-pressed": String(route.id === id), onclick: () => go(store, { view: "websocket", id, message: null }),
      }, h("b", {}, title), h("span", {}, facts));
      element.replaceChildren(
        item(null, "All conversations", counted(all.length, "WebSocket")),
        ...listed.map((row) => item(row.id, `#${row.id}  ${takeApart(row.client).port} → ${takeApart(row.server).port}`, `${outcome(row).long}, ${duration(row.duration_ns)}`)));
    },
  };
}
