// Details of the visible messages, fetched for them: their frames, and their pushes: the messages that a
// server sent to other clients because of them.

const AT_ONCE = 1000; // messages a request
const SETTLED = 500; // messages after which no further push of a message is expected
const REST = 2_000; // ms after a failure before the next request

export class PushesAndFrames {
  /**
   * @param {object} parts
   * @param {import("../net/api.js").Get} parts.get
   * @param {() => void} parts.changed
   * @param {(call: () => void, ms: number) => unknown} [parts.later] setTimeout
   */
  constructor({ get, changed, later = (call, ms) => setTimeout(call, ms) }) {
    this.get = get;
    this.changed = changed;
    this.later = later;
    this.caused = new Map(); // message → [{push, to, after_ns}]
    this.causes = new Map(); // push → {message, from, after_ns}
    this.frames = new Map(); // message → frames
    this.known = []; // ranges that were fetched: {start, stop, total}
    this.isBusy = false;
  }

  /** Drops everything, for another capture. */
  clear() {
    for (const map of [this.caused, this.causes, this.frames]) map.clear();
    this.known = [];
  }

  /** Fetches what is missing for the messages `ids`; `total` is the number of all messages. */
  async want(ids, total) {
    const start = ids.find((id) => !this.isKnown(id, total));
    if (start === undefined || this.isBusy) return;
    this.isBusy = true;
    try {
      this.take(await this.get("/api/messages/beside", { start, stop: start + AT_ONCE }), total);
      this.isBusy = false;
      this.changed();
    } catch {
      // The messages are shown without these details until the next attempt.
      this.later(() => (this.isBusy = false), REST);
    }
  }

  isKnown(id, total) {
    return this.known.some((range) =>
      range.start <= id && id < range.stop && (range.total === total || id + SETTLED < range.total)
    );
  }

  take({ pushes, frames, start, stop }, total) {
    this.known = [...this.known.filter((range) => range.start < start || range.stop > stop), {
      start,
      stop: Math.max(stop, start + 1),
      total,
    }];
    for (const { push, message, after_ns: after, to, from } of pushes) {
      this.causes.set(push, { message, from, after });
      const others = (this.caused.get(message) ?? []).filter((known) => known.push !== push);
      this.caused.set(message, [...others, { push, to, after }]);
    }
    for (const [id, list] of Object.entries(frames)) this.frames.set(Number(id), list);
  }
}
