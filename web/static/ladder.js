// The ladder of one connection as a list of items to draw: pure data, no document.

import { counted, duration } from "./format.js";
import { chapters } from "./phases.js";
import { answerLine, closeCode } from "./words.js";

export const SILENCE = 250e6; // ns without a packet that a row of its own tells of

/**
 * The packets of an unbroken run as items, without what stands above and below them.
 *
 * @param {object} run {packets, before, after, phases, events, exchanges, messages} as the server sends them; `before` and `after` are
 *   the packets next to the run, null at the connection's ends
 * @param {number} origin at_ns of the connection's first packet
 * @returns {object[]} items of kind "packet"; each has `before` and `after`, the pair of states {client, server} above and below its
 *   line, and its chapter and bracket
 */
export function rungs({ packets, before = null, after = null, phases, events, exchanges, messages }, origin) {
  const sentences = grouped(events, (event) => event.packet, (event) => event.sentence);
  const carried = cargo(exchanges, messages);
  const known = [before, ...packets, after].filter(Boolean);
  const places = placeInChapter(known, chapters(known, phases), { before, after }).slice(before ? 1 : 0);
  let [last, states] = [before, before ? statesOf(before) : begin(packets[0]).after];
  return packets.map((packet, index) => {
    const item = {
      kind: "packet",
      packet,
      quiet: last ? packet.at_ns - last.at_ns : 0,
      elapsed: packet.at_ns - origin,
      before: states,
      after: statesOf(packet),
      carries: carried.get(packet.number) ?? [],
      sentences: sentences.get(packet.number) ?? [],
      ...places[index],
    };
    [last, states] = [packet, item.after];
    return item;
  });
}

/**
 * The whole ladder of a connection that is there from its first to its last packet.
 *
 * @returns {object[]} items from top to bottom, of kind "start", "packet", "silence" or "end"
 */
export function ladder(detail) {
  const { packets } = detail;
  if (!packets.length) return [];
  const items = [begin(packets[0])];
  for (const item of rungs(detail, packets[0].at_ns)) {
    if (item.quiet >= SILENCE) items.push(silence(item));
    items.push(item);
  }
  items.push(end(items.at(-1).after));
  return items;
}

const statesOf = (packet) => ({ client: packet.client_state, server: packet.server_state });

/** What stands above the first packet. */
export function begin(first) {
  const fromTheStart = first.flags.includes("SYN");
  const states = fromTheStart ? { client: "CLOSED", server: "LISTEN" } : { client: null, server: null };
  return { kind: "start", before: states, after: states, fromTheStart, inferred: true };
}

function silence({ quiet, before, bracket }) {
  const inside = bracket === "inside" || bracket === "last" ? "inside" : "none";
  return { kind: "silence", ns: quiet, text: `${duration(quiet)} of silence`, before, after: before, bracket: inside };
}

/** What stands below the last packet. */
export function end(states) {
  return { kind: "end", before: states, after: states, sentences: [ENDS[endKind(states)]] };
}

const ENDS = {
  open: "The pipe is still open: either side may speak.",
  "time-wait": "How long TIME-WAIT lasts is not on the wire; on Linux it is a minute.",
  closing: "One side has not said goodbye yet.",
  closed: "Nothing is left of the pipe.",
};

function endKind({ client, server }) {
  if (client === "TIME-WAIT" || server === "TIME-WAIT") return "time-wait";
  if (client === "CLOSED" || server === "CLOSED") return "closed";
  return client === "ESTABLISHED" && server === "ESTABLISHED" ? "open" : "closing";
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
    if (request) items.push({ packet: request.packet, kind: "request", id, text: `${request.method} ${request.target}` });
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
