// The curves of connections: between columns of processes, or as arcs beside a stack of them. Nothing is drawn here.

const BEND = 0.45; // of the width: distance of the control points
const SHALLOW = 24; // pixels that the arc of the first rail reaches out
const RAIL = 11; // pixels to the next rail
const RAILS = 3;
const REACH = 0.75; // how far out a cubic curve comes, relative to its control points

/** The four points of a curve between two slots' facing edges; to an end without a descriptor it comes from above. */
export function across(from, to) {
  if (from.isLoose || to.isLoose) {
    const [slot, loose] = to.isLoose ? [from, to] : [to, from];
    const below = (loose.left + loose.right) / 2;
    const isRight = below > (slot.left + slot.right) / 2;
    const x = isRight ? slot.right : slot.left;
    return [[x, slot.middle], [x + (isRight ? 60 : -60), slot.middle], [below, loose.top - 70], [below, loose.top]];
  }
  const isForth = from.left < to.left;
  const [x1, x2] = isForth ? [from.right, to.left] : [from.left, to.right];
  const bend = Math.max(Math.abs(x2 - x1) * BEND, 24) * (isForth ? 1 : -1);
  return [[x1, from.middle], [x1 + bend, from.middle], [x2 - bend, to.middle], [x2, to.middle]];
}

/**
 * The four points of an arc at the right of a stack, from one slot to the other; without a rail it is the outermost.
 */
export function downwards(from, to, rail) {
  const out = Math.max(from.right, to.right) + (SHALLOW + RAIL * (rail ?? RAILS)) / REACH;
  return [[from.right, from.middle], [out, from.middle], [out, to.middle], [to.right, to.middle]];
}

/** A rail for each range [top, bottom], shorter ones inside; null where none is free. */
export function rails(stretches) {
  const found = [];
  const taken = Array.from({ length: RAILS }, () => []);
  const ordered = stretches.map(([a, b], i) => ({ i, top: Math.min(a, b), bottom: Math.max(a, b) })).sort((a, b) =>
    a.bottom - a.top - (b.bottom - b.top)
  );
  for (const { i, top, bottom } of ordered) {
    const free = taken.findIndex((others) => others.every((other) => other.bottom < top || other.top > bottom));
    found[i] = free < 0 ? null : free;
    if (free >= 0) taken[free].push({ top, bottom });
  }
  return found;
}

/** The point in the middle of a cubic curve. */
export const middle = (points, axis) => points.reduce((sum, point, i) => sum + point[axis] * [1, 3, 3, 1][i], 0) / 8;
