// Time ranges {from, to} in ns: zoomed and panned within the whole capture.

const LEAST = 1_000; // ns of a range at least

/** `span` zoomed by `factor` (2 shows half as much) around the time `at`; null when that is everything. */
export function zoom(span, factor, at, whole) {
  const length = Math.max((span.to - span.from) / factor, LEAST);
  if (length >= whole.to - whole.from) return null;
  const part = span.to > span.from ? (at - span.from) / (span.to - span.from) : 0.5;
  const from = Math.round(at - part * length);
  return held({ from, to: Math.round(from + length) }, whole);
}

/** `span` moved by `ns`, within the capture. */
export function pan(span, ns, whole) {
  return held({ from: Math.round(span.from + ns), to: Math.round(span.to + ns) }, whole);
}

/** The range between two times in either order; null when it is everything. */
export function between(a, b, whole) {
  const [from, to] = [Math.max(Math.round(Math.min(a, b)), whole.from), Math.min(Math.round(Math.max(a, b)), whole.to)];
  if (from <= whole.from && to >= whole.to) return null;
  return to - from >= LEAST ? { from, to } : held({ from, to: from + LEAST }, whole);
}

/** Moved so that it lies within the capture, its length kept. */
function held({ from, to }, whole) {
  const shift = Math.max(whole.from - from, 0) || Math.min(whole.to - to, 0);
  return { from: from + shift, to: to + shift };
}

/** Converts between times and pixels, where `width` pixels show `span`: {x(ns), ns(x)}. */
export function scale({ from, to }, width) {
  const length = Math.max(to - from, 1);
  return { x: (ns) => ((ns - from) / length) * width, ns: (x) => from + (x / width) * length };
}
