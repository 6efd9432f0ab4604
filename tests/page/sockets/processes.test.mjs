import assert from "node:assert/strict";
import { test } from "node:test";

import { chosenOf, processesOf, withFewSlots } from "../../../web/static/sockets/processes.js";

const descriptor = (id, fd, pid, process, opened, closed, connection = id) => ({
  id,
  fd,
  namespace: 1,
  pid,
  process,
  role: "client",
  connection,
  direction: "client",
  opened_at_ns: opened,
  closed_at_ns: closed,
});
const none = new Set();
const names = (found) => found.map(({ name }) => name);

test("where there is little room, processes with connections come first, then those active last", () => {
  const all = processesOf(
    [
      descriptor(1, 3, 10, "visitor", 0, 5),
      descriptor(2, 3, 11, "Alice", 1, null),
      descriptor(3, 3, 12, "guest", 6, 7),
    ],
    9,
    new Map(),
  );
  const { drawn, others } = chosenOf(all, { room: 2, wanted: none });
  assert.deepEqual([names(drawn), names(others)], [["Alice", "guest"], ["visitor"]]);
});

test("a process with a wanted connection is always drawn", () => {
  const all = processesOf([descriptor(1, 3, 10, "Alice", 0, null), descriptor(2, 3, 11, "Bob", 1, null)], 9, new Map());
  assert.deepEqual(names(chosenOf(all, { room: 1, wanted: new Set([1]) }).drawn), ["Alice"]);
});

test("of a thousand numbers a few are drawn, and the others counted", () => {
  const [crowd] = processesOf(
    Array.from({ length: 1000 }, (_, i) => descriptor(i, 3 + i, 10, "server", i, null)),
    2000,
    new Map(),
  );
  const { slots, hidden } = withFewSlots(crowd, new Set([500]));
  assert.deepEqual(slots.map(({ fd }) => fd), [503, 995, 996, 997, 998, 999, 1000, 1001, 1002]);
  assert.deepEqual(hidden, { total: 991, inUse: 991 });
});

test("numbers in use are drawn before free ones, and of those a few", () => {
  const [one] = processesOf(
    Array.from({ length: 12 }, (_, i) => descriptor(i, 3 + i, 10, "client", i, i < 11 ? 50 : null)),
    60,
    new Map(),
  );
  const { slots, hidden } = withFewSlots(one, none);
  assert.deepEqual(slots.map(({ fd }) => fd), [3, 4, 5, 6, 14]);
  assert.deepEqual(hidden, { total: 7, inUse: 0 });
});
