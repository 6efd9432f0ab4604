// The time axis: round times at a readable distance, their labels, and their drawing.

import { duration } from "../text/format.js";
import { scale } from "./zoom.js";

const STEPS = [1, 2, 5];
const SECOND = 1e9;
const NOW_ROOM = 70; // pixels before "now" without another label
const TICK = 6; // pixels
const NEAR_FOLD = 24; // pixels beside a folded stretch without a label
const AT_EDGE = 20; // pixels from an edge in which a label is aligned to it
// From a minute on, steps in minutes and hours.
const LONG = [60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400].map((seconds) => seconds * SECOND);

/** The shortest round step, in ns, that divides `length` into at most `most` parts. */
export function step(length, most) {
  const wanted = Math.max(length / Math.max(most, 1), 1);
  if (wanted > 30 * SECOND) return LONG.find((ns) => ns >= wanted) ?? Math.ceil(wanted / LONG.at(-1)) * LONG.at(-1);
  const power = 10 ** Math.floor(Math.log10(wanted));
  const found = [...STEPS, 10].find((factor) => factor * power >= wanted * 0.999999) * power;
  return found > 30 * SECOND ? LONG[0] : found;
}

/** The marks of an axis that shows `span` on `width` pixels, none of them in a folded stretch: [{ns, text}]. */
export function marks({ from, to, folds = [], foldWidth = 0 }, width, gap = 90) {
  const folded = folds.reduce((sum, fold) => sum + fold.to - fold.from, 0);
  const each = step(to - from - folded, Math.max(width - foldWidth * folds.length, 1) / gap);
  const edges = [from, ...folds.flatMap((fold) => [fold.from, fold.to]), to];
  const found = [];
  for (let i = 0; i < edges.length; i += 2) {
    const last = Math.floor(edges[i + 1] / each);
    for (let n = Math.ceil(edges[i] / each); n <= last; n += 1) {
      found.push({ ns: n * each, text: label(n * each, each) });
    }
  }
  return found;
}

/** The folded stretches of `span`: where each is drawn and its length as text: [{left, right, text}]. */
export function foldMarks(span, width) {
  const { x } = scale(span, width);
  return (span.folds ?? []).map(({ from, to }) => ({ left: x(from), right: x(to), text: briefDuration(to - from) }));
}

/** Seconds with two digits, "0.42 s", "34 s"; from a minute on "1:30". */
function briefDuration(ns) {
  const seconds = ns / SECOND;
  return seconds >= 60 ? clock(Math.round(seconds)) : duration(Number(ns.toPrecision(2)));
}

/** Seconds with as many decimals as the step needs, "1.25 s"; from a minute on "1:30". */
export function label(ns, each) {
  if (ns === 0) return "0 s";
  const sign = ns < 0 ? "−" : "";
  const seconds = Math.abs(ns) / SECOND;
  if (each >= SECOND && seconds >= 60) return sign + clock(Math.round(seconds));
  const places = Math.min(Math.max(0, -Math.floor(Math.log10(each / SECOND) + 1e-9)), 9);
  if (places <= 3) return `${sign}${seconds.toFixed(places)} s`;
  const [whole, fraction] = seconds.toFixed(places).split(".");
  return `${sign}${whole}.${fraction.replace(/(\d{3})(?=\d)/g, "$1\u202f")} s`;
}

function clock(seconds) {
  const two = (n) => String(n).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/**
 * Draws the axis.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {object} scene {span, width, height, colours, now: the time in ns of a mark for now, or null}
 */
export function paintAxis(context, { span, width, height, colours, now }) {
  const { x } = scale(span, width);
  const folds = foldMarks(span, width);
  const isFree = ({ ns }) =>
    (now === null || width - x(ns) > NOW_ROOM) &&
    folds.every(({ left, right }) => x(ns) < left - NEAR_FOLD || x(ns) > right + NEAR_FOLD);
  const ends = [...marks(span, width).filter(isFree), ...(now === null ? [] : [{ ns: now, text: "now" }])];
  context.textBaseline = "middle";
  context.textAlign = "center";
  for (const { left, right, text } of folds) {
    if (now !== null && right > width - NEAR_FOLD) continue; // "now" is written there
    context.fillStyle = colours["ink-2"];
    context.fillText(text, (left + right) / 2, height / 2 - 1);
  }
  for (const { ns, text } of ends) {
    const at = Math.round(x(ns));
    context.fillStyle = colours["line-2"];
    context.fillRect(at, height - TICK, 1, TICK);
    context.fillStyle = colours["ink-2"];
    context.textAlign = at < AT_EDGE ? "left" : at > width - AT_EDGE ? "right" : "center";
    context.fillText(text, at, height / 2 - 1);
  }
}
