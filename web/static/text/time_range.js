// The time range in the URL: "t=1.2-3.45" in seconds since the capture's start, "t=last30", the last 30 seconds, or
// "t=since1.2", from a moment on.

const FIXED = /^(-?\d{1,9}(?:\.\d{1,9})?)-(-?\d{1,9}(?:\.\d{1,9})?)$/;
const LAST = /^last(\d{1,6})$/;
const SINCE = /^since(\d{1,9}(?:\.\d{1,9})?)$/;

/** Text → {from, to}, {last} or {since} in ns; null for anything else, and for a range that ends before it begins. */
export function parseSpan(text) {
  const last = LAST.exec(text ?? "");
  if (last) return Number(last[1]) > 0 ? { last: Number(last[1]) * 1e9 } : null;
  const since = SINCE.exec(text ?? "");
  if (since) return { since: Math.round(Number(since[1]) * 1e9) };
  const [, from, to] = (FIXED.exec(text ?? "") ?? []).map((seconds) => Math.round(Number(seconds) * 1e9));
  return from <= to ? { from, to } : null;
}

/**
 * The text that parseSpan() reads back.
 *
 * @param {import("../types/state.d.ts").Span} span
 */
export function formatSpan({ from, to, last, since }) {
  if (since !== undefined) return `since${seconds(since)}`;
  return last ? `last${Math.round(last / 1e9)}` : `${seconds(from)}-${seconds(to)}`;
}

/**
 * The range by which rows are filtered, as the server takes it: without `to`, up to the newest. Null for none: "the
 * last 30 seconds" filters nothing.
 *
 * @returns {{from: number, to?: number} | null}
 */
export function fixedSpan(span) {
  if (!span || span.last) return null;
  return span.since === undefined ? span : { from: span.since };
}

/** Whether the range's end moves with a live capture. */
export const isMoving = (span) => Boolean(span && (span.last || span.since !== undefined));

function seconds(ns) {
  const digits = String(Math.abs(ns)).padStart(10, "0");
  const fraction = digits.slice(-9).replace(/0+$/, "");
  return `${ns < 0 ? "-" : ""}${digits.slice(0, -9)}${fraction ? `.${fraction}` : ""}`;
}
