import assert from "node:assert/strict";
import { test } from "node:test";
import { Lifecycle } from "../../web/static/lifecycle.js";

const numbers = (first, stop) => Array.from({ length: stop - first }, (_, i) => ({ number: first + i }));

/** A server with one connection of `server.length` packets, and a clock in hand. */
function stage(length) {
  const server = { length, asked: [] };
  const timers = [];
  const get = async (path, { start } = {}) => {
    server.asked.push(start === undefined ? path : `${path} from ${start}`);
    if (path === "/api/packets") return { rows: numbers(start, Math.min(start + 500, server.length)) };
    if (path === "/api/events") return { rows: [] };
    return { connection: { id: 7, packets: [server.length, 0] }, packets: numbers(0, Math.min(500, server.length)), events: [] };
  };
  const lifecycle = new Lifecycle(get, () => {}, (call) => timers.push(call));
  const rest = async () => { await settled(); timers.splice(0).forEach((call) => call()); await settled(); };
  return { lifecycle, server, rest };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("a short connection comes in one piece", async () => {
  const { lifecycle, rest } = stage(10);
  lifecycle.choose(7);
  await rest();
  assert.deepEqual([lifecycle.detail.packets.length, lifecycle.isComplete], [10, true]);
});

test("a long one comes by pieces, when they are asked for", async () => {
  const { lifecycle, rest } = stage(1200);
  lifecycle.choose(7);
  await rest();
  assert.deepEqual([lifecycle.detail.packets.length, lifecycle.isComplete], [500, false]);
  for (let i = 0; i < 2; i += 1) {
    lifecycle.more();
    await rest();
  }
  assert.deepEqual(lifecycle.detail.packets, numbers(0, 1200));
  assert.equal(lifecycle.isComplete, true);
});

test("one that grows beyond the first piece while all of it is shown goes on", async () => {
  const { lifecycle, server, rest } = stage(498);
  lifecycle.choose(7);
  await rest();
  for (const length of [503, 510]) {
    server.length = length;
    lifecycle.refresh();
    await rest();
    assert.deepEqual(lifecycle.detail.packets, numbers(0, length));
  }
});

test("however often it is asked to refresh, one fetch is under way", async () => {
  const { lifecycle, server, rest } = stage(10);
  lifecycle.choose(7);
  for (let i = 0; i < 9; i += 1) lifecycle.refresh();
  await rest();
  await rest();
  assert.equal(server.asked.length, 2);
});

test("an answer for a connection that is no longer chosen is thrown away", async () => {
  const { lifecycle, rest } = stage(10);
  lifecycle.choose(7);
  lifecycle.choose(null);
  await rest();
  assert.equal(lifecycle.detail, null);
});

test("a failure is kept for the page to say, and a later success clears it", async () => {
  let fails = true;
  const answer = { connection: { id: 7, packets: [0, 0] }, packets: [], events: [] };
  const get = async () => { if (fails) throw new Error("gone"); return answer; };
  const lifecycle = new Lifecycle(get, () => {}, (call) => call());
  lifecycle.choose(7);
  await settled();
  assert.equal(lifecycle.error.message, "gone");
  fails = false;
  lifecycle.refresh();
  await settled();
  assert.equal(lifecycle.error, null);
});
