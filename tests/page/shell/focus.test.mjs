import assert from "node:assert/strict";
import { test } from "node:test";
import "../support/dom.mjs";
import { h } from "../../../web/static/widgets/dom.js";
import { mountFocus } from "../../../web/static/shell/focus.js";

function mounted(...lists) {
  const stage = h("main", {}, lists);
  document.body.replaceChildren(stage);
  document.activeElement = document.body;
  return { stage, focus: mountFocus(stage) };
}

const frame = () => new Promise((done) => requestAnimationFrame(done));
const twoFrames = async () => {
  await frame();
  await frame();
};

const list = (attributes = {}) => h("div", { "data-arrow-keys": "", ...attributes });

test("a view that is opened has the focus in the last list that is shown", () => {
  const [grid, ladder, hidden] = [list(), list(), list({ hidden: true })];
  mounted(grid, ladder, hidden).focus.enter();
  assert.equal(document.activeElement, ladder);
});

test("a view without a list that is shown has the focus itself", () => {
  const { stage, focus } = mounted(list({ hidden: true }));
  focus.enter();
  assert.equal(document.activeElement, stage);
});

test("what has the focus keeps it when something else is closed, and what is gone gives it to the list", async () => {
  const grid = list();
  const { focus } = mounted(grid);
  const field = h("input");
  document.body.append(field);
  field.focus();
  focus.restore();
  await twoFrames();
  assert.equal(document.activeElement, field);
  field.hidden = true;
  focus.restore();
  await twoFrames();
  assert.equal(document.activeElement, grid);
});
