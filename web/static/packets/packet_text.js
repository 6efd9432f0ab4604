// What a packet means, in the words of a table: the kind it is coloured by, what happens in it, and the numbers with it.

import { count, counted } from "../text/format.js";
import { IP_PROTOCOLS, NOT_IP } from "../text/facts.js";
import { marksOf, protocolName } from "../text/terms.js";

/** What the packet speaks. */
export function protocolOf({ protocol, ip_protocol: number }) {
  if (protocol) return protocolName(protocol);
  if (number === null || number === undefined) return NOT_IP;
  return IP_PROTOCOLS[number] ?? `IP protocol ${number}`;
}

/** The meaning that gives a packet its colour: duplicate, trouble, request, response, message, opening, closing, data, ack or other. */
export function meaning(packet) {
  const { flags, payload, connection, carries = [] } = packet;
  if (connection === null) return "other";
  if (packet.duplicate) return "duplicate";
  if (isTrouble(packet)) return "trouble";
  if (carries.length) return carries[0].kind;
  if (flags.includes("SYN")) return "opening";
  if (flags.includes("FIN")) return "closing";
  return payload ? "data" : "ack";
}

/** Whether something went wrong with it. */
export const isTrouble = (packet) =>
  !packet.duplicate && (packet.flags.includes("RST") || marksOf(packet).some((mark) => mark.isTrouble));

/** What happens in the packet, and the rest of what there is to say: {what, more}. */
export function told(packet) {
  const { carries = [], carries_more: others = 0, connection } = packet;
  if (connection === null) return { what: protocolOf(packet), more: counted(packet.length, "byte") };
  if (!carries.length) return { what: flagText(packet), more: numbers(packet) };
  const [first, ...rest] = carries;
  const hidden = rest.length + others;
  return { what: first.text, more: hidden ? `and ${count(hidden)} more` : "" };
}

/** The flags that say something: PSH does not, nor ACK beside bytes or other flags than SYN. */
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
  const said = flags.includes("SYN") || flags.includes("FIN") ? [`seq ${count(seq)}`] : [];
  if (ack !== null) said.push(`ack ${count(ack)}`);
  if (flags.includes("SYN")) said.push(`window ${count(window)}`);
  if (payload) said.push(counted(payload, "byte"));
  return said.join(", ");
}
