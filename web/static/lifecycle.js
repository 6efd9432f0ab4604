// The chosen connection as the server knows it: fetched when it is chosen and again when it changed, by pieces when it is long.

const PIECE = 500; // packets a request; the first piece comes with the connection itself
const PATIENCE = 150; // ms between two fetches of a connection that keeps changing

export class Lifecycle {
  /**
   * @param {(path: string, parameters?: object, signal?: AbortSignal) => Promise<object>} get
   * @param {() => void} changed called when there is something new to draw
   */
  constructor(get, changed, later = (...a) => setTimeout(...a)) {
    Object.assign(this, { get, changed, later });
    this.clear();
  }

  clear() {
    this.abort?.abort();
    Object.assign(this, { id: null, detail: null, error: null, busy: false, again: false, wantsMore: false, abort: null, isComplete: false });
  }

  /** Turns to a connection; null to none. */
  choose(id) {
    if (id === this.id) return;
    this.clear();
    this.id = id;
    if (id !== null) this.refresh();
  }

  /** Fetches what is new. Called as often as one likes: one fetch at a time, and not without end. */
  async refresh() {
    if (this.id === null) return;
    if (this.busy) {
      this.again = true;
      return;
    }
    await this.fetching(() => this.fetchHead());
  }

  /** Fetches the next piece of a long connection. */
  async more() {
    if (!this.detail || this.isComplete) return;
    if (this.busy) {
      this.wantsMore = true;
      return;
    }
    await this.fetching(() => this.fetchTail());
  }

  async fetching(fetch) {
    const { id } = this;
    this.busy = true;
    this.abort = new AbortController();
    try {
      await fetch();
      this.error = null;
    } catch (error) {
      if (error.name === "AbortError" || id !== this.id) return;
      this.error = error;
    }
    if (id !== this.id) return;
    this.changed();
    this.later(() => this.rested(id), PATIENCE);
  }

  rested(id) {
    if (id !== this.id) return;
    const { again, wantsMore } = this;
    Object.assign(this, { busy: false, again: false, wantsMore: false });
    if (again) this.refresh();
    else if (wantsMore) this.more();
  }

  async fetchHead() {
    const { id, isComplete: wasComplete } = this;
    const fresh = await this.get(`/api/connections/${id}`, {}, this.abort.signal);
    if (id !== this.id) return;
    const longer = this.detail && this.detail.packets.length > fresh.packets.length ? this.detail : null;
    this.detail = longer ? { ...fresh, packets: longer.packets, events: longer.events } : fresh;
    this.settle();
    if (wasComplete && !this.isComplete) await this.fetchTail(); // a long one that grows: whoever saw all sees what is new
  }

  async fetchTail() {
    const { id, detail } = this;
    const ask = (table, start) => this.get(`/api/${table}`, { connection: id, start, stop: start + PIECE }, this.abort.signal);
    const [packets, events] = await Promise.all([ask("packets", detail.packets.length), ask("events", detail.events.length)]);
    if (id !== this.id) return;
    this.detail = { ...detail, packets: [...detail.packets, ...packets.rows], events: [...detail.events, ...events.rows] };
    this.settle();
  }

  settle() {
    const [client, server] = this.detail.connection.packets;
    this.isComplete = this.detail.packets.length >= client + server;
  }
}
