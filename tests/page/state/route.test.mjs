import assert from "node:assert/strict";
import { test } from "node:test";
import { format, parse } from "../../../web/static/state/route.js";

const VIEWS = ["timeline", "connections", "http", "websocket"];

const CASES = [
  ["an empty address is the first view", "", { view: "timeline", id: null, packet: null, filter: "", span: null, order: "", at: null, way: null, message: null, tab: "" }],
  ["a view by name", "#/http", { view: "http", id: null, packet: null, filter: "", span: null, order: "", at: null, way: null, message: null, tab: "" }],
  ["a row of a view", "#/connections/3", { view: "connections", id: 3, packet: null, filter: "", span: null, order: "", at: null, way: null, message: null, tab: "" }],
  ["a packet and a filter", "#/connections/3?packet=12&q=a+%26+b", { view: "connections", id: 3, packet: 12, filter: "a & b", span: null, order: "", at: null, way: null, message: null, tab: "" }],
  ["a time range", "#/http?t=1.5-2", { view: "http", id: null, packet: null, filter: "", span: { from: 1.5e9, to: 2e9 }, order: "", at: null, way: null, message: null, tab: "" }],
  ["an order of lanes", "#/timeline?order=bytes", { view: "timeline", id: null, packet: null, filter: "", span: null, order: "bytes", at: null, way: null, message: null, tab: "" }],
  ["a moment and a message's way", "#/http?at=1500000000&way=4", { view: "http", id: null, packet: null, filter: "", span: null, order: "", at: 1.5e9, way: 4, message: null, tab: "" }],
  ["a message of a conversation", "#/websocket/5?m=7", { view: "websocket", id: 5, packet: null, filter: "", span: null, order: "", at: null, way: null, message: 7, tab: "" }],
  ["an unknown view falls back", "#/nowhere/7", { view: "timeline", id: 7, packet: null, filter: "", span: null, order: "", at: null, way: null, message: null, tab: "" }],
  ["a row that is no number is none", "#/http/__proto__", { view: "http", id: null, packet: null, filter: "", span: null, order: "", at: null, way: null, message: null, tab: "" }],
  ["an unknown order is none", "#/timeline?order=__proto__", { view: "timeline", id: null, packet: null, filter: "", span: null, order: "", at: null, way: null, message: null, tab: "" }],
  ["a negative packet is none", "#/http?packet=-1", { view: "http", id: null, packet: null, filter: "", span: null, order: "", at: null, way: null, message: null, tab: "" }],
];

for (const [name, hash, route] of CASES) test(name, () => assert.deepEqual(parse(hash, VIEWS), route));

for (const [name, , route] of CASES.slice(0, 8)) {
  test(`${name}, written and read again, is the same`, () => assert.deepEqual(parse(format(route), VIEWS), route));
}
