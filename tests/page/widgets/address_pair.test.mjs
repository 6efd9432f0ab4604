import assert from "node:assert/strict";
import { test } from "node:test";
import { COLOURS } from "../support/canvas.mjs";
import "../support/dom.mjs";
import { createPair, drawPair } from "../../../web/static/widgets/address_pair.js";
import { readColours } from "../../../web/static/widgets/canvas_colours.js";
import { drawLifetime } from "../../../web/static/widgets/lifetime_bar.js";

test("a pair is client, arrow, server, each in its side's class", () => {
  const cell = document.createElement("span");
  createPair(cell);
  drawPair(cell, { client: ["10.0.0.2", ":4000"], server: ["10.0.0.1", ":80"] }, " → ");
  assert.deepEqual(cell.children.map(({ className, textContent }) => [className, textContent]), [
    ["pair-end client", "10.0.0.2:4000"],
    ["arrow", " → "],
    ["pair-end server", "10.0.0.1:80"],
  ]);
});

test("a lifetime's bar goes from its first to its last packet on the capture's axis", () => {
  const bar = document.createElement("i");
  drawLifetime(bar, { at_ns: 250, until_ns: 750 }, 1000, "trouble", "http");
  const { style, dataset } = bar;
  assert.deepEqual(["--from", "--to"].map((name) => Number(style.getPropertyValue(name))), [0.25, 0.75]);
  assert.deepEqual([dataset.kind, dataset.protocol], ["trouble", "http"]);
});

test("a canvas gets each token's own colour", () => {
  const before = globalThis.getComputedStyle;
  globalThis.getComputedStyle = ({ style }) => ({ color: style.color.replace(/^var\(--(.*)\)$/, "$1") });
  const colours = readColours(document.createElement("div"));
  globalThis.getComputedStyle = before;
  for (const name of Object.keys(COLOURS)) assert.equal(colours[name], name);
});
