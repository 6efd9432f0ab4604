// Rate-limited polling: the same path fetched again as the view moves or the capture grows, one request at a time.

const SHARE = 2; // the pause after a request, as a multiple of how long it took

export class Poller {
  /**
   * @param {import("./api.js").Get} get
   * @param {string} path
   * @param {() => void} changed called when there is something new to draw
   * @param {number} rest ms between two requests at least
   * @param {{later?: (call: () => void, ms: number) => unknown, now?: () => number}} [clock] setTimeout and the time in
   *   ms
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

  /** Sets the parameters; a new `stamp` means that the answer may have changed. */
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

  /** Skips the pause before the next request: the user has changed something and waits. */
  hurry() {
    if (this.resting) this.rested();
  }

  rested() {
    if (this.abort.signal.aborted) return;
    Object.assign(this, { busy: false, resting: null });
    if (this.wanted.key !== this.asked) this.ask();
  }

  /** Aborts the request and makes no more. */
  close() {
    this.abort.abort();
  }
}
