// Lists of names and values: header fields, cookies, parameters.

import { h } from "./dom.js";

/** A list of [name, value]. */
export const pairTable = (pairs) =>
  h("dl", { class: "fields" }, pairs.flatMap(([name, value]) => [h("dt", {}, name || "–"), h("dd", {}, value)]));

/** A collapsible section with its title and count; null without pairs. `open` keeps the titles of the open ones. */
export function part(title, pairs, open, content = () => pairTable(pairs)) {
  if (!pairs.length) return null;
  const element = h(
    "details",
    { class: "part", open: open.has(title) },
    h("summary", {}, title, h("span", { class: "part-count" }, String(pairs.length))),
    content(),
  );
  element.addEventListener("toggle", () => (element.open ? open.add(title) : open.delete(title)));
  return element;
}
