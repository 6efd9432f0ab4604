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

/**
 * Converts between times and pixels, where `width` pixels show `span`: {x(ns), ns(x)}. Folded stretches of it have a
 * fixed width each; the others share the rest in proportion to their length. Beyond its ends, that proportion goes on.
 *
 * @param {{from: number, to: number, folds?: {from: number, to: number}[], foldWidth?: number}} span
 */
export function scale({ from, to, folds = [], foldWidth = 0 }, width) {
  const length = Math.max(to - from, 1);
  if (!folds.length) return { x: (ns) => ((ns - from) / length) * width, ns: (x) => from + (x / width) * length };
  const folded = folds.reduce((sum, fold) => sum + fold.to - fold.from, 0);
  const each = Math.max(width - foldWidth * folds.length, 1) / Math.max(length - folded, 1); // pixels a ns
  const parts = [{ ns: from, x: 0, each }];
  for (const fold of folds) {
    const before = parts.at(-1);
    const x = before.x + (fold.from - before.ns) * each;
    parts.push({ ns: fold.from, x, each: foldWidth / (fold.to - fold.from) }, { ns: fold.to, x: x + foldWidth, each });
  }
  const at = (name, value) => parts.findLast((part) => part[name] <= value) ?? parts[0];
  return {
    x(ns) {
      const part = ns > to ? { ns: to, x: width, each } : ns < from ? { ns: from, x: 0, each } : at("ns", ns);
      return part.x + (ns - part.ns) * part.each;
    },
    ns(x) {
      const part = x > width ? { ns: to, x: width, each } : x < 0 ? { ns: from, x: 0, each } : at("x", x);
      return part.ns + (x - part.x) / part.each;
    },
  };
}

/** The parts of folded stretches that lie within a time range. */
export const foldsWithin = (folds, { from, to }) =>
  folds.map((fold) => ({ from: Math.max(fold.from, from), to: Math.min(fold.to, to) })).filter((fold) =>
    fold.to > fold.from
  );

/** The range that `width` pixels show after their part from pixel `left` to `right` was drawn over all of them. */
export function shown(span, width, left, right, whole) {
  const { ns } = scale(span, width);
  return between(ns(left), ns(right), whole);
}
