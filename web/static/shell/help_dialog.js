// The sheet behind "?": how to read the drawings, and every key.

import { h, icon } from "../widgets/dom.js";
import { legend } from "../connection/legend.js";

const KEYS = [
  ["1 … 9", "the views, in order"],
  ["/", "the filter; Escape clears it"],
  ["↑ ↓  Home End", "move in a list, or from packet to packet"],
  ["Enter", "from a chosen connection into its packets"],
  ["← →  + −", "on the timeline: move in time, zoom; Escape shows all of it"],
  ["← →  + −", "among sockets: from change to change, zoom"],
  [", .", "the packet before, or the next one, in the same connection"],
  ["b  n", "bookmark the chosen packet; write a note beside it"],
  ["Escape", "close what was opened"],
  ["?", "this sheet"],
];

export function mountHelp() {
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
        "Every packet you see is one of the capture’s, live or saved. From the packets Wireglass works out which connections there were, what was said over them, and in which state each end was: what no packet shows is marked as inferred or assumed. Which program holds which end is reported by the kernel of the machine that captures and by the demo’s own programs.",
      ),
      h(
        "p",
        {},
        "An IP address and a port name one end of a connection: TCP’s standard calls the pair a socket, and programs call the object that they open for it so. One server port may have many connections; each is told apart by both of its ends. A connection is a pipe between two of them: think of an address as a hotel, of a port as a room, and of the connection as the line between two rooms.",
      ),
      legend(),
    ),
    h("h3", {}, "Keys"),
    h("dl", { class: "keys" }, KEYS.flatMap(([keys, meaning]) => [h("dt", {}, keys), h("dd", {}, meaning)])),
  );
  element.addEventListener("click", (event) => event.target === element && element.close());
  return { element, open: () => element.showModal() };
}
