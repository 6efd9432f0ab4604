// The view's state in the address: "#/connections/3?packet=12&q=8000&t=1.2-3.4".

import { formatSpan, parseSpan } from "./span.js";

export const HOME = "connections";

/** Hash text → {view, id, packet, filter, span}; whatever it does not understand falls back to the first view. */
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
  };
}

/** The hash for a route: what parse() reads back. */
export function format({ view, id = null, packet = null, filter = "", span = null }) {
  const parameters = new URLSearchParams();
  if (packet !== null) parameters.set("packet", String(packet));
  if (filter) parameters.set("q", filter);
  if (span) parameters.set("t", formatSpan(span));
  const query = parameters.toString();
  return `#/${view}${id === null ? "" : `/${id}`}${query ? `?${query}` : ""}`;
}

function whole(text) {
  return /^\d{1,15}$/.test(text ?? "") ? Number(text) : null;
}
