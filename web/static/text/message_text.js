// The texts about a WebSocket message: what the chat and the ladder show of it, its facts, its frames, its pushes.

import { count, counted, duration, moment, size } from "./format.js";
import { OPCODES } from "./facts.js";
import { closeCode } from "./terms.js";

const TEXT = 2_000; // characters of a message measured and shown
const FRAMES = 8; // frames listed below a message
const NAMED = 2; // pushes of a message that are named

export const isControl = ({ kind }) => kind === "ping" || kind === "pong" || kind === "close";

/** The text of its bubble in the chat. */
export function chatText(row) {
  if (row.kind === "close") return `${capital(row.direction)} closes the WebSocket: ${closeText(row)}`;
  if (isControl(row)) return `${capital(row.direction)}: ${row.info}`;
  return (row.kind === "text" ? (row.text ?? "") : (row.hex ?? row.info)).slice(0, TEXT);
}

const capital = (side) => (side === "client" ? "The client" : "The server");

/** A close: its code, what that means, and the reason given (RFC 6455 §7.4). */
export function closeText({ close_code: code, text }) {
  const meaning = code === null ? "without a code" : `${code}, ${closeCode(code)}`;
  return text ? `${meaning}: “${text}”` : meaning;
}

/** "sent as 812 B, 38 %" for a compressed message; "" for others. */
export function compression({ compressed, bytes, wire_bytes: sent }) {
  if (!compressed) return "";
  return `sent as ${size(sent)}${bytes ? `, ${count(Math.round((100 * sent) / bytes))} %` : ""}`;
}

export function factLine(row) {
  const parts = [`#${row.connection}`, moment(row.at_ns), size(row.bytes), compression(row)];
  if (row.frames > 1) parts.push(`in ${counted(row.frames, "frame")}`);
  if (row.complete === false) parts.push("incomplete");
  return parts.filter(Boolean).join(" · ");
}

/** Time from a client's message to the pushes that it caused, or of a push since that message; "" for neither. */
export function latency(row, { caused, causes }) {
  const cause = causes.get(row.id);
  if (cause) {
    return `${duration(cause.after)} after ${
      cause.from === row.connection ? "the message on this connection" : `the message on #${cause.from}`
    }`;
  }
  const pushes = caused.get(row.id);
  if (!pushes) return "";
  const named = pushes.slice(0, NAMED).map(({ to, after }) =>
    `${to === row.connection ? "answered on this connection" : `pushed to #${to}`} after ${duration(after)}`
  );
  return `${named.join(", ")}${pushes.length > NAMED ? ` and to ${count(pushes.length - NAMED)} more` : ""}`;
}

/** The frames of a fragmented message, a line each. */
export function frameLines(frames, total) {
  const lines = frames.slice(0, FRAMES).map(({ opcode, fin, length, masked, packet, damaged }) =>
    [
      OPCODES[opcode] ?? `opcode ${opcode}`,
      size(length),
      fin ? "FIN" : "",
      masked ? "masked" : "",
      `packet ${packet}`,
      damaged ? "damaged" : "",
    ].filter(Boolean).join(" · ")
  );
  return total > lines.length ? [...lines, `and ${counted(total - lines.length, "more frame")}`] : lines;
}
