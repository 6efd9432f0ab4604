// The columns of the connection list. A narrow table shows fewer of them, and some in brief.

import { h, setText } from "../widgets/dom.js";
import { briefly, count, counted, duration, exact, moment, size, TIMES_GO_BACK, wallClock } from "../text/format.js";
import { drawLifetime, durationNs } from "../widgets/lifetime_bar.js";
import { createPair, drawPair } from "../widgets/address_pair.js";
import { createStates, drawStates } from "../widgets/state_pair.js";
import { briefPair, splitEndpoint } from "../text/address.js";
import { outcome, protocolName, stateOf } from "../text/terms.js";

// Pixels of a table from which on it has room
const FOR_OUTCOME = 800; // for start and outcome, each in a column of its own,
const FOR_ENDS = 1000; // for what each end sent,
const FOR_STATES = 1160; // for the states of both ends,
const FOR_ADDRESSES = 1180; // for both addresses in full,
const FOR_PROCESSES = 1240; // for processes,
const FOR_ALL = 1440; // for processes and both addresses in full.

const sum = ([client, server]) => client + server;
const plain = (of) => (cell, row) => setText(cell, of(row) ?? "");

/** A number of both ends together, with each end's in the title. */
const ofBoth = (name, shown) => (cell, row) => {
  const [client, server] = row[name];
  setText(cell, client + server ? shown(client + server) : "");
  cell.title = client + server ? `client ${shown(client)}, server ${shown(server)}` : "";
};

/** All columns; those that are not `isUsual: false` are shown by default. Processes are not always known. */
export const connectionColumns = (hasProcesses = true) => [
  {
    name: "id",
    title: "#",
    by: "id",
    sortsBy: "number",
    isMain: true,
    about: "number of the connection",
    draw: plain((row) => String(row.id)),
  },
  {
    name: "start",
    title: "Start",
    by: "start_ns",
    fits: 20,
    least: FOR_OUTCOME,
    about: "of its first packet",
    draw(cell, row) {
      setText(cell, exact(row.at_ns));
      cell.title = wallClock(row.start_ns);
    },
  },
  {
    name: "pair",
    title: "Client → server",
    by: "client",
    sortsBy: "client, then server",
    fits: 60,
    least: hasProcesses ? FOR_ALL : FOR_ADDRESSES,
    create: createPair,
    draw(cell, row) {
      drawPair(cell, wholePair(row), " → ");
      cell.title = `${row.client} → ${row.server}`;
    },
  },
  {
    name: "pair",
    title: "Client → server",
    by: "client",
    sortsBy: "client, then server",
    fits: 40, // a port, and a socket with a shortened IPv6 address
    below: hasProcesses ? FOR_ALL : FOR_ADDRESSES,
    create: createPair,
    draw(cell, row) {
      drawPair(cell, briefPair(row), " → ");
      cell.title = `${row.client} → ${row.server}`;
    },
  },
  {
    name: "process",
    title: "Process",
    by: "processes",
    sortsBy: "processes of client and server",
    fits: 44,
    least: hasProcesses ? FOR_PROCESSES : Infinity,
    about: "and file descriptor of each end",
    create: (cell) => cell.append(h("span", { class: "client" }), h("span"), h("span", { class: "server" })),
    draw: drawProcesses,
  },
  {
    name: "protocol",
    title: "Protocol",
    by: "protocol",
    draw(cell, row) {
      setText(cell, protocolName(row.protocol));
      cell.dataset.protocol = row.protocol;
    },
  },
  {
    name: "states",
    title: "States",
    by: "states",
    fits: 30,
    least: FOR_STATES,
    about: "of client / server, in the end",
    create: createStates,
    draw: drawStates,
  },
  {
    name: "ended",
    title: "Outcome",
    by: "outcome",
    fits: 24,
    least: FOR_OUTCOME,
    about: "how it ended",
    draw: drawEnd,
  },
  {
    name: "life",
    title: "Lifetime",
    by: "start_ns",
    sortsBy: "start",
    isAxis: true,
    about: "from the first packet to the last",
    create: (cell) => cell.append(h("i", { class: "life-bar" })),
    draw: (cell, row, state) => drawLifetime(cell.firstChild, row, state.end, outcome(row).kind, row.protocol),
  },
  {
    name: "duration",
    title: "Duration",
    by: "duration_ns",
    fits: 14,
    least: FOR_OUTCOME,
    draw(cell, row, { end }) {
      setText(cell, briefly(durationNs(row, end)));
      cell.title = durationTitle(row);
    },
  },
  {
    name: "duration",
    title: "Duration",
    by: "duration_ns",
    fits: 24,
    below: FOR_OUTCOME,
    draw(cell, row, { end }) {
      const { short: word, kind } = outcome(row);
      const lived = briefly(durationNs(row, end));
      setText(cell, word === "closed" ? lived : `${word}, ${lived}`);
      cell.dataset.kind = kind;
      const [client, server] = ["client", "server"].map((side) => stateOf(row, side).text);
      cell.title = `${outcome(row).long}; client ${client}, server ${server}; ${durationTitle(row)}`;
    },
  },
  {
    name: "packets",
    title: "Packets",
    by: "packets",
    fits: 14,
    least: 620,
    draw: ofBoth("packets", count),
  },
  {
    name: "bytes",
    title: "Bytes",
    by: "bytes",
    fits: 12,
    least: 620,
    below: FOR_ENDS,
    about: "payload of both ends",
    draw: ofBoth("bytes", size),
  },
  {
    name: "client-bytes",
    title: "Sent",
    by: "client_bytes",
    sortsBy: "bytes from the client",
    fits: 12,
    least: FOR_ENDS,
    about: "payload from the client",
    draw: plain((row) => size(row.bytes[0])),
  },
  {
    name: "server-bytes",
    title: "Received",
    by: "server_bytes",
    sortsBy: "bytes from the server",
    fits: 12,
    least: FOR_ENDS,
    about: "payload from the server",
    draw: plain((row) => size(row.bytes[1])),
  },
  {
    name: "retransmissions",
    title: "Retrans.",
    by: "retransmissions",
    sortsBy: "retransmissions",
    fits: 12,
    least: FOR_ENDS,
    about: "retransmissions of both ends",
    draw: ofBoth("retransmissions", count),
  },
  {
    name: "handshake",
    title: "Handshake",
    by: "handshake_ns",
    fits: 14,
    least: FOR_ENDS,
    isUsual: false,
    about: "from the SYN to its last ACK",
    draw: plain((row) => (row.handshake_ns === null ? "" : duration(row.handshake_ns))),
  },
  {
    name: "missed",
    title: "Not captured",
    by: "missed_bytes",
    fits: 14,
    least: FOR_ENDS,
    isUsual: false,
    about: "bytes of both ends",
    draw: ofBoth("missed_bytes", size),
  },
  {
    name: "end",
    title: "End",
    by: "end_ns",
    fits: 20,
    least: FOR_ENDS,
    isUsual: false,
    about: "of its last packet",
    draw: plain((row) => exact(row.until_ns)),
  },
  {
    name: "zeek",
    title: "Zeek",
    by: "conn_state",
    sortsBy: "Zeek’s conn_state",
    fits: 24,
    least: FOR_ENDS,
    isUsual: false,
    about: "conn_state and history",
    draw: plain((row) => `${row.conn_state} ${row.history}`),
  },
];

