// A message in the chat: its text, the line of facts below it, its frames, and its height.

import { count, counted, duration, moment, size } from "../text/format.js";
import { messageText } from "../connection/ladder_items.js";
import { OPCODES } from "../text/facts.js";
import { closeCode } from "../text/terms.js";

export const LINE = 18; // pixels of a line of a message
export const AROUND = 32; // pixels of a bubble's padding and line of facts
export const CONTROL = 26;
export const FRAME_LINE = 16;
const LINES = 6; // lines of a message shown; all of it opens with a click
const TEXT = 2_000; // characters of a message measured and shown
const FRAMES = 8; // frames listed below a message
const NAMED = 2; // pushes of a message that are named

export const isControl = ({ kind }) => kind === "ping" || kind === "pong" || kind === "close";

/** Pings and pongs, which are hidden by default. */
export const isQuiet = ({ kind }) => kind === "ping" || kind === "pong";

/** The text of the bubble. */
export function shownText(row) {
  if (row.kind === "close") return `${capital(row.direction)} closes the WebSocket: ${closeText(row)}`;
  if (isControl(row)) return `${capital(row.direction)}: ${messageText(row)}`;
  return (row.kind === "text" ? (row.text ?? "") : (row.hex ?? messageText(row))).slice(0, TEXT);
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

/**
 * Pixels that a message takes.
 *
 * @param {object | undefined} row undefined while it is not there
 * @param {{lines: (text: string) => number, showsQuiet: boolean, frames: object[] | null}} how
 */
export function heightOf(row, { lines, showsQuiet, frames }) {
  if (!row) return LINE + AROUND;
  if (isQuiet(row) && !showsQuiet) return 0;
  if (isControl(row)) return CONTROL;
  const cut = frames ? frameLines(frames, row.frames).length * FRAME_LINE : 0;
  return AROUND + cut + LINE * Math.min(lines(shownText(row)), LINES);
}
