// Asking the server the same thing again and again as the view moves or the capture grows: one question at a time, with rests.

const SHARE = 2; // a question's own time is rested so many times: a server that takes long is asked the more seldom

export class Asker {
  /**
   * @param {import("./api.js").Get} get
   * @param {string} path
   * @param {() => void} changed called when there is something new to draw
   * @param {number} rest ms between two questions at least
   * @param {{later?: (call: () => void, ms: number) => unknown, now?: () => number}} [clock] setTimeout, performance.now
   */
  constructor(
    get,
    path,
    changed,
    rest,
    { later = (call, ms) => setTimeout(call, ms), now = () => performance.now() } = {},
  ) {
    this.get = get;
    this.path = path;
    this.changed = changed;
    this.rest = rest;
    this.later = later;
    this.now = now;
    this.answer = null;
    this.answered = null;
    this.error = null;
    this.wanted = null;
    this.asked = "";
    this.busy = false;
    this.resting = null;
    this.abort = new AbortController();
  }

  /** What is to be shown; `stamp` differs when the answer may have become another. */
  want(parameters, stamp) {
    this.wanted = { parameters, key: JSON.stringify([parameters, stamp]) };
    if (!this.busy && this.wanted.key !== this.asked) this.ask();
  }

  async ask() {
    const { parameters, key } = this.wanted;
    const { signal } = this.abort;
    Object.assign(this, { busy: true, asked: key });
    const started = this.now();
    try {
      const answer = await this.get(this.path, parameters, signal);
      if (signal.aborted) return;
      Object.assign(this, { answer, answered: parameters, error: null });
    } catch (error) {
      if (signal.aborted || error.name === "AbortError") return;
      this.error = error;
    }
    const rest = {};
    this.resting = rest;
    this.later(() => this.resting === rest && this.rested(), Math.max(this.rest, SHARE * (this.now() - started)));
    this.changed();
  }

  /** The reader has turned something and waits: the question that this makes has no rest before it. */
  hurry() {
    if (this.resting) this.rested();
  }

  rested() {
    if (this.abort.signal.aborted) return;
    Object.assign(this, { busy: false, resting: null });
    if (this.wanted.key !== this.asked) this.ask();
  }

  /** No more answers: the view is left. */
  close() {
    this.abort.abort();
  }
}
