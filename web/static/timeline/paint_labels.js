// Paints the labels of the timeline's marks, and thin lines from marks to labels further away.

import { placeLabels } from "./mark_labels.js";

const MEASURED = 4_000; // widths that are cached: measuring is the slowest part

const widths = { font: "", of: new Map() };

/** Requests above their exchange, messages at their arrow's head, problems at the side of the sender. */
export function paintLabels(context, scene, place) {
  const { colours, font } = scene;
  if (!place.shape.lines || !scene.answer.blocks.text) return; // setting a font costs more than painting low lanes
  context.font = font;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.lineJoin = "round";
  const labels = placeLabels(scene, place, (words) => width(context, words));
  for (const label of labels) if (label.line) paintLead(context, label, colours);
  for (const { text, x, y, kind } of labels) {
    context.strokeStyle = colours.ground;
    context.lineWidth = 3;
    context.strokeText(text, x, y);
    context.fillStyle = colours[kind];
    context.fillText(text, x, y);
  }
}

/** Pixels of a text in the context's font. */
function width(context, text) {
  if (widths.font !== context.font || widths.of.size > MEASURED) {
    Object.assign(widths, { font: context.font, of: new Map() });
  }
  if (!widths.of.has(text)) widths.of.set(text, context.measureText(text).width);
  return widths.of.get(text);
}

function paintLead(context, { at, from, y, kind }, colours) {
  context.globalAlpha = 0.45;
  context.fillStyle = colours[kind];
  context.fillRect(Math.round(at), Math.min(from, y), 1, Math.abs(y - from));
  context.globalAlpha = 1;
}
