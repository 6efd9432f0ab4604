// The view's state in the URL: "#/connections/3?packet=12&q=8000&t=1.2-3.4".

import { formatSpan, parseSpan } from "../text/time_range.js";

export const HOME = "timeline";

const ORDERS = ["newest", "duration", "bytes", "trouble"]; // of the timeline's lanes, beside the order by start
const BY_COLUMN = /^-?[a-z_]{1,32}$/; // of lists: a column, after "-" in descending order

/**
 * Hash text → route; an unknown view becomes the first one, a value that cannot be read its default.
 *
 * @param {string} hash
 * @param {string[]} views
 * @returns {import("../types/state.d.ts").Route}
 */
export function parse(hash, views) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [view, id] = path.split("/");
  const parameters = new URLSearchParams(query);
  const known = views.includes(view) ? view : HOME;
  const order = parameters.get("order") ?? "";
  return {
    view: known,
    id: whole(id),
    packet: whole(parameters.get("packet")),
    filter: parameters.get("q") ?? "",
    span: parseSpan(parameters.get("t")),
    fold: known === HOME && parameters.get("fold") === "1",
    order: (known === HOME ? ORDERS.includes(order) : BY_COLUMN.test(order)) ? order : "",
    at: whole(parameters.get("at")),
    way: whole(parameters.get("way")),
    message: whole(parameters.get("m")),
    tab: /^[a-z-]{1,32}$/.test(parameters.get("tab") ?? "") ? parameters.get("tab") : "",
  };
}

/**
 * The hash for a route: what parse() reads back.
 *
 * @param {Partial<import("../types/state.d.ts").Route>} route
 */
export function format(
  {
    view,
    id = null,
    packet = null,
    filter = "",
    span = null,
    fold = false,
    order = "",
    at = null,
    way = null,
    message = null,
    tab = "",
  },
) {
  const parameters = new URLSearchParams();
  if (packet !== null) parameters.set("packet", String(packet));
  if (filter) parameters.set("q", filter);
  if (span) parameters.set("t", formatSpan(span));
  if (fold && view === HOME) parameters.set("fold", "1"); // silence on the timeline is folded
  if (order) parameters.set("order", order);
  if (at !== null) parameters.set("at", String(at)); // ns since the start: the time that the sockets view shows
  if (way !== null) parameters.set("way", String(way)); // the push whose path through the server it shows
  if (message !== null) parameters.set("m", String(message)); // the WebSocket message shown in full
  if (tab) parameters.set("tab", tab); // of the connection page
  const query = parameters.toString();
  return `#/${view}${id === null ? "" : `/${id}`}${query ? `?${query}` : ""}`;
}

function whole(text) {
  return /^\d{1,15}$/.test(text ?? "") ? Number(text) : null;
}
