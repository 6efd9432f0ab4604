// The timeline's toolbar: order of lanes, zoom, following the newest, and the legend.

import { h, setText } from "../widgets/dom.js";
import { go } from "../state/navigation.js";

const ORDERS = [["start", "Start"], ["newest", "Newest"], ["duration", "Duration"], ["bytes", "Bytes"], [
  "trouble",
  "Trouble",
]];
const NEWEST = 30e9; // ns of "Last 30 s"
const ZOOM = 1.5;

const KEY = [
  ["client", "client packet"],
  ["server", "server packet"],
  ["block", "exchange, pale while waiting"],
  ["arrow", "message"],
  ["cross", "trouble"],
];

/**
 * @param {import("../state/store.js").Store} store
 * @param {{zoom: (factor: number) => void, all: () => void}} calls
 */
export function mountToolbar(store, { zoom, all }) {
  const orders = ORDERS.map(([order, label]) =>
    h("button", {
      class: "choice",
      "data-order": order,
      onclick: () => go(store, { order: order === "start" ? "" : order }),
    }, label)
  );
  const follow = h("button", {
    class: "choice",
    title: "Follow the newest 30 seconds",
    onclick: () => go(store, { span: store.state.route.span?.last ? null : { last: NEWEST } }),
  }, "Last 30 s");
  const whole = h("button", { class: "choice", title: "Show the whole capture (Escape)", onclick: all }, "All");
  const fold = h("button", {
    class: "choice",
    title: "Fold long stretches in which no lane has a packet",
    onclick: () => go(store, { fold: !store.state.route.fold }),
  }, "Fold silence");
  const trouble = h("span", { class: "tools-trouble", role: "status" });
  const element = h(
    "div",
    { class: "tools" },
    h(
      "div",
      { class: "choices", role: "group", "aria-label": "Order of the lanes" },
      h("span", { class: "choices-name" }, "Order by"),
      orders,
    ),
    h(
      "div",
      { class: "choices", role: "group", "aria-label": "Time" },
      h("button", {
        class: "choice",
        "aria-label": "Zoom out",
        title: "Zoom out (−)",
        onclick: () => zoom(1 / ZOOM),
      }, "−"),
      h("button", { class: "choice", "aria-label": "Zoom in", title: "Zoom in (+)", onclick: () => zoom(ZOOM) }, "+"),
      whole,
      follow,
    ),
    h("div", { class: "choices" }, fold),
    trouble,
    h(
      "ul",
      { class: "tools-key", "aria-label": "Legend", title: "A packet’s mark is longer the more bytes it carries" },
      KEY.map(([kind, meaning]) => h("li", {}, h("i", { class: `key-mark ${kind}` }), meaning)),
    ),
  );
  return {
    element,
    draw({ route, capture }, error) {
      const now = route.order || "start";
      for (const button of orders) button.setAttribute("aria-pressed", String(button.dataset.order === now));
      whole.setAttribute("aria-pressed", String(route.span === null));
      follow.setAttribute("aria-pressed", String(Boolean(route.span?.last)));
      fold.setAttribute("aria-pressed", String(route.fold));
      follow.hidden = capture.state !== "running" && !route.span?.last;
      setText(trouble, error ? `${error.message} The timeline may be out of date.` : "");
    },
  };
}
