import assert from "node:assert/strict";
import { test } from "node:test";

import { DescriptorStore, stepsOf, wireAt } from "../../../web/static/sockets/descriptor_store.js";
import { isOpen, isWaiting, latest } from "../../../web/static/sockets/descriptor.js";

const descriptor = (id, fd, opened, closed, more = {}) => ({
  id,
  fd,
  namespace: 1,
  pid: 100,
  process: "cafe",
  role: "server",
  inode: id,
  connection: null,
  direction: null,
  opened_at_ns: opened,
  closed_at_ns: closed,
  name: null,
  named_at_ns: null,
  forgotten_at_ns: null,
  ...more,
});
const kernelRow = (id, at, state, more = {}) => ({
  id,
  at_ns: at,
  took_ns: 1,
  state,
  listed: true,
  differs: false,
  token: null,
  connection: 0,
  direction: "server",
  ...more,
});
const LIFE = [
  [10, "SYN-SENT", "SYN-RECEIVED"],
  [12, "ESTABLISHED", "ESTABLISHED"],
  [50, "CLOSE-WAIT", "FIN-WAIT-1"],
  [
    60,
    "CLOSED",
    "TIME-WAIT",
  ],
];

const answer = (more) => ({
  revision: 1,
  packets: 0,
  connections: 1,
  told_from: 0,
  kept: [],
  tokens: [],
  kernel: [],
  lives: { 0: LIFE },
  protocols: {},
  facts: [],
  kinds: [],
  ways: [],
  ...more,
});

function storeOf(tokens, kernel = [], more = {}) {
  const found = new DescriptorStore();
  found.take(answer({ tokens, kernel, ...more }));
  return found;
}

const client = descriptor(1, 3, 9, 55, {
  pid: 200,
  process: "visitor",
  role: "client",
  connection: 0,
  direction: "client",
});
const server = descriptor(2, 7, 15, 49, { connection: 0, direction: "server" });
const listener = descriptor(0, 3, 0, null, { role: "listener" });

test("a descriptor is open from its opening until its closing", () => {
  assert.equal(isOpen(server, 14), false);
  assert.equal(isOpen(server, 15), true);
  assert.equal(isOpen(server, 49), false);
});

test("the wire's state is that of the last packet before", () => {
  assert.equal(wireAt(LIFE, "server", 9).state, "CLOSED");
  assert.equal(wireAt(LIFE, "server", 12).state, "ESTABLISHED");
  assert.deepEqual(wireAt(LIFE, "server", 70), { state: "TIME-WAIT", text: "TIME-WAIT", since: 60 });
});

test("what no packet has shown is assumed, the state of an end that was not captured unknown", () => {
  const life = [[10, "SYN-SENT", "SYN-RECEIVED", false, true], [12, "SYN-SENT", "SYN-RECEIVED", false, false]];
  assert.deepEqual([10, 12].map((at) => wireAt(life, "server", at).text), ["SYN-RECEIVED (assumed)", "SYN-RECEIVED"]);
  assert.equal(wireAt(life, "server", 12).since, 10);
  assert.equal(wireAt([[10, "SYN-SENT", "LISTEN", false, null]], "server", 10).text, "unknown");
});

test("the latest row is the last one not later", () => {
  const rows = [kernelRow(0, 1, "A"), kernelRow(1, 5, "B")];
  assert.equal(latest(rows, 0), null);
  assert.equal(latest(rows, 4).state, "A");
  assert.equal(latest(rows, 5).state, "B");
});

test("a connection before accept is there and has no descriptor", () => {
  const { loose } = storeOf([listener, client, server]).at(13);
  assert.deepEqual(loose.map(({ connection, side, wire }) => [connection, side, wire]), [[0, "server", "ESTABLISHED"]]);
});

test("an end waits to be accepted until a process has held it, and not again after it was closed", () => {
  const early = { ...server, closed_at_ns: 20 }; // given back before the FIN has left
  const waits = (at) =>
    storeOf([listener, client, early]).at(at).loose.filter(({ side }) => side === "server").map(isWaiting);
  assert.deepEqual([waits(11), waits(13), waits(16), waits(20)], [[true], [true], [], [false]]);
});

