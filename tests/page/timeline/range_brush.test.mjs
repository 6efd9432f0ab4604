import assert from "node:assert/strict";
import { test } from "node:test";
import { COLOURS } from "../support/canvas.mjs";
import "../support/dom.mjs";
import { Brush } from "../../../web/static/timeline/range_brush.js";

const extent = { from: 0, to: 1_000_000 };

function brush(scene, choose = () => {}) {
  const made = new Brush({ choose });
  made.element.clientWidth = 100;
  made.draw({
    extent,
    span: null,
    colours: COLOURS,
    activity: { packets: [4, 0, 1, 0], trouble: [0, 0, 2, 0] },
    ...scene,
  });
  return { made, context: made.canvas.getContext(), style: made.element.style };
}

test("bars stand on the ground, by the square root of their packets, each at its time", () => {
  const { context } = brush({});
  assert.deepEqual(context.rects("ink-2"), [[0, 10, 25, 30, 0.55], [50, 25, 25, 15, 0.55]]);
});

test("trouble has its mark at the top of its time", () => {
  assert.deepEqual(brush({}).context.rects("trouble"), [[50, 1, 25, 4]]);
});

test("the window lies over the time range shown, and says its ends", () => {
  const { made, style } = brush({ span: { from: 250_000, to: 750_000 } });
  assert.deepEqual([style.getPropertyValue("--left"), style.getPropertyValue("--right")], ["25%", "75%"]);
  assert.deepEqual(made.edges.map((edge) => [edge.getAttribute("aria-label"), edge.getAttribute("aria-valuenow")]), [
    ["Start of the time range", "250000"],
    ["End of the time range", "750000"],
  ]);
  assert.equal(made.window.hidden, false);
  assert.equal(brush({}).made.window.hidden, true);
});

test("keys move one edge and keep the other", () => {
  const chosen = [];
  const { made } = brush({ span: { from: 250_000, to: 750_000 } }, (span) => chosen.push(span));
  const key = (name) => Object.assign(new Event("keydown", { cancelable: true }), { key: name });
  made.edges[0].dispatchEvent(key("ArrowRight"));
  made.edges[1].dispatchEvent(key("ArrowLeft"));
  made.edges[1].dispatchEvent(key("End"));
  assert.deepEqual(chosen, [
    { from: 260_000, to: 750_000 },
    { from: 250_000, to: 740_000 },
    { from: 250_000, to: 1_000_000 },
  ]);
});
