import assert from "node:assert/strict";
import { test } from "node:test";
import { causeText, causeTitle, drawShares, sharesOf } from "../../../web/static/http/wait_causes.js";

const row = (shares_ns, cause = "server", alternatives = []) => ({ shares_ns, cause, alternatives });

test("shares are parts of the whole wait, without gaps, in the order of the causes", () => {
  assert.deepEqual(sharesOf(row({ nagle: 20, server: 60, network: 20 })), [
    { code: "server", from: 0, to: 0.6 },
    { code: "network", from: 0.6, to: 0.8 },
    { code: "nagle", from: 0.8, to: 1 },
  ]);
  assert.deepEqual(sharesOf(row({}, null)), []);
});

test("causes that cannot be told apart are both named", () => {
  assert.equal(causeText(row({ server: 5 }, "server", ["accept"])), "server or accept");
  assert.equal(causeText(row({}, null)), "");
});

test("the tooltip has the largest share first, and the doubt last", () => {
  assert.deepEqual(causeTitle(row({ network: 20e6, server: 60e6 }, "server", ["accept"])).split("\n"), [
    "60 ms (75 %): the server's program",
    "20 ms (25 %): the network",
    "or accept(): the packets cannot tell which",
  ]);
});

test("a bar shows only the causes that have a share", () => {
  const segment = (cause) => {
    const vars = {};
    return { dataset: { cause }, hidden: false, style: { setProperty: (name, value) => vars[name] = value }, vars };
  };
  const [server, nagle] = [segment("server"), segment("nagle")];
  drawShares({ children: [server, nagle] }, row({ server: 7 }));
  assert.deepEqual([server.hidden, server.vars], [false, { "--from": "0.00000", "--to": "1.00000" }]);
  assert.equal(nagle.hidden, true);
});
