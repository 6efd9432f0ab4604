// The time axis: round times at a readable distance, their labels, and their drawing.

import { scale } from "./zoom.js";

const STEPS = [1, 2, 5];
const SECOND = 1e9;
const NOW_ROOM = 70; // pixels before "now" without another label
const TICK = 6; // pixels
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

/** The marks of an axis that shows `span` on `width` pixels: [{ns, text}]. */
export function marks({ from, to }, width, gap = 90) {
  const each = step(to - from, width / gap);
  const first = Math.ceil(from / each);
  const last = Math.floor(to / each);
  return Array.from(
    { length: Math.max(last - first + 1, 0) },
    (_, i) => ({ ns: (first + i) * each, text: label((first + i) * each, each) }),
  );
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
  const ends = now === null
    ? marks(span, width)
    : [...marks(span, width).filter(({ ns }) => width - x(ns) > NOW_ROOM), { ns: now, text: "now" }];
  context.textBaseline = "middle";
  for (const { ns, text } of ends) {
    const at = Math.round(x(ns));
    context.fillStyle = colours["line-2"];
    context.fillRect(at, height - TICK, 1, TICK);
    context.fillStyle = colours["ink-2"];
    context.textAlign = at < AT_EDGE ? "left" : at > width - AT_EDGE ? "right" : "center";
    context.fillText(text, at, height / 2 - 1);
  }
}
