// Which messages the chat lists, by index: all of them, those of a conversation as the server has them, or what a filter leaves.

import { chooser } from "./choose.js";
import { Pages } from "./pages.js";
import { want } from "./ranges.js";
import { filtering } from "./span.js";

const PATIENCE = 200; // ms between two looks at how long a conversation has become

export class MessageList {
  /**
   * @param {object} parts
   * @param {object} parts.store
   * @param {(path: string, parameters?: object, signal?: AbortSignal) => Promise<object>} parts.get
   * @param {() => void} parts.changed
   * @param {(error: Error) => void} parts.failed
   */
  constructor({ store, get, changed, failed, later = (...a) => setTimeout(...a) }) {
    Object.assign(this, { store, get, changed, failed, later });
    this.held = store.state.tables.messages;
    this.key = null;
    this.pages = null; // of one conversation; null when the list is all messages, or what a filter leaves of those held
    this.ids = null;
    this.total = 0;
    this.isWhole = true;
    this.filter = chooser("messages", (row, { route }) => route.id === null || row.connection === route.id, ({ route }) => route.id ?? "");
    this.revision = -1;
    this.isWaiting = false;
    this.isOver = false;
  }

  /** Takes the address and what came since into account. Called with every drawing. */
  turnTo(state) {
    const { id, filter, span } = state.route;
    const usesPages = id !== null && !filter;
    const key = JSON.stringify([id, filter, filtering(span)]);
    if (key !== this.key) {
      this.key = key;
      this.pages?.close();
      this.pages = usesPages ? this.conversation(id, filtering(span)) : null;
      this.revision = this.held.revision;
    }
    if (this.pages) this.follow();
    else ({ ids: this.ids, total: this.total, isWhole: this.isWhole } = this.filter(state));
  }

  conversation(connection, span) {
    const pages = new Pages({
      fetch: (start, stop, signal) => this.get("/api/messages", { connection, ...(span ?? {}), start, stop }, signal),
      changed: this.changed,
      failed: this.failed,
    });
    pages.want(0, 1);
    return pages;
  }

  /** The feed told of messages: the conversation may be longer. */
  follow() {
    this.total = this.pages.total ?? 0;
    this.isWhole = true;
    if (this.held.revision === this.revision || this.isWaiting) return;
    this.revision = this.held.revision;
    this.isWaiting = true;
    this.later(() => {
      this.isWaiting = false;
      if (!this.isOver) this.pages?.look();
    }, PATIENCE);
  }

  /** Whether it is not known yet how many there are. */
  get isAsking() {
    return this.pages !== null && this.pages.total === null;
  }

  /** The row at `index`, as fresh as it is known; undefined when it is not there. */
  row(index) {
    if (!this.pages) return this.held.get(this.ids ? this.ids[index] : index);
    const row = this.pages.get(index);
    return row && (this.held.get(row.id) ?? row);
  }

  want(first, stop) {
    if (this.pages) this.pages.want(first, stop);
    else if (!this.ids) want(this.store, "messages", first, stop);
  }

  /** Where message `id` stands among those that are there; -1 when it is none of them. */
  indexOf(id) {
    if (id === null) return -1;
    if (!this.pages) return this.ids ? this.ids.indexOf(id) : id < this.total ? id : -1;
    for (const [page, rows] of this.pages.pages) {
      const at = rows.findIndex((row) => row.id === id);
      if (at >= 0) return page * this.pages.size + at;
    }
    return -1;
  }

  close() {
    this.isOver = true;
    this.pages?.close();
  }
}
