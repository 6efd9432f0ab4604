// One WebSocket on one line: path, extensions, messages of both sides, and how it ended.

import { closeText } from "../text/message_text.js";
import { h } from "../widgets/dom.js";
import { count, counted, size } from "../text/format.js";
import { outcome } from "../text/terms.js";

const REFRESH = 500; // ms between two requests while it is open

export function mountConversationHeader(get) {
  const element = h("p", { class: "conversation-facts", role: "status" });
  let [shown, stamp, abort, timer] = [null, null, null, null];

  async function load(id) {
    abort?.abort();
    abort = new AbortController();
    try {
      const answer = await get(`/api/conversations/${id}`, {}, abort.signal);
      if (id === shown) element.replaceChildren(...facts(answer).map((fact) => h("span", {}, fact)));
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
      else timer = setTimeout(() => load(shown), REFRESH);
      shown = route.id;
    },
    unmount() {
      abort?.abort();
      clearTimeout(timer);
    },
  };
}

/** The facts, each a short text. */
export function facts({ target, subprotocol, extensions, sides, closes, connection }) {
  const found = [
    target ?? "upgrade not captured",
    side("client", sides.client),
    side("server", sides.server),
  ];
  if (subprotocol) found.push(`subprotocol ${subprotocol}`);
  if (extensions) found.push(extensions);
  const [first] = closes;
  found.push(first ? `WebSocket closed by the ${first.direction} first: ${closeText(first)}` : ending(connection));
  return found;
}

function side(name, { messages, bytes, wire_bytes: sent, compressed }) {
  const ratio = compressed && bytes ? `, sent as ${size(sent)} (${count(Math.round((100 * sent) / bytes))} %)` : "";
  return `${name} ${counted(messages, "message")}, ${size(bytes)}${ratio}`;
}

/** How the connection ended without a close frame: programs then see code 1006 (RFC 6455 §7.1.5). */
function ending(connection) {
  const { kind, long } = outcome(connection);
  return kind === "open" ? long : `${long}, no close frame seen: abnormal closure, 1006 (RFC 6455 §7.1.5)`;
}
