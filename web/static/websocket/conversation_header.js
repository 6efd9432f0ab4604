// One WebSocket in a line: where it was opened, what was agreed, how much either side said, and how it ended.

import { goodbye } from "./chat_row.js";
import { h } from "../widgets/dom.js";
import { count, counted, size } from "../text/format.js";
import { outcome } from "../text/terms.js";

const PATIENCE = 500; // ms between two fetches of a conversation that goes on

export function mountConversation(get) {
  const element = h("p", { class: "conversation-facts", role: "status" });
  let [shown, stamp, abort, timer] = [null, null, null, null];

  async function load(id) {
    abort?.abort();
    abort = new AbortController();
    try {
      const told = await get(`/api/conversations/${id}`, {}, abort.signal);
      if (id === shown) element.replaceChildren(...facts(told).map((fact) => h("span", {}, fact)));
    } catch (error) {
      if (error.name !== "AbortError" && id === shown) element.replaceChildren(error.message);
    }
  }

  return {
    element,
    draw({ route, tables, lengths }) {
      const row = route.id === null ? null : tables.connections.get(route.id);
      const next = `${route.id} ${row?.packets} ${row?.conn_state}`;
      if (next === stamp) return;
      stamp = next;
      clearTimeout(timer);
      if (route.id === null) element.replaceChildren(counted(lengths.messages ?? 0, "message"));
      else if (route.id !== shown) load(route.id);
      else timer = setTimeout(() => load(shown), PATIENCE);
      shown = route.id;
    },
    unmount() {
      abort?.abort();
      clearTimeout(timer);
    },
  };
}

/** The facts, each a sentence's part. */
export function facts({ target, subprotocol, extensions, sides, closes, connection }) {
  const told = [
    target ?? "the upgrade is not in the capture",
    side("client", sides.client),
    side("server", sides.server),
  ];
  if (subprotocol) told.push(`protocol ${subprotocol}`);
  if (extensions) told.push(extensions);
  const [first] = closes;
  told.push(first ? `WebSocket closed by the ${first.direction} first: ${goodbye(first)}` : ending(connection));
  return told;
}

function side(name, { messages, bytes, wire_bytes: sent, compressed }) {
  const packed = compressed && bytes ? `, sent as ${size(sent)} (${count(Math.round((100 * sent) / bytes))} %)` : "";
  return `${name} ${counted(messages, "message")}, ${size(bytes)}${packed}`;
}

/** Without a close frame a program is told 1006 (RFC 6455 §7.1.5). */
function ending(connection) {
  const { kind, long } = outcome(connection);
  return kind === "open" ? long : `${long}, no close frame seen: without one a program is told 1006 (RFC 6455 §7.1.5)`;
}
