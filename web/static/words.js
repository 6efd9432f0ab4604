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

/** What each TCP state means for the side that is in it. */
export const STATES = {
  CLOSED: "There is no connection, or no longer one.",
  LISTEN: "Waiting for somebody to ask for a connection.",
  "SYN-SENT": "Has asked for a connection and waits for the answer.",
  "SYN-RECEIVED": "Has been asked and has agreed; waits for the confirmation.",
  ESTABLISHED: "The connection is open: this side may send and receive.",
  "FIN-WAIT-1": "Has said that it will send no more; waits for that to be acknowledged.",
  "FIN-WAIT-2": "Its goodbye has been acknowledged; the other side may still send.",
  "CLOSE-WAIT": "The other side has said goodbye; this side may still send.",
  CLOSING: "Both said goodbye at the same time; waits for the acknowledgement.",
  "LAST-ACK": "Has said goodbye as the second; waits for the last acknowledgement.",
  "TIME-WAIT": "All is said; keeps the pair of sockets for a while, so that stray packets find no new connection.",
};

/** What TCP's analysis says of a packet, and whether it is a sign of trouble. */
export const VERDICTS = {
  retransmission: ["retransmission", true, "Bytes that were sent before are sent again: the first time they, or their acknowledgement, got lost."],
  fast_retransmission: ["fast retransmission", true, "Sent again because duplicate acknowledgements told that it was missing."],
  spurious_retransmission: ["needless retransmission", true, "Sent again although it had been acknowledged already."],
  out_of_order: ["out of order", true, "Arrived after bytes that were sent later."],
  lost_segment: ["gap before this", true, "Bytes before this packet are not in the capture."],
  ack_lost_segment: ["acknowledges unseen bytes", true, "The other side received bytes that are not in the capture."],
  duplicate_ack: ["duplicate acknowledgement", false, "The same acknowledgement again: something after it is missing, or came out of order."],
  window_update: ["window update", false, "There is room for more bytes again."],
  zero_window: ["window closed", true, "The receiver has no room left: the sender must wait."],
  zero_window_probe: ["window probe", false, "One byte to find out whether there is room again."],
  zero_window_probe_ack: ["answer to a window probe", false, "Still no room."],
  window_full: ["window full", true, "The sender has filled all the room the receiver had offered."],
  keep_alive: ["keep-alive", false, "Sent only to see whether the other side is still there."],
  keep_alive_ack: ["answer to a keep-alive", false, "Still there."],
  reused_ports: ["ports used again", false, "An earlier connection had the same two sockets."],
};

/** Short and long word for how a connection stands or ended, from Zeek's conn_state and the TCP states. */
export function outcome({ conn_state, client_state, server_state, closed_by }) {
  const by = closed_by ? ` by the ${closed_by}` : "";
  switch (conn_state) {
    case "S0": return { kind: "trouble", short: "no answer", long: "asked for, never answered" };
    case "REJ": return { kind: "trouble", short: "refused", long: "refused by the server" };
    case "RSTO": case "RSTR": case "RSTOS0": case "RSTRH":
      return { kind: "trouble", short: "reset", long: `reset${by}` };
    case "SF": return { kind: "closed", short: "closed", long: `closed${by}` };
    case "S2": case "S3": case "SH": case "SHR":
      return { kind: "open", short: "closing", long: `half closed${by}` };
    default: return standing(client_state, server_state);
  }
}

function standing(client, server) {
  const bands = [band(client), band(server)];
  if (bands.includes("opening")) return { kind: "open", short: "opening", long: "being opened" };
  if (bands.includes("established")) return { kind: "open", short: "open", long: "open" };
  return { kind: "closed", short: "closed", long: "closed" };
}

const PROTOCOLS = { http: "HTTP", websocket: "WebSocket", tls: "TLS", tunnel: "tunnel", unknown: "TCP" };

/** What a connection speaks, as people write it. */
export const protocolName = (protocol) => PROTOCOLS[protocol] ?? protocol;

/** An HTTP response in a line; one of HTTP/0.9 has neither status nor fields (RFC 1945 §3.1). */
export const answerLine = ({ status, reason }) => (status ? `${status} ${reason}`.trim() : "answer without a head");

// RFC 6455 §7.4.1 and the registry it founded.
const CLOSE_CODES = {
  1000: "normal closure", 1001: "going away", 1002: "protocol error", 1003: "cannot accept this kind of data",
  1005: "no code given", 1006: "lost without a goodbye", 1007: "the data was not valid", 1008: "against the policy",
  1009: "message too big", 1010: "a needed extension is missing", 1011: "the server ran into trouble",
  1012: "the service restarts", 1013: "try again later", 1014: "bad gateway", 1015: "TLS failed",
};

export const closeCode = (code) => CLOSE_CODES[code] ?? "a code of the application's own";