test("an accepted connection has a descriptor at either end", () => {
  const { loose, ends } = storeOf([listener, client, server]).at(20);
  assert.deepEqual(loose, []);
  assert.equal(ends.get("0 server").descriptor.fd, 7);
});

test("a descriptor that is gone leaves the connection closing, then in TIME-WAIT, until the kernel forgets it", () => {
  const kernel = [
    kernelRow(0, 52, "FIN-WAIT-1"),
    kernelRow(1, 61, "TIME-WAIT"),
    kernelRow(2, 90, "CLOSED", { listed: false, differs: true }),
  ];
  const found = storeOf([listener, client, server], kernel);
  assert.equal(found.at(52).loose[0].wire, "FIN-WAIT-1");
  assert.equal(found.at(62).loose[0].wire, "TIME-WAIT");
  assert.deepEqual(found.at(95).loose, []);
  assert.deepEqual(storeOf([listener, client, server]).at(61e9).loose, []);
});

test("a difference is marked until the wire has moved on", () => {
  const found = storeOf([listener, client, server], [kernelRow(0, 20, "SYN-RECEIVED", { differs: true })]);
  assert.equal(found.at(21).ends.get("0 server").differs, true);
  assert.equal(found.at(51).ends.get("0 server").differs, false);
  assert.equal(found.at(51).ends.get("0 server").isStale, true);
});

test("an end that the kernel still has is there, though the wire shows its end", () => {
  const kept = storeOf([listener, client, server], [
    kernelRow(0, 61, "TIME-WAIT", { direction: "client", differs: true }),
  ]);
  assert.deepEqual(kept.at(62).loose.map(({ side, wire, kernel }) => [side, wire, kernel?.state]), [[
    "client",
    "CLOSED",
    "TIME-WAIT",
  ], ["server", "TIME-WAIT", undefined]]);
  const over = storeOf([listener, client, server], [kernelRow(0, 61, "LAST-ACK", { direction: "client" })]);
  assert.deepEqual(over.at(62).loose.map(({ side }) => side), ["server"]);
});

test("a closed number stays as a free slot and is filled again", () => {
  const again = descriptor(3, 7, 80, null, { connection: 0, direction: "server" });
  const found = storeOf([listener, client, server, again]);
  const slots = (at) =>
    found.at(at).processes.find(({ name }) => name === "cafe").slots.map((
      { fd, descriptor: one },
    ) => [fd, one?.id ?? null]);
  assert.deepEqual(slots(20), [[3, 0], [7, 2]]);
  assert.deepEqual(slots(60), [[3, 0], [7, null]]);
  assert.deepEqual(slots(81), [[3, 0], [7, 3]]);
});

test("a server is between its clients, and a process of the same name takes the place of an ended one", () => {
  const chat = descriptor(10, 4, 0, null, { pid: 300, process: "chat", role: "listener" });
  const guest = (id, name, pid, connection, opened, closed) => [
    descriptor(id, 6, opened, closed, { pid, process: name, role: "client", connection, direction: "client" }),
    descriptor(id + 1, 7 + connection, opened, closed, { pid: 300, process: "chat", connection, direction: "server" }),
  ];
  const found = storeOf([
    chat,
    ...guest(11, "Alice", 401, 1, 5, 8),
    ...guest(13, "Bob", 402, 2, 6, null),
    ...guest(15, "Alice", 403, 3, 9, null),
  ]);
  const columns = (at) => found.at(at).processes.map(({ name, pid }) => `${name} ${pid}`);
  assert.deepEqual(columns(7), ["Alice 401", "chat 300", "Bob 402"]);
  assert.deepEqual(columns(10), ["Bob 402", "chat 300", "Alice 403"]);
});

test("a process that only passed a listener on has no column", () => {
  const lab = descriptor(20, 3, -5, 1, { pid: 1, process: "lab", role: "listener" });
  assert.deepEqual(storeOf([lab, listener]).at(10).processes.map(({ name }) => name), ["cafe"]);
});

