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

/** True when `id` lies in one of the ranges [start, stop), which are in order. */
export function inRuns(runs, id) {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (runs[middle][1] <= id) low = middle + 1;
    else high = middle;
  }
  return low < runs.length && runs[low][0] <= id;
}

/** The numbers that the ranges [start, stop) hold, in order. */
export function numbersOf(runs) {
  const numbers = new Int32Array(runs.reduce((total, [start, stop]) => total + stop - start, 0));
  let at = 0;
  for (const [start, stop] of runs) for (let id = start; id < stop; id += 1) numbers[at++] = id;
  return numbers;
}

function seconds(ns) {
  const digits = String(Math.abs(ns)).padStart(10, "0");
  const fraction = digits.slice(-9).replace(/0+$/, "");
  return `${ns < 0 ? "-" : ""}${digits.slice(0, -9)}${fraction ? `.${fraction}` : ""}`;
}
