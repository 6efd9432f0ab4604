// The chosen connection as the server knows it, by pages of packets: those that show are fetched, however many there are.

/** @import { ConnectionRow, LadderAnswer, LadderRun } from "../types/rows.d.ts" */

export const PAGE = 100; // packets a request
export const WHOLE = 400; // packets up to which a connection is fetched and drawn as a whole
const HELD = 60; // pages kept; those longest unseen leave first
const PATIENCE = 150; // ms between two fetches of a connection that keeps changing

export class Lifecycle {
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

  /** Turns to a connection, null to none; `packet` is the one to show first, if any. */
  choose(id, packet = null) {
    if (id === this.id) return;
    this.clear();
    this.id = id;
    if (id !== null) this.fetching(() => this.begin(packet));
  }

  /** Fetches what is new. Called as often as one likes: one fetch at a time, and not without end. */
  refresh() {
    if (this.id === null) return;
    this.again = true;
    this.work();
  }

  /** True when all packets fit in one drawing. */
  get isWhole() {
    return this.total <= WHOLE;
  }

  /** Tells which packets [first, stop) show, counted from 0; those that are not there are fetched. */
  want(first, stop) {
    this.wanted = [first, stop];
    this.work();
  }

  /** The page that holds packet `index`, if it is there. */
  pageOf(index) {
    return this.pages.get(Math.floor(index / PAGE)) ?? null;
  }

  /** The packet at `index`, null when it is not there. */
  packetAt(index) {
    const page = this.pageOf(index);
    return page?.packets[index - page.start] ?? null;
  }

  /** Where packet `number` of the capture stands in the connection, null where no page that is there holds it. */
  indexOf(number) {
    for (const { start, packets } of this.pages.values()) {
      if (!packets.length || packets[0].number > number || packets.at(-1).number < number) continue;
      const at = packets.findIndex((packet) => packet.number === number);
      if (at >= 0) return start + at;
    }
    return null;
  }

  /** Fetches the page around a packet of the capture; its place, or null when it is none of this connection's. */
  async find(number) {
    const known = this.indexOf(number);
    if (known !== null) return known;
    await this.asking({ packet: number, page: PAGE, stop: null });
    return this.indexOf(number);
  }

  /** Fetches the page of the packet at `index`, if it is not there. */
  async load(index) {
    if (this.packetAt(index) || index < 0 || index >= this.total) return;
    const start = Math.floor(index / PAGE) * PAGE;
    await this.asking({ start, stop: start + PAGE });
  }

  /** Everything, in one: for a connection that `isWhole`. */
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

  /** The first packet of the first page that shows and is not there, or out of date. */
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
      this.wanted = [0, 0]; // what failed is not asked for again by itself
    }
    if (id !== this.id) return;
    this.changed();
    const rested = () => {
      if (id !== this.id) return;
      this.busy = false;
      this.work();
    };
    if (rests) this.later(rested, PATIENCE);
    else rested();
  }

  /** Asks besides what is under way; a failure is told, not thrown. */
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
   * Cuts an answer into pages; what stood beside them stays with each, for it goes by packet.
   *
   * @param {LadderAnswer} answer
   */
  take({ connection, total, start, packets, before, after, ...beside }) {
    if (this.total !== total) this.stale.add(Math.floor(this.total / PAGE)); // the page that was the last has grown
    Object.assign(this, { connection, total });
    for (let at = 0; at < packets.length || at === 0; at += PAGE) {
      const page = Math.floor((start + at) / PAGE);
      this.pages.delete(page); // moves it to the young end
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