test("a listener shows how many connections wait at it", () => {
  const kernel = [
    kernelRow(0, 1, "LISTEN", { connection: null, direction: null, token: 0, unread: 0 }),
    kernelRow(1, 5, "LISTEN", { connection: null, direction: null, token: 0, unread: 2 }),
  ];
  const waiting = (at) => storeOf([listener], kernel).at(at).processes[0].slots[0].waiting;
  assert.deepEqual([waiting(2), waiting(6)], [0, 2]);
});

test("the fullest time is the middle of the longest period with the most open ends", () => {
  assert.equal(storeOf([listener]).fullest(), null);
  assert.equal(storeOf([listener, client]).fullest(), 32);
  assert.equal(storeOf([listener, client, server]).fullest(), 32); // from 15 to 49
  const again = descriptor(3, 7, 49, null, { connection: 1, direction: "server" });
  assert.equal(storeOf([listener, client, server, again]).fullest(), 32); // and not from 49 to 55
});

test("the registry has a name from joining to leaving", () => {
  const alice = descriptor(5, 7, 15, 90, { name: "Alice", named_at_ns: 20, forgotten_at_ns: 40 });
  const names = (at) => [...storeOf([alice]).at(at).registry.values()].flat().map(({ fd, name }) => `${fd} ${name}`);
  assert.deepEqual(names(19), []);
  assert.deepEqual(names(21), ["7 Alice"]);
  assert.deepEqual(names(41), []);
});

test("changed rows replace those that the store had", () => {
  const found = storeOf([server]);
  found.take(answer({ revision: 2, tokens: [{ ...server, closed_at_ns: 30 }] }));
  assert.equal(found.at(35).ends.get("0 server").descriptor, null);
  assert.equal(found.revision, 2);
});

test("of very many connections the store keeps the newest, and those that are shown", () => {
  const found = storeOf([server], [], { lives: { 0: LIFE, 1: LIFE, 2: LIFE } });
  found.take(answer({ lives: { 9: LIFE }, connections: 10, told_from: 2, kept: [0] }));
  assert.deepEqual(Object.keys(found.lives), ["0", "2", "9"]);
  const { told, connections } = found.at(20);
  assert.deepEqual([told, connections], [3, 10]);
});

test("of a long history the store keeps the newest rows, and those that are open or shown", () => {
  const many = (first, count) =>
    Array.from({ length: count }, (_, i) => descriptor(first + i, 9, first + i, first + i + 1));
  const found = storeOf([listener, ...many(1, 5000)], [], { facts: [{ kind: "time_wait", tokens: [3] }] });
  found.take(answer({ tokens: many(5001, 5000), facts: [{ kind: "time_wait", tokens: [3] }] }));
  assert.equal(found.tokens.size, 6000);
  assert.deepEqual([...found.tokens.keys()].slice(0, 3), [0, 3, 4003]);
});

test("what happened before the first packet is at the start", () => {
  const early = (id, fd, by) => ({ ...descriptor(id, fd, null, null, { role: "listener" }), closed_by: by });
  const slots = storeOf([early(0, 3, null), early(1, 4, "seen")]).at(0).processes[0].slots;
  assert.deepEqual(slots.map(({ fd, descriptor: one }) => [fd, one?.id ?? null]), [[3, 0], [4, null]]);
});

test("a message's path has the descriptors that are known, and the registry only where it has both names", () => {
  const way = {
    connections: [3, 4],
    packets: [52, 53],
    at_ns: [1, 2],
    tokens: { sender: 1, entry: 2, exit: 3, receiver: 4 },
  };
  const named = (id, name) => [id, descriptor(id, id, 0, null, { name })];
  const whole = stepsOf(way, new Map([named(1, null), named(2, "Alice"), named(3, "Bob"), named(4, null)]));
  assert.deepEqual(whole.map(({ kind }) => kind), [
    "writes",
    "connection",
    "reads",
    "registry",
    "writes",
    "connection",
    "reads",
  ]);
  const part = stepsOf({ ...way, tokens: { ...way.tokens, sender: null } }, new Map([named(2, null), named(3, null)]));
  assert.deepEqual(part.map(({ kind }) => kind), ["connection", "reads", "writes", "connection"]);
});
