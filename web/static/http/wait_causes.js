// What an exchange waited for: the main cause as text, and the shares of all causes as a stacked bar.

import { duration } from "../text/format.js";
import { CAUSES } from "../text/facts.js";

/** The cause as text; causes that the packets cannot tell apart are joined by "or". */
export function causeText({ cause, alternatives }) {
  return cause ? [cause, ...alternatives].join(" or ") : "";
}

/** The shares in the order of the causes, as parts {code, from, to} of the whole wait. */
export function sharesOf({ shares_ns }) {
  const all = Object.values(shares_ns).reduce((sum, ns) => sum + ns, 0);
  let before = 0;
  return Object.keys(CAUSES).filter((code) => shares_ns[code]).map((code) => {
    const from = before / all;
    before += shares_ns[code];
    return { code, from, to: before / all };
  });
}

/** The tooltip: a line for each cause, the largest share first. */
export function causeTitle({ shares_ns, alternatives }) {
  const shares = Object.entries(shares_ns).filter(([, ns]) => ns).sort(([, a], [, b]) => b - a);
  const all = shares.reduce((sum, [, ns]) => sum + ns, 0);
  const lines = shares.map(([code, ns]) => `${duration(ns)} (${Math.round(100 * ns / all)} %): ${CAUSES[code]}`);
  const names = alternatives.map((code) => CAUSES[code]).join(" or ");
  return [...lines, ...(names ? [`or ${names}: the packets cannot tell which`] : [])].join("\n");
}

/** Draws the bar: one segment for each cause, placed by custom properties. */
export function drawShares(bar, row) {
  const shares = sharesOf(row);
  for (const segment of bar.children) {
    const found = shares.find(({ code }) => code === segment.dataset.cause);
    segment.hidden = !found;
    if (!found) continue;
    segment.style.setProperty("--from", found.from.toFixed(5));
    segment.style.setProperty("--to", found.to.toFixed(5));
  }
}
