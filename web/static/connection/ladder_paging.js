// The rows of a ladder: of a connection held as a whole, or of the pages of a long one.

import { begin, end, ladder, rungs } from "./ladder_items.js";

/** A connection held as a whole: rows as `ladder()` makes them. */
export class WholeLadder {
  constructor(detail) {
    this.items = ladder(detail);
    /** @type {number[]} */
    this.rows = []; // by index of the packet in the connection
    this.indexes = this.items.map((item, row) => (item.kind === "packet" ? this.rows.push(row) - 1 : null));
  }

  get length() {
    return this.items.length;
  }

  at(row) {
    return this.items[row];
  }

  /** Row of the packet at `index`. */
  rowOf(index) {
    return this.rows[index] ?? -1;
  }

  /** Index of the packet in row `row`, null where it has none. */
  indexAt(row) {
    return this.indexes[row] ?? null;
  }
}

/** A connection held in pages: a row a packet, one above and one below them. */
export class PagedLadder {
  /** @param {import("./connection_packets.js").ConnectionPackets} connectionPackets */
  constructor(connectionPackets) {
    this.connectionPackets = connectionPackets;
    /** @type {WeakMap<object, import("./ladder_items.js").LadderItem[]>} */
    this.made = new WeakMap(); // rows by page
  }

  get length() {
    return this.connectionPackets.total ? this.connectionPackets.total + 2 : 0;
  }

  at(row) {
    const { connectionPackets } = this;
    if (row === 0) return this.edge(0, (item) => begin(item.packet, connectionPackets.connection));
    if (row === connectionPackets.total + 1) {
      return this.edge(connectionPackets.total - 1, (item) => end(item.after, connectionPackets.connection));
    }
    return this.item(row - 1) ?? pending();
  }

  rowOf(index) {
    return index >= 0 && index < this.connectionPackets.total ? index + 1 : -1;
  }

  indexAt(row) {
    return row > 0 && row <= this.connectionPackets.total ? row - 1 : null;
  }

  edge(index, make) {
    const item = this.item(index);
    return item ? make(item) : pending();
  }

  item(index) {
    const page = this.connectionPackets.pageOf(index);
    if (!page) return null;
    let made = this.made.get(page);
    if (!made) {
      made = rungs(page, this.connectionPackets.connection);
      this.made.set(page, made);
    }
    return made[index - page.start] ?? null;
  }
}

const NOTHING = { client: null, server: null, assumed: { client: false, server: false } };
/** @returns {import("./ladder_items.js").LadderItem} */
const pending = () => ({ kind: "pending", before: NOTHING, after: NOTHING });
