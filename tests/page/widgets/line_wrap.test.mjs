import assert from "node:assert/strict";
import { test } from "node:test";
import { lineCount } from "../../../web/static/widgets/line_wrap.js";

const ten = (text) => text.length * 10; // a font whose every letter is ten pixels wide

const WRAPPED = [
  ["", 100, 1],
  ["one two", 100, 1],
  ["one two three", 100, 2],
  ["exactly te", 100, 1],
  ["a abcdefghij", 100, 2],
  ["abcdefghijklmnopqrstuvwxyz", 100, 3],
  ["abcdefghijkl end", 100, 2],
];

for (const [text, width, lines] of WRAPPED) {
  test(`“${text}” takes ${lines} lines of ${width} pixels`, () => assert.equal(lineCount(text, width, ten), lines));
}
