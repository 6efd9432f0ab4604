import assert from "node:assert/strict";
import { test } from "node:test";
import { ConnectionPackets, PAGE, WHOLE } from "../../../web/static/connection/connection_packets.js";

const packet = (index) => ({ number: 10 + 2 * index });

/** A server with one connection of `server.length` packets, numbered 10, 12, 14 …, and a clock in hand. */
function stage(length) {
  const server = { length, asked: [] };
  const timers = [];
  const get = async (_path, { start = 0, stop = start + 500, packet: number }) => {
    const first = number === undefined ? start : Math.floor((number - 10) / 2 / PAGE) * PAGE;
    const last = Math.min(number === undefined ? stop : first + 500, server.length);
    server.asked.push(number === undefined ? `${first}-${stop}` : `packet ${number}`);
    const packets = Array.from({ length: Math.max(last - first, 0) }, (_, i) => packet(first + i));
    return {
      connection: { id: 7 },
      total: server.length,
      start: first,
      packets,
      before: first ? packet(first - 1) : null,
      after: last < server.length ? packet(last) : null,
      events: [],
    };
  };
  const held = new ConnectionPackets(get, () => {}, (call) => timers.push(call));
  const rest = async () => {
    for (let i = 0; i < 5; i += 1) {
      await settled();
      timers.splice(0).forEach((call) => call());
      await settled();
    }
  };
  return { held, server, rest };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));
const numbers = (packets) => packets.map(({ number }) => number);

test("a short connection comes in one piece", async () => {
  const { held, server, rest } = stage(130);
  held.choose(7);
  await rest();
  assert.deepEqual(numbers(held.whole.packets), numbers(Array.from({ length: 130 }, (_, i) => packet(i))));
  assert.deepEqual(server.asked, [`0-${WHOLE}`]);
});

test("of a long one come the pages that show, each once", async () => {
  const { held, server, rest } = stage(100_000);
  held.choose(7);
  await rest();
  assert.equal(held.whole, null);
  held.want(77_770, 77_805);
  await rest();
  held.want(77_760, 77_799);
  await rest();
  assert.deepEqual(server.asked, [`0-${WHOLE}`, "77700-77800", "77800-77900"]);
  assert.equal(held.packetAt(77_777).number, packet(77_777).number);
  assert.equal(held.packetAt(50_000), null);
});

test("pages know the packets next to them, wherever an answer was cut", async () => {
  const { held, rest } = stage(1000);
  held.choose(7);
  await rest();
  const page = held.pageOf(150);
  assert.deepEqual([page.start, page.packets.length, page.before.number, page.after.number], [
    100,
    100,
    packet(99).number,
    packet(200).number,
  ]);
});

test("a long connection opens at the packet that the address names", async () => {
  const { held, server, rest } = stage(100_000);
  held.choose(7, packet(60_000).number);
  await rest();
  assert.equal(held.indexOf(packet(60_000).number), 60_000);
  assert.deepEqual(server.asked, [`packet ${packet(60_000).number}`]);
});

test("a packet is found wherever it is, and one of another connection is not", async () => {
  const { held, rest } = stage(5000);
  held.choose(7);
  await rest();
  assert.equal(await held.find(packet(4321).number), 4321);
  assert.equal(await held.find(packet(4321).number + 1), null);
});

test("what grows is fetched again, and only what shows", async () => {
  const { held, server, rest } = stage(1000);
  held.choose(7);
  await rest();
  held.want(120, 140);
  server.asked.length = 0;
  server.length = 1005;
  held.refresh();
  await rest();
  assert.equal(held.total, 1005);
  assert.deepEqual(server.asked, ["1000-1100", "100-200"]);
});

test("one that grows too long to be drawn as a whole goes on by pages", async () => {
  const { held, server, rest } = stage(WHOLE);
  held.choose(7);
  await rest();
  assert.equal(held.isWhole, true);
  server.length = WHOLE + 50;
  held.refresh();
  await rest();
  held.want(WHOLE - 10, WHOLE + 50);
  await rest();
  assert.equal(held.whole, null);
  assert.equal(held.packetAt(WHOLE + 49).number, packet(WHOLE + 49).number);
});

test("however often it is asked to refresh, one fetch is under way", async () => {
  const { held, server, rest } = stage(10);
  held.choose(7);
  for (let i = 0; i < 9; i += 1) held.refresh();
  await rest();
  assert.equal(server.asked.length, 2);
});

test("an answer for a connection that is no longer chosen is thrown away", async () => {
  const { held, rest } = stage(10);
  held.choose(7);
  held.choose(null);
  await rest();
  assert.deepEqual([held.connection, held.total], [null, 0]);
});

test("pages long unseen are let go", async () => {
  const { held, rest } = stage(100_000);
  held.choose(7);
  await rest();
  for (let start = 0; start < 20_000; start += 100) {
    held.want(start, start + 100);
    await rest();
  }
  assert.ok(held.pages.size <= 60);
  assert.equal(held.packetAt(0), null);
});

test("a failure is kept for the page to say, is not tried again by itself, and a later success clears it", async () => {
  let [fails, asked] = [true, 0];
  const get = async () => {
    asked += 1;
    if (fails) throw new Error("gone");
    return { connection: { id: 7 }, total: 1, start: 0, packets: [packet(0)], before: null, after: null };
  };
  const held = new ConnectionPackets(get, () => {}, (call) => call());
  held.choose(7);
  await settled();
  assert.deepEqual([held.error.message, asked], ["gone", 1]);
  fails = false;
  held.refresh();
  await settled();
  assert.equal(held.error, null);
});
