// The rows of a table in a list, by index: all of them, or those that match the filter, time range and connection, in
// the order of the file or of a column. The server does the matching and sorting. The feed brings these rows into the
// store; packets are too many: filtered_packets.js.

import { RowPages } from "./row_pages.js";
import { fetchMissingRows } from "./fetch_missing_rows.js";
import { fixedSpan } from "../text/time_range.js";

const REFRESH = 200; // ms at least between two requests while packets come
const SHARE = 4; // the pause after a request, as a multiple of how long it took

/** @template {import("../types/state.d.ts").TableName} Name */
export class FilteredRows {
  /**
   * @param {object} parts
   * @param {Name} parts.table
   * @param {import("../state/store.js").Store} parts.store
   * @param {import("./api.js").Get} parts.get
   * @param {() => void} parts.changed
   * @param {(error: import("./api.js").ApiError) => void} parts.failed
   * @param {(call: () => void, ms: number) => unknown} [parts.later] setTimeout
   * @param {() => number} [parts.now] ms
   */
  constructor(
    { table, store, get, changed, failed, later = (call, ms) => setTimeout(call, ms), now = () => performance.now() },
  ) {
    this.table = table;
    this.store = store;
    this.get = get;
    this.changed = changed;
    this.failed = failed;
    this.later = later;
    this.now = now;
    this.held =
      /** @type {import("../state/row_cache.js").RowCache<import("../types/state.d.ts").RowTypes[Name]>} */ (store.state
        .tables[table]);
    /** @type {string | null} */
    this.key = null; // the query of the pages held
    /** @type {RowPages<import("../types/state.d.ts").RowTypes[Name]> | null} */
    this.pages = null; // null while all rows are listed: then a row's index is its number
    /** @type {Record<string, string | number>} */
    this.query = {};
    this.places = new Map(); // row number → index in the list, null where it is not listed
    this.packets = 0; // of the capture, when the list was last fetched
    this.took = 0;
    this.isWaiting = false;
    this.isOver = false;
    this.isWhole = true; // whether every row of the table is listed
    this.isHeld = false;
    this.isOutdated = false;
  }

  /**
   * Follows the route and the capture's growth; `connection` limits the list to its rows, `order` is the column that
   * sorts it, after "-" in descending order. Called with every redraw.
   */
  turnTo({ route, capture }, { connection = null, filter = route.filter, order = "" } = {}) {
    const matching = {
      ...(filter ? { q: filter } : {}),
      ...(connection === null ? {} : { connection }),
      ...(fixedSpan(route.span) ?? {}),
    };
    const query = order ? { ...matching, order } : matching;
    this.isWhole = !Object.keys(matching).length;
    const key = JSON.stringify(query);
    const packets = capture.packets ?? 0;
    if (key !== this.key || packets < this.packets) this.begin(key, query, packets);
    else if (packets !== this.packets) this.grew(packets);
  }

  begin(key, query, packets) {
    this.pages?.close();
    const isSorted = this.key !== null && packets >= this.packets && isSameButOrder(query, this.query);
    const total = isSorted ? this.total : null;
    Object.assign(this, { key, query, packets, places: new Map(), pages: null });
    if (!Object.keys(query).length) return;
    this.pages = new RowPages({
      fetch: async (start, stop, signal) => {
        const started = this.now();
        const answer = await this.get(`/api/${this.table}`, { ...query, start, stop }, signal);
        this.took = this.now() - started;
        this.store.rows(this.table, answer.rows);
        return { ...answer, rows: answer.rows.map((row) => this.store.timed(this.table, row)) };
      },
      changed: this.changed,
      failed: this.failed,
      total,
    });
    this.pages.want(0, 1);
  }

  /** More packets have come: more rows may match. */
  grew(packets) {
    this.packets = packets;
    if (!this.pages || this.isWaiting) return;
    this.isWaiting = true;
    this.later(() => {
      this.isWaiting = false;
      if (this.isOver) return;
      if (this.isHeld && this.query.order) this.isOutdated = true;
      else this.renew();
    }, Math.max(REFRESH, SHARE * this.took));
  }

  renew() {
    this.isOutdated = false;
    this.places.clear();
    this.pages?.renew();
  }

  /** While a sorted list is held, its rows stay where they are, though rows have come that belong between them. */
  hold(isHeld) {
    this.isHeld = isHeld;
    if (!isHeld && this.isOutdated) this.renew();
  }

  /** Whether the number of rows is not known yet. */
  get isPending() {
    return this.pages !== null && this.pages.total === null;
  }

  get total() {
    return this.pages ? (this.pages.total ?? 0) : this.held.total;
  }

  /** The row at `index` in its newest version; undefined while it is not there. */
  row(index) {
    if (!this.pages) return this.held.get(index);
    const row = index < 0 ? undefined : this.pages.get(index);
    return row && (this.held.get(row.id) ?? row);
  }

  want(first, stop) {
    if (this.pages) this.pages.want(first, stop);
    else fetchMissingRows(this.store, this.table, first, stop);
  }

  /** The index of row `id`; null where it is not listed, or not known yet and now being fetched. */
  indexOf(id) {
    if (id === null) return null;
    if (!this.pages) return id < this.total ? id : null;
    for (const [page, rows] of this.pages.pages) {
      const at = rows.findIndex((row) => row.id === id);
      if (at >= 0) return page * this.pages.size + at;
    }
    if (!this.places.has(id)) this.fetchIndex(id);
    return this.places.get(id);
  }

  async fetchIndex(id) {
    const { places } = this;
    places.set(id, null);
    try {
      const { index } = await this.get(`/api/${this.table}/${id}/place`, this.query);
      places.set(id, index);
      if (index !== null && places === this.places && !this.isOver) this.changed();
    } catch (error) {
      this.failed(error);
    }
  }

  /** Calls back with the id of the row at `index`, now or once it is there. */
  async withId(index, use) {
    if (!this.pages) return use(index);
    if (this.row(index)) return use(this.row(index).id);
    const { key } = this;
    const { rows } = await this.get(`/api/${this.table}`, { ...this.query, start: index, stop: index + 1 }).catch(
      () => ({ rows: [] }),
    );
    if (rows.length && key === this.key) use(rows[0].id);
  }

  close() {
    this.isOver = true;
    this.pages?.close();
  }
}

/** Whether two queries list the same rows, perhaps in another order. */
export const isSameButOrder = (one, other) =>
  JSON.stringify({ ...one, order: "" }) === JSON.stringify({ ...other, order: "" });
