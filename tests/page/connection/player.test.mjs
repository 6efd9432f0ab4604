import assert from "node:assert/strict";
import { test } from "node:test";
import { Player, SPEEDS, wait } from "../../../web/static/connection/player.js";

/** A connection whose packets come `gaps` ms apart, and a clock in hand. */
function stage(gaps) {
  const seen = { at: -1, waits: [], calls: [] };
  let next = null;
  const ladder = {
    at: () => seen.at,
    last: () => gaps.length,
    show: (index) => {
      seen.at = index;
    },
    gap: (index) => (gaps[index] ?? 0) * 1e6,
  };
  const timers = {
    set: (call, ms) => {
      next = call;
      seen.waits.push(ms);
      return 1;
    },
    clear: () => {
      next = null;
    },
  };
  const player = new Player(ladder, (ended) => seen.calls.push(ended), timers);
  const tick = () => {
    const call = next;
    next = null;
    call?.();
  };
  return { player, seen, tick };
}

test("plays packet by packet in the capture's rhythm, and ends with the last", () => {
  const { player, seen, tick } = stage([100, 300, 200]);
  seen.at = 0;
  player.play();
  for (let i = 0; i < 5; i += 1) tick();
  assert.equal(seen.at, 3);
  assert.equal(player.isPlaying, false);
  assert.deepEqual(seen.waits, [100, 300, 200]);
  assert.deepEqual(seen.calls, [false, true]);
});

test("begins anew when it stands at the end", () => {
  const { player, seen } = stage([100]);
  seen.at = 1;
  player.play();
  assert.equal(seen.at, 0);
});

test("pausing stops it where it is", () => {
  const { player, seen, tick } = stage([100, 100]);
  player.play();
  tick();
  player.pause();
  tick();
  assert.equal(seen.at, 0);
  assert.deepEqual(seen.calls, [false, true]);
});

test("speeds go round", () => {
  const { player } = stage([1]);
  const found = SPEEDS.map(() => {
    player.faster();
    return player.speed;
  });
  assert.deepEqual(found, [10, 100, 0.1, 1]);
});

test("no packet flies past, and no silence is endless", () => {
  assert.deepEqual([wait(1000, 1), wait(500e6, 1), wait(500e6, 10), wait(3600e9, 1)], [80, 500, 80, 2500]);
});
