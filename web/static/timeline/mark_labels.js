// Words beside the marks of the timeline, where the lanes are tall enough: what was asked, what was said, what went wrong. They stand in lines
// above and below the marks; those that find no room in any line are left out.

import { shape } from "./lane_shape.js";
import { verdict } from "../text/terms.js";

const GAP = 10; // pixels between two labels of a line
const SHORTEST = 8; // characters that a shortened label has at least
const MOST = 0.6; // of a label, that stands better at its mark than all of it before the mark
const NARROWEST = 3; // pixels that a character takes at least, on average
const TELLING = 16; // where there are several lines, and so room for others that say more
const LINE = 14; // pixels that a line takes
const ASIDE = 4; // pixels that a label stands beside its mark, where a thin line leads from one to the other

/**
 * Where labels stand: {text, x, y, kind, at: x of the mark, line: 0 is the one next to the marks, from: y where the line that leads to it begins}.
 * `measure` tells a text's width in pixels.
 */
export function placeLabels({ answer, width, lane }, place, measure) {
  const { lines, words } = shape(lane);
  if (!lines || !answer.blocks.text) return [];
  const sides = new Map();
  const wanted = labels(answer, place).filter(({ text, at }) => text && at >= 0 && at <= width);
  for (const label of wanted) {
    const key = 2 * label.row + (label.side > 0 ? 1 : 0);
    if (!sides.has(key)) sides.set(key, new Side(lines, width, measure));
    sides.get(key).take(label);
  }
  return [...sides.values()].flatMap((side) => side.placed()).map(({ text, x, at, row, side, kind, line }) => (
    { text, x, at, kind, line, y: place.y(row) + side * (words + LINE * line + 6), from: place.y(row) + side * words }
  ));
}

/** All there is to say, the most important first; of one kind in order of time. */
function labels({ blocks, arrows, ticks, troubles }, place) {
  const byTime = (found) => found.sort((a, b) => a.at - b.at);
  return [
    ...byTime((troubles?.text ?? []).map((text, i) => (
      {
        text: verdict(text).name,
        at: place.x(ticks.column[troubles.tick[i]]),
        row: ticks.lane[troubles.tick[i]],
        side: troubles.side[i] ? 1 : -1,
        kind: "trouble",
      }
    ))),
    ...byTime([
      ...blocks.text.map((text, i) => ({
        text,
        at: place.x(blocks.begin[i]),
        row: blocks.lane[i],
        side: -1,
        kind: "http",
      })),
      ...arrows.text.map((text, i) => ({
        text,
        at: place.x(arrows.column[i]),
        row: arrows.lane[i],
        side: arrows.direction[i] ? 1 : -1,
        kind: "ws",
      })),
    ]),
  ];
}

/** The lines above the marks of a lane, or those below. */
class Side {
  constructor(lines, width, measure) {
    const isOne = lines === 1;
    this.lines = Array.from({ length: lines }, () => []);
    this.width = width;
    this.measure = measure;
    this.aside = isOne ? 0 : ASIDE;
    this.least = isOne ? SHORTEST : TELLING;
  }

  placed() {
    return this.lines.flatMap((line, i) => line.map((label) => ({ ...label, line: i })));
  }

  /** Puts a label into the first line that has room for all of it, or else for its beginning. */
  take(label) {
    const [text, wide] = this.fitting(label);
    const x = this.begin(label.at, wide);
    const free = this.lines.find((line) =>
      line.every((other) => x + wide + GAP <= other.x || other.x + other.wide + GAP <= x)
    );
    if (free) free.push({ ...label, text, x, wide });
    else this.squeeze({ ...label, x: label.at + this.aside });
  }

  /** A text and its pixels: most of it where most of it fits between its mark and the drawing's end, else all of it. */
  fitting({ text, at }) {
    const wide = this.measure(text);
    const room = this.width - at - this.aside;
    if (!this.aside || wide <= room || room < MOST * wide) return [text, wide];
    const cut = this.shortened(text, room) || text;
    return [cut, this.measure(cut)];
  }

  /** At its mark; where the drawing ends too soon it ends there, or before its mark where a line leads to it. */
  begin(at, wide) {
    if (at + this.aside + wide <= this.width) return at + this.aside;
    return Math.max((this.aside ? Math.min(at - this.aside, this.width) : this.width) - wide, 0);
  }

  /** Shortens the label, or the one that it would begin in; without room for a few letters of both it stays away. */
  squeeze(label) {
    for (const line of this.lines) {
      let [before, next] = [null, this.width + GAP];
      for (const other of line) {
        if (other.x > label.x) next = Math.min(next, other.x);
        else if (other.x + other.wide + GAP > label.x) before = other;
      }
      if (before && (before.kind !== label.kind || label.x - GAP - before.x < this.least * NARROWEST)) continue;
      const text = this.shortened(label.text, next - GAP - label.x);
      // One that was moved to the left of its mark must go on reaching it.
      const rest = before && before.x >= before.at ? this.shortened(before.text, label.x - GAP - before.x) : "";
      if (!text || (before && !rest)) continue;
      if (before) Object.assign(before, { text: rest, wide: this.measure(rest) });
      line.push({ ...label, text, wide: this.measure(text) });
      return;
    }
  }

  shortened(text, room) {
    if (room < this.least * NARROWEST && text.length > this.least) return "";
    const wide = this.measure(text);
    if (wide <= room) return text;
    let length = Math.floor((text.length * room) / wide);
    while (length >= this.least && this.measure(`${text.slice(0, length)}…`) > room) length -= 1;
    return length >= this.least ? `${text.slice(0, length)}…` : "";
  }
}
