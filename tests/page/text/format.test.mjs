import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { closeCode } from "../../../web/static/text/terms.js";
import {
  count,
  counted,
  duration,
  exact,
  moment,
  shortCount,
  size,
  wallClock,
} from "../../../web/static/text/format.js";

const table = (name, call, cases) => {
  for (const [input, expected] of cases) {
    test(`${name}(${input}) is ${expected}`, () => assert.equal(call(input), expected));
  }
};

table("count", count, [
  [0, "0"],
  [999, "999"],
  [9999, "9999"],
  [12431, "12\u202f431"],
  [1234567, "1\u202f234\u202f567"],
  [-12431, "−12\u202f431"],
]);
table("shortCount", shortCount, [
  [0, "0"],
  [99_999, "99\u202f999"],
  [100_000, "100\u202fk"],
  [123_456, "123\u202fk"],
  [999_499, "999\u202fk"],
  [1_000_000, "1\u202fM"],
  [12_345_678, "12.3\u202fM"],
]);
table("exact", exact, [
  [0, "0.000\u202f000"],
  [83_999, "0.000\u202f083"],
  [1_204_318_000, "1.204\u202f318"],
  [12_431e9, "12\u202f431.000\u202f000"],
  [-1500, "−0.000\u202f001"],
]);
// What inspector/units.py gives as well: tests/test_units.py reads the same file.
const FORMATS = JSON.parse(readFileSync(new URL("../../formats.json", import.meta.url), "utf8"));
const FUNCTIONS = { size, duration, closeCode };
for (const [name, cases] of Object.entries(FORMATS)) table(name, FUNCTIONS[name], cases);
table("moment", moment, [
  [0, "0.000 s"],
  [1_204_600_000, "1.204 s"],
  [124_500e6, "2:04.500"],
  [
    3_725_001e6,
    "1:02:05.001",
  ],
  [-5e6, "−0.005 s"],
]);
table("wallClock", wallClock, [
  [0, "1970-01-01 00:00:00.000000 UTC"],
  [
    1_700_000_000_123_456_000,
    "2023-11-14 22:13:20.123456 UTC",
  ],
]);

test("one of a thing is singular", () => assert.equal(counted(1, "packet"), "1 packet"));
test("none of a thing is plural", () => assert.equal(counted(0, "byte"), "0 bytes"));
test("a time that the capture does not tell is not known", () => {
  for (const said of [duration, exact, moment, wallClock]) assert.equal(said(null), "unknown");
});
test("a time beyond the calendar is given in nanoseconds", () => assert.match(wallClock(9.3e24), /ns after 1970$/));
