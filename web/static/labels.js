// Words beside the marks of the timeline, where the lanes are tall enough: what was asked, what was said. Those that would lie over others are left out.

import { hasWords, markScale } from "./laneheight.js";

const GAP = 10; // pixels between two labels of a line
const SHORTEST = 8; // characters that a shortened label has at least
const TIP = 12; // pixels from a lane's middle to the tip of an arrow, before it grows with the lane
const HALF = 6; // of a label's own height

/** Where labels stand: {text, x, y, kind}, each as long as there is room for it. `measure` tells a text's width in pixels. */
export function placeLabels({ answer, width, lane }, place, measure) {
  const { blocks, arrows } = answer;
  if (!hasWords(lane) || !blocks.text) return [];
  const away = TIP * markScale(lane) + HALF;
  const wanted = [
    ...blocks.text.map((text, i) => ({ text, x: place.x(blocks.begin[i]), row: blocks.lane[i], side: -1, kind: "http" })),
    ...arrows.text.map((text, i) => ({ text, x: place.x(arrows.column[i]), row: arrows.lane[i], side: arrows.direction[i] ? 1 : -1, kind: "ws" })),
  ].filter(({ text, x }) => text && x >= 0 && x <= width);
  const found = [];
  for (const line of gathered(wanted)) found.push(...fitted(line, width, measure));
  return found.map(({ text, left, row, side, kind }) => ({ text, x: left, y: place.y(row) + side * away, kind }));
}

/** Labels by the line they stand on, in order of place. */
function gathered(wanted) {
  const lines = new Map();
  for (const label of wanted) {
    const key = 2 * label.row + (label.side > 0 ? 1 : 0);
    if (!lines.has(key)) lines.set(key, []);
    lines.get(key).push(label);
  }
  return [...lines.values()].map((line) => line.sort((a, b) => a.x - b.x));
}

/** Each label begins at its mark and ends before the next one; the last may begin earlier, so that it ends within the drawing. */
function fitted(line, width, measure) {
  const found = [];
  let free = 0;
  line.forEach((label, i) => {
    const next = line[i + 1]?.x ?? null;
    const whole = measure(label.text);
    const left = next === null ? Math.max(Math.min(label.x, width - whole), free) : label.x;
    const room = (next ?? width + GAP) - GAP - left;
    if (left < free || left > label.x) return;
    const text = shortened(label.text, room, measure);
    if (!text) return;
    found.push({ ...label, text, left });
    free = left + measure(text) + GAP;
  });
  return found;
}

function shortened(text, room, measure) {
  if (measure(text) <= room) return text;
  let length = Math.floor((text.length * room) / measure(text));
  while (length >= SHORTEST && measure(`${text.slice(0, length)}…`) > room) length -= 1;
  return length >= SHORTEST ? `${text.slice(0, length)}…` : "";
}
