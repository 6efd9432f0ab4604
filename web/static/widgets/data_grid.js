// A table of any length: virtual rows, selection, keyboard, and following the newest row.

import { closest, h, icon, setClass, setText, setVars } from "./dom.js";
import { columnEdge, ColumnWidths } from "./column_widths.js";
import { count, counted, duration } from "../text/format.js";
import { CutText } from "./cut_text.js";
import { EvenOffsets } from "./row_offsets.js";
import { VirtualList } from "./virtual_list.js";

export const ROW_HEIGHT = 24;

const ARROW = 2; // characters that the arrow of a sorted column takes
const PADDING = 12; // pixels at each end of a row, as in lists.css

let grids = 0;

/**
 * @typedef {object} Column
 * @property {string} name class of its cells
 * @property {string} title
 * @property {(cell: HTMLElement, row: any, state: import("../types/state.d.ts").State, index: number) => void} draw
 * @property {(cell: HTMLElement) => void} [create] fills a new cell, once
 * @property {number} [fits] as wide as the longest text drawn so far, at most so many characters, and never narrower
 *   again
 * @property {boolean} [isAxis] a time axis: its title shows where it ends
 * @property {boolean} [isTitleUnseen] only screen readers get the title
 * @property {string} [sortsBy] what the rows are sorted by, where the title does not say it
 * @property {string} [by] the server's name of the column, by which the rows can be sorted
 * @property {number} [least] pixels of the narrowest table that shows it
 * @property {number} [below] pixels of the narrowest table that does not show it any more
 * @property {boolean} [isMain] has the link to the row's own address; otherwise the first column has it
 */

/** Whether tables follow the newest row: of a live capture or a replay they do, of a saved one they do not. */
export const isLive = ({ feed, capture }) =>
  feed !== "connecting" && capture.source !== "file" && capture.state !== "ended";

/**
 * The order, if rows with these columns can be sorted so; otherwise "", the order of the file.
 *
 * @param {{by?: string}[]} columns
 * @param {string} order a column, after "-" in descending order
 */
export const knownOrder = (columns, order) => (columns.some(({ by }) => by && by === columnOf(order)) ? order : "");

const columnOf = (order) => order.replace(/^-/, "");

/** The order after a press of a column's title: ascending, descending, then the order of the file again. */
export function nextOrder(by, order) {
  if (order === by) return `-${by}`;
  return order === `-${by}` ? "" : by;
}

export class DataGrid {
  /**
   * @param {object} options
   * @param {string} options.label for screen readers
   * @param {string} [options.name] under which the columns' widths are stored
   * @param {Column[]} options.columns
   * @param {(index: number) => void} options.choose called when a row is clicked or moved to
   * @param {() => void} [options.enter] called for Enter on a chosen row
   * @param {(first: number, stop: number) => void} [options.shown] called with the visible rows
   * @param {(row: object) => string} [options.rowClass] further classes of a row
   * @param {(grid: DataGrid) => number} [options.rowHeight] pixels of a row
   * @param {(order: string) => void} [options.sort] called with the order that a press of a title asks for
   * @param {(isPointed: boolean) => void} [options.pointed] called when the pointer enters or leaves the rows
   * @param {((row: any) => string) | null} [options.address] of a row; it can be copied, or opened in another tab
   * @param {boolean} [options.isSteady] cells depend only on their row, and need no redraw
   */
  constructor(
    {
      label,
      name = label,
      columns,
      choose,
      enter = () => {},
      shown = () => {},
      rowClass = () => "",
      rowHeight = () => ROW_HEIGHT,
      isSteady = false,
      sort = () => {},
      pointed = () => {},
      address = null,
    },
  ) {
    /** @type {Column[]} */
    this.all = columns; // also those for which the table is too narrow or too wide
    /** @type {Column[]} */
    this.columns = [];
    this.address = address;
    this.widths = new ColumnWidths(name);
    this.sort = sort;
    this.order = "";
    this.hasRoom = false; // whether the table scrolls sideways
    this.choose = choose;
    this.enter = enter;
    this.showRows = shown;
    this.rowClass = rowClass;
    this.rowHeight = rowHeight;
    this.isSteady = isSteady;
    /** @type {((index: number) => object | undefined) | null} */
    this.get = null;
    /** @type {import("../types/state.d.ts").State | null} */
    this.state = null;
    this.prefix = `grid-${(grids += 1)}`;
    this.total = 0;
    this.chosen = null;
    this.seen = 0; // rows there were when the list was last scrolled to its end
    this.width = 0; // pixels
    /** @type {Record<string, number>} */
    this.fitted = {}; // width of columns in characters
    this.list = new VirtualList({
      create: () => this.createRow(),
      update: (element, index) => this.updateRow(element, index),
      shown: (first, stop) => this.shown(first, stop),
      follows: false, // see follow()
      // so that it can be scrolled by keyboard
      attributes: { role: "rowgroup", class: "virtual grid-rows", tabindex: "0" },
    });
    this.newer = h(
      "button",
      { class: "newer", hidden: true, onclick: () => this.list.toEnd() },
      icon("down"),
      h("span"),
    );
    this.list.element.addEventListener("pointerenter", ({ pointerType }) => pointed(pointerType === "mouse"));
    this.list.element.addEventListener("pointerleave", () => pointed(false));
    this.list.element.addEventListener("pointerdown", raiseLink);
    this.axisEnd = h("span");
    this.head = h("div", { role: "row", class: "grid-row head" });
    this.table = h(
      "div",
      {
        class: "grid-table",
        role: "grid",
        "aria-label": label,
        tabindex: "0",
        "data-arrow-keys": "",
        onkeydown: (event) => this.key(event),
      },
      h(
        "div",
        { class: "grid-head", role: "rowgroup" },
        this.head,
      ),
      this.list.element,
    );
    this.empty = h("div", { class: "empty" });
    this.element = h("div", { class: "grid" }, this.table, this.empty, this.newer);
    const titleOf = (name) => this.columns.find((column) => column.name === name)?.title;
    this.cutText = new CutText(this.list.element, this.element, titleOf);
    this.show(columns);
    new ResizeObserver(([{ contentRect }]) => this.resized(contentRect.width)).observe(this.element);
  }

