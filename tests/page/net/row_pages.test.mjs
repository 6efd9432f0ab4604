import assert from "node:assert/strict";
import { test } from "node:test";
import { RowPages } from "../../../web/static/net/row_pages.js";

/** A server with `length` rows; requests wait until `answer()` is called. */
function server(length) {
  const asked = [];
  const fetch = (start, stop, signal) =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(Object.assign(new Error("aborted"), { name: "AbortError" })));
      asked.push({
        range: [start, stop],
        signal,
        reject,
        answer: (total = length) =>
          resolve({
            rows: Array.from({ length: Math.max(Math.min(stop, total) - start, 0) }, (_, i) => start + i),
            total,
          }),
      });
    });
  return { asked, fetch };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

function pages(length, options = {}) {
  const { asked, fetch } = server(length);
  const seen = { changes: 0, failures: [], later: [] };
  const list = new RowPages({
    fetch,
    changed: () => (seen.changes += 1),
    failed: (error) => seen.failures.push(error),
    later: (call) => seen.later.push(call),
    size: 10,
    total: length,
    ...options,
  });
  return { list, asked, seen };
}

test("the pages around what is in sight are asked for, and no others", async () => {
  const { list, asked } = pages(1000);
  list.want(495, 515);
  assert.deepEqual(asked.map(({ range }) => range), [[490, 520]]);
  asked[0].answer();
  await settled();
  assert.deepEqual([list.get(489), list.get(490), list.get(519), list.get(520)], [undefined, 490, 519, undefined]);
});

test("asking for what is there or under way asks nothing", async () => {
  const { list, asked } = pages(1000);
  list.want(0, 10);
  list.want(3, 8);
  asked[0].answer();
  await settled();
  list.want(0, 10);
  assert.equal(asked.length, 1);
});

test("what has scrolled away is called off for what is in sight now", async () => {
  const { list, asked } = pages(1000);
  list.want(0, 10);
  list.want(900, 910);
  assert.equal(asked[0].signal.aborted, true);
  assert.deepEqual(asked[1].range, [900, 910]);
  asked[1].answer();
  await settled();
  assert.equal(list.get(905), 905);
});

test("a window larger than a request is filled by several", async () => {
  const { list, asked } = pages(1000);
  list.want(0, 80);
  asked[0].answer();
  await settled();
  assert.deepEqual(asked.map(({ range }) => range), [[0, 50], [50, 80]]);
});

test("a list of unknown length learns it from the first answer", async () => {
  const { list, asked, seen } = pages(25, { total: null });
  list.want(0, 10);
  asked[0].answer();
  await settled();
  assert.deepEqual([list.total, seen.changes], [25, 1]);
});

test("a list that has grown asks for its last page again", async () => {
  const { list, asked } = pages(25);
  list.want(20, 30);
  asked[0].answer();
  await settled();
  assert.equal(asked.length, 1);
  list.grow(28);
  assert.deepEqual(asked[1].range, [20, 30]);
  asked[1].answer(28);
  await settled();
  assert.equal(list.get(27), 27);
});

test("looking finds rows that came since", async () => {
  const { list, asked } = pages(20, { total: null });
  list.want(0, 10);
  asked[0].answer();
  await settled();
  list.refreshTotal();
  assert.deepEqual(asked.at(-1).range, [20, 30]);
  asked.at(-1).answer(23);
  await settled();
  assert.deepEqual([list.total, list.get(22)], [23, 22]);
});

test("an empty answer is an answer", async () => {
  const { list, asked, seen } = pages(0, { total: null });
  list.want(0, 10);
  asked[0].answer();
  await settled();
  assert.deepEqual([list.total, seen.changes], [0, 1]);
  list.want(0, 10);
  assert.equal(asked.length, 1);
});

test("no more pages are held than allowed, and the freshest stay", async () => {
  const { list, asked } = pages(1000, { held: 2 });
  for (const first of [0, 100, 200]) {
    list.want(first, first + 10);
    asked.at(-1).answer();
    await settled();
  }
  assert.deepEqual([list.get(0), list.get(100), list.get(200)], [undefined, 100, 200]);
});

test("a failure is told once, and after a rest the list asks again", async () => {
  const { list, asked, seen } = pages(1000);
  list.want(0, 10);
  asked[0].reject(new Error("gone"));
  await settled();
  list.want(0, 10);
  assert.deepEqual([seen.failures.length, asked.length], [1, 1]);
  seen.later[0]();
  assert.equal(asked.length, 2);
});

test("a closed list calls its request off and draws no more", async () => {
  const { list, asked, seen } = pages(1000);
  list.want(0, 10);
  list.close();
  asked[0].answer();
  await settled();
  assert.deepEqual([asked[0].signal.aborted, seen.changes, seen.failures.length], [true, 0, 0]);
});

test("a row that changed is another at once", async () => {
  const { list, asked } = pages(1000);
  list.want(0, 10);
  asked[0].answer();
  await settled();
  list.put(3, "other");
  assert.equal(list.get(3), "other");
});

test("a list that may be another now is asked for anew where it is in sight, and forgotten elsewhere", async () => {
  const { list, asked } = pages(null, { total: null });
  list.want(0, 5);
  asked[0].answer(100);
  await settled();
  list.want(50, 60);
  asked[1].answer(100);
  await settled();
  list.renew();
  assert.deepEqual([asked[2].range, list.get(55)], [[50, 60], 55]);
  asked[2].answer(58);
  await settled();
  assert.deepEqual([list.total, list.get(57), list.get(58), list.get(3), list.revision], [
    58,
    57,
    undefined,
    undefined,
    3,
  ]);
});
