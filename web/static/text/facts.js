// What the page knows of the engine's facts, made from the code by web/page_facts.py (`make docs`).
// deno-fmt-ignore-file

/** What each TCP state means for the side that is in it (RFC 9293 §3.3.2). */
export const STATES = {
  "CLOSED": "No connection, or no longer one.",
  "LISTEN": "Waits for a connection request.",
  "SYN-SENT": "Has sent a SYN and waits for the answer.",
  "SYN-RECEIVED": "Has received a SYN and sent its own; waits for the ACK of it.",
  "ESTABLISHED": "The connection is open: this side may send and receive.",
  "FIN-WAIT-1": "Has sent its FIN, or will when what it has left to send is out; waits for the ACK of it.",
  "FIN-WAIT-2": "Its FIN has been acknowledged; the other side may still send.",
  "CLOSE-WAIT": "The other side has sent its FIN; this side may still send.",
  "CLOSING": "Has the other side’s FIN, sent before its own had arrived there; waits for the ACK of its own.",
  "LAST-ACK": "Has sent its FIN after receiving one; waits for the last ACK.",
  "TIME-WAIT": "Both sides have sent FIN; keeps the address pair reserved, to repeat its last ACK if the other side’s FIN comes again, and so that late packets are not taken for a new connection’s."
};

/** States before a connection is open. */
export const OPENING = [
  "SYN-RECEIVED",
  "SYN-SENT"
];

/** States of a connection that is being closed. */
export const CLOSING = [
  "CLOSE-WAIT",
  "CLOSING",
  "FIN-WAIT-1",
  "FIN-WAIT-2",
  "LAST-ACK"
];

/** What TCP's analysis says of a packet: its name, whether it is a sign of trouble, and what it means. */
export const VERDICTS = {
  "retransmission": {
    "name": "retransmission",
    "isTrouble": true,
    "meaning": "Bytes, a SYN or a FIN that were sent before are sent again, and had not all been acknowledged."
  },
  "fast_retransmission": {
    "name": "fast retransmission",
    "isTrouble": true,
    "meaning": "Sent again soon after duplicate ACKs, which most often come when a segment is lost or overtaken."
  },
  "spurious_retransmission": {
    "name": "spurious retransmission",
    "isTrouble": true,
    "meaning": "Sent again although an acknowledgment of it had been captured."
  },
  "out_of_order": {
    "name": "out-of-order segment",
    "isTrouble": true,
    "meaning": "Captured after bytes that follow it in the stream."
  },
  "lost_segment": {
    "name": "previous segment not captured",
    "isTrouble": true,
    "meaning": "Bytes before this packet have not been captured yet: lost, overtaken, or missed by the capture."
  },
  "ack_lost_segment": {
    "name": "ACKed unseen segment",
    "isTrouble": true,
    "meaning": "It acknowledges bytes of the other side that have not been captured."
  },
  "duplicate_ack": {
    "name": "duplicate ACK",
    "isTrouble": false,
    "meaning": "The same acknowledgment again, as when a segment arrives that is not the next one."
  },
  "window_update": {
    "name": "window update",
    "isTrouble": false,
    "meaning": "It repeats the numbers of its sender’s packet before; the receive window is another."
  },
  "zero_window": {
    "name": "zero window",
    "isTrouble": true,
    "meaning": "Its sender has no room left to receive: the other side must wait."
  },
  "zero_window_probe": {
    "name": "zero window probe",
    "isTrouble": false,
    "meaning": "Sent to find out whether the receiver has room again."
  },
  "zero_window_probe_ack": {
    "name": "zero window probe ACK",
    "isTrouble": false,
    "meaning": "The answer to a zero window probe: still no room."
  },
  "window_full": {
    "name": "window full",
    "isTrouble": true,
    "meaning": "The sender has filled all the room that the receiver had offered."
  },
  "keep_alive": {
    "name": "keep-alive",
    "isTrouble": false,
    "meaning": "Repeats the number before its next, so that the other end must answer."
  },
  "keep_alive_ack": {
    "name": "keep-alive ACK",
    "isTrouble": false,
    "meaning": "The answer to a keep-alive: its sender is still there."
  },
  "reused_ports": {
    "name": "reused port numbers",
    "isTrouble": false,
    "meaning": "An earlier connection had the same two sockets: lawful when that one is over."
  },
  "empty_window_probe": {
    "name": "zero window probe without data",
    "isTrouble": false,
    "meaning": "Sent without a byte to find out whether there is room again, as Linux does; tshark calls it a keep-alive."
  },
  "crossed_syn_ack": {
    "name": "SYN-ACK to a crossed SYN",
    "isTrouble": false,
    "meaning": "The SYN-ACK of an end whose own SYN crossed its peer’s; tshark calls it a retransmission."
  }
};

