import assert from "node:assert/strict";
import { test } from "node:test";

import { remark } from "../../../web/static/sockets/packets_vs_kernel.js";

const kernel = { remark: "Nobody has accepted it yet.", listed: true };
const end = (changes) => ({
  side: "server",
  isThere: true,
  descriptor: null,
  kernel,
  isStale: false,
  wasHeld: false,
  wire: "ESTABLISHED",
  ...changes,
});

const REMARKS = [
  [
    "of a connection that is there and not accepted, the server’s end has no descriptor",
    {},
    "Not accepted yet: the server has no descriptor for it.",
  ],
  [
    "of one that is being built there is nothing to accept",
    { wire: "SYN-RECEIVED" },
    "Handshake in progress: nothing to accept yet.",
  ],
  ["what the kernel says holds for any other", { wasHeld: true }, "Nobody has accepted it yet."],
  ["of one that is over nothing is left", { isThere: false, kernel: null }, "This end is closed."],
];

for (const [name, changes, words] of REMARKS) {
  test(`beside an end that nobody holds stands: ${name}`, () => assert.equal(remark(end(changes)), words));
}
