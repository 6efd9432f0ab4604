// What the tables' short names mean in plain words.

const OPENING = new Set(["SYN-SENT", "SYN-RECEIVED"]);
const CLOSING = new Set(["FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK"]);

/** How a TCP state (RFC 9293 §3.3.2) is drawn along a lifeline: the name of a band. */
export function band(state) {
  if (OPENING.has(state)) return "opening";
  if (CLOSING.has(state)) return "closing";
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

/** What each TCP state means for the side that is in it. */
export const STATES = {
  CLOSED: "There is no connection, or no longer one.",
  LISTEN: "Waiting for somebody to ask for a connection.",
  "SYN-SENT": "Has asked for a connection and waits for the answer.",
  "SYN-RECEIVED": "Has been asked and has agreed; waits for the confirmation.",
  ESTABLISHED: "The connection is open: this side may send and receive.",
  "FIN-WAIT-1": "Has sent its FIN, or will when what it has left to send is out; waits for that to be acknowledged.",
  "FIN-WAIT-2": "Its FIN has been acknowledged; the other side may still send.",
  "CLOSE-WAIT": "The other side has sent its FIN; this side may still send.",
  CLOSING: "Has the other side’s FIN, sent before its own had arrived there; waits for the acknowledgment.",
  "LAST-ACK": "Was the second to close; waits for the last acknowledgment.",
  "TIME-WAIT":
    "Closed; keeps the pair of sockets for a while, to repeat its last ACK if the other end's FIN comes again, and so that stray packets are not taken for a new connection's.",
};

/** What a packet is, as TCP's analysis knows it, and whether that is a sign of trouble. Where tshark's rule misnames one, this is the right name. */
export const VERDICTS = {
  retransmission: [
    "retransmission",
    true,
    "Bytes, a SYN or a FIN that were sent before are sent again, and had not all been acknowledged.",
  ],
  fast_retransmission: [
    "fast retransmission",
    true,
    "Sent again soon after duplicate acknowledgments, which most often come when something is missing or overtaken.",
  ],
  spurious_retransmission: [
    "needless retransmission",
    true,
    "Sent again although an acknowledgment of it had been captured.",
  ],
  out_of_order: ["out of order", true, "Captured after bytes that come behind it in the stream."],
  lost_segment: [
    "gap before this",
    true,
    "Bytes before this packet have not been captured yet: lost, overtaken, or missed by the capture.",
  ],
  ack_lost_segment: [
    "acknowledges unseen bytes",
    true,
    "It acknowledges bytes of the other side that have not been captured.",
  ],
  duplicate_ack: [
    "duplicate acknowledgement",
    false,
    "The same acknowledgment again, as when a segment arrives that is not the next one.",
  ],
  window_update: [
    "window update",
    false,
    "It repeats the numbers of its sender’s packet before; the receive window is another.",
  ],
  zero_window: ["window closed", true, "The receiver has no room left: the sender must wait."],
  zero_window_probe: ["window probe", false, "Sent to find out whether there is room again."],
  zero_window_probe_ack: ["answer to a window probe", false, "Still no room."],
  empty_window_probe: [
    "window probe",
    false,
    "Sent without a byte to find out whether there is room again, as Linux does; tshark calls it a keep-alive.",
  ],
  crossed_syn_ack: [
    "answer to a crossed SYN",
    false,
    "The SYN-ACK of an end whose own SYN crossed its peer's; tshark calls it a retransmission.",
  ],
  window_full: ["window full", true, "The sender has filled all the room the receiver had offered."],
  keep_alive: ["keep-alive", false, "Repeats the number before its next, so that the other end must answer."],
  keep_alive_ack: ["answer to a keep-alive", false, "Still there."],
  reused_ports: [
    "ports used again",
    false,
    "An earlier connection had the same two sockets: lawful when that one is over.",
  ],
};

/** The mark of a packet that was captured before, at another place of its way or by the same interface: it tells nothing new. */
export const DUPLICATE = [
  "captured before",
  false,
  "The same packet was captured before, at another place or once more at this one. It is not judged again.",
];

/** What is said of a packet: [name, whether it is a sign of trouble, why] for each verdict. */
export function marksOf({ verdicts, duplicate = false }) {
  return duplicate ? [DUPLICATE] : verdicts.map((name) => VERDICTS[name] ?? [name, false, ""]);
}

/** What became of a connection, in a short and a long word: how the server judged it, and who did what. */
export function outcome(row) {
  const { packets: [sent] } = row;
  const [seen, unseen] = sent ? ["client", "server"] : ["server", "client"];
  return OUTCOMES[row.outcome]({ ...row, seen, unseen });
}

const of = (side) => (side ? ` by the ${side}` : "");

const OUTCOMES = {
  open: () => ({ kind: "open", short: "open", long: "open" }),
  opening: () => ({ kind: "open", short: "opening", long: "being opened" }),
  closing: ({ closed_by: by }) => ({ kind: "open", short: "closing", long: `TCP half closed${of(by)}` }),
  closed: ({ closed_by: by, reset_by: reset }) => ({
    kind: "closed",
    short: "closed",
    long: `TCP closed${by ? `${of(by)} first` : ""}${reset ? `, then RST from the ${reset}` : ""}`,
  }),
  reset: ({ reset_by: by, unseen, packets }) => ({
    kind: "trouble",
    short: "reset",
    long: `TCP reset by the ${by}${packets.includes(0) ? `; nothing of the ${unseen} in the capture` : ""}`,
  }),
  refused: () => ({ kind: "trouble", short: "refused", long: "refused by the server" }),
  unanswered: ({ closed_by: by }) => ({
    kind: "trouble",
    short: "no answer",
    long: `no answer in the capture${by ? `; the ${by} sent FIN` : ""}`,
  }),
  stray: ({ reset_by: by }) => ({ kind: "trouble", short: "RST", long: `RST from the ${by}, and no connection seen` }),
  half_seen: ({ unseen }) => ({ kind: "open", short: "half seen", long: `nothing of the ${unseen} in the capture` }),
  half_seen_closed: ({ seen, unseen }) => ({
    kind: "closed",
    short: "half seen",
    long: `nothing of the ${unseen} in the capture; the ${seen} sent FIN`,
  }),
};

/** Whether nothing shows that a connection came about: what was asked for was given up before an ACK, a byte or a FIN. */
export function neverBuilt({ outcome: became, history = "" }) {
  return ["refused", "unanswered", "stray"].includes(became) || (became === "reset" && !/[adf]/i.test(history));
}

const PROTOCOLS = {
  http: "HTTP",
  websocket: "WebSocket",
  http2: "HTTP/2",
  tls: "TLS",
  tunnel: "tunnel",
  unknown: "TCP",
};

/** What a connection speaks, as people write it. */
/** What tells a connection's network from others, as "VLAN 10.20, VXLAN 7"; "" where nothing does. */
export const networkOf = ({ vlan, tunnel }) => [vlan && `VLAN ${vlan.join(".")}`, tunnel].filter(Boolean).join(", ");

export const protocolName = (protocol) => PROTOCOLS[protocol] ?? protocol;

/** An HTTP response in a line; one of HTTP/0.9 has neither status nor fields (RFC 1945 §3.1). */
export const answerLine = ({ status, reason }) => (status ? `${status} ${reason}`.trim() : "answer without a head");

// RFC 6455 §7.4.1 and the registry it founded.
const CLOSE_CODES = {
  1000: "normal closure",
  1001: "going away",
  1002: "protocol error",
  1003: "cannot accept this kind of data",
  1005: "no code given",
  1006: "lost without a close frame",
  1007: "the data was not valid",
  1008: "against the policy",
  1009: "message too big",
  1010: "a needed extension is missing",
  1011: "an unexpected condition",
  1012: "the service restarts",
  1013: "try again later",
  1014: "bad gateway",
  1015: "TLS failed",
};

/** A close code in words (RFC 6455 §7.4.2: who gives meaning to which numbers). */
export function closeCode(code) {
  if (CLOSE_CODES[code]) return CLOSE_CODES[code];
  if (code < 1000 || code > 4999) return "not a close code";
  if (code >= 4000) return "a code of the application’s own";
  return code >= 3000 ? "a code registered for a library or an application" : "a reserved code";
}