/** For a list of two lines a row, which has no room for columns. */
export const AMOUNT = {
  name: "amount",
  title: "Packets, bytes",
  below: FOR_OUTCOME,
  draw: (cell, row) => setText(cell, `${counted(sum(row.packets), "packet")}, ${size(sum(row.bytes))}`),
};

/** Both ends in full, as [address, port]; an address that both have is given once. */
function wholePair(row) {
  const parts = (endpoint) => [endpoint.slice(0, endpoint.lastIndexOf(":")), `:${splitEndpoint(endpoint).port}`];
  const [client, server] = [parts(row.client), parts(row.server)];
  return { client, server: client[0] === server[0] ? ["", server[1]] : server };
}

/** "curl 5 → python3 8": the processes of both ends with the numbers of their descriptors. */
function drawProcesses(cell, { processes, fds }) {
  const [client, between, server] = cell.children;
  const text = (i) => (processes[i] === null ? "" : `${processes[i]} ${fds[i]}`);
  const isBoth = Boolean(text(0) && text(1));
  setText(client, text(0));
  setText(between, isBoth ? " → " : "");
  setText(server, text(1));
  cell.title = ["client", "server"].map((side, i) => text(i) && `${side}: fd ${fds[i]} in ${processes[i]}`)
    .filter(Boolean).join("\n");
}

function drawEnd(cell, row) {
  const { short, long, kind } = outcome(row);
  setText(cell, short);
  cell.dataset.kind = kind;
  cell.title = long;
}

const durationTitle = (row) =>
  `${row.duration_ns === null ? `${TIMES_GO_BACK}. ` : ""}packets from ${moment(row.at_ns)} to ${moment(row.until_ns)}`;
