import assert from "node:assert/strict";
import { test } from "node:test";
import { chooser } from "../../web/static/choose.js";
import { createStore } from "../../web/static/store.js";
import { followSpan } from "../../web/static/within.js";

/** A store with a capture of five connections; frames and pauses end by hand. */
function stage() {
  const [frames, waits, asked] = [[], [], []];
  const store = createStore((draw) => frames.push(draw));
  const row = (id) => ({ id, at_ns: id, duration_ns: 1, client: `c:${id}`, server: "s:80", protocol: "http", client_state: "", server_state: "" });
  store.snapshot({ capture: {}, lengths: { connections: 5 }, connections: [0, 1, 2, 3, 4].map(row), exchanges: [], messages: [] });
  const ask = async (path, parameters) => {
    asked.push([path, parameters]);
    return { rows: { connections: [[1, 3]] }, is_cut: false };
  };
  followSpan(store, ask, (call) => waits.push(call));
  const run = async () => {
    for (let i = 0; i < 3; i += 1) {
      frames.splice(0).forEach((draw) => draw());
      await new Promise((settled) => setImmediate(settled));
    }
  };
  return { store, run, asked, rest: () => waits.splice(0).forEach((call) => call()) };
}

test("a range leaves the rows that the server says, and with a filter those of them that match", async () => {
  const { store, run, asked } = stage();
  const choose = chooser("connections");
  store.navigate({ span: { from: 1, to: 2 } });
  await run();
  assert.deepEqual(asked, [["/api/within", { from: 1, to: 2 }]]);
  assert.deepEqual([...choose(store.state).ids], [1, 2]);
  store.navigate({ filter: "#2" });
  assert.deepEqual([...choose(store.state).ids], [2]);
});

test("without a range every row is listed, and nobody asks", async () => {
  const { store, run, asked } = stage();
  await run();
  assert.deepEqual([asked.length, store.state.within, chooser("connections")(store.state).ids], [0, null, null]);
});

test("as the capture grows it is asked again, but not without a rest", async () => {
  const { store, run, asked, rest } = stage();
  store.navigate({ span: { from: 1, to: 2 } });
  await run();
  store.delta({ lengths: { connections: 6 } });
  await run();
  assert.equal(asked.length, 1);
  rest();
  await run();
  assert.equal(asked.length, 2);
});

test("when the range is given up, so is what was known of it", async () => {
  const { store, run } = stage();
  store.navigate({ span: { from: 1, to: 2 } });
  await run();
  store.navigate({ span: null });
  await run();
  assert.equal(store.state.within, null);
});
