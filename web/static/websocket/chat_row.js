// What a message is in the chat: its text, the line of facts under it, its frames, and how high all that is.

import { count, counted, duration, moment, size } from "../text/format.js";
import { messageText } from "../connection/ladder_items.js";
import { OPCODES } from "../text/facts.js";
import { closeCode } from "../text/terms.js";

export const LINE = 18; // pixels of a line of a message
export const AROUND = 32; // pixels of a bubble's padding and the line of facts under it
export const CONTROL = 26;
export const FRAME_LINE = 16;
const LINES = 6; // lines of a message; the rest opens with it
const TEXT = 2_000; // characters of a message that are measured and shown
const FRAMES = 8; // frames of a message that are listed under it
const HEARD = 2; // pushes of a message that are named

export const isControl = ({ kind }) => kind === "ping" || kind === "pong" || kind === "close";

/** Pings and pongs, which show on demand; a close says how it ended and always shows. */
export const isQuiet = ({ kind }) => kind === "ping" || kind === "pong";

/** The text of the bubble. */
export function shownText(row) {
  if (row.kind === "close") return `${capital(row.direction)} closes the WebSocket: ${goodbye(row)}`;
  if (isControl(row)) return `${capital(row.direction)}: ${messageText(row)}`;
  return (row.kind === "text" ? (row.text ?? "") : (row.hex ?? messageText(row))).slice(0, TEXT);
}

const capital = (side) => (side === "client" ? "The client" : "The server");

/** A close in words: its code, what that means, and the reason that was given (RFC 6455 §7.4). */
export function goodbye({ close_code: code, text }) {
  const meaning = code === null ? "without a code" : `${code}, ${closeCode(code)}`;
  return text ? `${meaning}: “${text}”` : meaning;
}

/** "sent as 812 B, 38 %" of a compressed message; "" of others. */
export function packing({ compressed, bytes, wire_bytes: sent }) {
  if (!compressed) return "";
  return `sent as ${size(sent)}${bytes ? `, ${count(Math.round((100 * sent) / bytes))} %` : ""}`;
}

export function factLine(row) {
  const parts = [`#${row.connection}`, moment(row.at_ns), size(row.bytes), packing(row)];
  if (row.frames > 1) parts.push(`in ${counted(row.frames, "frame")}`);
  if (row.complete === false) parts.push("not complete");
  return parts.filter(Boolean).join(" · ");
}

/** How long it took to others: of a client's message to the pushes that it caused, of a push since that message; "" for none. */
export function latency(row, { caused, causes }) {
  const cause = causes.get(row.id);
  if (cause) {
    return `${duration(cause.after)} after ${
      cause.from === row.connection ? "it was said here" : `#${cause.from} said it`
    }`;
  }
  const heard = caused.get(row.id);
  if (!heard) return "";
  const named = heard.slice(0, HEARD).map(({ to, after }) =>
    `${to === row.connection ? "answered here" : `pushed to #${to}`} after ${duration(after)}`
  );
  return `${named.join(", ")}${heard.length > HEARD ? ` and to ${count(heard.length - HEARD)} more` : ""}`;
}

/** The frames of a message cut into several, a line each. */
export function frameLines(frames, total) {
  const lines = frames.slice(0, FRAMES).map(({ opcode, fin, length, masked, packet, damaged }) =>
    [
      OPCODES[opcode] ?? `opcode ${opcode}`,
      size(length),
      fin ? "the last" : "",
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
