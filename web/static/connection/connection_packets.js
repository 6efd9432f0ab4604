// The packets of the selected connection, fetched in pages around the visible ones.

/** @import { ConnectionRow, LadderAnswer, LadderRun } from "../types/rows.d.ts" */

export const PAGE = 100; // packets a request
export const WHOLE = 400; // packets of a connection that is fetched and drawn as a whole, at most
const HELD = 60; // pages kept; the least recently fetched go first
const REFRESH = 150; // ms between two requests while the connection grows

export class ConnectionPackets {
  /**
   * @param {import("../net/api.js").Get} get
   * @param {() => void} changed called when there is something new to draw
   */
  constructor(get, changed, later = (call, ms) => setTimeout(call, ms)) {
    this.get = get;
    this.changed = changed;
    this.later = later;
    this.abort = null;
    this.clear();
  }

  clear() {
    this.abort?.abort();
    /** @type {number | null} */
    this.id = null;
    /** @type {ConnectionRow | null} */
    this.connection = null;
    this.total = 0;
    /** @type {import("../net/api.js").ApiError | null} */
    this.error = null;
    this.revision = 0; // counts up with each answer
    /** @type {Map<number, LadderRun & {start: number}>} */
    this.pages = new Map();
    /** @type {Set<number>} */
    this.stale = new Set();
    this.wanted = [0, 0];
    this.busy = false;
    this.again = false;
    /** @type {AbortController | null} */
    this.abort = null;
  }

  /** Selects a connection, or none; `packet` is the first one to show, if any. */
  choose(id, packet = null) {
    if (id === this.id) return;
    this.clear();
    this.id = id;
    if (id !== null) this.fetching(() => this.begin(packet));
  }

  /** Fetches what is new, one request at a time however often it is called. */
  refresh() {
    if (this.id === null) return;
    this.again = true;
    this.work();
  }

  /** Whether the connection is drawn as a whole. */
  get isWhole() {
    return this.total <= WHOLE;
  }

  /** Sets the visible packets [first, stop), counted from 0, and fetches those that are missing. */
  want(first, stop) {
    this.wanted = [first, stop];
    this.work();
  }

  /** The page of packet `index`, null while it is not there. */
  pageOf(index) {
    return this.pages.get(Math.floor(index / PAGE)) ?? null;
  }

  /** The packet at `index`, null while it is not there. */
  packetAt(index) {
    const page = this.pageOf(index);
    return page?.packets[index - page.start] ?? null;
  }

  /** The index in the connection of packet `number` of the capture, null where no page held has it. */
  indexOf(number) {
    for (const { start, packets } of this.pages.values()) {
      if (!packets.length || packets[0].number > number || packets.at(-1).number < number) continue;
      const at = packets.findIndex((packet) => packet.number === number);
      if (at >= 0) return start + at;
    }
    return null;
  }

  /** Fetches the page around a packet of the capture; its index, or null where it is of another connection. */
  async find(number) {
    const known = this.indexOf(number);
    if (known !== null) return known;
    await this.asking({ packet: number, page: PAGE, stop: null });
    return this.indexOf(number);
  }

  /** Fetches the page of the packet at `index` if it is missing. */
  async load(index) {
    if (this.packetAt(index) || index < 0 || index >= this.total) return;
    const start = Math.floor(index / PAGE) * PAGE;
    await this.asking({ start, stop: start + PAGE });
  }

  /** All packets as one answer, for a connection that `isWhole`. */
  get whole() {
    if (!this.connection || !this.isWhole) return null;
    const pages = [...this.pages.values()].sort((a, b) => a.start - b.start);
    const packets = pages.flatMap((page) => page.packets);
    return packets.length === this.total && pages.length ? { ...pages[0], packets, connection: this.connection } : null;
  }

  async begin(packet) {
    if (packet !== null) await this.ask({ packet, page: PAGE });
    if (!this.connection || this.isWhole) await this.ask({ start: 0, stop: WHOLE });
  }

  work() {
    if (this.busy || this.id === null) return;
    if (this.again) {
      this.again = false;
      this.stale = new Set(this.pages.keys());
      const last = Math.floor(this.total / PAGE) * PAGE;
      this.fetching(() => this.ask(this.isWhole ? { start: 0, stop: WHOLE } : { start: last, stop: last + PAGE }));
      return;
    }
    const start = this.missing();
    if (start !== null) this.fetching(() => this.ask({ start, stop: start + PAGE }), false);
  }

  /** The first packet of the first visible page that is missing or out of date. */
  missing() {
    const [first, stop] = this.wanted;
    for (let page = Math.floor(first / PAGE); page * PAGE < Math.min(stop, this.total); page += 1) {
      if (!this.pages.has(page) || this.stale.has(page)) return page * PAGE;
    }
    return null;
  }

  async fetching(fetch, rests = true) {
    const { id } = this;
    this.busy = true;
    this.abort ??= new AbortController();
    try {
      await fetch();
      this.error = null;
    } catch (error) {
      if (error.name === "AbortError" || id !== this.id) return;
      this.error = error;
      this.wanted = [0, 0]; // a failed request is not repeated automatically
    }
    if (id !== this.id) return;
    this.changed();
    const rested = () => {
      if (id !== this.id) return;
      this.busy = false;
      this.work();
    };
    if (rests) this.later(rested, REFRESH);
    else rested();
  }

  /** Makes a request besides the current one; an error is stored, not thrown. */
  async asking(parameters) {
    const { id } = this;
    try {
      this.abort ??= new AbortController();
      await this.ask(parameters);
    } catch (error) {
      if (error.name !== "AbortError" && id === this.id) this.error = error;
    }
    if (id === this.id) this.changed();
  }

  async ask(parameters) {
    const { id } = this;
    const answer = await this.get(`/api/connections/${id}/ladder`, parameters, this.abort.signal);
    if (id === this.id) this.take(answer);
  }

  /**
   * Splits an answer into pages; each keeps the answer's exchanges, messages and so on, which name packets.
   *
   * @param {LadderAnswer} answer
   */
  take({ connection, total, start, packets, before, after, ...beside }) {
    if (this.total !== total) this.stale.add(Math.floor(this.total / PAGE)); // the last page has grown
    Object.assign(this, { connection, total });
    for (let at = 0; at < packets.length || at === 0; at += PAGE) {
      const page = Math.floor((start + at) / PAGE);
      this.pages.delete(page); // moves it to the end
      if (at < packets.length) {
        this.pages.set(page, {
          ...beside,
          start: start + at,
          packets: packets.slice(at, at + PAGE),
          before: packets[at - 1] ?? before,
          after: packets[at + PAGE] ?? after,
        });
      }
      this.stale.delete(page);
    }
    while (this.pages.size > HELD) this.pages.delete(this.pages.keys().next().value);
    this.revision += 1;
  }
}
