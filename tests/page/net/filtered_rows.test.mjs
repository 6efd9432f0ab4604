import assert from "node:assert/strict";
import { test } from "node:test";
import { FilteredRows } from "../../../web/static/net/filtered_rows.js";
import { createStore } from "../../../web/static/state/store.js";

const settled = () => new Promise((resolve) => setImmediate(resolve));
const message = (id, connection = 0) => ({
  id,
  connection,
  kind: "text",
  direction: "client",
  text: `number ${id}`,
  at_ns: id,
  complete: true,
});

/** A store with the newest 10 of 30 messages; the server leaves every third of them, whatever it is asked. */
function list() {
  const store = createStore((draw) => draw());
  store.snapshot({
    capture: { packets: 90 },
    lengths: { messages: 30 },
    messages: Array.from({ length: 10 }, (_, i) => message(20 + i)),
  });
  const asked = [];
  const seen = { changes: 0, later: [] };
  const server = { rows: Array.from({ length: 10 }, (_, i) => message(3 * i, 5)) };
  const get = async (path, parameters) => {
    asked.push([path, parameters]);
    const place = /messages\/(\d+)\/place/.exec(path);
    if (place) return { index: server.rows.findIndex(({ id }) => id === Number(place[1])) };
    return { rows: server.rows.slice(parameters.start, parameters.stop), total: server.rows.length };
  };
  const messages = new FilteredRows({
    table: "messages",
    store,
    get,
    changed: () => (seen.changes += 1),
    failed: assert.fail,
    now: () => 0,
    later: (call, ms) => seen.later.push({ call, ms }),
  });
  const turn = (route = {}, how = {}) => {
    store.navigate({ id: null, filter: "", span: null, ...route });
    messages.turnTo(store.state, how);
  };
  const grow = (packets) => store.delta({ capture: { packets } });
  return { messages, turn, grow, store, asked, seen, server };
}

test("without a filter all rows are listed, by their number", () => {
  const { messages, turn, asked } = list();
  turn();
  assert.deepEqual([
    messages.total,
    messages.row(25).id,
    messages.row(3),
    messages.indexOf(25),
    messages.indexOf(30),
    messages.indexOf(null),
  ], [30, 25, undefined, 25, null, null]);
  assert.deepEqual([messages.isWhole, asked.length], [true, 0]);
});

const QUESTIONS = [
  ["a filter", { filter: "number" }, {}, { q: "number" }],
  ["a time range", { span: { from: 3, to: 9 } }, {}, { from: 3, to: 9 }],
  ["a connection", {}, { connection: 5 }, { connection: 5 }],
  ["all of them together", { filter: "n", span: { from: 3, to: 9 } }, { connection: 5 }, {
    q: "n",
    connection: 5,
    from: 3,
    to: 9,
  }],
  ["a filter of its own", { filter: "n" }, { filter: "websocket" }, { q: "websocket" }],
];

for (const [what, route, how, parameters] of QUESTIONS) {
  test(`${what} is the server's to apply`, async () => {
    const { messages, turn, asked } = list();
    turn(route, how);
    assert.equal(messages.isPending, true);
    await settled();
    turn(route, how);
    assert.deepEqual(asked, [["/api/messages", { ...parameters, start: 0, stop: 200 }]]);
    assert.deepEqual([messages.total, messages.row(2).id, messages.indexOf(6), messages.isPending, messages.isWhole], [
      10,
      6,
      2,
      false,
      false,
    ]);
  });
}

test("a time range that runs along with the capture leaves all", () => {
  const { messages, turn } = list();
  turn({ span: { last: 5 } });
  assert.equal(messages.isWhole, true);
});

test("what the feed has told is fresher than what was fetched", async () => {
  const { messages, turn, store } = list();
  turn({ filter: "n" });
  await settled();
  store.rows("messages", [{ ...message(27, 5), text: "fresh" }]);
  assert.equal(messages.row(9).text, "fresh");
});

test("rows that were fetched know their moments, and the page keeps them", async () => {
  const { messages, turn, store } = list();
  turn({ filter: "n" });
  await settled();
  assert.deepEqual([messages.row(1).until_ns, store.state.tables.messages.get(3).id], [3, 3]);
  store.state.tables.messages.forget();
  assert.equal(messages.row(1).until_ns, 3);
});

test("the place of a row that is not at hand is asked for once", async () => {
  const { messages, turn, asked, seen, server } = list();
  turn({ filter: "n" });
  await settled();
  server.rows.push(message(99));
  const before = seen.changes;
  assert.deepEqual([messages.indexOf(99), messages.indexOf(99)], [null, null]);
  await settled();
  assert.deepEqual([messages.indexOf(99), seen.changes, asked.length], [10, before + 1, 2]);
  assert.deepEqual(asked[1], ["/api/messages/99/place", { q: "n" }]);
});

test("while packets come a filtered list looks again, and not at every drawing", async () => {
  const { messages, turn, grow, asked, seen, server } = list();
  turn({ filter: "n" });
  await settled();
  server.rows.unshift(message(1, 5)); // one that did not fit before
  for (const packets of [91, 92, 93]) {
    grow(packets);
    turn({ filter: "n" });
  }
  assert.equal(seen.later.length, 1);
  seen.later[0].call();
  await settled();
  assert.deepEqual([asked.length, messages.total, messages.row(0).id], [2, 11, 1]);
});

test("a list of all asks for nothing while packets come", () => {
  const { turn, grow, seen } = list();
  turn();
  grow(91);
  turn();
  assert.equal(seen.later.length, 0);
});

test("a list that was left looks no more", async () => {
  const { messages, turn, grow, asked, seen } = list();
  turn({ filter: "n" });
  await settled();
  grow(91);
  turn({ filter: "n" });
  messages.close();
  seen.later[0].call();
  assert.equal(asked.length, 1);
});

test("a row that is not there yet is fetched before its number is told", async () => {
  const { messages, turn } = list();
  const told = [];
  turn();
  await messages.withId(7, (number) => told.push(number));
  turn({ filter: "n" });
  await messages.withId(9, (number) => told.push(number));
  await settled();
  await messages.withId(1, (number) => told.push(number));
  assert.deepEqual(told, [7, 27, 3]);
});

test("a column sorts all rows, whose number is known while the sorted ones come", async () => {
  const { messages, turn, asked, server } = list();
  turn();
  server.rows = [message(29), message(28), ...Array.from({ length: 28 }, (_, i) => message(i))];
  turn({}, { order: "-id" });
  assert.deepEqual([messages.isWhole, messages.isPending, messages.total], [true, false, 30]);
  await settled();
  assert.deepEqual(asked[0][1], { order: "-id", start: 0, stop: 200 });
  assert.deepEqual([messages.row(0).id, messages.indexOf(28)], [29, 1]);
  turn({ filter: "n" }, { order: "-id" });
  assert.deepEqual([messages.isWhole, messages.isPending], [false, true]);
  await settled();
  assert.deepEqual(asked.at(-1)[1], { q: "n", order: "-id", start: 0, stop: 200 });
});

test("a sorted list stays as it is while it is held, and looks again after", async () => {
  const { messages, turn, grow, asked, seen } = list();
  const sorted = () => turn({}, { order: "-id" });
  sorted();
  await settled();
  messages.hold(true);
  grow(91);
  sorted();
  seen.later[0].call();
  assert.equal(asked.length, 1);
  messages.hold(false);
  await settled();
  assert.equal(asked.length, 2);
  messages.hold(false); // nothing has come since
  await settled();
  assert.equal(asked.length, 2);
});
