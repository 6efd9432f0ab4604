import assert from "node:assert/strict";
import { test } from "node:test";
import { nameFor } from "../../../web/static/packets/save_capture.js";

const NAMES = [
  ["demo.pcapng", "demo-with-notes.pcapng"],
  ["a b.pcap.gz", "a-b-with-notes.pcapng"],
  ["../../etc/passwd", "etc-passwd-with-notes.pcapng"],
  ["<img src=x>.pcap", "img-src-x--with-notes.pcapng"],
  ["", "capture-with-notes.pcapng"],
  [null, "capture-with-notes.pcapng"],
  [".pcap", "capture-with-notes.pcapng"],
];

for (const [name, expected] of NAMES) {
  test(`a copy of ${name} is saved as ${expected}`, () => assert.equal(nameFor(name), expected));
}
