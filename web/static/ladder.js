// The ladder of one connection as a list of items to draw: pure data, no document.

import { counted, duration } from "./format.js";
import { chapters } from "./phases.js";
import { answerLine, closeCode } from "./words.js";

const SILENCE = 250e6; // ns without a packet that a row of its own tells of

/**
 * @param {object} detail {connection, packets, phases, events, exchanges, messages} as the server sends them
 * @param {boolean} isComplete whether `packets` holds all packets of the connection
 * @returns {object[]} items from top to bottom. kind "start", "packet", "silence" or "end"; each has `before` and `after`, the pair
 *   of states {client, server} above and below its line
 */
export function ladder({ packets, phases, events, exchanges, messages }, isComplete) {
  if (!packets.length) return [];
  const sentences = grouped(events, (event) => event.packet, (event) => event.sentence);
  const carried = cargo(exchanges, messages);
  const places = placeInChapter(chapters(packets, phases));
  const items = [start(packets[0])];
  packets.forEach((packet, index) => {
    const before = items.at(-1).after;
    const quiet = index ? packet.at_ns - packets[index - 1].at_ns : 0;
    if (quiet >= SILENCE) items.push(silence(quiet, before, places[index]));
    items.push({
      kind: "packet",
      packet,
      quiet,
      elapsed: packet.at_ns - packets[0].at_ns,
      before,
      after: { client: packet.client_state, server: packet.server_state },
      carries: carried.get(packet.number) ?? [],
      sentences: sentences.get(packet.number) ?? [],
      ...places[index],
    });
  });
  if (isComplete) items.push(end(items.at(-1).after));
  return items;
}

function start(first) {
  const fromTheStart = first.flags.includes("SYN");
  const states = fromTheStart ? { client: "CLOSED", server: "LISTEN" } : { client: null, server: null };
  return { kind: "start", before: states, after: states, fromTheStart, inferred: true };
}

function silence(ns, states, next) {
  const bracket = next.bracket === "inside" || next.bracket === "last" ? "inside" : "none";
  return { kind: "silence", ns, text: `${duration(ns)} of silence`, before: states, after: states, bracket };
}

function end(states) {
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
function placeInChapter(found) {
  return found.flatMap(({ title, first, last }) => Array.from({ length: last - first + 1 }, (_, i) => ({
    chapter: i === 0 ? title : null,
    bracket: first === last ? "single" : i === 0 ? "first" : first + i === last ? "last" : "inside",
  })));
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

const STORY_TOP = 7; // pixels from the top of a row to its story
const BETWEEN = 6; // pixels between two stories

/**
 * Heights of rows whose stories stand beside them: a long story hangs down past rows that have none, and only pushes away the
 * next row that tells something.
 *
 * @param {number[]} least the height each row needs by itself
 * @param {number[]} stories the height of each row's story; 0 for none
 */
export function rowHeights(least, stories) {
  const heights = [...least];
  let [top, free] = [0, 0]; // of the row in hand; where the story before it ends
  least.forEach((height, index) => {
    if (stories[index]) {
      const missing = Math.max(free + BETWEEN - (top + STORY_TOP), 0);
      if (index) heights[index - 1] += missing;
      top += missing;
      free = top + STORY_TOP + stories[index];
    }
    top += height;
  });
  if (heights.length) heights[heights.length - 1] += Math.max(free + BETWEEN - top, 0);
  return heights;
}
