// The packets in the packet table, by index: all of them, or those that match the filter and the time range, in the
// order of the file or of a column. The server does the matching and sorting. Packets are fetched by range and not held
// in the store, unlike filtered_rows.js's.

import { isSameButOrder } from "./filtered_rows.js";
import { RowPages } from "./row_pages.js";
import { fixedSpan } from "../text/time_range.js";

const REFRESH = 500; // ms between two requests for the number of matches while packets come

/** Whether a packet's row may still change: later packets settle what is assumed. */
const isUnsettled = (row) => row.client_state_assumed || row.server_state_assumed;

export class FilteredPackets {
  /**
   * @param {object} parts
   * @param {import("./api.js").Get} parts.get
   * @param {() => void} parts.changed
   * @param {(error: import("./api.js").ApiError) => void} parts.failed
   * @param {(call: () => void, ms: number) => unknown} [parts.later] setTimeout
   */
  constructor({ get, changed, failed, later = (call, ms) => setTimeout(call, ms) }) {
    this.get = get;
    this.changed = changed;
    this.failed = failed;
    this.later = later;
    /** @type {string | null} */
    this.key = null; // the query of the pages held
    /** @type {RowPages<import("../types/rows.d.ts").ListedPacket> | null} */
    this.pages = null;
    /** @type {Record<string, string | number>} */
    this.query = {};
    this.packets = 0; // of the capture, when the list was last fetched
    this.places = new Map(); // packet number → index in the list, null where it is not listed
    this.notes = 0; // packets with a note
    /** @type {number | null} */
    this.seenNotes = null; // changes of notes so far, by any page
    this.isWhole = true;
    this.isWaiting = false;
    this.isOver = false;
    this.isHeld = false;
    this.isOutdated = false;
    this.countNotes();
  }

  /**
   * Follows the route and the capture's growth; `order` is the column that sorts the list, after "-" in descending
   * order. Called with every redraw.
   */
  turnTo({ route, lengths, capture }, order = "") {
    const query = {
      ...(route.filter ? { q: route.filter } : {}),
      ...(fixedSpan(route.span) ?? {}),
      ...(order ? { order } : {}),
    };
    const key = JSON.stringify(query);
    const packets = lengths.packets ?? 0;
    if (key !== this.key) this.begin(key, query, packets);
    else if (packets !== this.packets) this.grew(packets);
    if ((capture?.noted ?? this.seenNotes) !== this.seenNotes) this.notesChanged(capture.noted);
  }

  /** A note has changed, perhaps on another page: fetches the visible rows again. */
  notesChanged(noted) {
    const isFirst = this.seenNotes === null;
    // it is tried again after the current request
    if (!isFirst && (this.pages.asked || this.pages.total === null)) return;
    this.seenNotes = noted;
    if (isFirst) return;
    this.places = new Map();
    this.pages.renew();
    this.countNotes();
  }

  begin(key, query, packets) {
    this.pages?.close();
    const total = this.key !== null && isSameButOrder(query, this.query) ? this.total : null;
    Object.assign(this, { key, query, packets, places: new Map() });
    this.isWhole = Object.keys(query).length === 0;
    this.pages = new RowPages({
      fetch: (start, stop, signal) => this.get("/api/packets", { ...this.query, start, stop }, signal),
      changed: this.changed,
      failed: this.failed,
      total: this.isWhole ? packets : total,
    });
    if (!this.isWhole) this.pages.want(0, 1);
  }

  grew(packets) {
    if (packets < this.packets) this.key = null; // another capture: drop the rows of the one before
    this.packets = packets;
    if (this.isWhole) this.pages.grow(packets);
    if (this.isWaiting) return;
    this.isWaiting = true;
    this.later(() => {
      this.isWaiting = false;
      if (this.isOver) return;
      if (this.query.order) this.sortAgain();
      else if (this.pages.some(isUnsettled)) this.pages.renew();
      else if (!this.isWhole) this.pages.refreshTotal();
    }, REFRESH);
  }

  /** Fetches a sorted list again, unless it is held: more packets belong between those that it shows. */
  sortAgain() {
    this.isOutdated = this.isHeld;
    if (this.isHeld) return;
    this.places = new Map();
    this.pages.renew();
  }

  /** While a sorted list is held, its rows stay where they are, though rows have come that belong between them. */
  hold(isHeld) {
    this.isHeld = isHeld;
    if (!isHeld && this.isOutdated) this.sortAgain();
  }

  get total() {
    return this.pages?.total ?? null;
  }

  row(index) {
    return index < 0 ? undefined : this.pages?.get(index);
  }

  want(first, stop) {
    this.pages?.want(first, stop);
  }

  /** The index of packet `number`; null where it is not listed, or not known yet and now being fetched. */
  indexOf(number) {
    if (number === null || !this.pages) return null;
    if (this.isWhole) return number >= 1 && number <= this.packets ? number - 1 : null;
    if (!this.places.has(number)) this.fetchIndex(number);
    return this.places.get(number);
  }

  async fetchIndex(number) {
    const { places } = this;
    places.set(number, null);
    try {
      const { index } = await this.get(`/api/packets/${number}/place`, this.query);
      places.set(number, index);
      if (places === this.places && !this.isOver) this.changed();
    } catch (error) {
      this.failed(error);
    }
  }

  /** Calls back with the number of the packet at `index`, now or once its row is there. */
  async withId(index, use) {
    if (this.isWhole) use(index + 1);
    else if (this.row(index)) this.useRow(index, this.row(index), use);
    else {
      const { key } = this;
      const { rows } = await this.get("/api/packets", { ...this.query, start: index, stop: index + 1 }).catch(() => ({
        rows: [],
      }));
      if (rows.length && key === this.key) this.useRow(index, rows[0], use);
    }
  }

  useRow(index, { number }, use) {
    this.places.set(number, index);
    use(number);
  }

  /** A packet's note has changed. */
  noted(packet) {
    const index = this.indexOf(packet.number);
    if (index !== null) this.pages.put(index, { ...this.row(index), ...packet });
    this.countNotes();
  }

  async countNotes() {
    try {
      this.notes = (await this.get("/api/notes", { stop: 0 })).total;
      if (!this.isOver && this.pages) this.changed();
    } catch {
      // Not worth an error message of its own: whatever the user does next will show what failed.
    }
  }

  close() {
    this.isOver = true;
    this.pages?.close();
  }
}
