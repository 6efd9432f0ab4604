import assert from "node:assert/strict";
import { test } from "node:test";

import { slotsOf } from "../../../web/static/sockets/history_lanes.js";

const descriptor = (process, fd, opened, more = {}) => ({
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

test("the lanes of a process are together, in the order in which processes appeared", () => {
  const found = slotsOf([
    descriptor("chat", 5, 0),
    descriptor("Alice", 6, 1),
    descriptor("chat", 7, 2),
    descriptor("chat", 7, 8),
  ]);
  assert.deepEqual(named(found), ["chat 5", "chat 7", "Alice 6"]);
  assert.deepEqual(found.slots.map(({ lives }) => lives.length), [1, 2, 1]);
});

test("two processes of one name have lanes of their own at the same time, one after the other the same", () => {
  assert.deepEqual(
    named(slotsOf([descriptor("chat", 5, 0), descriptor("chat", 6, 1, { namespace: 2 }), descriptor("chat", 7, 2)])),
    [
      "chat 5",
      "chat 7",
      "chat 6",
    ],
  );
  assert.deepEqual(named(slotsOf([descriptor("python", 6, 0), descriptor("python", 6, 1, { pid: 99 })])), [
    "python 6",
    "python 6",
  ]);
  assert.deepEqual(
    named(
      slotsOf([
        descriptor("server", 4, 0),
        descriptor("server", 4, 10, { namespace: 2 }),
        descriptor("server", 3, 11, { namespace: 2 }),
      ]),
    ),
    ["server 3", "server 4"],
  );
});

test("a number without a connection, or a listener that was only passed on, has no lane", () => {
  assert.deepEqual(
    named(
      slotsOf([
        descriptor("lab", 3, -9, { connection: null, role: "listener" }),
        descriptor("a", 4, 1, { connection: null }),
      ]),
    ),
    [],
  );
  assert.deepEqual(
    named(slotsOf([descriptor("cafe", 3, -9, { connection: null, role: "listener", closed_at_ns: null })])),
    [
      "cafe 3",
    ],
  );
});

test("of a thousand lanes of one process those used last are drawn, and no other process loses one", () => {
  const found = slotsOf([
    descriptor("Alice", 6, 0),
    ...Array.from({ length: 1000 }, (_, i) => descriptor("server", 4 + i, 1 + i)),
  ]);
  assert.equal(found.total, 1001);
  assert.deepEqual(named(found), ["Alice 6", ...Array.from({ length: 10 }, (_, i) => `server ${994 + i}`)]);
});

test("open descriptors come before those used later", () => {
  const others = Array.from({ length: 50 }, (_, i) => descriptor(`guest ${i}`, 4, 1 + i, { pid: 1000 + i }));
  assert.ok(named(slotsOf([descriptor("cafe", 3, 0, { closed_at_ns: null }), ...others])).includes("cafe 3"));
});
