// The help dialog: how to read the drawings, and the keyboard shortcuts.

import { h, icon } from "../widgets/dom.js";
import { legend } from "../connection/ladder_legend.js";

const KEYS = [
  ["1 … 9", "switch to a view, in order"],
  ["/", "focus the filter; Escape clears it"],
  ["↑ ↓  Home End", "move in a list, or from packet to packet"],
  ["Enter", "go to the packets of the selected connection"],
  ["← →  + −", "in Timeline: pan, zoom; Escape clears the time range"],
  ["← →  + −", "in Sockets: previous or next change, zoom"],
  [", .", "previous or next packet of the same connection"],
  ["b  n", "bookmark the selected packet; add a note"],
  ["Escape", "close the open panel"],
  ["?", "this help"],
];

export function mountHelpDialog() {
  const close = h(
    "button",
    { class: "icon-button", "aria-label": "Close", onclick: () => element.close() },
    icon("close"),
  );
  const element = h(
    "dialog",
    { class: "sheet", "aria-labelledby": "help-title" },
    h("div", { class: "sheet-head" }, h("h2", { id: "help-title" }, "How to read Wireglass"), close),
    h(
      "div",
      { class: "prose" },
      h(
        "p",
        {},
        "Wireglass shows the packets of a live or saved capture. From them it derives connections, their HTTP " +
          "exchanges and WebSocket messages, and the TCP state of each end; what no packet shows is marked as " +
          "inferred or assumed. Which process holds which end is reported by the kernel of the capturing machine " +
          "and by the demo’s programs.",
      ),
      h(
        "p",
        {},
        "An IP address and a port name one end of a connection. The TCP standard calls this pair a socket; programs " +
          "also call the object that they open for it a socket. A server port can have many connections at once: " +
          "each is identified by both of its ends. Think of an address as a hotel, of a port as a room in it, and " +
          "of a connection as a telephone line between two rooms.",
      ),
      legend(),
    ),
    h("h3", {}, "Keys"),
    h("dl", { class: "keys" }, KEYS.flatMap(([keys, meaning]) => [h("dt", {}, keys), h("dd", {}, meaning)])),
  );
  element.addEventListener("click", (event) => event.target === element && element.close());
  return { element, open: () => element.showModal() };
}
