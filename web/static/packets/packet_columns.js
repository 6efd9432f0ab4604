// The columns that the packet table can have.

import { h, setText } from "../widgets/dom.js";
import { count, duration, exact, wallClock } from "../text/format.js";
import { BOOKMARK } from "./packet_note.js";
import { protocolOf, told } from "./packet_text.js";
import { createPair, drawPair } from "../widgets/address_pair.js";
import { pairEnds } from "../text/address.js";
import { marksOf, stateOf } from "../text/terms.js";

const LONGEST = 47; // characters of a cell: two IPv4 sockets

const plain = (of) => (cell, row) => setText(cell, of(row) ?? "");
const number = (name) => plain((row) => (row[name] === null ? "" : count(row[name])));

/** Grid columns; `isUsual` ones show until the reader chooses. `of` gives the list's row at an index. */
export const packetColumns = (of) => [
  {
    name: "mark",
    title: "note",
    about: "a bookmark or a note",
    isTitleUnseen: true,
    isUsual: true,
    create: (cell) => cell.append(h("i", { class: "note-mark" })),
    draw: drawMark,
  },
  { name: "number", title: "No.", isUsual: true, draw: plain((row) => count(row.number)) },
  {
    name: "time",
    title: "time",
    fits: LONGEST,
    about: "since the first packet",
    isUsual: true,
    draw(cell, row) {
      setText(cell, exact(row.at_ns));
      cell.title = wallClock(row.time_ns);
    },
  },
  {
    name: "since",
    title: "since",
    fits: LONGEST,
    about: "the packet listed before it",
    draw: (cell, row, _state, index) => drawSince(cell, row, of(index - 1)),
  },
  {
    name: "clock",
    title: "clock",
    about: "date and time, UTC",
    draw: plain((row) => wallClock(row.time_ns).replace(" UTC", "")),
  },
  { name: "pair", title: "client → server", isUsual: true, create: createPair, fits: LONGEST, draw: drawEnds },
  {
    name: "connection",
    title: "pipe",
    fits: LONGEST,
    about: "the connection’s number",
    isUsual: true,
    draw: plain((row) => (row.connection === null ? "" : `#${row.connection}`)),
  },
  {
    name: "protocol",
    title: "speaks",
    isUsual: true,
    draw(cell, row) {
      setText(cell, protocolOf(row));
      cell.dataset.protocol = row.protocol ?? "none";
    },
  },
  { name: "length", title: "length", fits: LONGEST, about: "bytes on the wire", isUsual: true, draw: number("length") },
  {
    name: "payload",
    title: "payload",
    fits: LONGEST,
    about: "bytes of TCP’s content",
    draw: plain((row) => (row.connection === null ? "" : count(row.payload))),
  },
  { name: "flags", title: "flags", fits: LONGEST, draw: plain((row) => row.flags.join(" ")) },
  {
    name: "seq",
    title: "seq",
    fits: LONGEST,
    about: "counted from the SYN, or from the first number seen",
    draw: number("seq"),
  },
  { name: "ack", title: "ack", fits: LONGEST, about: "counted likewise, from the peer’s", draw: number("ack") },
  {
    name: "window",
    title: "window",
    fits: LONGEST,
    about: "bytes; unscaled where the scale is not known",
    draw: number("window"),
  },
  {
    name: "flight",
    title: "in flight",
    fits: LONGEST,
    about: "bytes not seen acknowledged",
    draw: number("in_flight"),
  },
  {
    name: "rtt",
    title: "acked in",
    fits: LONGEST,
    about: "since the segment it acknowledges",
    draw: plain((row) => (row.ack_rtt_ns === null ? "" : duration(row.ack_rtt_ns))),
  },
  {
    name: "states",
    title: "states after",
    fits: LONGEST,
    about: "client / server",
    create: createStates,
    draw: drawStates,
  },
  { name: "what", title: "what it says", isUsual: true, create: createWhat, draw: drawWhat },
];

function drawSince(cell, row, before) {
  setText(cell, since(row, before));
  cell.title = cell.textContent === "–" ? "not known: times go back" : "";
}

/** How long after the packet listed before it; not known across times that go back. */
export function since(row, before) {
  if (!before) return "";
  return before.clock === row.clock && row.at_ns >= before.at_ns ? duration(row.at_ns - before.at_ns) : "–";
}

function drawMark(cell, row) {
  cell.firstChild.dataset.kind = row.comment === null ? "none" : row.comment === BOOKMARK ? "bookmark" : "note";
  cell.title = row.comment ?? "";
}

const NOBODY = { client: ["", ""], server: ["", ""] };

/** Client at the left, server at the right, whoever speaks: the arrow says which way. */
function drawEnds(cell, row) {
  drawPair(cell, row.client ? pairEnds(row) : NOBODY, row.client ? (row.direction === "server" ? " ◂ " : " ▸ ") : "");
  cell.title = row.client
    ? `${row.client} ${row.direction === "server" ? "←" : "→"} ${row.server}`
    : "in no TCP connection: opening the packet shows its addresses";
}

function createStates(cell) {
  cell.append(h("span", { class: "packet-state" }), h("span"), h("span", { class: "packet-state" }));
}

function drawStates(cell, row) {
  const [client, between, server] = cell.children;
  const ends = row.client_state ? ["client", "server"].map((side) => stateOf(row, side)) : [];
  [client, server].forEach((element, i) => {
    setText(element, ends[i] ? (ends[i].name ?? ends[i].text) : "");
    element.classList.toggle("assumed", Boolean(ends[i] && (ends[i].isAssumed || ends[i].name === null)));
  });
  setText(between, ends.length ? " / " : "");
  cell.title = ends.map(({ text, why }, i) => `${["Client", "Server"][i]} ${text}: ${why}`).join("\n");
  cell.setAttribute("aria-label", ends.map(({ text }) => text).join(" / "));
}

function createWhat(cell) {
  cell.append(
    h("span", { class: "packet-what" }),
    h("span", { class: "packet-verdict" }),
    h("span", { class: "packet-more" }),
  );
}

function drawWhat(cell, row) {
  const [what, verdict, more] = cell.children;
  const said = told(row);
  const found = marksOf(row);
  setText(what, said.what);
  setText(more, said.more);
  setText(verdict, found.map(({ name }) => name).join(", "));
  verdict.classList.toggle("trouble", found.some(({ isTrouble }) => isTrouble));
  cell.title = [said.what, ...found.map(({ meaning }) => meaning)].join("\n");
}
