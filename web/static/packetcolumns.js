// The columns that the packet table can have.

import { h, setText, setVars } from "./dom.js";
import { count, duration, exact, wallClock } from "./format.js";
import { BOOKMARK } from "./note.js";
import { protocolOf, told, verdicts } from "./packetwords.js";
import { takeApart } from "./sockets.js";

const LONGEST_PAIR = 47; // characters: two IPv4 sockets; of two IPv6 ones the title tells the rest

const plain = (of) => (cell, row) => setText(cell, of(row) ?? "");
const number = (name) => plain((row) => (row[name] === null ? "" : count(row[name])));

/** Grid columns; `isUsual` ones show until the reader chooses. `of` gives the list's row at an index. */
export const packetColumns = (of) => [
  { name: "mark", title: "note", about: "a bookmark or a note", isTitleUnseen: true, isUsual: true, create: (cell) => cell.append(h("i", { class: "note-mark" })), draw: drawMark },
  { name: "number", title: "No.", isUsual: true, draw: plain((row) => count(row.number)) },
  { name: "time", title: "time", about: "since the first packet", isUsual: true, draw(cell, row) { setText(cell, exact(row.at_ns)); cell.title = wallClock(row.time_ns); } },
  { name: "since", title: "since", about: "the packet listed before it", draw: (cell, row, state, index) => setText(cell, since(row, of(index - 1))) },
  { name: "clock", title: "clock", about: "date and time, UTC", draw: plain((row) => wallClock(row.time_ns).replace(" UTC", "")) },
  { name: "pair", title: "client → server", isUsual: true, create: createPair, draw: drawPair },
  { name: "connection", title: "pipe", about: "the connection’s number", isUsual: true, draw: plain((row) => (row.connection === null ? "" : `#${row.connection}`)) },
  { name: "protocol", title: "speaks", isUsual: true, draw(cell, row) { setText(cell, protocolOf(row)); cell.dataset.protocol = row.protocol ?? "none"; } },
  { name: "length", title: "length", about: "bytes on the wire", isUsual: true, draw: number("length") },
  { name: "payload", title: "payload", about: "bytes of TCP’s content", draw: plain((row) => (row.connection === null ? "" : count(row.payload))) },
  { name: "flags", title: "flags", draw: plain((row) => row.flags.join(" ")) },
  { name: "seq", title: "seq", about: "counted from the SYN", draw: number("seq") },
  { name: "ack", title: "ack", about: "counted from the peer’s SYN", draw: number("ack") },
  { name: "window", title: "window", about: "bytes, scaled", draw: number("window") },
  { name: "flight", title: "in flight", about: "bytes not yet acknowledged", draw: number("in_flight") },
  { name: "rtt", title: "acked in", about: "since the segment it acknowledges", draw: plain((row) => (row.ack_rtt_ns === null ? "" : duration(row.ack_rtt_ns))) },
  { name: "states", title: "states after", about: "client / server", draw: plain((row) => (row.client_state ? `${row.client_state} / ${row.server_state}` : "")) },
  { name: "what", title: "what it says", isUsual: true, create: createWhat, draw: drawWhat },
];

function since(row, before) {
  return before ? duration(row.at_ns - before.at_ns) : "";
}

function drawMark(cell, row) {
  cell.firstChild.dataset.kind = row.comment === null ? "none" : row.comment === BOOKMARK ? "bookmark" : "note";
  cell.title = row.comment ?? "";
}

function createPair(cell) {
  const end = (side) => h("span", { class: side }, h("span", { class: "pair-address" }), h("span"));
  cell.append(end("client"), h("span", { class: "arrow" }), end("server"));
}

/** Client at the left, server at the right, whoever speaks: the arrow says which way. */
function drawPair(cell, row) {
  const [client, arrow, server] = cell.children;
  const ends = row.client ? pairEnds(row) : { client: ["", ""], server: ["", ""] };
  drawEnd(client, ends.client);
  setText(arrow, row.client ? (row.direction === "server" ? " ◂ " : " ▸ ") : "");
  drawEnd(server, ends.server);
  if (ends.server[0]) widen(cell.closest(".grid"), [...ends.client, ...ends.server].join("").length + 3);
  cell.title = row.client ? `${row.client} ${row.direction === "server" ? "←" : "→"} ${row.server}` : "no TCP: opening the packet shows its addresses";
}

function drawEnd(element, parts) {
  parts.forEach((part, i) => setText(element.children[i], part));
}

/** Makes the column wide enough for the longest pair that was drawn; never narrower again, so that nothing moves back and forth. */
function widen(grid, characters) {
  grid.classList.add("far");
  if (characters > Number(grid.style.getPropertyValue("--pair") || 0)) setVars(grid, { pair: String(Math.min(characters, LONGEST_PAIR)) });
}

/** Address and port of both ends: where both are on this machine their address says nothing. A narrow screen has room for ports alone. */
export function pairEnds({ client, server }) {
  const ends = [client, server].map(takeApart);
  const isHere = ends.every(({ address }) => /^127\.|^::1$/.test(address)) && ends[0].address === ends[1].address;
  const parts = ({ address, port }) => [isHere ? "" : address.includes(":") ? `[${address}]` : address, `:${port}`];
  return { client: parts(ends[0]), server: parts(ends[1]) };
}

function createWhat(cell) {
  cell.append(h("span", { class: "packet-what" }), h("span", { class: "packet-verdict" }), h("span", { class: "packet-more" }));
}

function drawWhat(cell, row) {
  const [what, verdict, more] = cell.children;
  const said = told(row);
  const found = verdicts(row);
  setText(what, said.what);
  setText(more, said.more);
  setText(verdict, found.map(({ name }) => name).join(", "));
  verdict.classList.toggle("trouble", found.some(({ isTrouble }) => isTrouble));
  cell.title = [said.what, ...found.map(({ why }) => why)].join("\n");
}
