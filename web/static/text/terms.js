// Names in the tables as words: states, verdicts, outcomes, protocols, close codes.

import {
  CLOSE_CODES,
  CLOSE_RANGES,
  CLOSING,
  NO_STATUS,
  OPENING,
  OUTCOMES,
  PROTOCOLS,
  STATES,
  VERDICTS,
} from "./facts.js";

/** How a TCP state (RFC 9293 §3.3.2) is drawn along a lifeline: the name of a band. */
export function band(state) {
  if (OPENING.includes(state)) return "opening";
  if (CLOSING.includes(state)) return "closing";
  if (state === "ESTABLISHED") return "established";
  if (state === "TIME-WAIT") return "time-wait";
  return "closed";
}

export const ASSUMED = "Assumed: no packet of this end has shown it.";
export const UNKNOWN = "Unknown: nothing from this end was captured.";

/**
 * An end's state in a row of packets or connections.
 *
 * @returns {{name: string | null, isAssumed: boolean, text: string, why: string}} `name` is null where it is unknown
 */
export function stateOf(row, side) {
  if (row.silent === side) return { name: null, isAssumed: false, text: "unknown", why: UNKNOWN };
  const [name, isAssumed] = [row[`${side}_state`], Boolean(row[`${side}_state_assumed`])];
  return {
    name,
    isAssumed,
    text: isAssumed ? `${name} (assumed)` : name,
    why: `${STATES[name] ?? ""}${isAssumed ? ` ${ASSUMED}` : ""}`,
  };
}

/** The mark of a packet that was captured more than once. */
export const DUPLICATE = {
  name: "captured before",
  isTrouble: false,
  meaning: "The same packet was captured before, on another interface or twice on this one. It is not analysed again.",
};

/** A packet's verdicts, each {name, isTrouble, meaning}. */
export function marksOf({ verdicts, duplicate = false }) {
  return duplicate ? [DUPLICATE] : verdicts.map(verdict);
}

/** A verdict by its name in the tables. */
export const verdict = (name) => VERDICTS[name] ?? { name, isTrouble: false, meaning: "" };

/** The outcome of a connection: {kind, short, long}. */
export function outcome(row) {
  const { packets: [sent] } = row;
  const ends = { ...row, seen: sent ? "client" : "server", unseen: sent ? "server" : "client" };
  const { kind, short, long } = OUTCOMES[row.outcome];
  const filled = long.replace(/\{(\w+)\}/g, (_, name) => ends[name]);
  return { kind, short, long: filled + (WHO[row.outcome]?.(ends) ?? "") };
}

/** What each outcome's sentence ends with: which side did it, as far as it is known. */
const WHO = {
  closing: ({ closed_by: by }) => (by ? ` by the ${by}` : ""),
  closed: ({ closed_by: by, reset_by: reset }) =>
    `${by ? ` by the ${by} first` : ""}${reset ? `, then RST from the ${reset}` : ""}`,
  reset: ({ packets, unseen }) => (packets.includes(0) ? `; no packets from the ${unseen} captured` : ""),
  unanswered: ({ closed_by: by }) => (by ? `; the ${by} sent FIN` : ""),
  half_seen_closed: ({ seen }) => `; the ${seen} sent FIN`,
};

/** The name of a protocol. */
export const protocolName = (protocol) => PROTOCOLS[protocol] ?? protocol;

/** An HTTP response in a line; one of HTTP/0.9 has no status (RFC 1945 §3.1). */
export function statusLine({ status, reason }) {
  return status ? `${status} ${reason}`.trim() : NO_STATUS;
}

/** A close code in words. */
export const closeCode = (code) => CLOSE_CODES[code] ?? CLOSE_RANGES.findLast(([first]) => code >= first)[1];

/** How a capture filter limits the sockets shown. */
export const captureFilterText = (filter) =>
  `Capture filter “${filter}”: only sockets whose addresses and ports it could match. ` +
  "Other conditions, such as MAC addresses, VLANs or flags, cannot be checked on a socket.";
