import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../support/dom.mjs";
import { bodyView, formatsOf } from "../../../web/static/http/body_formats.js";

const hexOf = (text) => Buffer.from(text).toString("hex");
const preview = (text, more = {}) => ({
  bytes: text.length,
  type: "text/plain; charset=utf-8",
  text,
  text_is_cut: false,
  hex: hexOf(text),
  fields: [],
  picture: null,
  notes: [],
  ...more,
});

const FORMATS = [
  ["text as text and bytes", preview("Hi"), ["text", "hex"]],
  ["JSON first as a tree, whatever its content type is", preview('{"a": 1}'), ["json", "text", "hex"]],
  ["a number, which is no tree", preview("17"), ["text", "hex"]],
  ["a form first by its fields", preview("a=1", { fields: [["a", "1"]] }), ["form", "text", "hex"]],
  ["what is no text as bytes", preview("", { text: null, bytes: 2, hex: "00ff" }), ["hex"]],
  ["a picture first as such", preview("", { text: null, bytes: 2, hex: "00ff", picture: {} }), ["picture", "hex"]],
  ["an empty body not at all", preview(""), []],
];

for (const [name, body, expected] of FORMATS) {
  test(`shown is ${name}`, () => assert.deepEqual(formatsOf(body).map((format) => format.name), expected));
}

test("the chosen format stays from message to message, where there is that format", () => {
  const wanted = {};
  const pressed = (view) => texts(view, "[aria-pressed=true]");
  const first = bodyView(preview('{"a": 1}'), wanted);
  assert.deepEqual(pressed(first), ["JSON"]);
  first.querySelectorAll("button.choice")[1].click();
  assert.deepEqual([pressed(first), texts(first, "pre")], [["Text"], ['{"a": 1}']]);
  assert.deepEqual(pressed(bodyView(preview('{"b": 2}'), wanted)), ["Text"]);
  assert.deepEqual(texts(bodyView(preview("", { text: null, bytes: 1, hex: "00" }), wanted), ".hex-byte")[0], "00");
});

test("beside it: its content type, its size, what it looks like, and what is missing", () => {
  const cut = preview("abc", { bytes: 12_431, text_is_cut: true, notes: ["cut off by the end of the capture"] });
  const view = bodyView(cut, {});
  assert.deepEqual(texts(view, ".body-facts"), ["text/plain · 12.4 kB"]);
  assert.deepEqual(texts(view, ".body-note"), [
    "Cut off by the end of the capture.",
    "Only the beginning; the body has 12.4 kB.",
  ]);
  assert.deepEqual(texts(bodyView(cut, { name: "hex" }), ".body-note").slice(1), ["The first 3 B of 12.4 kB."]);
  assert.deepEqual(texts(bodyView(preview("x", { type: "" }), {}), ".body-facts"), ["no content type · 1 B"]);
});

test("captured text stays text", () => {
  const view = bodyView(preview("<img src=x onerror=alert(1)>"), {});
  assert.deepEqual(texts(view, "pre"), ["<img src=x onerror=alert(1)>"]);
  assert.equal(view.querySelector("img"), null);
});
