// The bar that shows from when to when a connection lasted, on a time axis that all rows share.

import { outcome } from "../text/terms.js";

/** A connection's first and last packet as fractions of an axis of `end` ns: {from, to}. */
export function lifetimeFractions({ at_ns: first, until_ns: last }, end) {
  if (end <= 0) return { from: 0, to: 0 };
  const part = (ns) => Math.min(Math.max(ns / end, 0), 1);
  return { from: part(first), to: part(last) };
}

/** A connection's duration, up to `end` while it is open; null where timestamps go backwards. */
export function durationNs(row, end) {
  if (row.duration_ns === null) return null;
  return outcome(row).kind === "open" ? Math.max(end - row.at_ns, row.duration_ns) : row.duration_ns;
}

/** Draws the bar; one of an open connection continues as a thin arrow to the end of the axis (in CSS). */
export function drawLifetime(bar, row, end, kind, protocol) {
  const { from, to } = lifetimeFractions(row, end);
  bar.dataset.kind = kind;
  bar.dataset.protocol = protocol;
  bar.style.setProperty("--from", from.toFixed(5));
  bar.style.setProperty("--to", to.toFixed(5));
}
