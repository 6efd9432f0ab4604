// The small bar that shows when a connection lived, on a time axis that all rows share.

import { outcome } from "../text/terms.js";

/**
 * Where a connection lies on an axis of `end` ns, as fractions of it: `from` its first packet `to` its last.
 */
export function lifeBar({ at_ns: first, until_ns: last }, end) {
  if (end <= 0) return { from: 0, to: 0 };
  const part = (ns) => Math.min(Math.max(ns / end, 0), 1);
  return { from: part(first), to: part(last) };
}

/** How long a connection has lived: one that is still open to `end`, until when the capture shows it so; null where times go back. */
export function livedNs(row, end) {
  if (row.duration_ns === null) return null;
  return outcome(row).kind === "open" ? Math.max(end - row.at_ns, row.duration_ns) : row.duration_ns;
}

/** The bar as an element; a connection that is still open goes on as a thin arrow to the end of the axis (in CSS). */
export function drawLife(bar, row, end, kind, protocol) {
  const { from, to } = lifeBar(row, end);
  bar.dataset.kind = kind;
  bar.dataset.protocol = protocol;
  bar.style.setProperty("--from", from.toFixed(5));
  bar.style.setProperty("--to", to.toFixed(5));
}
