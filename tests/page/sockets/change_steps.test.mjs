import assert from "node:assert/strict";
import { test } from "node:test";

import { changesOf, reached, Steps } from "../../../web/static/sockets/change_steps.js";

const descriptor = (id, process, fd, opened, closed, more = {}) => ({
  id,
  process,
  fd,
  opened_at_ns: opened,
  closed_at_ns: closed,
  connection: 0,
  role: "server",
  name: null,
  named_at_ns: null,
  forgotten_at_ns: null,
  ...more,
});
const listener = descriptor(0, "chat", 5, 0, null, { role: "listener", connection: null });
const alice = descriptor(1, "chat", 7, 15, 90, { name: "Alice", named_at_ns: 20, forgotten_at_ns: 80 });
const store = {
  tokens: new Map([[1, alice]]),
  all: () => [listener, alice],
  lives: { 0: [[10, "SYN-SENT", "SYN-RECEIVED"], [15, "ESTABLISHED", "ESTABLISHED"]] },
  ways: [{ said: "Hi".repeat(40), connections: [0, 1], at_ns: [30, 31], tokens: { sender: null, exit: 1 } }],
};
const changes = changesOf(store);

test("changes are in order of time, simultaneous ones joined", () => {
  assert.deepEqual(changes.map(({ at }) => at), [0, 10, 15, 20, 30, 31, 80, 90]);
  assert.equal(changes[0].text, "chat opens fd 5 to listen");
  assert.equal(
    changes[2].text,
    "chat opens fd 7 for connection #0; connection #0: client ESTABLISHED, server ESTABLISHED",
  );
  assert.equal(changes[3].text, "chat registers fd 7 as Alice");
  assert.equal(changes.at(-1).text, "chat closes fd 7");
});

test("a message is a change on both connections, a long one shortened", () => {
  assert.equal(changes[4].text, `a process sends “${"Hi".repeat(19)}H…” on connection #0`);
  assert.match(changes[5].text, /^chat forwards “.+” on connection #1$/);
});

function stepsOf(taken) {
  const steps = new Steps();
  steps.take(taken);
  return steps;
}

test("one steps to the change before and to the next", () => {
  const steps = stepsOf({ ...store, edition: 1 });
  assert.equal(reached(changes, 15), 3);
  assert.equal(steps.after(15).at, 20);
  assert.equal(steps.before(15).at, 10);
  assert.equal(steps.before(17).at, 15);
  assert.equal(steps.after(90), null);
  assert.equal(steps.before(0).at, 0);
  assert.equal(stepsOf({ edition: 1, all: () => [], lives: {}, ways: [] }).before(5), null);
});

test("at any time there is the last change, and how long ago it was", () => {
  const steps = stepsOf({ ...store, edition: 1 });
  assert.equal(steps.textAt(-1), "no change yet");
  assert.equal(steps.textAt(20), "chat registers fd 7 as Alice");
  assert.equal(steps.textAt(25), "5 ns ago: chat registers fd 7 as Alice");
});

test("a store that has changed is read again", () => {
  const changing = { ...store, edition: 1 };
  const steps = stepsOf(changing);
  assert.equal(steps.after(90), null);
  Object.assign(changing, { edition: 2, lives: { 0: [[99, "CLOSED", "TIME-WAIT"]] } });
  assert.equal(steps.after(90).at, 99);
});
