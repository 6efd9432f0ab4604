// Helpers of the comparison: ids of cells, when to fetch again, lengths of bars.

import { KINDS } from "../text/facts.js";

/** The id of a cell in the URL: the row's number from 1, then the kind's as last digit. */
export const cellId = (question, kind) => (question + 1) * 10 + KINDS.indexOf(kind) + 1;

/** What fraction of the largest a value is, from 0 to 1. */
export function share(value, all) {
  const most = Math.max(...all);
  return most > 0 ? Math.max(0, value) / most : 0;
}

/** ms to wait before the next request: 0 for none, null until something changes. */
export function fetchDelay({ asking, asked, packets, state, every, now }) {
  if (asking || asked.packets === packets) return null;
  const isGrowing = state === "running" || state === "loading";
  return isGrowing ? Math.max(0, asked.at + every - now) : 0;
}

/** Assigns lifetimes to lines so that none overlap, at most `most` lines; the rest share the last. */
export function lines(lives, most) {
  const ends = [];
  return lives.map(({ at_ns: start, until_ns: end }) => {
    let line = ends.findIndex((until) => until < start);
    if (line < 0) line = Math.min(ends.length, most - 1);
    ends[line] = Math.max(ends[line] ?? 0, end);
    return line;
  });
}
