// Names and values side by side: header fields, cookies, parameters.

import { h } from "./dom.js";

/** A list of [name, value]. */
export const pairTable = (pairs) =>
  h("dl", { class: "fields" }, pairs.flatMap(([name, value]) => [h("dt", {}, name || "–"), h("dd", {}, value)]));

/** A part that folds, with its title and how many it holds; null when it holds none. `open` remembers which are unfolded. */
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
