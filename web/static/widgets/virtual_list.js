// A virtual list: only visible rows are in the document.

/** @import { Offsets } from "./row_offsets.js" */
import { h } from "./dom.js";
import { EvenOffsets, visible } from "./row_offsets.js";

const MARGIN = 240; // pixels of rows kept ready above and below, so that a flick of the wheel finds them drawn
const AT_END = 4; // pixels from the end that count as being at the end

// Browsers clip elements beyond some 16 to 33 million pixels; a longer list is scrolled in proportion.
const MAX_PIXELS = 8_000_000;

/** @template {HTMLElement} RowElement */
export class VirtualList {
  /**
   * @param {object} options
   * @param {() => RowElement} options.create creates an empty row
   * @param {(row: RowElement, index: number) => void} options.update fills it with row `index`
   * @param {(first: number, stop: number) => void} [options.shown] called with the visible rows after each redraw
   * @param {boolean} [options.follows] stays at the end while rows are added, until the user scrolls up
   * @param {object} [options.attributes] of the scrolling element
   */
  constructor({ create, update, shown = () => {}, follows = false, attributes = {} }) {
    this.create = create;
    this.update = update;
    this.shown = shown;
    this.follows = follows;
    this.following = follows;
    this.atEnd = true;
    this.end = null; // height of the list when it was last scrolled to its end; scrolling there costs a layout
    /** @type {Offsets | EvenOffsets} */
    this.offsets = new EvenOffsets(0, 1);
    /** @type {Map<number, RowElement>} */
    this.rows = new Map();
    /** @type {RowElement[]} */
    this.spare = [];
    this.queued = false;
    this.canvas = h("div", { class: "virtual-canvas", role: "presentation" });
    this.element = h("div", { class: "virtual", ...attributes }, this.canvas);
    this.element.addEventListener("scroll", () => this.scrolled(), { passive: true });
    new ResizeObserver(() => {
      this.end = null;
      this.queue();
    }).observe(this.element);
  }

  /**
   * Takes new offsets and redraws.
   *
   * @param {Offsets | EvenOffsets} offsets
   */
  layout(offsets) {
    this.offsets = offsets;
    const height = `${this.pixels}px`;
    if (this.canvas.style.height !== height) this.canvas.style.height = height;
    this.draw();
  }

  /** Drops the drawn rows; layout() creates new ones. */
  clear() {
    for (const row of [...this.rows.values(), ...this.spare]) row.remove();
    this.rows.clear();
    this.spare = [];
  }

  /** Scrolls as little as possible to show all of row `index`; ends following. */
  reveal(index) {
    if (index < 0 || index >= this.offsets.length) return;
    const { clientHeight } = this.element;
    const [top, bottom] = [this.offsets.top(index), this.offsets.top(index) + this.offsets.height(index)];
    const y = this.element.scrollTop * this.scale;
    if (top < y) this.element.scrollTop = top / this.scale;
    else if (bottom > y + clientHeight) this.element.scrollTop = (bottom - clientHeight) / this.scale;
    this.look();
    this.draw();
  }

  /** Scrolls row `index` to a third of the height. */
  show(index) {
    if (index < 0 || index >= this.offsets.length) return;
    this.element.scrollTop = Math.max((this.offsets.top(index) - this.element.clientHeight / 3) / this.scale, 0);
    this.look();
    this.draw();
  }

  toEnd() {
    this.following = this.follows;
    this.element.scrollTop = this.element.scrollHeight;
    this.draw();
  }

  /** Reads the scroll position, once since that costs a layout, and whether to follow the end. */
  look() {
    this.measure();
    this.following = this.follows && this.atEnd;
  }

  measure() {
    const { scrollTop, clientHeight } = this.element;
    this.atEnd = scrollTop + clientHeight >= this.pixels - AT_END;
    return { scrollTop, clientHeight };
  }

  get pixels() {
    return Math.min(this.offsets.total, MAX_PIXELS);
  }

  /** Pixels of list for each pixel of scrolling; 1 unless the list is too long for the browser. */
  get scale() {
    const viewport = this.element.clientHeight;
    return this.offsets.total <= MAX_PIXELS ? 1 : (this.offsets.total - viewport) / (MAX_PIXELS - viewport);
  }

  scrolled() {
    this.look();
    this.queue();
  }

  queue() {
    if (this.queued) return;
    this.queued = true;
    requestAnimationFrame(() => {
      this.queued = false;
      this.draw();
    });
  }

  draw() {
    if (this.following && this.end !== this.pixels) this.element.scrollTop = this.element.scrollHeight;
    this.end = this.following ? this.pixels : null;
    const { scrollTop, clientHeight } = this.measure();
    const y = scrollTop * this.scale;
    const [first, stop] = visible(this.offsets, y, clientHeight, MARGIN);
    this.retire(first, stop);
    for (let index = first; index < stop; index += 1) this.place(index, this.offsets.top(index) - y + scrollTop);
    for (const row of this.spare.splice(0)) row.remove(); // a screen reader would still read an unused row
    this.shown(Math.max(this.offsets.at(y), 0), Math.min(this.offsets.at(y + clientHeight) + 1, stop));
  }

  retire(first, stop) {
    for (const [index, row] of this.rows) {
      if (index >= first && index < stop) continue;
      this.rows.delete(index);
      this.spare.push(row);
      row.hidden = true;
    }
  }

  place(index, top) {
    let row = this.rows.get(index);
    if (!row) {
      row = this.spare.shift() ?? this.canvas.appendChild(this.create());
      row.hidden = false;
      this.rows.set(index, row);
    }
    row.style.transform = `translateY(${top}px)`;
    this.update(row, index);
  }
}
