// Labels of the timeline's marks in tall lanes: requests, messages, problems. They are placed in lines above and below
// the marks; a label that fits in no line is left out.

import { shape } from "./lane_layout.js";
import { verdict } from "../text/terms.js";

const GAP = 10; // pixels between two labels of a line
const SHORTEST = 8; // characters of a shortened label at least
const MOST = 0.6; // share of a label that must fit behind its mark; with less room the whole label is placed before it
const NARROWEST = 3; // pixels of a character at least, on average
const TELLING = 16; // characters at least where there are several lines
const LINE = 14; // pixels of a line
const ASIDE = 4; // pixels between a mark's thin line and its label

/**
 * Places labels: {text, x, y, kind, at: x of the mark, line: 0 is next to the marks, from: y where its thin line
 * begins}. `measure` gives a text's width in pixels.
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

/** All labels, the most important kind first, each kind in order of time. */
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

  /** Places a label in the first line with room for all of it, or else for its beginning. */
  take(label) {
    const [text, wide] = this.fitting(label);
    const x = this.begin(label.at, wide);
    const free = this.lines.find((line) =>
      line.every((other) => x + wide + GAP <= other.x || other.x + other.wide + GAP <= x)
    );
    if (free) free.push({ ...label, text, x, wide });
    else this.squeeze({ ...label, x: label.at + this.aside });
  }

  /** A text and its width: shortened where most of it fits behind its mark, else all of it. */
  fitting({ text, at }) {
    const wide = this.measure(text);
    const room = this.width - at - this.aside;
    if (!this.aside || wide <= room || room < MOST * wide) return [text, wide];
    const cut = this.shortened(text, room) || text;
    return [cut, this.measure(cut)];
  }

  /** Where a label begins: at its mark; at the right end of the drawing before it. */
  begin(at, wide) {
    if (at + this.aside + wide <= this.width) return at + this.aside;
    return Math.max((this.aside ? Math.min(at - this.aside, this.width) : this.width) - wide, 0);
  }

  /** Shortens the label, or the one that it overlaps; leaves it out where there is no room for the start of both. */
  squeeze(label) {
    for (const line of this.lines) {
      let [before, next] = [null, this.width + GAP];
      for (const other of line) {
        if (other.x > label.x) next = Math.min(next, other.x);
        else if (other.x + other.wide + GAP > label.x) before = other;
      }
      if (before && (before.kind !== label.kind || label.x - GAP - before.x < this.least * NARROWEST)) continue;
      const text = this.shortened(label.text, next - GAP - label.x);
      // A label to the left of its mark must still reach it.
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
