// The live feed. The socket is opened first and its deltas held while the snapshot is fetched, so that nothing falls between.

const HELD = 500; // deltas held while a snapshot is under way; after more of them the snapshot would be out of date
const SILENCE = 25_000; // ms without a word (the server's heart beats every 10 s) after which the socket counts as dead
const FIRST_WAIT = 250; // ms before the first attempt to reconnect; doubles up to
const LAST_WAIT = 5_000;

export class Feed {
  /**
   * @param {object} parts
   * @param {() => WebSocket} parts.connect opens the socket
   * @param {string} parts.secret the first message: proves that this page was let in
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
    this.greeted = false; // whether the server has begun to talk on the socket in hand
    /** @type {number | null} */
    this.watchdog = null;
  }

  open() {
    const socket = this.connect();
    Object.assign(this, { socket, held: null, greeted: false });
    socket.onopen = () => socket.send(JSON.stringify({ csrf: this.secret }));
    socket.onmessage = (event) => socket === this.socket && this.receive(JSON.parse(event.data));
    socket.onclose = () => socket === this.socket && this.lost();
    this.listen();
  }

  receive(said) {
    this.listen();
    if ("beat" in said) return;
    if (!this.greeted) {
      this.greeted = true; // its first word only says where it begins: now nothing is missed any more
      this.sync();
    } else if (!this.held) {
      this.apply(said);
    } else if (this.held.push(said) > HELD) {
      this.held.length = 0; // the gap that this leaves asks for a new snapshot
    }
  }

  /** Fetches everything anew, then applies what the socket said meanwhile. */
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
    if (this.held) this.held.push(delta); // one before it in the same batch has asked for a new snapshot
    else if (delta.resync || delta.rev > this.revision + 1) this.sync();
    else if (delta.rev > this.revision) {
      this.revision = delta.rev;
      this.store.delta(delta);
    }
  }

  failed(error) {
    if (error.status === 401 || error.status === 403) this.shut();
    else this.socket.close(); // and so try again a little later
  }

  /** The key is no longer good: trying again would change nothing. */
  shut() {
    const { socket } = this;
    this.socket = null;
    this.cancel(this.watchdog);
    socket?.close();
    this.store.set({ feed: "shut" });
  }

  lost() {
    const wasGreeted = this.greeted;
    this.socket = null;
    this.cancel(this.watchdog);
    if (this.store.state.feed !== "lost") this.store.set({ feed: "lost" });
    this.later(() => this.store.state.feed !== "shut" && this.open(), this.wait);
    this.wait = Math.min(this.wait * 2, LAST_WAIT);
    // A refused upgrade says no reason to a page; an ordinary request does.
    if (!wasGreeted) this.fetchSnapshot().catch((error) => error.status === 401 && this.shut());
  }

  /** Winds the watchdog up: whoever is silent for too long is given up, and reached again. */
  listen() {
    const { socket } = this;
    this.cancel(this.watchdog);
    this.watchdog = this.later(() => {
      if (socket !== this.socket) return;
      this.lost();
      socket.close();
    }, SILENCE);
  }
}