/** What became of a connection: its kind, in a word, and in a sentence with the names of the ends left open. */
export const OUTCOMES = {
  "open": {
    "kind": "open",
    "short": "open",
    "long": "open"
  },
  "opening": {
    "kind": "open",
    "short": "opening",
    "long": "being opened"
  },
  "closing": {
    "kind": "open",
    "short": "closing",
    "long": "TCP half closed"
  },
  "closed": {
    "kind": "closed",
    "short": "closed",
    "long": "TCP closed"
  },
  "reset": {
    "kind": "trouble",
    "short": "reset",
    "long": "TCP reset by the {reset_by}"
  },
  "refused": {
    "kind": "trouble",
    "short": "refused",
    "long": "refused by the server"
  },
  "unanswered": {
    "kind": "trouble",
    "short": "no answer",
    "long": "no answer in the capture"
  },
  "stray": {
    "kind": "trouble",
    "short": "RST",
    "long": "RST from the {reset_by}, and no connection seen"
  },
  "half_seen": {
    "kind": "open",
    "short": "half seen",
    "long": "no packets from the {unseen} captured"
  },
  "half_seen_closed": {
    "kind": "closed",
    "short": "half seen",
    "long": "no packets from the {unseen} captured"
  }
};

/** What a connection speaks above TCP. */
export const PROTOCOLS = {
  "http": "HTTP",
  "websocket": "WebSocket",
  "http2": "HTTP/2",
  "tls": "TLS",
  "tunnel": "tunnel",
  "unknown": "TCP"
};

/** What a packet is in which no TCP segment could be read, by IP protocol number. */
export const IP_PROTOCOLS = {
  "1": "ICMP",
  "2": "IGMP",
  "6": "part of TCP",
  "17": "UDP",
  "47": "GRE",
  "50": "ESP",
  "58": "ICMPv6",
  "89": "OSPF",
  "132": "SCTP"
};

/** The same of a packet that is not IP. */
export const NOT_IP = "not IP";

/** Notes on an HTTP exchange in which there is nothing odd. */
export const PLAIN_NOTES = [
  "chunk extension",
  "trailers",
  "event stream",
  "upgrade",
  "expects continue",
  "pipelined"
];

/** What is shown of an HTTP response without a status, as in HTTP/0.9. */
export const NO_STATUS = "response without a status";

/** The first HTTP status that is an error (RFC 9110 §15.5). */
export const FIRST_ERROR = 400;

/** Names of WebSocket frames (RFC 6455 §5.2). */
export const OPCODES = {
  "0": "continuation",
  "1": "text",
  "2": "binary",
  "8": "close",
  "9": "ping",
  "10": "pong"
};

/** What WebSocket close codes mean (RFC 6455 §7.4.1). */
export const CLOSE_CODES = {
  "1000": "normal closure",
  "1001": "going away",
  "1002": "protocol error",
  "1003": "data of a type that cannot be accepted",
  "1005": "no code was given",
  "1006": "the connection ended without a close frame",
  "1007": "data that does not fit the message's type",
  "1008": "against a policy",
  "1009": "message too big",
  "1010": "an extension is missing",
  "1011": "internal error",
  "1012": "service restart",
  "1013": "try again later",
  "1014": "bad gateway",
  "1015": "the TLS handshake failed"
};

/** Of all others: the first code of each range, and what its codes are (§7.4.2). */
export const CLOSE_RANGES = [
  [
    0,
    "not a close code"
  ],
  [
    1000,
    "reserved"
  ],
  [
    3000,
    "for libraries and frameworks, registered with IANA"
  ],
  [
    4000,
    "for private use, agreed between the two applications"
  ],
  [
    5000,
    "not a close code"
  ]
];

/** Bits of a tick on the timeline. */
export const TICK = {
  "client": 1,
  "server": 2,
  "payload": 4,
  "syn": 8,
  "fin": 16,
  "reset": 32,
  "trouble": 64
};

/** The ways to carry news that are compared, in the order of the columns. */
export const KINDS = [
  "closed",
  "kept_alive",
  "polling",
  "server_sent_events",
  "websocket"
];
