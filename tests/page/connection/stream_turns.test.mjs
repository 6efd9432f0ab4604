import assert from "node:assert/strict";
import { test } from "node:test";
import { dump, isText, textOf, turns } from "../../../web/static/connection/stream_turns.js";

const bytes = (text) => new TextEncoder().encode(text);
const data = (side, text, changes = {}) => ({
  side,
  kind: "data",
  packet: 1,
  at_ns: 0,
  offset: 0,
  bytes: text.length,
  data: btoa(text),
  ...changes,
});

test("pieces of one speaker make one turn, until the other speaks", () => {
  const found = turns([
    data("client", "GE"),
    data("client", "T /", { packet: 2 }),
    data("server", "200"),
    data("client", "bye"),
  ]);
  assert.deepEqual(found.map((turn) => [turn.side, turn.packet, textOf(turn.bytes)]), [
    ["client", 1, "GET /"],
    [
      "server",
      1,
      "200",
    ],
    ["client", 1, "bye"],
  ]);
});

test("a letter that two pieces share is whole again", () => {
  const [first, second] = [...bytes("é")].map((byte) => data("client", String.fromCharCode(byte)));
  assert.equal(textOf(turns([first, second])[0].bytes), "é");
});

test("gaps and ends stand by themselves, with a remark", () => {
  const found = turns([
    data("client", "a"),
    { ...data("client", ""), kind: "gap", bytes: 7, data: null },
    data("client", "b"),
    { ...data("server", ""), kind: "abort", data: null },
  ]);
  assert.deepEqual(found.map(({ remark }) => remark), [
    null,
    "7 bytes from the client not captured",
    null,
    "the server sent RST",
  ]);
});

test("a piece that was cut is not joined with what follows", () => {
  const found = turns([data("client", "abc", { bytes: 9000 }), data("client", "d")]);
  assert.deepEqual(found.map(({ cut, bytes: said }) => [said.length, cut]), [[3, 8997], [1, 0]]);
});

test("control characters and overrides are written out, lines stay", () => {
  assert.equal(textOf(bytes("a\r\nb\tc\x1b[1m\u202ed")), "a\nb\tc\\x1b[1m\\x202ed");
});

test("text is told from what is none", () => {
  assert.equal(isText(bytes("GET / HTTP/1.1\r\nHost: x\r\n\r\n")), true);
  assert.equal(isText(Uint8Array.from({ length: 64 }, (_, i) => i * 4)), false);
  assert.equal(isText(new Uint8Array()), true);
});

test("a dump has the stream's offsets", () => {
  assert.equal(dump(bytes("0123456789abcdefXY\n"), 256).split("\n")[1], `00000110  58 59 0a${" ".repeat(39)}  XY·`);
});
