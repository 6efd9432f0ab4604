// The ladder of a connection as a list of rows to draw; no DOM.

import { duration } from "../text/format.js";
import { phaseRuns } from "./phases.js";
import { stateOf } from "../text/terms.js";

/** @import { ConnectionRow, LadderPacket, LadderRun } from "../types/rows.d.ts" */

/** @typedef {{client: boolean, server: boolean}} Assumed which states no packet of their end has shown */
/** @typedef {{client: string | null, server: string | null, assumed: Assumed}} States null where unknown */

/**
 * A row of the ladder.
 *
 * @typedef {object} LadderItem
 * @property {"start" | "packet" | "silence" | "end" | "pending"} kind
 * @property {States} before both ends' states above the row's line
 * @property {States} after and below it
 * @property {LadderPacket} [packet]
 * @property {number | null} [quiet] ns since the packet before
 * @property {number | null} [elapsed] ns since the connection's first packet
 * @property {string[]} [sentences] of the story
 * @property {string | null} [phase] title of the phase that begins here
 * @property {"single" | "first" | "inside" | "last" | "none"} [bracket] its place in the phase's bracket
 * @property {number} [ns] how long a silence lasts
 * @property {string} [text] of a row without a packet
 * @property {boolean} [fromTheStart] whether the connection's first packet is a SYN
 */

export const SILENCE = 250e6; // ns without a packet that get a row of their own

/**
 * The rows of an unbroken run of packets, without the rows above and below it.
 *
 * @param {LadderRun} run `before` and `after` are the packets next to it, null at the connection's ends
 * @param {ConnectionRow} connection
 * @returns {LadderItem[]} of kind "packet"
 */
export function rungs({ packets, before = null, after = null, phases, events }, connection) {
  const sentences = grouped(events, (event) => event.packet, (event) => event.sentence);
  const known = [before, ...packets, after].filter(Boolean);
  const places = placeInPhase(known, phaseRuns(known, phases), { before, after }).slice(before ? 1 : 0);
  const { silent } = connection;
  let states = before ? statesOf(before, silent) : begin(packets[0], connection).after;
  return packets.map((packet, index) => {
    /** @type {LadderItem} */
    const item = {
      kind: "packet",
      packet,
      quiet: packet.quiet_ns,
      elapsed: packet.elapsed_ns,
      before: states,
      after: statesOf(packet, silent),
      sentences: sentences.get(packet.number) ?? [],
      ...places[index],
    };
    states = item.after;
    return item;
  });
}

/**
 * All rows of a connection that is held from its first to its last packet.
 *
 * @param {LadderRun & {connection: ConnectionRow}} detail
 * @returns {LadderItem[]} from top to bottom
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

/**
 * Both ends' states after a packet.
 *
 * @param {LadderPacket} packet
 * @param {import("../types/rows.d.ts").Side | null} silent
 * @returns {States}
 */
function statesOf(packet, silent) {
  const [client, server] = ["client", "server"].map((side) => stateOf({ ...packet, silent }, side));
  return { client: client.name, server: server.name, assumed: { client: client.isAssumed, server: server.isAssumed } };
}

/**
 * The row above the first packet; where that is a SYN, it has both ends' states before it.
 *
 * @param {LadderPacket} first
 * @param {ConnectionRow} connection
 * @returns {LadderItem}
 */
export function begin(first, connection) {
  const fromTheStart = first.flags.includes("SYN") && !first.flags.includes("ACK");
  const after = statesOf(first, connection.silent);
  const to = first.direction === "client" ? "server" : "client";
  const states = fromTheStart
    ? { ...after, [first.direction]: "CLOSED", [to]: after[to] === "SYN-RECEIVED" ? "LISTEN" : after[to] }
    : { client: null, server: null, assumed: { client: false, server: false } };
  const text = fromTheStart ? "" : first.flags.includes("SYN") ? "Begins with a SYN-ACK" : "Captured mid-stream";
  return { kind: "start", before: states, after: states, fromTheStart, text };
}

/**
 * @param {LadderItem} item
 * @returns {LadderItem}
 */
function silence({ quiet, before, bracket }) {
  const inside = bracket === "inside" || bracket === "last" ? "inside" : "none";
  return {
    kind: "silence",
    ns: quiet,
    text: `${duration(quiet)} without packets`,
    before,
    after: before,
    bracket: inside,
  };
}

/**
 * The row below the last packet.
 *
 * @param {States} states
 * @param {ConnectionRow} connection
 * @returns {LadderItem}
 */
export function end(states, connection) {
  const { packets: [sent], reset_by: resetter } = connection;
  const names = { unseen: sent ? "server" : "client", seen: sent ? "client" : "server", resetter };
  return { kind: "end", before: states, after: states, sentences: [ENDS[endKind(states, connection)](names)] };
}

const ENDS = {
  unanswered: () => "No answer was seen. Packets cannot show whether the client still waits.",
  refused: () => "The connection was never established.",
  half_seen: ({ unseen }) => `Nothing from the ${unseen} was captured; its state is unknown.`,
  reset: ({ resetter }) => `The ${resetter} reset the connection.`,
  reset_unseen: ({ resetter, unseen }) => `The ${resetter} sent RST. Nothing from the ${unseen} was captured.`,
  stray: ({ resetter }) => `The ${resetter} sent RST. The capture does not show whether there was a connection.`,
  opening: () => "The connection is not established yet.",
  open: () => "The connection is open at the last packet: either side may send.",
  "time-wait": () => "Packets cannot show how long TIME-WAIT lasts; on Linux it is a minute.",
  half: () => "One side has sent FIN; the other may still send.",
  closing: () => "Both sides have sent FIN; the ACK of the last FIN is not in the capture.",
  closed: () => "The connection is closed.",
};

function endKind({ client, server }, { outcome, packets }) {
  if (outcome === "reset") return packets.includes(0) ? "reset_unseen" : "reset";
  if (outcome === "half_seen_closed") return "half_seen";
  if (outcome === "closing") return "half";
  if (outcome !== "closed") return outcome;
  if ([client, server].includes("TIME-WAIT")) return "time-wait";
  return client === "CLOSED" || server === "CLOSED" ? "closed" : "closing";
}

/** For each packet: {phase (its title, on the first packet of it only), bracket: single, first, inside or last}. */
function placeInPhase(packets, found, { before, after }) {
  return found.flatMap(({ title, first, last }) => {
    // A phase may continue beyond the run; the packet next to the run shows only whether it does.
    const [opens, closes] = [first > 0 || !before, last < packets.length - 1 || !after];
    return Array.from({ length: last - first + 1 }, (_, i) => {
      const [isFirst, isLast] = [i === 0 && opens, first + i === last && closes];
      const bracket = isFirst && isLast ? "single" : isFirst ? "first" : isLast ? "last" : "inside";
      return { phase: isFirst ? title : null, bracket };
    });
  });
}

/**
 * @template Row, Value
 * @param {Row[]} rows
 * @param {(row: Row) => number} key
 * @param {(row: Row) => Value} value
 * @returns {Map<number, Value[]>}
 */
function grouped(rows, key, value) {
  const groups = new Map();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(value(row));
    else groups.set(key(row), [value(row)]);
  }
  return groups;
}
