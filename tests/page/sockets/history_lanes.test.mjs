import assert from "node:assert/strict";
import { test } from "node:test";

import { slotsOf } from "../../../web/static/sockets/history_lanes.js";

const token = (process, fd, opened, more = {}) => ({
  process,
  fd,
  namespace: 1,
  pid: process.length,
  opened_at_ns: opened,
  closed_at_ns: opened + 5,
  connection: opened,
  role: "server",
  ...more,
});
const named = ({ slots }) => slots.map(({ process, fd }) => `${process} ${fd}`);

test("a process has its lanes together, in the order in which processes came", () => {
  const found = slotsOf([token("chat", 5, 0), token("Alice", 6, 1), token("chat", 7, 2), token("chat", 7, 8)]);
  assert.deepEqual(named(found), ["chat 5", "chat 7", "Alice 6"]);
  assert.deepEqual(found.slots.map(({ lives }) => lives.length), [1, 2, 1]);
});

test("two of a name at the same time are two, one after the other are one", () => {
  assert.deepEqual(named(slotsOf([token("chat", 5, 0), token("chat", 6, 1, { namespace: 2 }), token("chat", 7, 2)])), [
    "chat 5",
    "chat 7",
    "chat 6",
  ]);
  assert.deepEqual(named(slotsOf([token("python", 6, 0), token("python", 6, 1, { pid: 99 })])), [
    "python 6",
    "python 6",
  ]);
  assert.deepEqual(
    named(
      slotsOf([
        token("server", 4, 0),
        token("server", 4, 10, { namespace: 2 }),
        token("server", 3, 11, { namespace: 2 }),
      ]),
    ),
    ["server 3", "server 4"],
  );
});

test("a number that was never a pipe, or a door that was only handed on, has none", () => {
  assert.deepEqual(
    named(
      slotsOf([token("lab", 3, -9, { connection: null, role: "listener" }), token("a", 4, 1, { connection: null })]),
    ),
    [],
  );
  assert.deepEqual(named(slotsOf([token("cafe", 3, -9, { connection: null, role: "listener", closed_at_ns: null })])), [
    "cafe 3",
  ]);
});

test("of a thousand lanes of one process those used last are drawn, and nobody else's go for them", () => {
  const found = slotsOf([
    token("Alice", 6, 0),
    ...Array.from({ length: 1000 }, (_, i) => token("server", 4 + i, 1 + i)),
  ]);
  assert.equal(found.total, 1001);
  assert.deepEqual(named(found), ["Alice 6", ...Array.from({ length: 10 }, (_, i) => `server ${994 + i}`)]);
});

test("what is held still goes before what was used later", () => {
  const others = Array.from({ length: 50 }, (_, i) => token(`guest ${i}`, 4, 1 + i, { pid: 1000 + i }));
  assert.ok(named(slotsOf([token("cafe", 3, 0, { closed_at_ns: null }), ...others])).includes("cafe 3"));
});
