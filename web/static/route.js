// The view's state in the address: "#/connections/3?packet=12&q=8000&t=1.2-3.4".

import { formatSpan, parseSpan } from "./span.js";

export const HOME = "timeline";

const ORDERS = ["duration", "bytes", "trouble"]; // of the timeline's lanes, beside the order by start

/** Hash text → {view, id, packet, filter, span, order}; whatever it does not understand falls back to the first view. */
export function parse(hash, views) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [view, id] = path.split("/");
  const parameters = new URLSearchParams(query);
  return {
    view: views.includes(view) ? view : HOME,
    id: whole(id),
    packet: whole(parameters.get("packet")),
    filter: parameters.get("q") ?? "",
    span: parseSpan(parameters.get("t")),
    order: ORDERS.includes(parameters.get("order")) ? parameters.get("order") : "",
  };
}

/** The hash for a route: what parse() reads back. */
export function format({ view, id = null, packet = null, filter = "", span = null, order = "" }) {
  const parameters = new URLSearchParams();
  if (packet !== null) parameters.set("packet", String(packet));
  if (filter) parameters.set("q", filter);
  if (span) parameters.set("t", formatSpan(span));
  if (order) parameters.set("order", order);
  const query = parameters.toString();
  return `#/${view}${id === null ? "" : `/${id}`}${query ? `?${query}` : ""}`;
}

function whole(text) {
  return /^\d{1,15}$/.test(text ?? "") ? Number(text) : null;
}
