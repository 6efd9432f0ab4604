// Where the time of an exchange went: the handshake it waited for, sending, waiting, receiving, as stretches of a common axis.

import { duration, moment, TIMES_GO_BACK } from "../text/format.js";

export const PHASES = {
  connect: "waiting for the connection",
  send: "sending the question",
  wait: "waiting for the answer",
  receive: "receiving the answer",
  unanswered: "no answer seen",
};

/**
 * The phases of an exchange row, one after the other: [{kind, at, ns}], `at` in ns from the capture's start, `ns` null where times go back.
 * One without an answer ends in "unanswered", of no known length.
 */
export function phasesOf({ request, response, timing_ns: { connect, send, wait, receive } }) {
  const found = [];
  if (request) {
    if (connect) found.push({ kind: "connect", at: request.at_ns - connect, ns: connect });
    found.push({ kind: "send", at: request.at_ns, ns: send });
    if (!response) found.push({ kind: "unanswered", at: request.at_ns + (send ?? 0), ns: 0 });
    else if (wait !== null) found.push({ kind: "wait", at: request.at_ns + (send ?? 0), ns: wait });
  }
  if (response) found.push({ kind: "receive", at: response.at_ns, ns: receive });
  return found;
}

/** ns from the first to the last moment of an exchange; null where times go back between them. */
export function tookNs(row) {
  const { send, wait, receive } = row.timing_ns;
  const isKnown = !(row.request && send === null) && !(row.response && receive === null) &&
    !(row.request && row.response && wait === null);
  if (!isKnown) return null;
  const phases = phasesOf(row);
  return Math.max(...phases.map(({ at, ns }) => at + ns)) - phases[0].at;
}

/** Phases as parts [from, to] of an axis {from, to} in ns; what lies outside is cut off at its ends. */
export function place(phases, { from, to }) {
  const part = (ns) => (to > from ? Math.min(Math.max((ns - from) / (to - from), 0), 1) : 0);
  return phases.map(({ kind, at, ns }) => ({ kind, from: part(at), to: kind === "unanswered" ? 1 : part(at + ns) }));
}

const CALM = 0.95; // share of the exchanges that must fit on the axis whole
const FAR = 3; // how much longer than these the longest may be, to fit as well

/** How long an axis is on which exchanges are compared; a few that are much longer than the others run out of it. */
export function commonLength(lengths) {
  if (!lengths.length) return 0;
  const sorted = [...lengths].sort((a, b) => a - b);
  const calm = sorted[Math.min(Math.floor(sorted.length * CALM), sorted.length - 1)];
  return sorted.at(-1) <= FAR * calm || sorted.length < 20 ? sorted.at(-1) : calm * 1.2;
}

/** In words, for those who point at the bar. */
export function waterfallTitle(row) {
  if (tookNs(row) === null) return TIMES_GO_BACK;
  const parts = phasesOf(row).map((
    { kind, ns },
  ) => (kind === "unanswered" ? PHASES[kind] : `${PHASES[kind]}: ${duration(ns)}`));
  return [`from ${moment(phasesOf(row)[0].at)} after the start of the capture`, ...parts].join("\n");
}

/** The bar of a row: one stretch for each kind of phase, moved by custom properties. */
export function drawWaterfall(bar, row, axis) {
  const phases = tookNs(row) === null ? [] : phasesOf(row);
  const placed = place(phases, axis);
  for (const stretch of bar.children) {
    const found = placed.find(({ kind }) => kind === stretch.dataset.kind);
    stretch.hidden = !found;
    if (!found) continue;
    stretch.style.setProperty("--from", found.from.toFixed(5));
    stretch.style.setProperty("--to", found.to.toFixed(5));
  }
  const runsOut = phases.length > 0 && phases.at(-1).at + phases.at(-1).ns > axis.to &&
    placed.some(({ from }) => from < 1);
  bar.classList.toggle("runs-out", runsOut);
  bar.dataset.took = runsOut ? duration(tookNs(row)) : "";
}
