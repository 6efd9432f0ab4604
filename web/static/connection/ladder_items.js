// The ladder of one connection as a list of items to draw: pure data, no document.

import { counted, duration } from "../text/format.js";
import { chapters } from "./phases.js";
import { answerLine, closeCode, silentEnd, stateOf } from "../text/terms.js";

export const SILENCE = 250e6; // ns without a packet that a row of its own tells of

/**
 * The packets of an unbroken run as items, without what stands above and below them.
 *
 * @param {object} run {packets, before, after, phases, events, exchanges, messages} as the server sends them; `before` and `after` are
 *   the packets next to the run, null at the connection's ends
 * @param {object} connection its row
 * @returns {object[]} items of kind "packet"; each has `before` and `after`, the pair of states {client, server} above and below its
 *   line, and its chapter and bracket
 */
export function rungs({ packets, before = null, after = null, phases, events, exchanges, messages }, connection) {
  const sentences = grouped(events, (event) => event.packet, (event) => event.sentence);
  const carried = cargo(exchanges, messages);
  const known = [before, ...packets, after].filter(Boolean);
  const places = placeInChapter(known, chapters(known, phases), { before, after }).slice(before ? 1 : 0);
  const silent = silentEnd(connection);
  let states = before ? statesOf(before, silent) : begin(packets[0], connection).after;
  return packets.map((packet, index) => {
    const item = {
      kind: "packet",
      packet,
      quiet: packet.quiet_ns,
      elapsed: packet.elapsed_ns,
      before: states,
      after: statesOf(packet, silent),
      carries: carried.get(packet.number) ?? [],
      sentences: sentences.get(packet.number) ?? [],
      ...places[index],
    };
    states = item.after;
    return item;
  });
}

/**
 * The whole ladder of a connection that is there from its first to its last packet.
 *
 * @returns {object[]} items from top to bottom, of kind "start", "packet", "silence" or "end"
 */
export function ladder(detail) {
  const { packets, connection } = detail;
  if (!packets.length) return [];
  const items = [begin(packets[0], connection)];
  for (const item of rungs(detail, connection)) {
    if (item.quiet >= SILENCE) items.push(silence(item));
    items.push(item);
  }
  items.push(end(items.at(-1).after, connection));
  return items;
}

/** Both ends' states after a packet, null where unknown, and which of them are only assumed. */
function statesOf(packet, silent) {
  const [client, server] = ["client", "server"].map((side) => stateOf({ ...packet, silent }, side));
  return { client: client.name, server: server.name, assumed: { client: client.isAssumed, server: server.isAssumed } };
}

/** What stands above the first packet: where that is a SYN, the states from which its sender and its receiver came to theirs. */
export function begin(first, connection) {
  const fromTheStart = first.flags.includes("SYN") && !first.flags.includes("ACK");
  const after = statesOf(first, silentEnd(connection));
  const to = first.direction === "client" ? "server" : "client";
  const states = fromTheStart
    ? { ...after, [first.direction]: "CLOSED", [to]: after[to] === "SYN-RECEIVED" ? "LISTEN" : after[to] }
    : { client: null, server: null, assumed: { client: false, server: false } };
  const text = fromTheStart ? "" : `The first packet is ${first.flags.includes("SYN") ? "a SYN-ACK" : "no SYN"}`;
  return { kind: "start", before: states, after: states, fromTheStart, text };
}

function silence({ quiet, before, bracket }) {
  const inside = bracket === "inside" || bracket === "last" ? "inside" : "none";
  return { kind: "silence", ns: quiet, text: `${duration(quiet)} of silence`, before, after: before, bracket: inside };
}

/** What stands below the last packet. */
export function end(states, connection) {
  const { packets: [sent], reset_by: resetter } = connection;
  const names = { unseen: sent ? "server" : "client", seen: sent ? "client" : "server", resetter };
  return { kind: "end", before: states, after: states, sentences: [ENDS[endKind(states, connection)](names)] };
}

const ENDS = {
  unanswered: () => "No answer was seen. Whether the client still waits is not on the wire.",
  refused: () => "The pipe was never built.",
  half_seen: ({ unseen }) => `Of the ${unseen} nothing was seen: what it did is not in the capture.`,
  reset: ({ resetter }) => `The ${resetter} has reset the connection.`,
  reset_unseen: ({ resetter, unseen }) => `The ${resetter} has sent RST. Of the ${unseen} nothing was seen.`,
  stray: ({ resetter }) => `The ${resetter} sent RST. Whether there was a connection is not in the capture.`,
  opening: () => "The pipe is not built yet.",
  open: () => "The pipe is open at the last packet: either side may speak.",
  "time-wait": () => "How long TIME-WAIT lasts is not on the wire; on Linux it is a minute.",
  half: () => "One side has closed; the other may still send.",
  closing: () => "Both sides have sent FIN; that the last was acknowledged is not in the capture.",
  closed: () => "The connection is over.",
};

function endKind({ client, server }, { outcome, packets }) {
  if (outcome === "reset") return packets.includes(0) ? "reset_unseen" : "reset";
  if (outcome === "half_seen_closed") return "half_seen";
  if (outcome === "closing") return "half";
  if (outcome !== "closed") return outcome;
  if ([client, server].includes("TIME-WAIT")) return "time-wait";
  return client === "CLOSED" || server === "CLOSED" ? "closed" : "closing";
}

/** For each packet: {chapter (its title, on its first packet only), bracket: single, first, inside or last}. */
function placeInChapter(packets, found, { before, after }) {
  return found.flatMap(({ title, first, last }) => {
    // At the edge of a run the chapter may go on beyond: its neighbour there says only that it does.
    const [opens, closes] = [first > 0 || !before, last < packets.length - 1 || !after];
    return Array.from({ length: last - first + 1 }, (_, i) => {
      const [isFirst, isLast] = [i === 0 && opens, first + i === last && closes];
      const bracket = isFirst && isLast ? "single" : isFirst ? "first" : isLast ? "last" : "inside";
      return { chapter: isFirst ? title : null, bracket };
    });
  });
}

/** What packets carry, by packet number: {kind: request, response or message, text}. */
function cargo(exchanges, messages) {
  const items = [];
  for (const { id, request, response, informational } of exchanges) {
    if (request) {
      items.push({ packet: request.packet, kind: "request", id, text: `${request.method} ${request.target}` });
    }
    for (const said of [...informational, response].filter(Boolean)) {
      items.push({ packet: said.packet, kind: "response", id, text: answerLine(said) });
    }
  }
  for (const message of messages) {
    items.push({ packet: message.first_packet, kind: "message", id: message.id, text: messageText(message) });
  }
  return grouped(items, (item) => item.packet, (item) => item);
}

/** A WebSocket message in a line: “Hi”, or what it is where it is no text. */
export function messageText({ kind, text, bytes, close_code: code }) {
  if (kind === "text") return `“${text ?? ""}”`;
  if (kind === "close") return code === null ? "close" : `close ${code}, ${closeCode(code)}`;
  return text ? `${kind} “${text}”` : `${kind}, ${counted(bytes, "byte")}`;
}

function grouped(rows, key, value) {
  const groups = new Map();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(value(row));
    else groups.set(key(row), [value(row)]);
  }
  return groups;
}
