// Beside a connection's sockets: the number by which each end's process holds it, or held it.

import { get } from "../net/api.js";
import { h, setText } from "../widgets/dom.js";
import { go } from "../state/navigation.js";

/** {elements: {client, server}, draw(state)}: a small button for each socket plate, hidden while no token is known. */
export function mountHolders(store) {
  const elements = Object.fromEntries(["client", "server"].map((side) => [
    side,
    h("button", {
      class: "socket-token link",
      hidden: true,
      title: "Show it among the tokens of its process",
      onclick: () => go(store, { view: "sockets", id: store.state.route.id }),
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
      write((await get("/api/tokens", { connection: id })).rows);
    } catch (error) {
      store.set({ problem: { message: error.message, what_to_do: error.advice } });
    }
    busy = false;
    if (store.state.route.id !== id) draw(store.state);
  }

  function write(rows) {
    for (const [side, element] of Object.entries(elements)) {
      const token = rows.find(({ direction }) => direction === side);
      element.hidden = !token;
      if (token) setText(element, `${token.closed_at_ns === null ? "" : "was "}token ${token.fd} in ${token.process}`);
    }
  }

  return { elements, draw };
}
