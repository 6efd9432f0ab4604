// The page's state. Only the functions here change it; views read `store.state` and call the functions. After each
// change, the view that shell/app_shell.js has mounted is called to draw it.

/** @import { Route, State, TableName, Tables } from "../types/state.d.ts" */
/** @import { Delta, Snapshot } from "../types/rows.d.ts" */
import { RowCache } from "./row_cache.js";

/** @typedef {ReturnType<typeof createStore>} Store */

/** @type {TableName[]} */
export const TABLES = ["connections", "exchanges", "messages"];

/** @param {(draw: () => void) => void} schedule not called again before it has called `draw`: one redraw a frame */
export function createStore(schedule = (draw) => requestAnimationFrame(draw)) {
  /** @type {State} */
  const state = {
    feed: "connecting", // connecting, live, lost, shut (no session)
    problem: null, // {message, what_to_do} of the last request that failed
    capture: { state: "loading", source: "live", packets: 0, rate: 0, dropped: 0, notes: [] },
    notesSeen: 0, // how many of the capture's notes have been dismissed
    behind: null, // packets seen while paused; null when not paused
    demo: null,
    // the running action, the last result, and the client sockets whose connection is to be shown
    lab: { running: null, outcome: null, watch: [] },
    lengths: {},
    tables: { connections: new RowCache(), exchanges: new RowCache(), messages: new RowCache() },
    end: 0, // ns from the capture's start to the last time known; of a live capture, to when it was last read
    route: {
      view: "timeline",
      id: null,
      packet: null,
      filter: "",
      span: null,
      fold: false,
      order: "",
      at: null,
      way: null,
      message: null,
      tab: "",
    },
  };
  /** @type {Set<(state: State) => void>} */
  const listeners = new Set();
  let scheduled = false;

  function changed() {
    if (scheduled) return;
    scheduled = true;
    schedule(() => {
      scheduled = false;
      // A listener may unsubscribe others: a view that was just left must not draw again.
      for (const listener of [...listeners]) if (listeners.has(listener)) listener(state);
    });
  }

  /** @param {Partial<State>} changes */
  function set(changes) {
    Object.assign(state, changes);
    changed();
  }

  function takeCapture(capture = {}) {
    state.capture = { ...state.capture, ...capture };
    state.end = Math.max(state.end, state.capture.looked_ns ?? 0);
  }

  function take(table, rows = []) {
    for (const row of rows) {
      const timed = withEnd(table, row);
      state.end = Math.max(state.end, timed.until_ns);
      state.tables[table].put(timed);
    }
  }

  /**
   * Counts the packets missed while paused.
   *
   * @param {{packets?: number}} [capture] of a delta, which has the number of packets only if it has changed
   */
  function fallBehind({ packets } = {}) {
    if (packets !== undefined) set({ behind: packets - state.capture.packets });
  }

  return {
    state,
    set,
    /** @param {(state: State) => void} listener */
    subscribe(listener) {
      listeners.add(listener);
      changed();
      return () => listeners.delete(listener);
    },
    /**
     * Replaces all that is held by the server's snapshot; a paused page fetches one when it resumes.
     *
     * @param {Snapshot} snapshot
     */
    snapshot(snapshot) {
      if (state.behind !== null) {
        fallBehind(snapshot.capture);
        return;
      }
      state.end = 0;
      takeCapture(snapshot.capture);
      state.demo = snapshot.demo ?? null;
      state.lengths = snapshot.lengths;
      for (const name of TABLES) {
        state.tables[name].clear(snapshot.lengths[name] ?? 0);
        take(name, snapshot[name]);
      }
      changed();
    },
    /**
     * Takes what has changed. A paused page counts the packets and shows nothing of them.
     *
     * @param {Delta} delta
     */
    delta(delta) {
      if (state.behind !== null) {
        fallBehind(delta.capture);
        return;
      }
      takeCapture(delta.capture);
      state.lengths = { ...state.lengths, ...delta.lengths };
      for (const name of TABLES) {
        state.tables[name].grow(state.lengths[name] ?? 0);
        if (delta.stale?.includes(name)) state.tables[name].forget();
        take(name, delta[name]);
      }
      changed();
    },
    /** A row with its first and its last time. */
    timed: withEnd,
    /** Takes rows that were fetched by range. */
    rows(table, rows) {
      take(table, rows);
      changed();
    },
    pause: () => set({ behind: 0 }),
    resume: () => set({ behind: null }),
    /** @param {Partial<Route>} route */
    navigate: (route) => set({ route: { ...state.route, ...route } }),
    /** @param {Partial<State["lab"]>} lab */
    lab: (lab) => set({ lab: { ...state.lab, ...lab } }),
  };
}

/** The row with `at_ns` and `until_ns`: its first and its last time, since the capture's start. */
function withEnd(table, row) {
  if (table === "connections") return { ...row, until_ns: row.at_ns + row.duration_ns };
  if (table === "messages") return { ...row, until_ns: row.at_ns };
  const [at_ns, wait] = [(row.request ?? row.response).at_ns, row.timing_ns];
  const until_ns = (row.response ?? row.request).at_ns + (row.response ? (wait.receive ?? 0) : (wait.send ?? 0));
  return { ...row, at_ns, until_ns };
}