  /**
   * @param {object} content
   * @param {number} content.total rows
   * @param {(index: number) => object | undefined} content.get
   * @param {number | null} content.chosen index of the selected row
   * @param {import("../types/state.d.ts").State} content.state
   * @param {{key: string, content: () => HTMLElement[]}} content.empty shown when there are no rows
   * @param {number} content.largest largest number in the list: columns of numbers have room for it
   * @param {string} [content.order] the column by which the rows are sorted, after "-" in descending order
   */
  draw({ total, get, chosen, state, empty, largest, order = "" }) {
    this.drawOrder(order);
    setVars(this.element, { digits: count(largest).length });
    Object.assign(this, { total, get, state, chosen });
    setText(this.axisEnd, state.end ? duration(state.end) : "");
    this.table.setAttribute("aria-rowcount", String(total + 1));
    this.empty.hidden = total > 0;
    this.list.element.hidden = total === 0;
    if (!total && this.empty.dataset.key !== empty.key) {
      this.empty.dataset.key = empty.key;
      this.empty.replaceChildren(...empty.content());
    }
    this.layout();
    this.table.setAttribute("aria-activedescendant", chosen === null ? "" : `${this.prefix}-${chosen}`);
  }

  /** The header of a column: its title, a button where the rows can be sorted by it. */
  title(column) {
    const { title, by } = column;
    const text = h("span", { class: column.isTitleUnseen ? "unseen" : null }, title);
    if (!by) return this.headCell(column, {}, text);
    const press = h(
      "button",
      {
        class: "sort",
        title: `Sort by ${(column.sortsBy ?? title).toLowerCase()}`,
        onclick: () => this.sort(nextOrder(by, this.order)),
      },
      text,
      h("span", { class: "sort-arrow", "aria-hidden": "true" }),
    );
    return this.headCell(column, { "aria-sort": "none" }, press);
  }

  headCell(column, attributes, content) {
    const edge = column.isTitleUnseen ? null : columnEdge(column.title, {
      width: () => cell.offsetWidth,
      resize: (pixels) => this.resize(column.name, pixels),
      fit: () => this.fitText(column.name),
    });
    const cell = h("span", { role: "columnheader", ...attributes, ...cellOf(column) }, content, edge);
    this.applyTo(cell, column.name);
    return cell;
  }

  /** Marks the first of the columns by which the rows are sorted. */
  drawOrder(order) {
    this.order = order;
    const sorted = this.columns.findIndex(({ by }) => by && by === columnOf(order));
    this.columns.forEach(({ by }, i) => {
      if (!by) return;
      const way = i !== sorted ? "none" : order.startsWith("-") ? "descending" : "ascending";
      this.titles[i].setAttribute("aria-sort", way);
      setText(this.titles[i].querySelector(".sort-arrow"), { none: "", ascending: "↑", descending: "↓" }[way]);
    });
  }

