// The list of conversations: all together, then each WebSocket connection, or the newest where there are many.

import { get } from "../net/api.js";
import { h } from "../widgets/dom.js";
import { redraw } from "../widgets/redraw.js";
import { counted, duration } from "../text/format.js";
import { overflowHint } from "../widgets/overflow_hint.js";
import { placeLink } from "../widgets/place_link.js";
import { FilteredRows } from "../net/filtered_rows.js";
import { splitEndpoint } from "../text/address.js";
import { outcome } from "../text/terms.js";

const SHOWN = 200; // conversations listed; the others can be found by filter or in Connections

export function mountConversationList(store) {
  const list = new FilteredRows({
    table: "connections",
    store,
    get,
    changed: () => draw(store.state),
    failed: (error) => store.set({ problem: { message: error.message, what_to_do: error.advice } }),
  });
  const element = h("nav", { class: "conversation-list", "aria-label": "Conversations" });
  const frame = overflowHint(element);

  function draw(state) {
    const { id } = state.route;
    list.turnTo(state, { filter: "websocket" });
    const first = Math.max(list.total - SHOWN, 0);
    list.want(first, list.total);
    const listed = Array.from({ length: list.total - first }, (_, i) => list.row(first + i)).filter(Boolean);
    const key = `${id} ${list.total} ${listed.map((row) => `${row.id} ${row.packets} ${row.conn_state}`).join(";")}`;
    if (element.dataset.key === key) return;
    element.dataset.key = key;
    const item = (id, title, facts, isChosen) =>
      placeLink(
        store,
        { view: "websocket", id, message: null },
        { class: "conversation-item", "data-key": String(id), "aria-current": isChosen ? "page" : null },
        h("b", {}, title),
        h("span", {}, facts),
      );
    redraw(element, [
      item(null, "All conversations", counted(list.total, "WebSocket"), id === null),
      ...listed.map((row) =>
        item(
          row.id,
          `#${row.id}  ${splitEndpoint(row.client).port} → ${splitEndpoint(row.server).port}`,
          `${outcome(row).long}, ${duration(row.duration_ns)}`,
          row.id === id,
        )
      ),
    ]);
  }

  return { element: frame, draw, close: () => list.close() };
}
