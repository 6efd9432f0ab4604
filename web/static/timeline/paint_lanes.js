// Paints the timeline's lanes: an answer of /api/lanes onto a canvas.

import { TICK } from "../text/facts.js";
import { shape, tickLength } from "./lane_layout.js";
import { paintGuides, paintStates } from "./paint_states.js";
import { paintLabels } from "./paint_labels.js";
import { foldMarks } from "./time_axis.js";
import { scale } from "./zoom.js";

export const EDGE = 6; // pixels of canvas beyond both ends of the time shown, for marks at its edges (css/timeline.css)
const TEAR = 6; // pixels of a tooth at the edge of a folded stretch
const ARROW = 7; // pixels after the message before: closer messages have no arrow head

/**
 * @param {CanvasRenderingContext2D} context scaled so that a unit is a CSS pixel
 * @param {object} scene {width, height, lane: its pixels, top: pixels scrolled, span: the time shown, answer, asked:
 *   the width it was computed for, grid: x of its lines, colours, font}
 */
export function paintLanes(context, scene) {
  const { width, height, answer } = scene;
  context.clearRect(0, 0, width + 2 * EDGE, height);
  if (!answer?.lanes.length) return;
  context.translate(EDGE, 0);
  const place = placing(scene);
  paintGrid(context, scene);
  paintFolds(context, scene);
  paintGuides(context, scene, place);
  paintStates(context, scene, place);
  answer.lanes.forEach((lane, i) => paintLife(context, scene, lane, place.y(i), place.shape.band));
  paintBlocks(context, scene, place);
  paintTicks(context, scene, place);
  paintArrows(context, scene, place);
  paintTrouble(context, scene, place);
  paintLabels(context, scene, place);
}

/** Positions of an answer's marks; its columns may be of another time range than the one shown. */
export function placing({ answer, span, width, asked, top, lane }) {
  const { x } = scale(span, width);
  const was = scale({ ...answer.span, folds: answer.folds, foldWidth: answer.fold_width }, asked);
  return {
    x: (column) => Math.round(x(was.ns(column))),
    y: (i) => (answer.first + i) * lane - top + lane / 2,
    shape: shape(lane),
  };
}

function paintGrid(context, { height, grid, colours }) {
  context.fillStyle = colours.line;
  for (const x of grid) context.fillRect(Math.round(x), 0, 1, height);
}

/** Folded stretches of silence, between two torn edges. */
function paintFolds(context, { span, width, height, colours }) {
  for (const { left, right } of foldMarks(span, width)) {
    context.fillStyle = colours["ground-2"];
    context.fillRect(left, 0, right - left, height);
    context.strokeStyle = colours["line-2"];
    context.lineWidth = 1;
    for (const x of [left, right]) {
      context.beginPath();
      for (let y = 0, i = 0; y <= height + TEAR; y += TEAR, i += 1) {
        context.lineTo(Math.round(x) + (i % 2 ? TEAR : 0) - TEAR / 2, y);
      }
      context.stroke();
    }
  }
}

/** A connection: dashed while it opens, a band while it is open, half a band while it closes. */
function paintLife(context, { span, width, answer, colours }, lane, y, band) {
  const { x } = scale(span, width);
  const colour = lifeColour(lane, colours);
  const start = x(lane.at_ns);
  const end = lane.is_open ? x(answer.extent.to) : x(lane.at_ns + lane.duration_ns);
  const { established: isOpened } = lane;
  const opened = !isOpened ? end : lane.handshake_ns === null ? start : x(lane.at_ns + lane.handshake_ns);
  const closing = lane.closing_at_ns === null ? end : Math.min(x(lane.closing_at_ns), end);
  if (end < -EDGE || start > width + EDGE) return;
  context.fillStyle = colour;
  dashes(context, start, opened, y, width);
  if (isOpened) {
    context.globalAlpha = 0.3;
    bar(context, opened, Math.max(closing, opened + 2), y - band, 2 * band, width);
    bar(context, closing, end, y, band, width);
    context.globalAlpha = 1;
    bar(context, opened, Math.max(closing, opened + 2), y - 0.5, 1, width);
  }
  if (end > width + EDGE) return;
  if (lane.is_open) arrowEnd(context, end, y);
  else context.fillRect(Math.round(end) - 1, y - band, 1, 2 * band);
}

