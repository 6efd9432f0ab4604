import assert from "node:assert/strict";
import { test } from "node:test";
import { matches, words } from "../../web/static/match.js";

const connection = {
  id: 3, client: "127.0.0.1:51514", server: "127.0.0.1:8000", protocol: "http", client_state: "CLOSED", server_state: "TIME-WAIT",
};
const exchange = {
  connection: 3,
  request: { method: "GET", target: "/menu?of=day", headers: [["Host", "cafe.test"]] },
  response: { status: 404, reason: "Not Found", headers: [] },
};
const message = { connection: 4, direction: "client", kind: "text", text: "Hi Bob", close_code: null };

const CASES = [
  ["an empty filter finds everything", "", connection, "connections", true],
  ["a port is found", "8000", connection, "connections", true],
  ["a port with its colon is found", ":8000", connection, "connections", true],
  ["a port is not found in a longer one", "800", connection, "connections", false],
  ["an address is found", "127.0.0.1", connection, "connections", true],
  ["a state is found in any case", "time-wait", connection, "connections", true],
  ["a connection is found by its number", "#3", connection, "connections", true],
  ["every word must be there", "8000 websocket", connection, "connections", false],
  ["part of a target is found", "menu", exchange, "exchanges", true],
  ["a field of a head is found", "cafe.test", exchange, "exchanges", true],
  ["a status is found", "404", exchange, "exchanges", true],
  ["a message is found by its text", "hi bob", message, "messages", true],
  ["a question that is not in the capture is no trouble", "404", { ...exchange, request: null }, "exchanges", true],
];

for (const [name, filter, row, table, expected] of CASES) {
  test(name, () => assert.equal(matches(row, table, words(filter)), expected));
}
