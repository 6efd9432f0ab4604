import assert from "node:assert/strict";
import { test } from "node:test";
import "../support/dom.mjs";
import { drawLives, drawTrips, priceBar } from "../../../web/static/compare/compare_charts.js";

test("one-way trips alternate: the client's to the right, the server's to the left", () => {
  const arrows = drawTrips(3).children.map((path) => {
    const [, from, to] = path.getAttribute("d").match(/^M(\d+) 5H(\d+)/).map(Number);
    const head = path.getAttribute("d").match(/m(-?\d+) -4l(-?\d+) 4/).slice(1).map(Number);
    return [path.className, from < to ? "right" : "left", head[0] < 0 && head[1] > 0 ? "right" : "left"];
  });
  assert.deepEqual(arrows, [["client", "right", "right"], ["server", "left", "left"], ["client", "right", "right"]]);
});

test("lifetimes begin and last in proportion to the capture, and an open one goes on", () => {
  const lives = [{ at_ns: 0, until_ns: 500, is_open: false }, { at_ns: 500, until_ns: 1000, is_open: true }];
  const rects = drawLives(lives, 1000).children.map((rect) => [
    rect.className,
    ...["x", "y", "width"].map((name) => Number(rect.getAttribute(name))),
  ]);
  assert.deepEqual(rects, [["closed", 0, 0, 493], ["open", 493, 6, 507]]);
});

test("the bytes of a message are opening, data and closing, relative to the dearest kind", () => {
  const values = { messages: 2, building_bytes: 40, talking_bytes: 100, closing_bytes: 20 };
  const parts = priceBar(values, 100).children;
  assert.deepEqual(parts.map(({ className, style }) => [className, Number(style.getPropertyValue("--share"))]), [
    ["building", 0.2],
    ["talking", 0.5],
    ["closing", 0.1],
  ]);
});
