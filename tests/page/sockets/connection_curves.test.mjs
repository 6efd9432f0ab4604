import assert from "node:assert/strict";
import { test } from "node:test";

import { across, downwards, middle, rails } from "../../../web/static/sockets/connection_curves.js";

const place = (left, right, middleY) => ({ left, right, middle: middleY, top: middleY - 17, isLoose: false });

test("a connection is drawn between the edges that face each other", () => {
  const [alice, chat] = [place(0, 100, 20), place(150, 250, 60)];
  assert.deepEqual([across(alice, chat).at(0), across(alice, chat).at(-1)], [[100, 20], [150, 60]]);
  assert.deepEqual([across(chat, alice).at(0), across(chat, alice).at(-1)], [[150, 60], [100, 20]]);
});

test("an end without a descriptor is reached from above", () => {
  const points = across(place(0, 100, 20), { ...place(200, 300, 200), isLoose: true });
  assert.deepEqual([points.at(0), points.at(-1)], [[100, 20], [250, 183]]);
});

test("in a stack a connection is an arc at the right, further out on a further rail", () => {
  const [alice, chat] = [place(0, 300, 20), place(0, 300, 160)];
  const reach = (rail) => middle(downwards(alice, chat, rail), 0);
  assert.deepEqual([downwards(alice, chat, 0).at(0), downwards(alice, chat, 0).at(-1)], [[300, 20], [300, 160]]);
  assert.ok(
    reach(0) > 310 && reach(2) > reach(1) && reach(1) > reach(0) && reach(null) > reach(2) && reach(null) < 362,
  );
});

test("overlapping arcs take different rails, the shorter one inside", () => {
  assert.deepEqual(rails([[0, 100], [20, 60], [120, 180]]), [1, 0, 0]);
  assert.deepEqual(rails([[100, 0], [60, 20]]), [1, 0]);
  assert.deepEqual(rails([[0, 100], [0, 101], [0, 102], [0, 103]]), [0, 1, 2, null]);
});
