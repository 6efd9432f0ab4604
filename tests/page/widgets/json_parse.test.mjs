import assert from "node:assert/strict";
import { test } from "node:test";
import { inLine, parseJson } from "../../../web/static/widgets/json_parse.js";

/** The value as JavaScript would have it: what JSON.parse gives, where that loses nothing. */
function plain({ kind, text, entries }) {
  if (kind === "object") return Object.fromEntries(entries.map(([name, value]) => [name, plain(value)]));
  if (kind === "array") return entries.map(([, value]) => plain(value));
  if (kind === "string") return text;
  return JSON.parse(text);
}

const VALID = ['{"a": [1, -2.5e3, true, null, "x\\n\\u00e9\\""], "b": {}}', "[]", '"a"', " 7 ", "[[[[]]]]", '{"":""}'];

for (const text of VALID) {
  test(`${text} is read as JSON.parse reads it`, () => assert.deepEqual(plain(parseJson(text)), JSON.parse(text)));
}

const BROKEN = [
  "",
  "{",
  "{]",
  "[1,]",
  "{,}",
  '{"a" 1}',
  "01",
  "1.",
  "+1",
  "NaN",
  "'a'",
  '"a',
  '"\n"',
  '"\\x"',
  "[1] 2",
  "tru",
  "{1:2}",
  "undefined",
];

for (const text of BROKEN) {
  test(`${JSON.stringify(text)} is no JSON`, () => {
    assert.throws(() => JSON.parse(text));
    assert.equal(parseJson(text), null);
  });
}

test("numbers keep every digit", () =>
  assert.equal(parseJson("12345678901234567890.10").text, "12345678901234567890.10"));

test("names that stand there twice stay twice", () => {
  assert.deepEqual(parseJson('{"a":1,"a":2}').entries.map(([name, { text }]) => [name, text]), [
    ["a", "1"],
    [
      "a",
      "2",
    ],
  ]);
});

test("__proto__ is a name like any other", () => {
  assert.equal(parseJson('{"__proto__": {"polluted": 1}}').entries[0][0], "__proto__");
  assert.equal({}.polluted, undefined);
});

test("brackets in brackets without end are given up", () => assert.equal(parseJson("[".repeat(100_000)), null));

test("more values than a page should hold are given up", () =>
  assert.equal(parseJson(`[${"1,".repeat(60_000)}1]`), null));

const LINES = [
  ['{"say": "Hi", "to": "Bob"}', '{say: "Hi", to: "Bob"}'],
  ['{"a": {"b": 1}, "c": [1, 2], "d": {}, "e": []}', "{a: {…}, c: [2], d: {}, e: []}"],
  ['"a"', '"a"'],
  ["[1, 2]", "[1, 2]"],
];

for (const [text, line] of LINES) test(`${text} folds to ${line}`, () => assert.equal(inLine(parseJson(text)), line));

test("a long value folds to a line", () =>
  assert.ok(inLine(parseJson(JSON.stringify({ text: "x".repeat(500), more: 1 }))).length <= 60));
