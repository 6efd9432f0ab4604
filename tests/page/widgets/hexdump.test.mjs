import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../support/dom.mjs";
import { hexDump } from "../../../web/static/widgets/hexdump.js";

const hexOf = (text) => Buffer.from(text).toString("hex");

test("sixteen bytes a line: where it begins, bytes, letters, and a dot for what is none", () => {
  const { element } = hexDump(hexOf("GET / HTTP/1.1\r\nHost"));
  assert.deepEqual(texts(element, ".hex-at"), ["0000", "0010"]);
  assert.deepEqual(texts(element, ".hex-text").map((text) => text.trim()), ["GET / HTTP/1.1··", "Host"]);
  assert.deepEqual(texts(element, ".hex-byte").slice(14, 18), ["0d", "0a", "48", "6f"]);
});

test("a range is lit as bytes and as letters, in place of the one before", () => {
  const { element, light } = hexDump(hexOf("abcdef"));
  light(0, 2);
  light(4, 99);
  assert.deepEqual(texts(element, ".hex-byte.lit"), ["65", "66"]);
  assert.deepEqual(texts(element, ".hex-letter.lit"), ["e", "f"]);
});

test("what is more than is shown is counted", () => {
  const { element } = hexDump("00".repeat(4097));
  assert.equal(element.querySelectorAll("[data-byte]").length, 2 * 4096);
  assert.deepEqual(texts(element, ".hex-more"), ["and 1 more byte"]);
});
