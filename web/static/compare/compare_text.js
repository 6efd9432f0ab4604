// What the comparison needs besides drawing: numbers of cells, when to ask again, how long a bar is.

import { KINDS } from "../text/facts.js";

/** The number of an answer in the address: the question's place from 1, and the kind's as its last digit. */
export const cellId = (question, kind) => (question + 1) * 10 + KINDS.indexOf(kind) + 1;

/** What fraction of the largest a value is, from 0 to 1. */
export function share(value, all) {
  const most = Math.max(...all);
  return most > 0 ? Math.max(0, value) / most : 0;
}

/** How long to wait before asking the server again, in ms: 0 is now, null is until something changes. */
export function mayAsk({ asking, asked, packets, state, every, now }) {
  if (asking || asked.packets === packets) return null;
  const isGrowing = state === "running" || state === "loading";
  return isGrowing ? Math.max(0, asked.at + every - now) : 0;
}

/** Lives in as few lines as it takes for none to overlap, at most `most`: the line of each. The rest share the last. */
export function lines(lives, most) {
  const ends = [];
  return lives.map(({ at_ns: start, until_ns: end }) => {
    let line = ends.findIndex((until) => until < start);
    if (line < 0) line = Math.min(ends.length, most - 1);
    ends[line] = Math.max(ends[line] ?? 0, end);
    return line;
  });
}
