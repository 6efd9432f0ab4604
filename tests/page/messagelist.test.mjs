import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageList } from "../../web/static/messagelist.js";
import { createStore } from "../../web/static/store.js";

const settled = () => new Promise((resolve) => setImmediate(resolve));
const message = (id, connection = 0) => ({ id, connection, kind: "text", direction: "client", text: `number ${id}`, at_ns: id, complete: true });

/** A store with the newest 10 of 30 messages; connection 5 has every third, on the server's side. */
function list() {
  const store = createStore((draw) => draw());
  const rows = Array.from({ length: 10 }, (_, i) => message(20 + i, (20 + i) % 3 ? 0 : 5));
  store.snapshot({ capture: {}, lengths: { messages: 30 }, messages: rows });
  const asked = [];
  const seen = { changes: 0, later: [] };
  const server = { rows: Array.from({ length: 10 }, (_, i) => message(3 * i, 5)) };
  const get = async (path, parameters) => {
    asked.push(parameters);
    return { rows: server.rows.slice(parameters.start, parameters.stop), total: server.rows.length };
  };
  const messages = new MessageList({ store, get, changed: () => (seen.changes += 1), failed: assert.fail, later: (call) => seen.later.push(call) });
  const turn = (route = {}) => {
    store.navigate({ id: null, filter: "", span: null, ...route });
    messages.turnTo(store.state);
  };
  return { messages, turn, store, asked, seen, server };
}

test("all messages are those of the table, by their number", () => {
  const { messages, turn } = list();
  turn();
  assert.deepEqual([messages.total, messages.row(25).id, messages.row(3), messages.indexOf(25)], [30, 25, undefined, 25]);
});

test("a conversation is the server's to list", async () => {
  const { messages, turn, asked } = list();
  turn({ id: 5 });
  assert.equal(messages.isAsking, true);
  await settled();
  turn({ id: 5 });
  assert.deepEqual(asked[0], { connection: 5, start: 0, stop: 200 });
  assert.deepEqual([messages.total, messages.row(2).id, messages.indexOf(6), messages.indexOf(7), messages.isAsking], [10, 6, 2, -1, false]);
});

test("what the feed has told is fresher than what was fetched", async () => {
  const { messages, turn, store } = list();
  turn({ id: 5 });
  await settled();
  store.rows("messages", [{ ...message(27, 5), text: "fresh" }]);
  turn({ id: 5 });
  assert.equal(messages.row(9).text, "fresh");
});

test("a conversation that goes on is looked at again, and not at every drawing", async () => {
  const { messages, turn, store, asked, seen, server } = list();
  turn({ id: 5 });
  await settled();
  server.rows.push(message(30, 5));
  store.rows("messages", [message(30, 5)]);
  turn({ id: 5 });
  turn({ id: 5 });
  assert.equal(seen.later.length, 1);
  seen.later[0]();
  await settled();
  turn({ id: 5 });
  assert.deepEqual([asked.length, messages.total], [2, 11]);
});

test("a filter leaves what matches among the messages that the page holds", () => {
  const { messages, turn } = list();
  turn({ filter: "number 27" });
  assert.deepEqual([messages.total, messages.row(0).id, messages.isWhole], [1, 27, false]);
  turn({ filter: "number", id: 5 });
  assert.deepEqual([messages.total, messages.indexOf(24)], [3, 1]);
});

test("a time range goes with the conversation", async () => {
  const { turn, asked } = list();
  turn({ id: 5, span: { from: 3, to: 9 } });
  await settled();
  assert.deepEqual(asked[0], { connection: 5, from: 3, to: 9, start: 0, stop: 200 });
});