  /** Shows these columns in place of those before, as far as they suit the width of the table. */
  show(columns) {
    this.all = columns;
    this.columns = this.suiting();
    this.fitted = {};
    this.main = Math.max(this.columns.findIndex(({ isMain }) => isMain), 0);
    this.titles = this.columns.map((column) => this.title(column));
    this.titles[this.columns.findIndex(({ isAxis }) => isAxis)]?.append(this.axisEnd);
    this.head.replaceChildren(...this.titles);
    for (const { name, title, fits, by } of this.columns) if (fits) this.fit(name, title.length + (by ? ARROW : 0));
    for (const { name } of this.columns) this.applyWidth(name);
    this.drawOrder(this.order);
    this.list.clear();
    if (this.get) this.layout();
    this.makeRoom();
  }

  /** Gives a column a width in pixels; null lets it have its own again. */
  resize(name, pixels) {
    this.widths.set(name, pixels);
    this.applyWidth(name);
    for (const cell of this.cells(name)) this.applyTo(cell, name);
    this.makeRoom();
  }

  /** Makes a column as wide as the longest text in it that is drawn. */
  fitText(name) {
    this.resize(name, 0);
    const longest = Math.max(
      ...this.cells(name).map(({ scrollWidth = 0, clientWidth = 0 }) => scrollWidth > clientWidth ? scrollWidth : 0),
    );
    this.resize(name, longest ? longest + 2 : null);
  }

  /** The title and the drawn cells of a column. */
  cells(name) {
    const at = this.columns.findIndex((column) => column.name === name);
    return at < 0 ? [] : [this.head, ...this.list.canvas.children].map(({ children }) => children[at]);
  }

  applyWidth(name) {
    if (this.widths.has(name)) setVars(this.element, { [`width-${name}`]: `${this.widths.pixels[name]}px` });
  }

  applyTo(cell, name) {
    const isSized = this.widths.has(name);
    cell.classList.toggle("sized", isSized);
    if (isSized) setVars(cell, { wide: `var(--width-${name})` });
  }

  /** Lets the table scroll sideways where columns that the user has widened need more than its width. */
  makeRoom() {
    const isFree = this.columns.some(({ name }) => this.widths.has(name));
    if (!isFree && !this.hasRoom) return;
    setVars(this.element, { needed: "0px" });
    const { scrollWidth, clientWidth } = this.head;
    this.hasRoom = isFree && scrollWidth > clientWidth;
    if (this.hasRoom) setVars(this.element, { needed: `${scrollWidth + PADDING}px` });
  }

  layout() {
    this.list.layout(new EvenOffsets(this.total, this.rowHeight(this)));
  }

  /** The columns that suit the width of the table; before it has one, those of a wide table. */
  suiting() {
    const width = this.width || Number.MAX_VALUE;
    return this.all.filter(({ least = 0, below = Infinity }) => least <= width && width < below);
  }

  resized(width) {
    this.width = width;
    const suiting = this.suiting();
    if (suiting.length !== this.columns.length || suiting.some((column, i) => column !== this.columns[i])) {
      this.show(this.all);
    } else if (this.get) this.layout();
    this.makeRoom();
  }

  /** Widens a column to so many characters. */
  fit(name, characters) {
    if (characters <= (this.fitted[name] ?? 0)) return;
    this.fitted[name] = characters;
    setVars(this.element, { [`fit-${name}`]: String(characters) });
    if (this.get) requestAnimationFrame(() => this.layout()); // rows may need more lines now
  }

  /** Sets whether the table stays at its end while rows are added. */
  follow(isGrowing) {
    if (this.list.follows === isGrowing) return;
    this.list.follows = this.list.following = isGrowing;
  }

  /** Shows another list from its beginning, or at its end where it is followed. */
  restart() {
    this.list.following = this.list.follows;
    this.list.element.scrollTop = 0;
    this.seen = 0;
  }

  /** Scrolls a row into view. */
  reveal(index) {
    this.list.reveal(index);
  }

  shown(first, stop) {
    const length = this.list.offsets.length;
    if (this.list.following || this.list.atEnd) this.seen = length;
    const fresh = length - Math.min(this.seen, length);
    this.newer.hidden = fresh === 0 || !this.list.follows;
    if (fresh) setText(this.newer.lastChild, `${counted(fresh, "new row")}`);
    if (length) this.showRows(first, Math.max(stop, first + 1));
  }

