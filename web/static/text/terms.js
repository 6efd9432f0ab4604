// What the tables' short names mean in plain words.

import { CLOSE_CODES, CLOSE_RANGES, CLOSING, OPENING, OUTCOMES, PROTOCOLS, STATES, VERDICTS } from "./facts.js";

/** How a TCP state (RFC 9293 §3.3.2) is drawn along a lifeline: the name of a band. */
export function band(state) {
  if (OPENING.includes(state)) return "opening";
  if (CLOSING.includes(state)) return "closing";
  if (state === "ESTABLISHED") return "established";
  if (state === "TIME-WAIT") return "time-wait";
  return "closed";
}

export const ASSUMED = "Assumed: no packet of this end has shown it.";
export const UNKNOWN = "Unknown: nothing of this end was seen.";

/** Which end sent nothing that was captured, so that nothing is known of its state; null for neither. */
export function silentEnd({ packets: [client, server] }) {
  return client ? (server ? null : "server") : "client";
}

/** An end's state in a row of a table of packets or connections: {name: null where it is unknown, isAssumed, text, why}. */
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

/** The mark of a packet that was captured before, at another place of its way or by the same interface: it tells nothing new. */
export const DUPLICATE = {
  name: "captured before",
  isTrouble: false,
  meaning: "The same packet was captured before, at another place or once more at this one. It is not judged again.",
};

/** What is said of a packet: {name, isTrouble, meaning} for each verdict. */
export function marksOf({ verdicts, duplicate = false }) {
  return duplicate ? [DUPLICATE] : verdicts.map(verdict);
}

/** A verdict in words, by its name in the tables. */
export const verdict = (name) => VERDICTS[name] ?? { name, isTrouble: false, meaning: "" };

/** What became of a connection, in a short and a long word: how the server judged it, and who did what. */
export function outcome(row) {
  const { packets: [sent] } = row;
  const ends = { ...row, seen: sent ? "client" : "server", unseen: sent ? "server" : "client" };
  const { kind, short, long } = OUTCOMES[row.outcome];
  const filled = long.replace(/\{(\w+)\}/g, (_, name) => ends[name]);
  return { kind, short, long: filled + (WHO[row.outcome]?.(ends) ?? "") };
}

/** What there is to add to an outcome's sentence, as far as it is known. */
const WHO = {
  closing: ({ closed_by: by }) => (by ? ` by the ${by}` : ""),
  closed: ({ closed_by: by, reset_by: reset }) =>
    `${by ? ` by the ${by} first` : ""}${reset ? `, then RST from the ${reset}` : ""}`,
  reset: ({ packets, unseen }) => (packets.includes(0) ? `; nothing of the ${unseen} in the capture` : ""),
  unanswered: ({ closed_by: by }) => (by ? `; the ${by} sent FIN` : ""),
  half_seen_closed: ({ seen }) => `; the ${seen} sent FIN`,
};

/** Whether nothing shows that a connection came about: what was asked for was given up before an ACK, a byte or a FIN. */
export function neverBuilt({ outcome: became, history = "" }) {
  return ["refused", "unanswered", "stray"].includes(became) || (became === "reset" && !/[adf]/i.test(history));
}

/** What tells a connection's network from others, as "VLAN 10.20, VXLAN 7"; "" where nothing does. */
export const networkOf = ({ vlan, tunnel }) => [vlan && `VLAN ${vlan.join(".")}`, tunnel].filter(Boolean).join(", ");

/** What a connection speaks, as people write it. */
export const protocolName = (protocol) => PROTOCOLS[protocol] ?? protocol;

/** An HTTP response in a line; one of HTTP/0.9 has neither status nor fields (RFC 1945 §3.1). */
export const answerLine = ({ status, reason }) => (status ? `${status} ${reason}`.trim() : "answer without a head");

/** A close code in words. */
export const closeCode = (code) => CLOSE_CODES[code] ?? CLOSE_RANGES.findLast(([first]) => code >= first)[1];
