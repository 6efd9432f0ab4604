import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../support/dom.mjs";
import { until } from "../support/server.mjs";
import { mountStream } from "../../../web/static/connection/streams_tab.js";
import { createStore } from "../../../web/static/state/store.js";
import { packetLinks } from "../../../web/static/widgets/place_link.js";

const piece = (side, packet, text, more = {}) => ({
  side,
  kind: "data",
  packet,
  at_ns: packet * 1e6,
  offset: 0,
  bytes: text.length,
  data: btoa(text),
  ...more,
});

async function drawn(way, rows, { start = 0, total = rows.length, packet = null } = {}) {
  const asked = [];
  const get = (path) => {
    asked.push(path);
    return Promise.resolve({ rows, start, total });
  };
  const tab = mountStream(get, packetLinks(createStore()), () => {});
  tab.draw(3, "stamp", way, packet);
  await until(() => tab.element.querySelector(".stream-turn"));
  tab.close();
  return { element: tab.element, asked };
}

test("each piece has its side, its time, its packet and its size", async () => {
  const { element, asked } = await drawn("text", [piece("client", 4, "GET /"), piece("server", 6, "200 OK")]);
  assert.deepEqual(asked, ["/api/connections/3/pieces"]);
  const blocks = element.querySelectorAll(".stream-turn").map((block) => [
    block.className,
    block.querySelector(".stream-head").children.map(({ textContent }) => textContent),
    texts(block, "pre")[0],
  ]);
  assert.deepEqual(blocks, [
    ["stream-turn client", ["client", "0.004 s", "packet 4", "5 bytes"], "GET /"],
    ["stream-turn server", ["server", "0.006 s", "packet 6", "6 bytes"], "200 OK"],
  ]);
});

test("what of a piece is not shown is counted, and a page says which of how many", async () => {
  const { element } = await drawn("text", [piece("client", 4, "abc", { bytes: 9 })], { start: 100, total: 250 });
  assert.deepEqual(texts(element, ".stream-cut"), ["and 6 more bytes of this piece; open the packet to see them"]);
  assert.deepEqual(texts(element, ".stream-place"), ["pieces 101 to 101 of 250"]);
  assert.deepEqual(element.querySelectorAll(".icon-button").map(({ disabled }) => disabled), [false, false]);
});

test("the selected packet's piece is marked", async () => {
  const rows = [piece("client", 4, "GET /"), piece("server", 6, "200 OK")];
  const { element } = await drawn("text", rows, { packet: 6 });
  const marked = element.querySelectorAll(".stream-turn").map((block) => block.classList.contains("chosen"));
  assert.deepEqual(marked, [false, true]);
});

test("as messages: protocol, title, fields, body, and what is missing of it", async () => {
  const message = {
    ...piece("server", 6, "Hello"),
    kind: "http",
    title: "HTTP/1.1 200 OK",
    headers: [["A", "b"]],
    bytes: 12,
    notes: ["incomplete"],
  };
  const { element, asked } = await drawn("messages", [message]);
  assert.deepEqual(asked, ["/api/connections/3/messages"]);
  assert.deepEqual(texts(element, ".stream-head")[0], "server0.006 spacket 6HTTP12 B of content");
  assert.deepEqual(texts(element, ".stream-title"), ["HTTP/1.1 200 OK"]);
  assert.deepEqual(texts(element, "pre"), ["Hello"]);
  assert.deepEqual(texts(element, ".stream-cut"), ["7 B more", "incomplete"]);
});
