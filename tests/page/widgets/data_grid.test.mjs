import assert from "node:assert/strict";
import { test } from "node:test";
import { setText } from "../../../web/static/widgets/dom.js";
import { texts } from "../support/dom.mjs";
import { DataGrid, isLive, ROW_HEIGHT } from "../../../web/static/widgets/data_grid.js";

const ROWS = [{ id: 10, kind: "fine" }, undefined, { id: 12, kind: "trouble" }];

function grid(chosen = null) {
  const picked = [];
  const made = new DataGrid({
    label: "Things",
    columns: [
      { name: "id", title: "#", draw: (cell, row) => setText(cell, String(row.id)) },
      { name: "kind", title: "Kind", draw: (cell, row) => setText(cell, row.kind) },
    ],
    choose: (index) => picked.push(index),
    rowClass: ({ kind }) => `means-${kind}`,
  });
  made.list.element.clientHeight = 3 * ROW_HEIGHT;
  const empty = { key: "none", content: () => [] };
  made.draw({ total: 3, get: (index) => ROWS[index], chosen, state: { end: 0 }, empty, largest: 3 });
  return { made, picked, rows: made.list.canvas.children };
}

test("rows follow each other, each cell under its title, one that is not there yet marked", () => {
  const { made, rows } = grid();
  assert.deepEqual(texts(made.element, "[role=columnheader]"), ["#", "Kind"]);
  assert.deepEqual(rows.map(({ className, style }) => [className, style.transform]), [
    ["grid-row means-fine", "translateY(0px)"],
    ["grid-row missing", `translateY(${ROW_HEIGHT}px)`],
    ["grid-row means-trouble", `translateY(${2 * ROW_HEIGHT}px)`],
  ]);
  assert.deepEqual(rows[2].children.map(({ className, textContent }) => [className, textContent]), [
    ["cell id", "12"],
    ["cell kind", "trouble"],
  ]);
});

test("the chosen row, its place and the number of rows are told, and a click chooses its own row", () => {
  const { made, picked, rows } = grid(2);
  assert.deepEqual(rows.map((row) => row.getAttribute("aria-selected")), ["false", "false", "true"]);
  assert.deepEqual(rows.map((row) => row.getAttribute("aria-rowindex")), ["2", "3", "4"]);
  assert.equal(made.table.getAttribute("aria-rowcount"), "4");
  assert.equal(made.table.getAttribute("aria-activedescendant"), rows[2].id);
  rows[0].click();
  assert.deepEqual(picked, [0]);
});

test("keys move to the next row, to both ends, and no further", () => {
  const { made, picked } = grid(1);
  for (const key of ["ArrowDown", "ArrowDown", "Home", "ArrowUp", "End"]) {
    made.key({ key, preventDefault() {} });
  }
  assert.deepEqual(picked, [2, 2, 0, 0, 2]);
});

test("a table follows what grows: a live capture, not a file, nor one that has ended", () => {
  const live = (feed, source, state) => isLive({ feed, capture: { source, state } });
  assert.equal(live("live", "live", "running"), true);
  assert.equal(live("live", "file", "loading"), false);
  assert.equal(live("live", "live", "ended"), false);
  assert.equal(live("connecting", "live", "running"), false);
});
