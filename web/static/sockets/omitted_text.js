// What the figure of descriptors does not show, in a sentence.

import { count, counted } from "../text/format.js";
import { captureFilterText } from "../text/terms.js";

const NAMED = 3; // processes that are named although they are not drawn

/**
 * How many open connections are drawn, which processes are not, and what the capture filter excludes; "" for nothing.
 */
export function omittedText({ others, told, connections }, open, drawn, filter = null) {
  return [
    filter && captureFilterText(filter),
    drawn < open && `${counted(open, "connection")} open, ${count(drawn)} drawn.`,
    others.length > 0 && `Not drawn: ${processes(others)}.`,
    told < connections &&
    `Shown: ${count(told)} of ${count(connections)} connections, the newest and those still held by a process.`,
  ].filter(Boolean).join(" ");
}

function processes(others) {
  const holding = others.filter(({ isAlive }) => isAlive);
  const over = others.length - holding.length;
  const parts = holding.slice(0, NAMED).map(({ name, slots }) =>
    `${name} (${counted(slots.filter(({ descriptor }) => descriptor).length, "descriptor")})`
  );
  if (holding.length > NAMED) parts.push(counted(holding.length - NAMED, "more process", "more processes"));
  if (over) {
    parts.push(`${counted(over, "process", "processes")} without open descriptors`);
  }
  return parts.join(", ");
}
