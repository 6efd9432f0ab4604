// The columns of the packet table.

import { h, setText } from "../widgets/dom.js";
import { briefly, count, duration, exact, TIMES_GO_BACK, wallClock } from "../text/format.js";
import { BOOKMARK } from "./packet_note.js";
import { infoOf, protocolOf } from "./packet_text.js";
import { createEnd, drawEnd } from "../widgets/address_pair.js";
import { pairEnds } from "../text/address.js";
import { createStates, drawStates } from "../widgets/state_pair.js";
import { marksOf } from "../text/terms.js";

const LONGEST = 47; // characters of a cell
const SOCKET = 24; // of an address and a port; more is cut from the address

const plain = (of) => (cell, row) => setText(cell, of(row) ?? "");
const number = (name) => plain((row) => (row[name] === null ? "" : count(row[name])));

/** All columns; those that are not `isUsual: false` are shown by default. */
export const PACKET_COLUMNS = [
  {
    name: "mark",
    title: "Note",
    by: "comment",
    sortsBy: "note",
    about: "bookmark or note",
    isTitleUnseen: true,
    create: (cell) => cell.append(h("i", { class: "note-mark" })),
    draw: drawMark,
  },
  {
    name: "number",
    title: "No.",
    by: "number",
    sortsBy: "number",
    isMain: true,
    draw: plain((row) => count(row.number)),
  },
  {
    name: "time",
    title: "Time",
    by: "time_ns",
    fits: LONGEST,
    about: "since the first packet",
    draw(cell, row) {
      setText(cell, exact(row.at_ns));
      cell.title = wallClock(row.time_ns);
    },
  },
  {
    name: "since",
    title: "Delta",
    by: "since_ns",
    sortsBy: "time since the previous packet listed",
    fits: LONGEST,
    about: "since the previous packet listed, in the file's order",
    isUsual: false,
    draw: drawSince,
  },
  {
    name: "clock",
    title: "Date and time",
    by: "time_ns",
    about: "UTC",
    isUsual: false,
    draw: plain((row) => wallClock(row.time_ns).replace(" UTC", "")),
  },
  {
    name: "source",
    title: "Source",
    by: "source",
    fits: SOCKET,
    create: createEnd,
    draw: (cell, row) => drawSocket(cell, row, row.direction),
  },
  {
    name: "destination",
    title: "Destination",
    by: "destination",
    fits: SOCKET,
    create: createEnd,
    draw: (cell, row) => drawSocket(cell, row, row.direction === "client" ? "server" : "client"),
  },
  {
    name: "connection",
    title: "Conn.",
    by: "connection",
    sortsBy: "connection",
    fits: LONGEST,
    about: "number of the connection",
    draw: plain((row) => (row.connection === null ? "" : `#${row.connection}`)),
  },
  {
    name: "protocol",
    title: "Protocol",
    by: "protocol",
    draw(cell, row) {
      setText(cell, protocolOf(row));
      cell.dataset.protocol = row.protocol ?? "none";
    },
  },
  {
    name: "length",
    title: "Length",
    by: "length",
    fits: LONGEST,
    about: "bytes on the wire",
    draw: number("length"),
  },
  {
    name: "payload",
    title: "Payload",
    by: "payload",
    fits: LONGEST,
    about: "bytes of TCP payload",
    isUsual: false,
    draw: plain((row) => (row.connection === null ? "" : count(row.payload))),
  },
  {
    name: "flags",
    title: "Flags",
    by: "flags",
    fits: LONGEST,
    isUsual: false,
    draw: plain((row) => row.flags.join(" ")),
  },
  {
    name: "seq",
    title: "Seq",
    by: "seq",
    sortsBy: "sequence number",
    fits: LONGEST,
    about: "relative to the SYN, or to the first number seen",
    isUsual: false,
    draw: number("seq"),
  },
  {
    name: "ack",
    title: "Ack",
    by: "ack",
    sortsBy: "acknowledgment number",
    fits: LONGEST,
    about: "relative, likewise",
    isUsual: false,
    draw: number("ack"),
  },
  {
    name: "window",
    title: "Window",
    by: "window",
    fits: LONGEST,
    about: "bytes; unscaled where the scale is unknown",
    isUsual: false,
    draw: number("window"),
  },
  {
    name: "flight",
    title: "In flight",
    by: "in_flight",
    fits: LONGEST,
    about: "bytes not yet acknowledged",
    isUsual: false,
    draw: number("in_flight"),
  },
  {
    name: "rtt",
    title: "RTT",
    by: "ack_rtt_ns",
    sortsBy: "round-trip time",
    fits: LONGEST,
    about: "since the segment that it acknowledges",
    isUsual: false,
    draw: plain((row) => (row.ack_rtt_ns === null ? "" : duration(row.ack_rtt_ns))),
  },
  {
    name: "states",
    title: "States",
    by: "states",
    fits: LONGEST,
    about: "client / server, after the packet",
    create: createStates,
    isUsual: false,
    draw: drawStates,
  },
  {
    name: "info",
    title: "Info",
    by: "info",
    sortsBy: "verdicts, flags and payload",
    create: createInfo,
    draw: drawInfo,
  },
];

function drawSince(cell, { since_ns: since }) {
  setText(cell, briefly(since));
  cell.title = since === null ? TIMES_GO_BACK : "";
}

function drawMark(cell, row) {
  cell.firstChild.dataset.kind = row.comment === null ? "none" : row.comment === BOOKMARK ? "bookmark" : "note";
  cell.title = row.comment ?? "";
}

/** The packet's source or destination, in the colour of its side. */
function drawSocket(cell, row, side) {
  drawEnd(cell.firstChild, row.client ? pairEnds(row)[side] : ["", ""], side);
  cell.title = row.client ? `${row[side]} (${side})` : "Not TCP: select the packet to see its addresses";
}

function createInfo(cell) {
  cell.append(
    h("span", { class: "packet-what" }),
    h("span", { class: "packet-verdict" }),
    h("span", { class: "packet-more" }),
  );
}

function drawInfo(cell, row) {
  const [what, verdict, more] = cell.children;
  const info = infoOf(row);
  const found = marksOf(row);
  setText(what, info.what);
  setText(more, info.more);
  setText(verdict, found.map(({ name }) => name).join(", "));
  verdict.classList.toggle("trouble", found.some(({ isTrouble }) => isTrouble));
  if (found.length && !row.duplicate) verdict.dataset.why = row.number;
  else delete verdict.dataset.why;
  cell.title = [info.what, ...found.map(({ meaning }) => meaning)].join("\n");
}