  createRow() {
    const row = h(
      "div",
      { role: "row", class: "grid-row" },
      this.columns.map((column, i) => {
        const cell = h("span", { role: "gridcell", "data-column": column.name, ...cellOf(column) });
        this.applyTo(cell, column.name);
        const hasLink = this.address && i === this.main;
        if (hasLink) cell.append(h("a", { class: "row-link", tabindex: "-1", draggable: "false" }));
        column.create?.(hasLink ? /** @type {HTMLElement} */ (cell.firstElementChild) : cell);
        return cell;
      }),
    );
    row.addEventListener("click", (event) => this.pressed(event, row));
    row.addEventListener("auxclick", (event) => this.pressed(event, row));
    row.addEventListener("pointerenter", () => this.aim(row));
    return row;
  }

  /** A plain click chooses the row; a middle click, or one with a modifier, opens its address as the browser does. */
  pressed(event, row) {
    const link = closest(event, "a");
    const isOther = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!event.button && !isOther) {
      if (link) event.preventDefault();
      if (row.dataset.index) this.choose(Number(row.dataset.index));
    } else if (!link && this.address && (event.button === 1 || event.ctrlKey || event.metaKey)) {
      open(row.querySelector(".row-link").href, "_blank", "noopener");
    }
  }

  /** Updates the address of a drawn row, since filter, time range and order are part of it. */
  aim(element) {
    const row = this.address && this.get?.(Number(element.dataset.index));
    if (!row) return;
    const [link, address] = [this.contentOf(element, this.main), this.address(row)];
    if (link.getAttribute("href") !== address) link.setAttribute("href", address);
  }

  /** The element that a column draws into. */
  contentOf(element, i) {
    const cell = element.children[i];
    return this.address && i === this.main ? cell.firstElementChild : cell;
  }

  updateRow(element, index) {
    const row = this.get(index);
    if (this.isSteady && this.isDrawn(element, index, row)) return;
    element.id = `${this.prefix}-${index}`;
    element.dataset.index = String(index);
    element.setAttribute("aria-rowindex", String(index + 2));
    element.setAttribute("aria-selected", String(index === this.chosen));
    setClass(element, `grid-row${row ? ` ${this.rowClass(row)}` : " missing"}`);
    if (row) this.columns.forEach((column, i) => this.drawCell(column, this.contentOf(element, i), row, index));
    this.aim(element);
  }

  drawCell(column, cell, row, index) {
    column.draw(cell, row, this.state, index);
    if (column.fits) this.fit(column.name, Math.min(cell.textContent.length, column.fits));
  }

  /** Whether the element already shows this row; notes it as shown. */
  isDrawn(element, index, row) {
    const shows = [index, row, index === this.chosen];
    const isSame = element.shows !== undefined && shows.every((part, i) => part === element.shows[i]);
    element.shows = shows;
    return isSame;
  }

  key(event) {
    if (closest(event, ".grid-head")) return;
    if (event.key === "Enter" && this.chosen !== null) this.enter();
    const length = this.list.offsets.length;
    const at = this.chosen ?? -1;
    const page = Math.max(Math.floor(this.list.element.clientHeight / this.rowHeight(this)) - 1, 1);
    const moves = {
      ArrowDown: at + 1,
      ArrowUp: at < 0 ? length - 1 : at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: length - 1,
    };
    if (!(event.key in moves) || !length || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const index = Math.min(Math.max(moves[event.key], 0), length - 1);
    this.chosen = index; // the next key may come before the next redraw
    this.choose(index);
    this.reveal(index);
    this.cutText.ofRow(() => this.list.rows.get(this.chosen));
  }
}

/** While a context menu is asked for, the row's link covers the row, so that the menu is that of the link. */
function raiseLink(event) {
  const row = event.button === 2 || event.ctrlKey ? closest(event, ".grid-row") : null;
  if (!row) return;
  row.classList.add("raised");
  const lower = () => setTimeout(() => row.classList.remove("raised"));
  for (const end of ["contextmenu", "pointerup", "pointercancel", "pointerleave"]) {
    row.addEventListener(end, lower, { once: true });
  }
}

/**
 * The attributes of a column's cells: class, and the width of one that fits its content.
 *
 * @param {Column} column
 */
const cellOf = ({ name, fits }) => ({
  class: `cell ${name}${fits ? " fitted" : ""}`,
  vars: fits ? { fit: `var(--fit-${name})` } : {},
});
