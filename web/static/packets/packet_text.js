// A packet in the packet table: its protocol, its kind (by which it is coloured), and its Info text.

import { count, counted } from "../text/format.js";
import { IP_PROTOCOLS, NOT_IP } from "../text/facts.js";
import { marksOf, protocolName } from "../text/terms.js";

/** The protocol of a packet. */
export function protocolOf({ protocol, ip_protocol: number }) {
  if (protocol) return protocolName(protocol);
  if (number === null || number === undefined) return NOT_IP;
  return IP_PROTOCOLS[number] ?? `IP protocol ${number}`;
}

/**
 * The kind that gives a packet its colour: duplicate, trouble, request, response, message, opening, closing, data, ack,
 * other.
 */
export function kindOf(packet) {
  const { flags, payload, connection, carries = [] } = packet;
  if (connection === null) return "other";
  if (packet.duplicate) return "duplicate";
  if (isTrouble(packet)) return "trouble";
  if (carries.length) return carries[0].kind;
  if (flags.includes("SYN")) return "opening";
  if (flags.includes("FIN")) return "closing";
  return payload ? "data" : "ack";
}

/** Whether a packet is a sign of trouble. */
export const isTrouble = (packet) =>
  !packet.duplicate && (packet.flags.includes("RST") || marksOf(packet).some((mark) => mark.isTrouble));

/** A packet's Info: {what, more}, the second less important. */
export function infoOf(packet) {
  const { carries = [], carries_more: others = 0, connection } = packet;
  if (connection === null) return { what: protocolOf(packet), more: counted(packet.length, "byte") };
  if (!carries.length) return { what: flagText(packet), more: numbers(packet) };
  const [first, ...rest] = carries;
  const hidden = rest.length + others;
  return { what: first.text, more: hidden ? `and ${count(hidden)} more` : "" };
}

/** The flags, without PSH, and without ACK on packets with payload or flags other than SYN. */
function flagText({ flags, payload }) {
  const telling = flags.filter((flag) => flag !== "PSH" && (flag !== "ACK" || flags.includes("SYN")));
  if (telling.length) return telling.join(" ");
  if (payload) return counted(payload, "byte");
  return flags.includes("ACK") ? "ACK" : "no flags";
}

function numbers({ flags, seq, ack, window, payload }) {
  if (payload && !flags.includes("SYN")) {
    return flags.some((flag) => flag === "FIN" || flag === "RST")
      ? `seq ${count(seq)}, ${counted(payload, "byte")}`
      : `seq ${count(seq)}`;
  }
  const parts = flags.includes("SYN") || flags.includes("FIN") ? [`seq ${count(seq)}`] : [];
  if (ack !== null) parts.push(`ack ${count(ack)}`);
  if (flags.includes("SYN")) parts.push(`window ${count(window)}`);
  if (payload) parts.push(counted(payload, "byte"));
  return parts.join(", ");
}
