import assert from "node:assert/strict";
import { test } from "node:test";
import { createStore } from "../../../web/static/state/store.js";

const connection = (id, at_ns = id, duration_ns = 10) => ({ id, at_ns, duration_ns });
const exchange = {
  id: 0,
  request: { at_ns: 5 },
  response: { at_ns: 20 },
  timing_ns: { send: 1, wait: 14, receive: 3 },
};

/** A store whose frames are drawn by hand. */
function stage() {
  const frames = [];
  const store = createStore((draw) => frames.push(draw));
  return { store, frames, draw: () => frames.splice(0).forEach((frame) => frame()) };
}

const snapshot = (changes = {}) => ({
  rev: 1,
  capture: { packets: 3, state: "running" },
  lengths: { connections: 2, exchanges: 0, messages: 0 },
  demo: null,
  connections: [connection(0), connection(1)],
  exchanges: [],
  messages: [],
  ...changes,
});

test("many changes are one redraw", () => {
  const { store, frames, draw } = stage();
  let drawn = 0;
  store.subscribe(() => {
    drawn += 1;
  });
  store.snapshot(snapshot());
  store.delta({ rev: 2, connections: [connection(2)] });
  assert.equal(frames.length, 1);
  draw();
  assert.equal(drawn, 1);
});

test("a snapshot replaces what was there", () => {
  const { store } = stage();
  store.snapshot(snapshot());
  store.snapshot(snapshot({ lengths: { connections: 1 }, connections: [connection(0)] }));
  assert.equal(store.state.tables.connections.total, 1);
});

test("a delta changes rows, adds rows and lengths, and leaves the rest", () => {
  const { store } = stage();
  store.snapshot(snapshot());
  store.delta({
    rev: 2,
    capture: { packets: 9 },
    lengths: { connections: 3 },
    connections: [connection(1, 1, 50), connection(2)],
  });
  const { connections } = store.state.tables;
  assert.deepEqual([connections.total, connections.get(1).until_ns, connections.get(0).until_ns], [3, 51, 10]);
  assert.deepEqual([store.state.capture.packets, store.state.capture.state, store.state.end], [9, "running", 51]);
});

test("a stale table is forgotten but for the rows that were sent", () => {
  const { store } = stage();
  store.snapshot(snapshot());
  store.delta({ rev: 2, lengths: { connections: 900 }, stale: ["connections"], connections: [connection(899)] });
  const { connections } = store.state.tables;
  assert.deepEqual([connections.total, connections.get(0), connections.get(899).id], [900, undefined, 899]);
});

test("a paused page shows nothing new, and says how far it is behind", () => {
  const { store } = stage();
  store.snapshot(snapshot());
  store.pause();
  store.delta({ rev: 2, capture: { packets: 10 }, connections: [connection(2)] });
  const shown = () => [store.state.behind, store.state.tables.connections.total, store.state.capture.packets];
  assert.deepEqual(shown(), [7, 2, 3]);
  store.delta({ rev: 3, lengths: { connections: 4 } }); // neither says how many packets there are: it is as before
  store.delta({ rev: 4, capture: { rate: 0 } });
  assert.deepEqual(shown(), [7, 2, 3]);
  store.snapshot(snapshot({ capture: { packets: 12 }, lengths: { connections: 1 }, connections: [connection(0)] }));
  assert.deepEqual(shown(), [9, 2, 3]);
  store.resume();
  assert.equal(store.state.behind, null);
});

test("an exchange lasts until its answer has arrived", () => {
  const { store } = stage();
  store.snapshot(snapshot({ lengths: { exchanges: 1 }, exchanges: [exchange] }));
  const row = store.state.tables.exchanges.get(0);
  assert.deepEqual([row.at_ns, row.until_ns], [5, 23]);
});

test("an answer without its question begins with itself", () => {
  const { store } = stage();
  store.snapshot(snapshot({ lengths: { exchanges: 1 }, exchanges: [{ ...exchange, request: null }] }));
  assert.equal(store.state.tables.exchanges.get(0).at_ns, 20);
});

test("who was taken off the list while a frame is drawn is not drawn in it", () => {
  const { store, draw } = stage();
  let stop = () => {};
  store.subscribe(() => stop());
  stop = store.subscribe(() => assert.fail("drawn after it had left"));
  draw();
});

test("the end of a live capture is when it was last looked at, though no packet comes", () => {
  const store = createStore((draw) => draw());
  store.snapshot(snapshot());
  store.delta({ capture: { looked_ns: 60e9 } });
  assert.equal(store.state.end, 60e9);
});
