// The time range in the URL: "t=1.2-3.45" in seconds since the capture's start, or "t=last30", the last 30 seconds.

const FIXED = /^(-?\d{1,9}(?:\.\d{1,9})?)-(-?\d{1,9}(?:\.\d{1,9})?)$/;
const LAST = /^last(\d{1,6})$/;

/** Text → {from, to} or {last}, in ns; null for anything else, and for a range that ends before it begins. */
export function parseSpan(text) {
  const last = LAST.exec(text ?? "");
  if (last) return Number(last[1]) > 0 ? { last: Number(last[1]) * 1e9 } : null;
  const [, from, to] = (FIXED.exec(text ?? "") ?? []).map((seconds) => Math.round(Number(seconds) * 1e9));
  return from <= to ? { from, to } : null;
}

/**
 * The text that parseSpan() reads back.
 *
 * @param {import("../types/state.d.ts").Span} span
 */
export function formatSpan({ from, to, last }) {
  return last ? `last${Math.round(last / 1e9)}` : `${seconds(from)}-${seconds(to)}`;
}

/**
 * The fixed range by which rows are filtered; null for none. A range that moves with a live capture filters nothing.
 */
export const fixedSpan = (span) => (span && !span.last ? span : null);

function seconds(ns) {
  const digits = String(Math.abs(ns)).padStart(10, "0");
  const fraction = digits.slice(-9).replace(/0+$/, "");
  return `${ns < 0 ? "-" : ""}${digits.slice(0, -9)}${fraction ? `.${fraction}` : ""}`;
}
