import assert from "node:assert/strict";
import { test } from "node:test";
import { Poller } from "../../../web/static/net/poller.js";

/** An asker whose answers, rests and clock are moved by hand. */
function stage() {
  const [questions, rests] = [[], []];
  let [clock, changes] = [0, 0];
  const get = (path, parameters) => new Promise((answer, fail) => questions.push({ path, parameters, answer, fail }));
  const asker = new Poller(
    get,
    "/api/x",
    () => {
      changes += 1;
    },
    100,
    { later: (call, ms) => rests.push({ call, ms }), now: () => clock },
  );
  const settle = async (index, how, ms = 0) => {
    clock += ms;
    how(questions[index]);
    await new Promise((done) => setImmediate(done));
  };
  return { asker, questions, rests, settle, changes: () => changes };
}

test("one question at a time; the latest wish is asked after the rest", async () => {
  const { asker, questions, rests, settle } = stage();
  asker.want({ a: 1 }, 0);
  asker.want({ a: 2 }, 0);
  asker.want({ a: 3 }, 0);
  assert.deepEqual(questions.map(({ parameters }) => parameters.a), [1]);
  await settle(0, (question) => question.answer("one"));
  assert.deepEqual([asker.answer, asker.answered.a], ["one", 1]);
  rests[0].call();
  assert.deepEqual(questions.map(({ parameters }) => parameters.a), [1, 3]);
});

test("the same is not asked again until the capture has changed", async () => {
  const { asker, questions, rests, settle } = stage();
  asker.want({ a: 1 }, "7 packets");
  await settle(0, (question) => question.answer(1));
  rests[0].call();
  asker.want({ a: 1 }, "7 packets");
  assert.equal(questions.length, 1);
  asker.want({ a: 1 }, "8 packets");
  assert.equal(questions.length, 2);
});

test("what the reader waits for is asked without a rest, once", async () => {
  const { asker, questions, rests, settle } = stage();
  asker.want({ theme: "light" }, 0);
  await settle(0, (question) => question.answer(1));
  asker.want({ theme: "dark" }, 0);
  asker.hurry();
  asker.hurry();
  rests[0].call();
  assert.deepEqual(questions.map(({ parameters }) => parameters.theme), ["light", "dark"]);
});

test("a slow server is left in peace for longer", async () => {
  const { asker, rests, settle } = stage();
  asker.want({}, 0);
  await settle(0, (question) => question.answer(1), 400);
  assert.equal(rests[0].ms, 800);
});

test("a failure keeps the last answer, and the next success takes it away", async () => {
  const { asker, rests, settle } = stage();
  asker.want({}, 0);
  await settle(0, (question) => question.answer("good"));
  rests[0].call();
  asker.want({}, 1);
  await settle(1, (question) => question.fail(new Error("gone")));
  assert.deepEqual([asker.answer, asker.error.message], ["good", "gone"]);
  rests[1].call();
  asker.want({}, 2);
  await settle(2, (question) => question.answer("better"));
  assert.deepEqual([asker.answer, asker.error], ["better", null]);
});

test("once closed, nothing is told any more", async () => {
  const { asker, rests, settle, changes } = stage();
  asker.want({}, 0);
  asker.close();
  await settle(0, (question) => question.answer(1));
  assert.deepEqual([asker.answer, changes(), rests.length], [null, 0, 0]);
});
