import assert from "node:assert/strict";
import { test } from "node:test";
import { PushesAndFrames } from "../../../web/static/websocket/pushes_and_frames.js";

const settled = () => new Promise((resolve) => setImmediate(resolve));

function beside(answers = {}) {
  const asked = [];
  const seen = { changes: 0, later: [] };
  const get = async (_path, { start, stop }) => {
    asked.push(start);
    if (answers.fails) throw new Error("gone");
    return { pushes: [], frames: {}, ...answers, start, stop };
  };
  return {
    list: new PushesAndFrames({ get, changed: () => (seen.changes += 1), later: (call) => seen.later.push(call) }),
    asked,
    seen,
  };
}

test("what is there is not asked for again", async () => {
  const { list, asked } = beside();
  await list.want([5, 6], 2000);
  await list.want([6, 7, 900], 2000);
  assert.deepEqual(asked, [5]);
});

test("near the end it is asked for again when more messages came: they may have been caused", async () => {
  const { list, asked } = beside();
  await list.want([90], 100);
  await list.want([90], 101);
  assert.deepEqual(asked, [90, 90]);
});

test("pushes are known from both ends, and told once", async () => {
  const push = { push: 8, message: 7, after_ns: 5, from: 1, to: 2 };
  const { list } = beside({ pushes: [push], frames: { 7: [{ opcode: 1 }] } });
  await list.want([7], 10);
  await list.want([7], 11);
  assert.deepEqual(list.caused.get(7), [{ push: 8, to: 2, after: 5 }]);
  assert.deepEqual(list.causes.get(8), { message: 7, from: 1, after: 5 });
  assert.deepEqual(list.frames.get(7), [{ opcode: 1 }]);
});

test("after a failure it rests", async () => {
  const { list, asked, seen } = beside({ fails: true });
  await list.want([1], 10);
  await list.want([1], 10);
  assert.equal(asked.length, 1);
  seen.later[0]();
  await list.want([1], 10);
  await settled();
  assert.equal(asked.length, 2);
});

test("cleared, it knows nothing", async () => {
  const { list, asked } = beside({ pushes: [{ push: 8, message: 7, after_ns: 5, from: 1, to: 2 }] });
  await list.want([7], 10);
  list.clear();
  assert.equal(list.caused.size, 0);
  await list.want([7], 10);
  assert.equal(asked.length, 2);
});
