// The legend: the same bands, arrows and colours as the drawings, each with its word.

import { h } from "../widgets/dom.js";

const BANDS = [
  ["opening", "Opening", "asked for, not yet confirmed"],
  ["established", "Established", "open: may send and receive"],
  ["closing", "Closing", "one side has sent its FIN, or both"],
  ["time-wait", "TIME-WAIT", "over; kept to repeat the last ACK, and for stray packets"],
  ["closed", "Closed", "no connection"],
  ["established assumed", "Dashed", "assumed: no packet of that end has shown its state"],
  ["unknown", "Unknown", "nothing of that end was seen"],
];

/** The states of a lifeline and the kinds of arrow. */
export function legend() {
  return h(
    "div",
    { class: "legend" },
    h(
      "ul",
      {},
      BANDS.map(([kind, name, meaning]) =>
        h(
          "li",
          {},
          h("i", { class: `swatch client ${kind}` }),
          h("i", { class: `swatch server ${kind}` }),
          h("b", {}, name),
          h("span", {}, meaning),
        )
      ),
    ),
    h(
      "ul",
      {},
      h(
        "li",
        {},
        h("i", { class: "swatch-arrow client" }),
        h("b", {}, "Client"),
        h("span", {}, "the end that sent the first SYN; without one, the end taken for it"),
      ),
      h("li", {}, h("i", { class: "swatch-arrow server" }), h("b", {}, "Server"), h("span", {}, "the other end")),
      h(
        "li",
        {},
        h("i", { class: "swatch-arrow client carries" }),
        h("b", {}, "Thick arrow"),
        h("span", {}, "carries bytes of the conversation"),
      ),
      h(
        "li",
        {},
        h("i", { class: "swatch-arrow trouble" }),
        h("b", {}, "Trouble"),
        h("span", {}, "sent again, missing, out of order, without room, reset"),
      ),
    ),
  );
}
