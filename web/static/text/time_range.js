// The time range in the address, "t=1.2-3.45" in seconds from the capture's start, or "t=last30": the newest 30 seconds.

const FIXED = /^(-?\d{1,9}(?:\.\d{1,9})?)-(-?\d{1,9}(?:\.\d{1,9})?)$/;
const LAST = /^last(\d{1,6})$/;

/** Text → {from, to} or {last}, in ns; null for anything else, and for a range that ends before it begins. */
export function parseSpan(text) {
  const last = LAST.exec(text ?? "");
  if (last) return Number(last[1]) > 0 ? { last: Number(last[1]) * 1e9 } : null;
  const [, from, to] = (FIXED.exec(text ?? "") ?? []).map((seconds) => Math.round(Number(seconds) * 1e9));
  return from <= to ? { from, to } : null;
}

/** What parseSpan() reads back. */
export function formatSpan({ from, to, last }) {
  return last ? `last${Math.round(last / 1e9)}` : `${seconds(from)}-${seconds(to)}`;
}

/** The fixed range that rows are filtered by; null while all are shown. One that runs along with the capture filters nothing. */
export const filtering = (span) => (span && !span.last ? span : null);

function seconds(ns) {
  const digits = String(Math.abs(ns)).padStart(10, "0");
  const fraction = digits.slice(-9).replace(/0+$/, "");
  return `${ns < 0 ? "-" : ""}${digits.slice(0, -9)}${fraction ? `.${fraction}` : ""}`;
}
