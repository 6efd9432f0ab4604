import assert from "node:assert/strict";
import { test } from "node:test";

import { pairEnds } from "../../web/static/packetcolumns.js";

const CASES = [
  ["two ends on this machine: ports say all", "127.0.0.1:50001", "127.0.0.1:80", ["", ":50001"], ["", ":80"]],
  ["the same with IPv6", "[::1]:50001", "[::1]:80", ["", ":50001"], ["", ":80"]],
  ["two addresses of this machine", "127.0.0.2:50001", "127.0.0.1:80", ["127.0.0.2", ":50001"], ["127.0.0.1", ":80"]],
  ["two machines", "10.9.0.2:50001", "[2001:db8::1]:80", ["10.9.0.2", ":50001"], ["[2001:db8::1]", ":80"]],
];

for (const [name, client, server, ...ends] of CASES) {
  test(`in the table of packets stand, of ${name}`, () => assert.deepEqual(Object.values(pairEnds({ client, server })), ends));
}
