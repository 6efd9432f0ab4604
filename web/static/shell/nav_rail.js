// Navigation: a rail at the left with all views; on a narrow screen a bar at the bottom with the first few and "More".

import { h, setText } from "../widgets/dom.js";
import { count, shortCount } from "../text/format.js";
import { placeLink } from "../widgets/place_link.js";

const FIRST = 5; // views that a narrow screen has room for

/** @param {object[]} views {name, label, counts?: the table whose rows are counted, onlyDemo?} */
export function mountNavigation(store, views) {
  const items = views.map((view) => item(store, view, () => unfold(false)));
  const links = items.map(({ link }) => link);
  const more = h("button", {
    class: "rail-item rail-more",
    "aria-expanded": "false",
    onclick: () => unfold(more.getAttribute("aria-expanded") === "false"),
  }, h("span", {}, "More"));
  const others = h("div", { class: "rail-others" }, links.slice(FIRST));
  const recording = h("p", { class: "rail-foot" });
  const element = h("nav", { class: "rail", "aria-label": "Views" }, links.slice(0, FIRST), others, more, recording);
  element.addEventListener("keydown", (event) => event.key === "Escape" && unfold(false));
  document.addEventListener(
    "pointerdown",
    (event) => !element.contains(/** @type {Node} */ (event.target)) && unfold(false),
  );

  function unfold(isOpen) {
    more.setAttribute("aria-expanded", String(isOpen));
    others.classList.toggle("open", isOpen);
  }

  return {
    element,
    draw(state) {
      for (const { view, link, number } of items) drawItem(view, link, number, state);
      const isBehind = views.findIndex(({ name }) => name === state.route.view) >= FIRST;
      more.classList.toggle("current", isBehind);
      setText(recording, recordingText(state.capture));
    },
  };
}

/** The recording's file, and whether it is still being written. */
export function recordingText({ recording, state }) {
  if (!recording) return "";
  return `${state === "ended" ? "Recording:" : "Recording to"} ${recording}`;
}

function item(store, view, chosen) {
  const number = h("span", { class: "rail-count" });
  const link = placeLink(store, { view: view.name }, { class: "rail-item" }, h("span", {}, view.label), number);
  link.addEventListener("click", chosen);
  return { view, link, number };
}

function drawItem(view, link, number, { demo, route, lengths }) {
  link.hidden = Boolean(view.onlyDemo) && !demo;
  if (view.name === route.view) link.setAttribute("aria-current", "page");
  else link.removeAttribute("aria-current");
  if (!view.counts) return;
  const rows = lengths[view.counts] ?? 0;
  setText(number, rows ? shortCount(rows) : "");
  number.title = count(rows);
}
