// The live feed. The WebSocket is opened first and its deltas are queued while the snapshot is fetched, so that none is
// lost.

const HELD = 500; // deltas queued during a snapshot request; with more of them the snapshot is out of date
// ms without a message (the server sends a heartbeat every 10 s) after which the socket counts as dead
const SILENCE = 25_000;
const FIRST_WAIT = 250; // ms before the first attempt to reconnect; doubles up to
const LAST_WAIT = 5_000;

export class Feed {
  /**
   * @param {object} parts
   * @param {() => WebSocket} parts.connect opens the WebSocket
   * @param {string} parts.secret the CSRF token, sent first
   * @param {() => Promise<import("../types/rows.d.ts").Snapshot>} parts.fetchSnapshot
   * @param {import("../state/store.js").Store} parts.store
   * @param {(call: () => void, ms: number) => number} [parts.later] setTimeout
   * @param {(timer: number) => void} [parts.cancel] clearTimeout
   */
  constructor(
    {
      connect,
      secret,
      fetchSnapshot,
      store,
      later = (call, ms) => setTimeout(call, ms),
      cancel = (t) => clearTimeout(t),
    },
  ) {
    this.connect = connect;
    this.secret = secret;
    this.fetchSnapshot = fetchSnapshot;
    this.store = store;
    this.later = later;
    this.cancel = cancel;
    /** @type {WebSocket | null} */
    this.socket = null;
    this.wait = FIRST_WAIT;
    this.revision = -1;
    /** @type {import("../types/rows.d.ts").Delta[] | null} */
    this.held = null; // deltas waiting for the snapshot; null when none is under way
    this.hasStarted = false; // whether the server has sent its first message on this socket
    /** @type {number | null} */
    this.watchdog = null;
  }

  open() {
    const socket = this.connect();
    Object.assign(this, { socket, held: null, hasStarted: false });
    socket.onopen = () => socket.send(JSON.stringify({ csrf: this.secret }));
    socket.onmessage = (event) => socket === this.socket && this.receive(JSON.parse(event.data));
    socket.onclose = () => socket === this.socket && this.lost();
    this.restartWatchdog();
  }

  receive(message) {
    this.restartWatchdog();
    if ("beat" in message) return;
    if (!this.hasStarted) {
      this.hasStarted = true; // the first message only has the revision: from now on no delta is missed
      this.sync();
    } else if (!this.held) {
      this.apply(message);
    } else if (this.held.push(message) > HELD) {
      this.held.length = 0; // the gap that this leaves triggers a new snapshot
    }
  }

  /** Fetches a snapshot, then applies the deltas that came meanwhile. */
  async sync() {
    if (this.held) return;
    this.held = [];
    const { socket } = this;
    try {
      const snapshot = await this.fetchSnapshot();
      if (socket === this.socket && this.held) this.begin(snapshot);
    } catch (error) {
      if (socket === this.socket) this.failed(error);
    }
  }

  begin(snapshot) {
    const { held } = this;
    this.held = null;
    this.revision = snapshot.rev;
    this.wait = FIRST_WAIT;
    this.store.snapshot(snapshot);
    this.store.set({ feed: "live", problem: null });
    for (const delta of held) this.apply(delta);
  }

  apply(delta) {
    if (this.held) this.held.push(delta); // an earlier delta of the same batch has started a new snapshot
    else if (delta.resync || delta.rev > this.revision + 1) this.sync();
    else if (delta.rev > this.revision) {
      this.revision = delta.rev;
      this.store.delta(delta);
    }
  }

  failed(error) {
    if (error.status === 401 || error.status === 403) this.shut();
    else this.socket.close(); // which reconnects after a pause
  }

  /** The session has expired: reconnecting would change nothing. */
  shut() {
    const { socket } = this;
    this.socket = null;
    this.cancel(this.watchdog);
    socket?.close();
    this.store.set({ feed: "shut" });
  }

  lost() {
    const { hasStarted } = this;
    this.socket = null;
    this.cancel(this.watchdog);
    if (this.store.state.feed !== "lost") this.store.set({ feed: "lost" });
    this.later(() => this.store.state.feed !== "shut" && this.open(), this.wait);
    this.wait = Math.min(this.wait * 2, LAST_WAIT);
    // A page is not told why an upgrade was refused; an ordinary request shows the status.
    if (!hasStarted) this.fetchSnapshot().catch((error) => error.status === 401 && this.shut());
  }

  /** Reconnects unless a message comes in time. */
  restartWatchdog() {
    const { socket } = this;
    this.cancel(this.watchdog);
    this.watchdog = this.later(() => {
      if (socket !== this.socket) return;
      this.lost();
      socket.close();
    }, SILENCE);
  }
}
