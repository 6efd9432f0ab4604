// The menu of a table's columns; the choice is stored in this browser.

import { h, icon } from "./dom.js";

/** @typedef {import("./data_grid.js").Column & {about?: string, isUsual?: boolean}} Column */

export class ColumnChooser {
  /**
   * @param {string} name under which the choice is stored
   * @param {Column[]} columns in order; those of one name are one column, in tables of different widths
   *   columns that are not `isUsual: false` are shown until the user has chosen
   * @param {() => void} changed
   */
  constructor(name, columns, changed) {
    this.name = name;
    this.columns = columns;
    this.changed = changed;
    this.shown = new Set(
      remembered(name) ?? columns.filter(({ isUsual = true }) => isUsual).map((column) => column.name),
    );
    const firsts = columns.filter(({ name }, i) => columns.findIndex((column) => column.name === name) === i);
    const boxes = firsts.map((column) => this.box(column));
    this.list = h("div", { class: "menu-list", role: "group", "aria-label": "Columns" }, boxes);
    this.summary = h("summary", { class: "button" }, icon("columns"), "Columns");
    this.element = h("details", { class: "menu" }, this.summary, this.list);
    this.element.addEventListener("keydown", (event) => event.key === "Escape" && this.shut(event));
    this.away = (event) => !this.element.contains(/** @type {Node} */ (event.target)) && (this.element.open = false);
    document.addEventListener("pointerdown", this.away);
  }

  /** The columns to show. */
  get chosen() {
    return this.columns.filter(({ name }) => this.shown.has(name));
  }

  unmount() {
    document.removeEventListener("pointerdown", this.away);
  }

  /** @param {Column} column */
  box({ name, title, about }) {
    const box = h("input", { type: "checkbox", checked: this.shown.has(name), onchange: () => this.toggle(name, box) });
    return h("label", { class: "menu-item" }, box, h("span", {}, title), about ? h("small", {}, about) : null);
  }

  toggle(name, box) {
    if (box.checked) this.shown.add(name);
    else this.shown.delete(name);
    if (!this.shown.size) {
      this.shown.add(name); // a table without columns shows nothing
      box.checked = true;
    }
    remember(this.name, [...this.shown]);
    this.changed();
  }

  shut(event) {
    if (!this.element.open) return;
    this.element.open = false;
    this.summary.focus();
    event.stopPropagation();
  }
}

function remembered(name) {
  try {
    const stored = JSON.parse(localStorage.getItem(`wireglass.columns.${name}`));
    return Array.isArray(stored) && stored.length ? stored : null;
  } catch {
    return null;
  }
}

function remember(name, shown) {
  try {
    localStorage.setItem(`wireglass.columns.${name}`, JSON.stringify(shown));
  } catch {
    // Storage may be refused; the choice then lasts as long as the page.
  }
}
