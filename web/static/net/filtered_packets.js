// Which packets the table lists, by index: all of them, or those that the filter and the time range leave, as the server finds them.

import { Pages } from "./paged_list.js";
import { filtering } from "../text/time_range.js";

const PATIENCE = 500; // ms between two looks at how many a filter leaves while packets come

/** Whether what is told of a packet may yet change: a later one settles what is assumed. */
const isUnsettled = (row) => row.client_state_assumed || row.server_state_assumed;

export class PacketList {
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
    this.key = null; // what the pages in hand were asked for
    /** @type {Pages<import("../types/rows.d.ts").ListedPacket> | null} */
    this.pages = null;
    /** @type {Record<string, string | number>} */
    this.query = {};
    this.packets = 0; // of the capture, when the list was last looked at
    this.places = new Map(); // packet number → index in the list, null for none
    this.notes = 0; // packets with a note
    /** @type {number | null} */
    this.seenNotes = null; // how often a note has changed, in this page or another
    this.isWhole = true;
    this.isWaiting = false;
    this.isOver = false;
    this.countNotes();
  }

  /** Takes the address and the capture's growth into account. Called with every drawing. */
  turnTo({ route, lengths, capture }) {
    const span = filtering(route.span);
    const key = JSON.stringify([route.filter, span]);
    const packets = lengths.packets ?? 0;
    if (key !== this.key) this.begin(key, route.filter, span, packets);
    else if (packets !== this.packets) this.grew(packets);
    if ((capture?.noted ?? this.seenNotes) !== this.seenNotes) this.notesChanged(capture.noted);
  }

  /** Somebody wrote a note, perhaps on another page: what is in sight is asked for again. */
  notesChanged(noted) {
    const isFirst = this.seenNotes === null;
    if (!isFirst && (this.pages.asked || this.pages.total === null)) return; // once the request under way is answered
    this.seenNotes = noted;
    if (isFirst) return;
    this.places = new Map();
    this.pages.renew();
    this.countNotes();
  }

  begin(key, filter, span, packets) {
    this.pages?.close();
    Object.assign(this, {
      key,
      packets,
      places: new Map(),
      query: { ...(filter ? { q: filter } : {}), ...(span ?? {}) },
    });
    this.isWhole = Object.keys(this.query).length === 0;
    this.pages = new Pages({
      fetch: (start, stop, signal) => this.get("/api/packets", { ...this.query, start, stop }, signal),
      changed: this.changed,
      failed: this.failed,
      total: this.isWhole ? packets : null,
    });
    if (!this.isWhole) this.pages.want(0, 1);
  }

  grew(packets) {
    if (packets < this.packets) this.key = null; // another capture: what was held is of the one before
    this.packets = packets;
    if (this.isWhole) this.pages.grow(packets);
    if (this.isWaiting) return;
    this.isWaiting = true;
    this.later(() => {
      this.isWaiting = false;
      if (this.isOver) return;
      if (this.pages.some(isUnsettled)) this.pages.renew();
      else if (!this.isWhole) this.pages.look();
    }, PATIENCE);
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

  /** Where packet `number` stands; null when it is not listed, or not known yet: then it is asked for. */
  indexOf(number) {
    if (number === null || !this.pages) return null;
    if (this.isWhole) return number >= 1 && number <= this.packets ? number - 1 : null;
    if (!this.places.has(number)) this.askPlace(number);
    return this.places.get(number);
  }

  async askPlace(number) {
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

  /** Tells the number of the packet at `index`, now or once its row is there. */
  async number(index, tell) {
    if (this.isWhole) tell(index + 1);
    else if (this.row(index)) this.tellRow(index, this.row(index), tell);
    else {
      const { key } = this;
      const { rows } = await this.get("/api/packets", { ...this.query, start: index, stop: index + 1 }).catch(() => ({
        rows: [],
      }));
      if (rows.length && key === this.key) this.tellRow(index, rows[0], tell);
    }
  }

  tellRow(index, { number }, tell) {
    this.places.set(number, index);
    tell(number);
  }

  /** A packet has another note than before. */
  noted(packet) {
    const index = this.indexOf(packet.number);
    if (index !== null) this.pages.put(index, packet);
    this.countNotes();
  }

  async countNotes() {
    try {
      this.notes = (await this.get("/api/notes", { stop: 0 })).total;
      if (!this.isOver && this.pages) this.changed();
    } catch {
      // The number of notes is not worth an alarm: what failed will be said by what the reader asked for.
    }
  }

  close() {
    this.isOver = true;
    this.pages?.close();
  }
}
