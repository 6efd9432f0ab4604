import assert from "node:assert/strict";
import { test } from "node:test";
import { FilteredPackets } from "../../../web/static/net/filtered_packets.js";

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A server whose filter leaves every tenth packet of a hundred. */
function list({ total = 100 } = {}) {
  const asked = [];
  const seen = { changes: 0, later: [] };
  const get = async (path, parameters = {}) => {
    asked.push([path, parameters]);
    if (path === "/api/notes") return { total: 2 };
    const place = /packets\/(\d+)\/place/.exec(path);
    if (place) return { index: place[1] % 10 === 0 ? place[1] / 10 - 1 : null };
    const every = parameters.q ? 10 : 1;
    const numbers = Array.from({ length: total / every }, (_, i) => ({ number: (i + 1) * every }));
    return { rows: numbers.slice(parameters.start, parameters.stop), total: numbers.length };
  };
  const packets = new FilteredPackets({
    get,
    changed: () => (seen.changes += 1),
    failed: assert.fail,
    later: (call) => seen.later.push(call),
  });
  return { packets, asked, seen };
}

const state = (more = {}) => ({ route: { filter: "", span: null, ...more }, lengths: { packets: 100 } });

test("without a filter the place of a packet is its number, and the length is known at once", () => {
  const { packets } = list();
  packets.turnTo(state());
  assert.deepEqual([packets.total, packets.indexOf(7), packets.indexOf(101), packets.indexOf(null)], [
    100,
    6,
    null,
    null,
  ]);
});

test("a filter is the server's to apply", async () => {
  const { packets, asked } = list();
  packets.turnTo(state({ filter: "syn" }));
  assert.equal(packets.total, null);
  await settled();
  assert.deepEqual([packets.total, packets.row(2).number], [10, 30]);
  assert.deepEqual(asked.find(([path]) => path === "/api/packets")[1], { q: "syn", start: 0, stop: 200 });
});

test("a time range goes with the request", async () => {
  const { packets, asked } = list();
  packets.turnTo(state({ span: { from: 5, to: 9 } }));
  await settled();
  assert.deepEqual(asked.find(([path]) => path === "/api/packets")[1], { from: 5, to: 9, start: 0, stop: 200 });
});

test("under a filter the place of a packet is asked for once", async () => {
  const { packets, asked } = list();
  packets.turnTo(state({ filter: "syn" }));
  assert.equal(packets.indexOf(30), null);
  assert.equal(packets.indexOf(30), null);
  await settled();
  assert.deepEqual([packets.indexOf(30), packets.indexOf(31)], [2, null]);
  assert.equal(asked.filter(([path]) => path.endsWith("/30/place")).length, 1);
});

test("a row that is not there yet is fetched before its number is told", async () => {
  const { packets } = list();
  packets.turnTo(state({ filter: "syn" }));
  const told = [];
  await packets.withId(9, (number) => told.push(number));
  assert.deepEqual([told, packets.indexOf(100)], [[100], 9]);
});

test("while packets come, a filtered list looks again, and not at every drawing", async () => {
  const { packets, asked, seen } = list();
  packets.turnTo(state({ filter: "syn" }));
  await settled();
  for (const more of [101, 102, 103]) packets.turnTo({ ...state({ filter: "syn" }), lengths: { packets: more } });
  assert.equal(seen.later.length, 1);
  const before = asked.length;
  seen.later[0]();
  assert.equal(asked.length, before + 1);
});

test("the notes are counted, and again when one changes", async () => {
  const { packets, asked } = list();
  packets.turnTo(state());
  await settled();
  assert.equal(packets.notes, 2);
  packets.noted({ number: 3 });
  assert.equal(asked.filter(([path]) => path === "/api/notes").length, 2);
});

test("a note that somebody wrote, perhaps on another page, is asked for with the rows in sight", async () => {
  const { packets, asked } = list();
  const at = (noted) => ({ ...state(), capture: { noted } });
  packets.turnTo(at(3)); // how many there had been before this page came says nothing
  packets.want(0, 20);
  await settled();
  const before = asked.length;
  packets.turnTo(at(3));
  assert.equal(asked.length, before);
  packets.turnTo(at(4));
  await settled();
  assert.deepEqual(asked.slice(before).map(([path]) => path).sort(), ["/api/notes", "/api/packets"]);
});

test("while packets come, rows whose states are only assumed are fetched again", async () => {
  const [later, asked] = [[], []];
  let total = 450; // the first page is whole, and is not fetched for what comes behind it
  const get = async (path, { start, stop } = {}) => {
    if (path === "/api/notes") return { total: 0 };
    asked.push(start);
    return { rows: Array.from({ length: total }, (_, i) => ({ number: i + 1 })).slice(start, stop), total };
  };
  const packets = new FilteredPackets({ get, changed() {}, failed: assert.fail, later: (call) => later.push(call) });
  const grow = async () => {
    total += 1;
    packets.turnTo({ ...state(), lengths: { packets: total } });
    await settled();
    const before = asked.length;
    later.pop()();
    await settled();
    return asked.length - before;
  };
  packets.turnTo(state());
  packets.want(0, 20);
  await settled();
  assert.equal(await grow(), 0, "nothing that is there can change");
  packets.pages.put(3, { number: 4, server_state_assumed: true });
  assert.equal(await grow(), 1);
  assert.equal(packets.row(3).server_state_assumed, undefined, "as the server has it now");
});

test("packets sorted by a column are the server's to sort, and their places are asked for", async () => {
  const { packets, asked } = list();
  packets.turnTo(state());
  packets.turnTo(state(), "-length");
  assert.deepEqual([packets.isWhole, packets.total, packets.indexOf(100)], [false, 100, null]);
  await settled();
  const sent = asked.filter(([path]) => path !== "/api/notes");
  assert.deepEqual(sent.map(([path, { order }]) => [path, order]), [
    ["/api/packets", "-length"],
    ["/api/packets/100/place", "-length"],
  ]);
  assert.equal(packets.indexOf(100), 9);
});

test("sorted packets are sorted again while more come, unless they are held", async () => {
  const { packets, asked, seen } = list();
  packets.turnTo(state(), "-length");
  await settled();
  const before = asked.length;
  packets.hold(true);
  packets.turnTo({ ...state(), lengths: { packets: 101 } }, "-length");
  seen.later.shift()();
  assert.equal(asked.length, before);
  packets.hold(false);
  await settled();
  packets.turnTo({ ...state(), lengths: { packets: 102 } }, "-length");
  seen.later.shift()();
  await settled();
  assert.equal(asked.length, before + 2);
});
