import assert from "node:assert/strict";
import { test } from "node:test";

import { momentsOf, reached, Steps } from "../../../web/static/sockets/change_steps.js";

const token = (id, process, fd, opened, closed, more = {}) => ({
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
const door = token(0, "chat", 5, 0, null, { role: "listener", connection: null });
const alice = token(1, "chat", 7, 15, 90, { name: "Alice", named_at_ns: 20, forgotten_at_ns: 80 });
const book = {
  tokens: new Map([[1, alice]]),
  inOrder: () => [door, alice],
  lives: { 0: [[10, "SYN-SENT", "SYN-RECEIVED"], [15, "ESTABLISHED", "ESTABLISHED"]] },
  ways: [{ said: "Hi".repeat(40), connections: [0, 1], at_ns: [30, 31], tokens: { sender: null, exit: 1 } }],
};
const moments = momentsOf(book);

test("every change is told in order of time, what happened at once as one", () => {
  assert.deepEqual(moments.map(({ at }) => at), [0, 10, 15, 20, 30, 31, 80, 90]);
  assert.equal(moments[0].text, "chat is handed 5 for its door");
  assert.equal(moments[2].text, "chat is handed 7 for pipe #0; pipe #0: client ESTABLISHED, server ESTABLISHED");
  assert.equal(moments[3].text, "chat notes in its diary: 7 is Alice");
  assert.equal(moments.at(-1).text, "chat gives 7 back");
});

test("a message is told at both pipes, a long one shortened", () => {
  assert.equal(moments[4].text, `somebody says “${"Hi".repeat(19)}H…” into pipe #0`);
  assert.match(moments[5].text, /^chat passes “.+” on into pipe #1$/);
});

function stepsOf(taken) {
  const steps = new Steps();
  steps.take(taken);
  return steps;
}

test("one steps to the change before and to the next", () => {
  const steps = stepsOf({ ...book, edition: 1 });
  assert.equal(reached(moments, 15), 3);
  assert.equal(steps.after(15).at, 20);
  assert.equal(steps.before(15).at, 10);
  assert.equal(steps.before(17).at, 15);
  assert.equal(steps.after(90), null);
  assert.equal(steps.before(0).at, 0);
  assert.equal(stepsOf({ edition: 1, inOrder: () => [], lives: {}, ways: [] }).before(5), null);
});

test("of any moment it is said what happened last, and how long before", () => {
  const steps = stepsOf({ ...book, edition: 1 });
  assert.equal(steps.saying(-1), "nothing has happened yet");
  assert.equal(steps.saying(20), "chat notes in its diary: 7 is Alice");
  assert.equal(steps.saying(25), "5 ns after: chat notes in its diary: 7 is Alice");
});

test("a book that has changed is looked through again", () => {
  const changing = { ...book, edition: 1 };
  const steps = stepsOf(changing);
  assert.equal(steps.after(90), null);
  Object.assign(changing, { edition: 2, lives: { 0: [[99, "CLOSED", "TIME-WAIT"]] } });
  assert.equal(steps.after(90).at, 99);
});
