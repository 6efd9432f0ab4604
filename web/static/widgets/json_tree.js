// JSON as a tree; branches are created when they are opened, long ones in parts.

import { h } from "./dom.js";
import { count } from "../text/format.js";
import { inLine } from "./json_parse.js";

const OPEN = 2; // levels that are open at first
const SMALL = 20; // entries of a branch that is open at first, at most
const AT_ONCE = 200; // entries added at a time

/** The element for a value that parseJson() gave. */
export function jsonTree(value) {
  return h("div", { class: "json" }, branch(null, value, 0));
}

function branch(name, value, depth) {
  const label = name === null ? null : h("span", { class: "json-name" }, `${name}: `);
  if (!value.entries) {
    return h(
      "div",
      { class: "json-leaf" },
      label,
      h("span", { class: `json-${value.kind}` }, value.kind === "string" ? JSON.stringify(value.text) : value.text),
    );
  }
  if (!value.entries.length) return h("div", { class: "json-leaf" }, label, value.kind === "object" ? "{}" : "[]");
  const inside = h("div", { class: "json-inside" });
  const element = h(
    "details",
    { class: "json-branch", open: depth < OPEN && value.entries.length <= SMALL },
    h(
      "summary",
      {},
      label,
      h("span", { class: "json-line" }, inLine(value)),
      h("span", { class: "json-count" }, amount(value)),
    ),
    inside,
  );
  const fill = () => element.open && !inside.childNodes.length && add(inside, value, depth, 0);
  element.addEventListener("toggle", fill);
  fill();
  return element;
}

const amount = ({ kind, entries }) =>
  ` ${count(entries.length)} ${kind === "object" ? "key" : "item"}${entries.length === 1 ? "" : "s"}`;

function add(inside, value, depth, from) {
  const to = Math.min(from + AT_ONCE, value.entries.length);
  for (let i = from; i < to; i += 1) {
    const [name, inner] = value.entries[i];
    inside.append(branch(name ?? String(i), inner, depth + 1));
  }
  if (to === value.entries.length) return;
  const more = h("button", {
    class: "link",
    onclick: () => {
      more.remove();
      add(inside, value, depth, to);
    },
  }, `${count(value.entries.length - to)} more`);
  inside.append(more);
}
