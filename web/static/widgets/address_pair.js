// Both ends of a connection in a table cell; where room is short an address is cut, a port never.

import { h, setClass, setText } from "./dom.js";

/** Creates the elements of one end in a new cell. */
export function createEnd(cell) {
  cell.append(h("span", {}, h("span", { class: "pair-address" }), h("span", { class: "pair-port" })));
}

/** Creates the elements of both ends, and of the arrow between them, in a new cell. */
export function createPair(cell) {
  createEnd(cell);
  cell.append(h("span", { class: "arrow" }));
  createEnd(cell);
}

/** Draws `ends` = {client: [address, port], server: [address, port]} and the text between them. */
export function drawPair(cell, ends, between) {
  const [client, arrow, server] = cell.children;
  drawEnd(client, ends.client, "client");
  setText(arrow, between);
  drawEnd(server, ends.server, "server");
}

/** Draws one end, [address, port], in the colour of its side. */
export function drawEnd(element, parts, side) {
  setClass(element, `pair-end ${side}`);
  parts.forEach((part, i) => setText(element.children[i], part));
}