const lifeColour = (lane, colours) =>
  ({ http: colours.http, websocket: colours.ws })[lane.protocol] ?? colours["ink-2"];

function bar(context, from, to, y, height, width) {
  const [left, right] = [Math.max(from, -EDGE), Math.min(to, width + EDGE)];
  if (right > left) context.fillRect(left, y, right - left, height);
}

function dashes(context, from, to, y, width) {
  for (let x = Math.max(from, -EDGE); x < Math.min(to, width); x += 5) {
    context.fillRect(x, y - 0.5, Math.min(3, to - x), 1.5);
  }
}

function arrowEnd(context, x, y) {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x - 6, y - 4);
  context.lineTo(x - 6, y + 4);
  context.fill();
}

/** Exchanges: pale while waiting, full while the response arrives; in the trouble colour where it failed. */
function paintBlocks(context, { answer, colours }, place) {
  const { lane, begin, answer: answered, end, failed } = answer.blocks;
  for (let i = 0; i < lane.length; i += 1) {
    const [left, middle, right] = [place.x(begin[i]), place.x(answered[i]), place.x(end[i] + 1)];
    const [y, tall] = [place.y(lane[i]) - place.shape.block, 2 * place.shape.block];
    context.fillStyle = failed[i] ? colours.trouble : colours.http;
    context.globalAlpha = 0.55;
    context.fillRect(left, y, Math.max(right - left, 3), tall);
    context.globalAlpha = 1;
    context.fillRect(middle, y, Math.max(right - middle, 3), tall);
  }
}

/** Packets: the client's above the middle, the server's below; the more payload they carry, the longer they are. */
function paintTicks(context, { answer, colours }, place) {
  const { lane, column, bits, client, server } = answer.ticks;
  const thick = place.shape.states ? 2 : 1;
  const sides = [[TICK.client, colours.client, -1, client], [TICK.server, colours.server, 1, server]];
  for (const [side, colour, sign, sizes] of sides) {
    context.fillStyle = colour;
    for (let i = 0; i < lane.length; i += 1) {
      if (!(bits[i] & side)) continue;
      const length = sizes
        ? tickLength(place.shape, sizes[i])
        : bits[i] & TICK.payload
        ? place.shape.tall
        : place.shape.short;
      context.fillRect(place.x(column[i]), place.y(lane[i]) + (sign < 0 ? -length : 0), thick, length);
    }
  }
}

/** Messages: up from the client, down to it; control frames and messages too close together have no heads. */
function paintArrows(context, { answer, colours }, place) {
  const { lane, column, direction, control } = answer.arrows;
  const last = new Map();
  context.fillStyle = colours.ws;
  for (let i = 0; i < lane.length; i += 1) {
    const [x, y] = [place.x(column[i]), place.y(lane[i])];
    const sign = direction[i] ? 1 : -1;
    const { stem } = place.shape;
    context.fillRect(x - 0.5, Math.min(y, y + sign * stem), 2, stem);
    const key = 2 * lane[i] + direction[i];
    const isAlone = x - (last.get(key) ?? -ARROW) >= ARROW;
    last.set(key, x);
    if (control[i] || !isAlone) continue;
    arrowHead(context, x + 0.5, y + sign * (stem + 2), sign);
  }
}

function arrowHead(context, x, y, sign) {
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x - 4, y - sign * 6);
  context.lineTo(x + 4, y - sign * 6);
  context.fill();
}

/** Trouble: a cross with a halo, so that it is visible among other marks. */
function paintTrouble(context, { answer, colours }, place) {
  const { lane, column, bits } = answer.ticks;
  const last = new Map();
  for (let i = 0; i < lane.length; i += 1) {
    if (!(bits[i] & (TICK.trouble | TICK.reset))) continue;
    const x = place.x(column[i]) + 0.5;
    if (x - (last.get(lane[i]) ?? -9) < 5) continue;
    last.set(lane[i], x);
    cross(context, x, place.y(lane[i]), colours);
  }
}

function cross(context, x, y, colours) {
  for (const [width, colour] of [[5, colours.ground], [2, colours.trouble]]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.beginPath();
    for (const [a, b] of [[-1, -1], [-1, 1]]) {
      context.moveTo(x + a * 4, y + b * 4);
      context.lineTo(x - a * 4, y - b * 4);
    }
    context.stroke();
  }
}
