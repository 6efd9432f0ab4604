// The file descriptors of a connection's ends, beside their addresses.

import { get } from "../net/api.js";
import { setText } from "../widgets/dom.js";
import { aim, placeLink } from "../widgets/place_link.js";

/** {elements: {client, server}, draw(state)}: a link for each end, hidden while no descriptor is known. */
export function mountHolders(store) {
  const elements = Object.fromEntries(["client", "server"].map((side) => [
    side,
    placeLink(store, { view: "sockets" }, {
      class: "socket-fd link",
      hidden: true,
      title: "Show this file descriptor in Sockets",
    }),
  ]));
  let [asked, shown, busy] = ["", null, false];

  async function draw(state) {
    const { id } = state.route;
    if (id !== shown) { for (const element of Object.values(elements)) element.hidden = true; }
    const wanted = `${id} ${state.capture.tokens ?? 0}`;
    if (id === null || busy || wanted === asked || !state.capture.tokens) return;
    [busy, asked, shown] = [true, wanted, id];
    try {
      const { rows } = await get("/api/tokens", { connection: id });
      if (store.state.route.id === id) write(rows);
    } catch (error) {
      store.set({ problem: { message: error.message, what_to_do: error.advice } });
    }
    busy = false;
    draw(store.state); // what has changed meanwhile
  }

  function write(rows) {
    for (const [side, element] of Object.entries(elements)) {
      const descriptor = rows.find(({ direction }) => direction === side);
      element.hidden = !descriptor;
      if (!descriptor) continue;
      aim(element, store, { view: "sockets", id: shown, at: bothOpen(descriptor, rows) });
      setText(element, `${descriptor.closed_at_ns === null ? "" : "was "}fd ${descriptor.fd} in ${descriptor.process}`);
    }
  }

  return { elements, draw };
}

/** A time at which a descriptor was open, and where possible that of the other end too. */
function bothOpen({ opened_at_ns: opened, closed_at_ns: closed }, rows) {
  const latest = Math.max(...rows.map((row) => row.opened_at_ns));
  return Math.max(0, Math.round(closed === null || latest < closed ? latest : opened));
}
