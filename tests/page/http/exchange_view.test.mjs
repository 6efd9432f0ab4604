import assert from "node:assert/strict";
import { test } from "node:test";
import { noBody, whyNone } from "../../../web/static/http/exchange_view.js";

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

for (
  const [name, changes, text] of [
    ["a connection that was open", {}, /At the last packet the connection is open/],
    ["a client that closed its side, which may still be answered", {
      closed_by: "client",
      client_state: "FIN-WAIT-2",
      server_state: "CLOSE-WAIT",
    }, /The client sent the first FIN or RST; no answer is in the capture\./],
    [
      "a server that was not captured",
      { packets: [5, 0], closed_by: "client" },
      /Nothing of the server is in the capture\./,
    ],
    [
      "a connection that went on unseen",
      { client_state: "CLOSED" },
      /never came, or came after the capture had ended, or its packets are missing/,
    ],
  ]
) test(`without an answer: ${name}`, () => assert.match(none(changes), text));

test("a body that was withheld after Expect is not called missing", () => {
  const withheld = { notes: ["expects continue", "body withheld"] };
  assert.match(noBody("request", { complete: false }, withheld), /did not send the body/);
  assert.equal(noBody("response", { complete: true }, withheld), "No body.");
  assert.equal(noBody("request", { complete: false }, { notes: [] }), "Its end was not seen.");
});
