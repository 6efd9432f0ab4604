// The widths that the user has given to a table's columns, in pixels; they are stored in this browser.

import { h } from "./dom.js";

export const NARROWEST = 24; // pixels
const WIDEST = 1600;
const STEP = 16; // pixels that an arrow key moves the edge of a column

export class ColumnWidths {
  /** @param {string} name under which the widths are stored */
  constructor(name) {
    this.name = name;
    /** @type {Record<string, number>} */
    this.pixels = remembered(name);
  }

  has(column) {
    return Object.hasOwn(this.pixels, column);
  }

  /** Keeps a width within its limits; null lets the column have its own width again. */
  set(column, pixels) {
    if (pixels === null) delete this.pixels[column];
    else this.pixels[column] = Math.round(Math.min(Math.max(pixels, NARROWEST), WIDEST));
    remember(this.name, this.pixels);
  }
}

/**
 * The right edge of a column's title, which is dragged or moved by the arrow keys; a double click or Enter gives the
 * column its natural width.
 *
 * @param {string} title of the column
 * @param {object} column
 * @param {() => number} column.width now, in pixels
 * @param {(pixels: number) => void} column.resize
 * @param {() => void} column.fit
 */
export function columnEdge(title, { width, resize, fit }) {
  const edge = h("i", {
    class: "column-edge",
    role: "separator",
    tabindex: "0",
    "aria-orientation": "vertical",
    "aria-label": `Width of ${title}`,
    "aria-valuemin": String(NARROWEST),
    "aria-valuemax": String(WIDEST),
    "aria-valuenow": String(NARROWEST),
  });
  const measure = () => edge.setAttribute("aria-valuenow", String(Math.round(width())));
  const change = (act) => {
    act();
    measure();
  };
  edge.addEventListener("focus", measure);
  edge.addEventListener("dblclick", () => change(fit));
  edge.addEventListener("pointerdown", (event) => {
    edge.setPointerCapture(event.pointerId);
    const offset = event.clientX - width();
    const move = (moved) => change(() => resize(moved.clientX - offset));
    edge.addEventListener("pointermove", move);
    edge.addEventListener("lostpointercapture", () => edge.removeEventListener("pointermove", move), { once: true });
  });
  edge.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (step) change(() => resize(width() + step));
    else if (event.key === "Enter") change(fit);
    else return;
    event.preventDefault();
  });
  return edge;
}

function remembered(name) {
  try {
    const stored = JSON.parse(localStorage.getItem(`wireglass.widths.${name}`)) ?? {};
    return Object.fromEntries(Object.entries(stored).filter(([, pixels]) => Number.isFinite(pixels)));
  } catch {
    return {};
  }
}

function remember(name, pixels) {
  try {
    localStorage.setItem(`wireglass.widths.${name}`, JSON.stringify(pixels));
  } catch {
    // Storage may be refused; the widths then last as long as the page.
  }
}
