// The TCP states of both ends in a table cell; what is only assumed, or unknown, is underlined with dashes.

import { stateOf } from "../text/terms.js";
import { h, setText } from "./dom.js";

export function createStates(cell) {
  cell.append(
    h("span", { class: "packet-state" }),
    h("span"),
    h("span", { class: "packet-state" }),
  );
}

/** Draws the states in a row of packets or connections; nothing for a packet without a connection. */
export function drawStates(cell, row) {
  const [client, between, server] = cell.children;
  const ends = row.client_state ? ["client", "server"].map((side) => stateOf(row, side)) : [];
  [client, server].forEach((element, i) => {
    setText(element, ends[i] ? (ends[i].name ?? ends[i].text) : "");
    element.classList.toggle(
      "assumed",
      Boolean(ends[i] && (ends[i].isAssumed || ends[i].name === null)),
    );
  });
  setText(between, ends.length ? " / " : "");
  cell.title = ends.map(({ text, why }, i) => `${["Client", "Server"][i]} ${text}: ${why}`).join("\n");
  cell.setAttribute("aria-label", ends.map(({ text }) => text).join(" / "));
}
