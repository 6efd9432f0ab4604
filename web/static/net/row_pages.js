// A list of any length, fetched in pages around the visible rows. Requests for rows that have scrolled away are
// aborted.

const SIZE = 200; // rows a page
const HELD = 60; // pages kept; the least recently fetched go first
const AT_ONCE = 5; // pages a request: the server sends up to 1000 rows
const REST = 2_000; // ms after a failure before the next request

/** @import { RowsAnswer } from "../types/rows.d.ts" */

/** @template Row */
export class RowPages {
  /**
   * @param {object} parts
   * @param {(start: number, stop: number, signal: AbortSignal) => Promise<RowsAnswer<Row>>} parts.fetch
   * @param {() => void} parts.changed called when there is something new to draw
   * @param {(error: import("./api.js").ApiError) => void} parts.failed
   * @param {number | null} [parts.total] length of the list; null where only an answer tells it
   * @param {number} [parts.size] rows a page
   * @param {number} [parts.held] pages kept
   * @param {(call: () => void, ms: number) => unknown} [parts.later] setTimeout
   */
  constructor(
    { fetch, changed, failed, total = null, size = SIZE, held = HELD, later = (call, ms) => setTimeout(call, ms) },
  ) {
    this.fetch = fetch;
    this.changed = changed;
    this.failed = failed;
    this.total = total;
    this.size = size;
    this.held = held;
    this.later = later;
    this.revision = 0; // increases with each answer
    /** @type {Map<number, Row[]>} */
    this.pages = new Map(); // page → rows; Map keeps the order of insertion, the newest last
    /** @type {{first: number, stop: number, abort: AbortController} | null} */
    this.asked = null; // {first, stop, abort} in pages: the current request
    this.wanted = [0, 1];
    this.isResting = false;
    this.isOver = false;
  }

  get(index) {
    return this.pages.get(Math.floor(index / this.size))?.[index % this.size];
  }

  /** Whether any of the rows held passes the test. */
  some(test) {
    return [...this.pages.values()].some((rows) => rows.some(test));
  }

  /** Fetches what is missing of rows [first, stop). Called with every redraw. */
  want(first, stop) {
    this.wanted = [Math.floor(Math.max(first, 0) / this.size), Math.ceil(Math.max(stop, first + 1) / this.size)];
    this.ask();
  }

  /** Sets a new length. */
  grow(total) {
    if (total === this.total) return;
    this.total = total;
    this.ask();
  }

  /** Fetches the last page to learn the length of a list that grows at its end. */
  refreshTotal() {
    if (this.total === null || this.asked) return;
    this.send(Math.floor(this.total / this.size), Math.floor(this.total / this.size) + 1);
  }

  /** Fetches the visible pages again after the list may have changed; the answer drops all others. */
  renew() {
    if (this.total === null || this.asked) return;
    const [first, stop] = this.wanted;
    this.send(first, Math.min(stop, first + AT_ONCE), true);
  }

  /** Replaces a row. */
  put(index, row) {
    const page = this.pages.get(Math.floor(index / this.size));
    if (page) page[index % this.size] = row;
  }

  close() {
    this.isOver = true;
    this.asked?.abort.abort();
  }

  ask() {
    const [first, stop] = this.missing();
    if (first === stop || this.isResting || this.isOver) return;
    if (this.asked) {
      const isStillWanted = this.asked.first < this.wanted[1] && this.asked.stop > this.wanted[0];
      if (isStillWanted) return;
      this.asked.abort.abort();
    }
    this.send(first, stop);
  }

  /** The first run of wanted pages that are incomplete, as [first, stop). */
  missing() {
    const [from, to] = this.wanted;
    const last = this.total === null ? to : Math.min(to, Math.ceil(this.total / this.size));
    let first = from;
    while (first < last && this.isWhole(first)) first += 1;
    let stop = first;
    while (stop < last && stop - first < AT_ONCE && !this.isWhole(stop)) stop += 1;
    return [first, stop];
  }

  isWhole(page) {
    const rows = this.pages.get(page);
    return Boolean(rows) && (this.total === null || rows.length >= Math.min(this.size, this.total - page * this.size));
  }

  async send(first, stop, isAnew = false) {
    const asked = { first, stop, abort: new AbortController() };
    this.asked = asked;
    try {
      const { rows, total } = await this.fetch(first * this.size, stop * this.size, asked.abort.signal);
      if (this.isOver || this.asked !== asked) return;
      this.asked = null;
      if (isAnew) this.begin(total);
      this.take(first, stop, rows, total);
      this.changed();
      this.ask();
    } catch (error) {
      if (this.asked === asked) this.asked = null;
      if (error.name !== "AbortError" && !this.isOver) this.rest(error);
    }
  }

  begin(total) {
    this.pages.clear();
    this.total = total;
  }

  take(first, stop, rows, total) {
    this.revision += 1;
    // An answer may be older than the length that the feed has sent since.
    this.total = Math.max(total, this.total ?? 0);
    for (let page = first; page < stop; page += 1) {
      this.pages.delete(page);
      const part = rows.slice((page - first) * this.size, (page - first + 1) * this.size);
      if (part.length) this.pages.set(page, part);
    }
    while (this.pages.size > this.held) this.pages.delete(this.pages.keys().next().value);
  }

  rest(error) {
    this.isResting = true;
    this.later(() => {
      this.isResting = false;
      this.ask();
    }, REST);
    this.failed(error);
  }
}
