import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import "../support/dom.mjs";
import { ApiError, get, login, post, session } from "../../../web/static/net/api.js";

const sent = [];
const answering = (status, body) => {
  globalThis.fetch = (path, options) => {
    sent.push([path, options]);
    const json = () => (body === undefined ? Promise.reject(new SyntaxError("no JSON")) : Promise.resolve(body));
    return Promise.resolve({ ok: status < 400, status, json });
  };
};
const failure = (promise) => promise.then(() => assert.fail("it did not fail"), (error) => error);

beforeEach(() => {
  sent.length = 0;
  session.token = null;
});

test("after the login every request carries the token, and a null parameter is left out", async () => {
  answering(200, { csrf: "secret" });
  await login("from the URL");
  assert.equal(sent[0][1].headers["X-Token"], undefined);
  assert.equal(sent[0][1].body, '{"token":"from the URL"}');
  await get("/api/lanes", { first: 0, q: "a b", at: null });
  await post("/api/demo/get", { times: 2 });
  assert.deepEqual(sent.slice(1).map(([path, { method, body, headers }]) => [path, method, body, headers["X-Token"]]), [
    ["/api/lanes?first=0&q=a+b", "GET", null, "secret"],
    ["/api/demo/get", "POST", '{"times":2}', "secret"],
  ]);
});

test("a refusal is an error with what to do about it", async () => {
  answering(404, { error: { message: "There is no packet 9.", what_to_do: "Choose one from the list." } });
  const error = await failure(get("/api/packets/9"));
  assert.ok(error instanceof ApiError);
  assert.deepEqual([error.status, error.message, error.advice], [
    404,
    "There is no packet 9.",
    "Choose one from the list.",
  ]);
});

test("so is an answer that is no JSON, and a server that is gone", async () => {
  answering(502, undefined);
  const { status, message } = await failure(get("/api/lanes"));
  assert.deepEqual([status, message], [502, "The server responded with 502."]);
  globalThis.fetch = () => Promise.reject(new TypeError("refused"));
  const gone = await failure(post("/api/pause"));
  assert.deepEqual([gone.status, gone.message], [0, "Wireglass does not respond."]);
});

test("a request that was called off is no trouble of the server", async () => {
  globalThis.fetch = () => Promise.reject(Object.assign(new Error(), { name: "AbortError" }));
  assert.equal((await failure(get("/api/lanes"))).name, "AbortError");
});
