// What stands beside the messages in sight: the pushes that they caused, and the frames they were cut into.

const AT_ONCE = 1000; // messages a request
const SETTLED = 500; // messages behind which nothing more is caused
const REST = 2_000; // ms after a failure in which nobody asks again

export class Beside {
  /** @param {{get: import("../net/api.js").Get, changed: () => void, later?: (call: () => void, ms: number) => unknown}} parts */
  constructor({ get, changed, later = (call, ms) => setTimeout(call, ms) }) {
    this.get = get;
    this.changed = changed;
    this.later = later;
    this.caused = new Map(); // message → [{push, to, after_ns}]
    this.causes = new Map(); // push → {message, from, after_ns}
    this.cut = new Map(); // message → frames
    this.known = []; // ranges that were asked for: {start, stop, total}
    this.isBusy = false;
  }

  /** Forgets all: another capture, or the one in hand from its beginning. */
  clear() {
    for (const map of [this.caused, this.causes, this.cut]) map.clear();
    this.known = [];
  }

  /** Sees to it that what stands beside the messages `ids` is there; `total` is how many messages there are. */
  async want(ids, total) {
    const start = ids.find((id) => !this.isKnown(id, total));
    if (start === undefined || this.isBusy) return;
    this.isBusy = true;
    try {
      this.take(await this.get("/api/messages/beside", { start, stop: start + AT_ONCE }), total);
      this.isBusy = false;
      this.changed();
    } catch {
      // The messages themselves are there; what stands beside them comes with the next attempt.
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
    for (const [id, list] of Object.entries(frames)) this.cut.set(Number(id), list);
  }
}
