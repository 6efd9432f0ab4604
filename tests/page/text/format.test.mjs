import assert from "node:assert/strict";
import { test } from "node:test";
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
table("size", size, [
  [0, "0 B"],
  [78, "78 B"],
  [9999, "9999 B"],
  [10000, "10 kB"],
  [12431, "12.4 kB"],
  [
    2_500_000,
    "2.5 MB",
  ],
  [3e9, "3 GB"],
]);
table("duration", duration, [
  [0, "0 s"],
  [7, "7 ns"],
  [41_000, "41 µs"],
  [60_400, "60.4 µs"],
  [2_170_000, "2.17 ms"],
  [999_960_000, "1000 ms"],
  [1.2e9, "1.2 s"],
  [59.94e9, "59.9 s"],
  [124e9, "2 min 04 s"],
  [3_900e9, "1 h 05 min"],
  [-41_000, "−41 µs"],
]);
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
