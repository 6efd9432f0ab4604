// The texts of a lane: title, outcome, origin, load, both ends.

import { FIRST_ERROR } from "../text/facts.js";
import { briefly, counted, duration, size } from "../text/format.js";
import { durationNs } from "../widgets/lifetime_bar.js";
import { splitEndpoint } from "../text/address.js";
import { outcome, protocolName, stateOf } from "../text/terms.js";

/** Left of a lane: the first request, or the protocol. */
export function laneTitle({ id, asks, protocol, exchanges: asked }) {
  return `#${id} ${asks ?? protocolName(protocol)}${asks && asked > 1 ? ` +${asked - 1}` : ""}`;
}

/** Right of a lane: texts [outcome, detail], and whether it is trouble; `end` is the last time on the timeline. */
export function laneOutcome(lane, end) {
  const { kind, short } = outcome(lane);
  if (kind === "trouble") return { texts: [short, briefly(lane.duration_ns)], isTrouble: true };
  if (lane.protocol === "websocket") {
    return { texts: [short, `${lane.messages[0]} ↑ ${lane.messages[1]} ↓`], isTrouble: false };
  }
  if (lane.exchanges) return exchanges(lane);
  return { texts: [short, briefly(durationNs(lane, end))], isTrouble: false };
}

function exchanges(lane) {
  const { exchanges: asked, status, wait_ns: wait, statuses, cut, is_open: isOpen, packets, missed_bytes: missed } =
    lane;
  const isUnseen = packets[1] === 0 || missed[1] > 0; // the response may be in what was not captured
  const missing = isUnseen ? "not seen" : isOpen ? "waiting" : "no response";
  const isTrouble = cut > 0 ||
    statuses.some(([code]) => (code === null ? missing === "no response" : code >= FIRST_ERROR));
  const name = (code) => (code === null ? missing : String(code || "–"));
  if (asked > 1) {
    return {
      texts: [
        [
          ...worstFirst(statuses).map(([code, times]) => `${times > 1 ? `${times} × ` : ""}${name(code)}`),
          ...(cut ? [`${cut} incomplete`] : []),
        ].join(", "),
      ],
      isTrouble,
    };
  }
  return {
    texts: [`${name(status)}${cut ? " incomplete" : ""}`, ...(wait === null ? [] : [`wait ${duration(wait)}`])],
    isTrouble,
  };
}

/** No response first, then errors, then the commonest, since a narrow screen cuts the end. */
const worstFirst = (statuses) => [...statuses].sort(([a, many], [b, more]) => weight(b) - weight(a) || more - many);
const weight = (code) => (code === null ? Infinity : code >= FIRST_ERROR ? code : 0);

/** Below the title, where there is room: the client; only its port where it is on this machine. Short for a phone. */
export function laneOrigin({ client }) {
  const { address, port } = splitEndpoint(client);
  return /^127\.|^::1$/.test(address) ? `port ${port}` : client;
}

/** Below the outcome: packets and duration. */
export function laneLoad(lane, end) {
  return `${counted(lane.packets[0] + lane.packets[1], "packet")} in ${duration(durationNs(lane, end))}`;
}

/** Beside an end's half of a tall lane: {address, port, sent, packets}; a narrow page hides address and packets. */
export function laneSide(lane, side) {
  const { address, port } = splitEndpoint(lane[side]);
  const i = side === "client" ? 0 : 1;
  return {
    address: address.includes(":") ? `[${address}]` : address,
    port: `:${port}`,
    sent: size(lane.bytes[i]),
    packets: ` in ${counted(lane.packets[i], "packet")}`,
  };
}

/** The lane in a sentence, for screen readers. */
export function laneSentence(lane, end) {
  const { long } = outcome(lane);
  const { texts } = laneOutcome(lane, end);
  const trouble = lane.trouble ? `, ${counted(lane.trouble, "problem")}` : "";
  const [client, server] = ["client", "server"].map((side) => stateOf(lane, side).text);
  return `${laneTitle(lane)}, ${protocolName(lane.protocol)}, ${long}, client ${client}, server ${server}, duration ${
    duration(durationNs(lane, end))
  }: ${texts.join(", ")}${trouble}`;
}

/** A server's name in the margin: its port, and its address where that is not this machine's own. */
export function serverName(server) {
  const { address, port } = splitEndpoint(server);
  return { port: `:${port}`, address: /^127\.|^::1$/.test(address) ? "" : address };
}
