import assert from "node:assert/strict";
import { test } from "node:test";
import { setText } from "../../../web/static/widgets/dom.js";
import { texts } from "../support/dom.mjs";
import { DataGrid, isLive, knownOrder, ROW_HEIGHT } from "../../../web/static/widgets/data_grid.js";

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

test("a title that can be sorted by is a button: ascending, descending, then the order of the file", () => {
  const asked = [];
  const made = new DataGrid({
    label: "Things",
    columns: [
      { name: "id", title: "#", by: "id", sortsBy: "number", draw() {} },
      { name: "late", title: "Late", by: "time_ns", draw() {} },
      { name: "later", title: "Later", by: "time_ns", draw() {} },
      { name: "plain", title: "Plain", draw() {} },
    ],
    choose() {},
    sort: (order) => asked.push(order),
  });
  const drawn = (order) => {
    const empty = { key: "none", content: () => [] };
    made.draw({ total: 0, get: () => undefined, chosen: null, state: { end: 0 }, empty, largest: 3, order });
    return made.titles.map((title) => [title.getAttribute("aria-sort"), title.textContent]);
  };
  const buttons = made.element.querySelectorAll("button.sort");
  assert.deepEqual(buttons.map(({ title }) => title), ["Sort by number", "Sort by late", "Sort by later"]);
  const none = [["none", "#"], ["none", "Late"], ["none", "Later"], [null, "Plain"]];
  assert.deepEqual(drawn(""), none);
  buttons[0].click();
  assert.deepEqual(drawn("id"), [["ascending", "#↑"], ...none.slice(1)]);
  buttons[0].click();
  assert.deepEqual(drawn("-id"), [["descending", "#↓"], ...none.slice(1)]);
  buttons[0].click();
  buttons[1].click();
  assert.deepEqual(asked, ["id", "-id", "", "time_ns"]);
  assert.deepEqual(drawn("time_ns")[1], ["ascending", "Late↑"]);
  assert.deepEqual(drawn("time_ns")[2], ["none", "Later"]); // one column at a time
});

test("an order that the columns do not have is the order of the file", () => {
  const columns = [{ by: "id" }, { by: undefined }];
  assert.deepEqual(["id", "-id", "--id", "undefined", "", "age"].map((order) => knownOrder(columns, order)), [
    "id",
    "-id",
    "",
    "",
    "",
    "",
  ]);
});

test("keys in a title are the title's, not the rows'", () => {
  const { made, picked } = grid(1);
  const title = made.element.querySelector("[role=columnheader]");
  const press = Object.assign(new Event("keydown"), { key: "ArrowDown" });
  Object.defineProperty(press, "target", { value: title });
  made.key(press);
  assert.deepEqual(picked, []);
});

test("the list says when the pointer is over its rows", () => {
  const said = [];
  const made = new DataGrid({ label: "Things", columns: [], choose() {}, pointed: (is) => said.push(is) });
  for (const [name, pointerType] of [["enter", "mouse"], ["leave", "mouse"], ["enter", "touch"]]) {
    made.list.element.dispatchEvent(Object.assign(new Event(`pointer${name}`), { pointerType }));
  }
  assert.deepEqual(said, [true, false, false]);
});

/** A grid of two columns with a row, each 80 pixels wide; the edge of its first column. */
function sizable(name) {
  const made = new DataGrid({
    label: "Things",
    name,
    columns: [{ name: "id", title: "#", draw() {} }, { name: "kind", title: "Kind", draw() {} }],
    choose() {},
  });
  made.list.element.clientHeight = ROW_HEIGHT;
  const empty = { key: "none", content: () => [] };
  made.draw({ total: 1, get: () => ROWS[0], chosen: null, state: { end: 0 }, empty, largest: 1 });
  const edge = made.element.querySelector("[role=separator]");
  const sized = () => [made.head, made.list.canvas.children[0]].map(({ children }) => children[0].className);
  const widthNow = () => made.element.style["--width-id"];
  Object.defineProperty(made.titles[0], "offsetWidth", { get: () => parseInt(widthNow() ?? "80") });
  const press = (key) => edge.dispatchEvent(Object.assign(new Event("keydown"), { key }));
  return { made, edge, sized, widthNow, press };
}

test("the edge of a column is moved by arrow keys, down to a least width, and says how wide it is", () => {
  const { edge, sized, widthNow, press } = sizable("keys");
  assert.equal(edge.getAttribute("aria-label"), "Width of #");
  press("ArrowRight");
  assert.deepEqual([widthNow(), edge.getAttribute("aria-valuenow")], ["96px", "96"]);
  assert.deepEqual(sized(), ["cell id sized", "cell id sized"]);
  for (let i = 0; i < 10; i += 1) press("ArrowLeft");
  assert.deepEqual([widthNow(), edge.getAttribute("aria-valuenow")], ["24px", "24"]);
});

test("Enter or a double click fits a column to its texts, and one without texts gets its own width again", () => {
  const { made, edge, sized, widthNow, press } = sizable("fits");
  const cell = made.list.canvas.children[0].children[0];
  Object.assign(cell, { scrollWidth: 130, clientWidth: 24 });
  press("Enter");
  assert.equal(widthNow(), "132px");
  cell.scrollWidth = 0;
  edge.dispatchEvent(new Event("dblclick"));
  assert.deepEqual(sized(), ["cell id", "cell id"]);
});

test("a width is there again in the next table of that name, also for columns shown later", () => {
  sizable("kept").press("ArrowRight");
  const { made, sized, widthNow } = sizable("kept");
  assert.deepEqual([widthNow(), ...sized()], ["96px", "cell id sized", "cell id sized"]);
  made.show([made.columns[1], made.columns[0]]);
  assert.deepEqual(made.head.children.map(({ className }) => className), ["cell kind", "cell id sized"]);
  assert.deepEqual(made.list.canvas.children[0].children.map(({ className }) => className), [
    "cell kind",
    "cell id sized",
  ]);
  assert.deepEqual(sizable("another").sized(), ["cell id", "cell id"]);
});
