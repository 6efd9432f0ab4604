// The legend of the ladder's bands and arrows.

import { h } from "../widgets/dom.js";

const BANDS = [
  ["opening", "Opening", "handshake not complete"],
  ["established", "Established", "open: can send and receive"],
  ["closing", "Closing", "one or both sides have sent FIN"],
  ["time-wait", "TIME-WAIT", "closed; kept to repeat the last ACK and to absorb late packets"],
  ["closed", "Closed", "no connection"],
  ["established assumed", "Dashed", "assumed: no packet from that end has shown its state"],
  ["unknown", "Unknown", "nothing from that end was captured"],
];

/** The kinds of band and of arrow. */
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
        h("span", {}, "the end that sent the first SYN, or is assumed to have"),
      ),
      h("li", {}, h("i", { class: "swatch-arrow server" }), h("b", {}, "Server"), h("span", {}, "the other end")),
      h(
        "li",
        {},
        h("i", { class: "swatch-arrow client carries" }),
        h("b", {}, "Thick arrow"),
        h("span", {}, "packet with payload"),
      ),
      h(
        "li",
        {},
        h("i", { class: "swatch-arrow trouble" }),
        h("b", {}, "Trouble"),
        h("span", {}, "retransmission, missing or out-of-order segment, zero window, reset"),
      ),
    ),
  );
}
