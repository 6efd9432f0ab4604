// The phases of an exchange (connect, send, wait, receive) as bars on a common time axis.

import { duration, moment, TIMES_GO_BACK } from "../text/format.js";

export const PHASES = {
  connect: "Connect",
  send: "Send request",
  wait: "Wait for response",
  receive: "Receive response",
  unanswered: "No response seen",
};

/**
 * The phases of an exchange in order: [{kind, at, ns}], `at` in ns since the capture's start, `ns` null where
 * timestamps go backwards. An exchange without a response ends in "unanswered", of unknown length.
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

/** ns from the start to the end of an exchange; null where timestamps go backwards between them. */
export function totalNs(row) {
  const { send, wait, receive } = row.timing_ns;
  const isKnown = !(row.request && send === null) && !(row.response && receive === null) &&
    !(row.request && row.response && wait === null);
  if (!isKnown) return null;
  const phases = phasesOf(row);
  return Math.max(...phases.map(({ at, ns }) => at + ns)) - phases[0].at;
}

/** Phases as fractions {from, to} of an axis {from, to} in ns, clamped to it. */
export function place(phases, { from, to }) {
  const part = (ns) => (to > from ? Math.min(Math.max((ns - from) / (to - from), 0), 1) : 0);
  return phases.map(({ kind, at, ns }) => ({ kind, from: part(at), to: kind === "unanswered" ? 1 : part(at + ns) }));
}

const USUAL = 0.95; // share of the exchanges that must fit on the axis
const FAR = 3; // how much longer than these the longest may be and still fit

/** The length of the common axis; a few exchanges that are much longer than the others exceed it. */
export function commonLength(lengths) {
  if (!lengths.length) return 0;
  const sorted = [...lengths].sort((a, b) => a - b);
  const usual = sorted[Math.min(Math.floor(sorted.length * USUAL), sorted.length - 1)];
  return sorted.at(-1) <= FAR * usual || sorted.length < 20 ? sorted.at(-1) : usual * 1.2;
}

/** The tooltip of a bar. */
export function waterfallTitle(row) {
  if (totalNs(row) === null) return TIMES_GO_BACK;
  const text = ({ kind, ns }) => (kind === "unanswered" ? PHASES[kind] : `${PHASES[kind]}: ${duration(ns)}`);
  const parts = phasesOf(row).map(text);
  return [`Starts ${moment(phasesOf(row)[0].at)} after the start of the capture`, ...parts].join("\n");
}

/** Draws a row's bar: one segment for each kind of phase, placed by custom properties. */
export function drawWaterfall(bar, row, axis) {
  const phases = totalNs(row) === null ? [] : phasesOf(row);
  const placed = place(phases, axis);
  for (const segment of bar.children) {
    const found = placed.find(({ kind }) => kind === segment.dataset.kind);
    segment.hidden = !found;
    if (!found) continue;
    segment.style.setProperty("--from", found.from.toFixed(5));
    segment.style.setProperty("--to", found.to.toFixed(5));
  }
  const runsOut = phases.length > 0 && phases.at(-1).at + phases.at(-1).ns > axis.to &&
    placed.some(({ from }) => from < 1);
  bar.classList.toggle("runs-out", runsOut);
  bar.dataset.took = runsOut ? duration(totalNs(row)) : "";
}
