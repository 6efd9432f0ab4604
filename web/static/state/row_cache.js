// A bounded cache of the rows of one server table, by row number.

const HELD = 20_000; // rows of a table that are kept; the least recently used go first and can be fetched again

/** @template {{id: number}} Row */
export class RowCache {
  constructor(held = HELD) {
    this.held = held;
    /** @type {Map<number, Row>} */
    this.byId = new Map();
    this.total = 0; // rows that the server has
    this.revision = 0; // counts up with each change, for views that cache
    this.sortedAt = -1; // the revision that `inOrder` was made at
    /** @type {Row[]} */
    this.inOrder = [];
  }

  clear(total) {
    this.byId.clear();
    this.total = total;
    this.revision += 1;
  }

  grow(total) {
    if (total === this.total) return;
    this.total = total;
    this.revision += 1;
  }

  /** Drops all rows, which may be out of date; views fetch them again. */
  forget() {
    this.byId.clear();
    this.revision += 1;
  }

  /** @param {Row} row */
  put(row) {
    this.byId.delete(row.id); // Map keeps the order of insertion: a new row moves to the end
    this.byId.set(row.id, row);
    if (row.id >= this.total) this.total = row.id + 1;
    if (this.byId.size > this.held) this.byId.delete(this.byId.keys().next().value);
    this.revision += 1;
  }

  /** @param {number} id */
  get(id) {
    return this.byId.get(id);
  }

  /** True when every row of the table is held. */
  get isWhole() {
    return this.byId.size === this.total;
  }

  /**
   * The smallest range [start, stop) with all rows of [first, stop) that are not held; null when none is missing.
   *
   * @param {number} first
   * @param {number} stop
   */
  missing(first, stop) {
    let [start, end] = [null, null];
    for (let id = Math.max(first, 0); id < Math.min(stop, this.total); id += 1) {
      if (this.byId.has(id)) continue;
      start ??= id;
      end = id + 1;
    }
    return start === null ? null : [start, end];
  }

  /** A sample of at most `most` rows, evenly spaced. */
  some(most) {
    const every = Math.max(Math.ceil(this.byId.size / most), 1);
    return [...this.byId.values()].filter((_, i) => i % every === 0);
  }

  /** Held rows in order of their number; the same array until something changes. */
  sorted() {
    if (this.sortedAt !== this.revision) {
      this.sortedAt = this.revision;
      this.inOrder = [...this.byId.values()].sort((a, b) => a.id - b.id);
    }
    return this.inOrder;
  }
}
