// Two sockets in a cell of a table: an address gives way where there is no room, a port never does.

import { h, setText } from "./dom.js";

/** Fills a fresh cell with places for both ends and the arrow between them. */
export function createPair(cell) {
  const end = (side) =>
    h("span", { class: `pair-end ${side}` }, h("span", { class: "pair-address" }), h("span", { class: "pair-port" }));
  cell.append(end("client"), h("span", { class: "arrow" }), end("server"));
}

/** Puts `ends` = {client: [address, port], server: [address, port]} in, and what stands between. */
export function drawPair(cell, ends, between) {
  const [client, arrow, server] = cell.children;
  drawEnd(client, ends.client);
  setText(arrow, between);
  drawEnd(server, ends.server);
}

function drawEnd(element, parts) {
  parts.forEach((part, i) => setText(element.children[i], part));
}
