import assert from "node:assert/strict";
import { test } from "node:test";
import { Feed } from "../../../web/static/net/feed.js";

/** A feed with sockets, snapshots and clock in hand. */
function stage() {
  const scene = { sockets: [], snapshots: [], timers: [], told: [] };
  const state = { feed: "connecting" };
  scene.store = {
    state,
    set: (changes) => Object.assign(state, changes),
    snapshot: (snapshot) => scene.told.push(`snapshot ${snapshot.rev}`),
    delta: (delta) => scene.told.push(`delta ${delta.rev}`),
  };
  scene.feed = new Feed({
    connect() {
      const socket = { sent: [], closed: false, send: (text) => socket.sent.push(JSON.parse(text)) };
      socket.close = () => {
        if (!socket.closed) {
          socket.closed = true;
          socket.onclose?.();
        }
      };
      scene.sockets.push(socket);
      return socket;
    },
    secret: "s",
    fetchSnapshot: () => new Promise((resolve, reject) => scene.snapshots.push({ resolve, reject })),
    store: scene.store,
    later: (call, ms) => scene.timers.push({ call, ms }),
    cancel: (timer) => {
      if (timer) scene.timers[timer - 1] = null;
    },
  });
  scene.say = (message, socket = scene.sockets.at(-1)) => socket.onmessage({ data: JSON.stringify(message) });
  scene.answer = async (rev) => {
    scene.snapshots.at(-1).resolve({ rev });
    await settled();
  };
  scene.fire = (ms) => {
    const due = scene.timers.filter((timer) => timer?.ms === ms);
    scene.timers = scene.timers.map((t) => (t?.ms === ms ? null : t));
    due.forEach(({ call }) => call());
  };
  scene.feed.open();
  scene.sockets[0].onopen();
  return scene;
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

async function live(rev = 5) {
  const scene = stage();
  scene.say({ rev });
  await scene.answer(rev);
  return scene;
}

test("the secret is said first, the snapshot asked for once the server talks", () => {
  const scene = stage();
  assert.deepEqual(scene.sockets[0].sent, [{ csrf: "s" }]);
  assert.equal(scene.snapshots.length, 0);
  scene.say({ rev: 5 });
  assert.equal(scene.snapshots.length, 1);
});

test("deltas that come before the snapshot wait for it; those it holds already are dropped", async () => {
  const scene = stage();
  scene.say({ rev: 5 });
  [6, 7, 8].forEach((rev) => scene.say({ rev }));
  assert.deepEqual(scene.told, []);
  await scene.answer(7);
  assert.deepEqual(scene.told, ["snapshot 7", "delta 8"]);
  assert.equal(scene.store.state.feed, "live");
});

test("a gap asks for everything anew", async () => {
  const scene = await live(5);
  scene.say({ rev: 6 });
  scene.say({ rev: 8 });
  assert.equal(scene.snapshots.length, 2);
  await scene.answer(8);
  scene.say({ rev: 9 });
  assert.deepEqual(scene.told, ["snapshot 5", "delta 6", "snapshot 8", "delta 9"]);
});

test("being told to resync asks for everything anew", async () => {
  const scene = await live(5);
  scene.say({ resync: true, rev: 900 });
  await scene.answer(900);
  assert.deepEqual(scene.told, ["snapshot 5", "snapshot 900"]);
});

test("a heartbeat changes nothing", async () => {
  const scene = await live(5);
  scene.say({ beat: 1 });
  assert.deepEqual(scene.told, ["snapshot 5"]);
});

test("a lost socket is reached again, a little later each time", async () => {
  const scene = await live(5);
  scene.sockets[0].close();
  assert.equal(scene.store.state.feed, "lost");
  scene.fire(250);
  assert.equal(scene.sockets.length, 2);
  scene.sockets[1].close();
  scene.fire(500);
  assert.equal(scene.sockets.length, 3);
  scene.sockets[2].onopen();
  scene.say({ rev: 7 });
  await scene.answer(7);
  assert.equal(scene.store.state.feed, "live");
  assert.deepEqual(scene.told, ["snapshot 5", "snapshot 7"]);
});

test("whoever is silent for too long is given up", async () => {
  const scene = await live(5);
  scene.fire(25_000);
  assert.equal(scene.sockets[0].closed, true);
  scene.fire(250);
  assert.equal(scene.sockets.length, 2);
});

test("a snapshot that answers for a lost socket is thrown away", async () => {
  const scene = stage();
  scene.say({ rev: 5 });
  scene.sockets[0].close();
  await scene.answer(5);
  assert.deepEqual(scene.told, []);
});

test("a key that is no longer good ends it", async () => {
  const scene = stage();
  scene.say({ rev: 5 });
  scene.snapshots[0].reject({ status: 401 });
  await settled();
  assert.equal(scene.store.state.feed, "shut");
  assert.equal(scene.sockets[0].closed, true);
  scene.fire(250);
  assert.equal(scene.sockets.length, 1);
});

test("a refused upgrade asks why, and ends when the key is the reason", async () => {
  const scene = stage();
  scene.sockets[0].close();
  scene.snapshots[0].reject({ status: 401 });
  await settled();
  assert.equal(scene.store.state.feed, "shut");
  scene.fire(250);
  assert.equal(scene.sockets.length, 1);
});

test("a snapshot that fails for another reason is tried again", async () => {
  const scene = stage();
  scene.say({ rev: 5 });
  scene.snapshots[0].reject({ status: 0 });
  await settled();
  assert.equal(scene.store.state.feed, "lost");
  scene.fire(250);
  assert.equal(scene.sockets.length, 2);
});
