// A table of any length: virtual rows, a chosen one, the keyboard, and following the newest.

import { h, icon, setClass, setText } from "./dom.js";
import { counted, duration } from "./format.js";
import { EvenOffsets } from "./offsets.js";
import { VirtualList } from "./virtual.js";

export const ROW_HEIGHT = 24;

let grids = 0;

export class Grid {
  /**
   * @param {object} options
   * @param {string} options.label what the table lists, for those who hear it
   * @param {object[]} options.columns {name, title, draw(cell, row, state, id), create?(cell), isAxis?, isTitleUnseen?}: `name` is the class of its cells,
   *   `create` fills a fresh cell once, and the one that is a time axis says in its title where it ends
   * @param {(id: number) => void} options.choose called when a row is clicked or moved to
   * @param {() => void} [options.enter] called for Enter on a chosen row
   * @param {(first: number, stop: number) => void} [options.shown] told which row numbers show
   * @param {(row: object) => string} [options.rowClass] further classes of a row
   * @param {boolean} [options.isSteady] cells depend on their row and the one before alone: those drawn once are left as they are
   */
  constructor({ label, columns, choose, enter = () => {}, shown = () => {}, rowClass = () => "", isSteady = false }) {
    Object.assign(this, { columns, choose, enter, showRows: shown, rowClass, isSteady });
    this.prefix = `grid-${(grids += 1)}`;
    this.ids = null; // row numbers in order; null means all of them
    this.total = 0;
    this.chosen = null;
    this.seen = 0; // rows there were when the reader last was at the end
    this.list = new VirtualList({
      create: () => this.createRow(),
      update: (element, index) => this.updateRow(element, index),
      shown: (first, stop) => this.shown(first, stop),
      follows: true,
      attributes: { role: "rowgroup", class: "virtual grid-rows", tabindex: "0" }, // what scrolls must be reached by keyboard
    });
    this.newer = h("button", { class: "newer", hidden: true, onclick: () => this.list.toEnd() }, icon("down"), h("span"));
    const titles = columns.map(({ name, title, isTitleUnseen }) => h("span", { role: "columnheader", class: `cell ${name}` }, h("span", { class: isTitleUnseen ? "unseen" : null }, title)));
    this.axisEnd = h("span");
    titles[columns.findIndex(({ isAxis }) => isAxis)]?.append(this.axisEnd);
    this.table = h("div", { class: "grid-table", role: "grid", "aria-label": label, tabindex: "0", onkeydown: (event) => this.key(event) },
      h("div", { class: "grid-head", role: "rowgroup" }, h("div", { role: "row", class: "grid-row head" }, titles)),
      this.list.element);
    this.empty = h("div", { class: "empty" });
    this.element = h("div", { class: "grid" }, this.table, this.empty, this.newer);
  }

  /** @param {object} content {ids, total, get(id), chosen, state, empty: what to show when there are no rows} */
  draw({ ids = null, total, get, chosen, state, empty }) {
    const length = ids ? ids.length : total;
    Object.assign(this, { ids, total, get, state, chosen });
    setText(this.axisEnd, state.end ? duration(state.end) : "");
    this.table.setAttribute("aria-rowcount", String(length + 1));
    this.empty.hidden = length > 0;
    this.list.element.hidden = length === 0;
    if (!length && this.empty.dataset.key !== empty.key) {
      this.empty.dataset.key = empty.key;
      this.empty.replaceChildren(...empty.content());
    }
    this.list.layout(new EvenOffsets(length, ROW_HEIGHT));
    this.table.setAttribute("aria-activedescendant", chosen === null ? "" : `${this.prefix}-${chosen}`);
  }

  /** Whether the table stays at its end while rows are added; where it starts to, it goes there. */
  follow(isGrowing) {
    if (this.list.follows === isGrowing) return;
    this.list.follows = this.list.following = isGrowing;
  }

  /** Brings the chosen row into sight. */
  reveal(id) {
    this.list.reveal(this.indexOf(id));
  }

  indexOf(id) {
    if (id === null) return -1;
    return this.ids ? this.ids.indexOf(id) : id < this.total ? id : -1;
  }

  idAt(index) {
    return this.ids ? this.ids[index] : index;
  }

  shown(first, stop) {
    const length = this.list.offsets.length;
    if (this.list.following || this.list.atEnd) this.seen = length;
    const fresh = length - Math.min(this.seen, length);
    this.newer.hidden = fresh === 0 || !this.list.follows;
    if (fresh) setText(this.newer.lastChild, `${counted(fresh, "new row")}`);
    if (length) this.showRows(this.idAt(first), this.idAt(Math.max(stop - 1, first)) + 1);
  }

  createRow() {
    const row = h("div", { role: "row", class: "grid-row" }, this.columns.map(({ name, create }) => {
      const cell = h("span", { role: "gridcell", class: `cell ${name}` });
      create?.(cell);
      return cell;
    }));
    row.addEventListener("click", () => row.dataset.id && this.choose(Number(row.dataset.id)));
    return row;
  }

  updateRow(element, index) {
    const id = this.idAt(index);
    const row = this.get(id);
    if (this.isSteady && this.isDrawn(element, id, row)) return;
    element.id = `${this.prefix}-${id}`;
    element.dataset.id = String(id);
    element.setAttribute("aria-rowindex", String(index + 2));
    element.setAttribute("aria-selected", String(id === this.chosen));
    setClass(element, `grid-row${row ? ` ${this.rowClass(row)}` : " missing"}`);
    if (row) this.columns.forEach((column, i) => column.draw(element.children[i], row, this.state, id));
  }

  /** Whether the element shows this already; remembers it as what it shows. */
  isDrawn(element, id, row) {
    const shows = [id, row, this.get(id - 1), id === this.chosen];
    const isSame = element.shows !== undefined && shows.every((part, i) => part === element.shows[i]);
    element.shows = shows;
    return isSame;
  }

  key(event) {
    if (event.key === "Enter" && this.chosen !== null) this.enter();
    const length = this.list.offsets.length;
    const at = this.indexOf(this.chosen);
    const page = Math.max(Math.floor(this.list.element.clientHeight / ROW_HEIGHT) - 1, 1);
    const moves = { ArrowDown: at + 1, ArrowUp: at < 0 ? length - 1 : at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: length - 1 };
    if (!(event.key in moves) || !length || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const id = this.idAt(Math.min(Math.max(moves[event.key], 0), length - 1));
    this.chosen = id; // the next key may come before the next drawing
    this.choose(id);
    this.reveal(id);
  }
}
