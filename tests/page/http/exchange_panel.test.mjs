import assert from "node:assert/strict";
import { test } from "node:test";
import { serve, until } from "../support/server.mjs";
import { mountExchangePanel, noBody, whyNone } from "../../../web/static/http/exchange_panel.js";

const none = (changes) =>
  whyNone({
    connection: {
      packets: [5, 5],
      client_state: "ESTABLISHED",
      server_state: "ESTABLISHED",
      closed_by: null,
      ...changes,
    },
  });

const REASONS = [
  ["a connection that was open", {}, /still open at the last packet/],
  ["a client that closed its side, which may still be answered", {
    closed_by: "client",
    client_state: "FIN-WAIT-2",
    server_state: "CLOSE-WAIT",
  }, /The client sent the first FIN or RST; no response was captured\./],
  [
    "a server that was not captured",
    { packets: [5, 0], closed_by: "client" },
    /Nothing from the server was captured\./,
  ],
  [
    "a connection that went on unseen",
    { client_state: "CLOSED" },
    /never sent, was sent after the capture ended, or its packets are missing/,
  ],
];

for (const [name, changes, text] of REASONS) {
  test(`without an answer: ${name}`, () => assert.match(none(changes), text));
}

test("a body that was withheld after Expect is not called missing", () => {
  const withheld = { notes: ["expects continue", "body not sent"] };
  assert.match(noBody("request", { complete: false }, withheld), /did not send the announced body/);
  assert.equal(noBody("response", { complete: true }, withheld), "No body.");
  assert.equal(noBody("request", { complete: false }, { notes: [] }), "The end of the message was not captured.");
});

test("an exchange that cannot be fetched is an error in the panel, unless another one is shown by then", async () => {
  serve({});
  const [panel, store] = [document.createElement("section"), { state: { capture: {} }, subscribe: () => () => {} }];
  const { show } = mountExchangePanel(panel, store);
  show(7);
  await until(() => panel.textContent);
  assert.match(panel.textContent, /There is no such path/);
  panel.replaceChildren();
  show(8);
  show(null);
  await until(() => panel.textContent);
  assert.equal(panel.textContent, "");
});
