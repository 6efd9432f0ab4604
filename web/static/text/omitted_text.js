// What the figure leaves out, in words.

import { count, counted } from "./format.js";

const NAMED = 3; // processes that are named where they are not drawn

/**
 * Of so many open pipes so many are drawn, which processes are not, and what the capture filter leaves out; empty when nothing is left out.
 */
export function leftOut({ others, told, connections }, open, drawn, filter = null) {
  return [
    filter && filterText(filter),
    drawn < open &&
    `${counted(open, "pipe")} ${open === 1 ? "is" : "are"} open; ${count(drawn)} of them ${
      drawn === 1 ? "is" : "are"
    } drawn.`,
    others.length > 0 && `Not drawn: ${processes(others)}.`,
    told < connections &&
    `Of ${count(connections)} connections the newest, and those that somebody holds still, are followed here: ${
      count(told)
    }.`,
  ].filter(Boolean).join(" ");
}

/** What a capture filter does to sockets. */
export const filterText = (filter) =>
  `Capture filter “${filter}”: only sockets between whose addresses and ports it could let packets through. Whatever else it asks for, such as MAC addresses, VLANs or flags, no socket tells.`;

function processes(others) {
  const holding = others.filter(({ isAlive }) => isAlive);
  const over = others.length - holding.length;
  const parts = holding.slice(0, NAMED).map(({ name, slots }) =>
    `${name} (${counted(slots.filter(({ token }) => token).length, "token")})`
  );
  if (holding.length > NAMED) parts.push(counted(holding.length - NAMED, "more process", "more processes"));
  if (over) {
    parts.push(`${counted(over, "process", "processes")} that ${over === 1 ? "holds" : "hold"} no token any more`);
  }
  return parts.join(", ");
}
