import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../support/dom.mjs";
import { serve, until } from "../support/server.mjs";
import { createStore } from "../../../web/static/state/store.js";
import { mountMessagePanel } from "../../../web/static/websocket/message_panel.js";

const message = {
  id: 7,
  connection: 3,
  direction: "client",
  kind: "text",
  text: "Hi",
  at_ns: 1_204_000_000,
  first_packet: 20,
  last_packet: 22,
  bytes: 2,
  wire_bytes: 2,
  frames: 2,
  compressed: false,
  complete: true,
  close_code: null,
};

const frame = { opcode: 1, fin: false, rsv: 0, masked: true, length: 1, packet: 20, damaged: false };

async function shown(more = {}) {
  serve({
    "/api/messages/7": {
      message,
      frames: [frame, { ...frame, opcode: 0, fin: true, packet: 22 }],
      hex: "4869",
      kept: 2,
      pushes: [],
      previous: null,
      next: 8,
      ...more,
    },
  });
  const [panel, store] = [document.createElement("section"), createStore()];
  store.navigate({ view: "websocket" });
  mountMessagePanel(panel, store).show(7, store.state);
  await until(() => panel.firstChild);
  return { panel, store };
}

test("its facts: sender, time, packets and size", async () => {
  const { panel } = await shown();
  assert.deepEqual(texts(panel, ".message-facts dd"), [
    "text, from the client",
    "1.204 s after the start of the capture",
    "20 to 22",
    "2 B",
  ]);
  const server = await shown({ message: { ...message, direction: "server" } });
  assert.equal(texts(server.panel, ".message-facts dd")[0], "text, from the server");
});

test("its frames, each figure under its title", async () => {
  const { panel } = await shown();
  assert.deepEqual(texts(panel, "th"), ["Opcode", "FIN", "RSV", "Mask", "Length", "Packet"]);
  const rows = panel.querySelectorAll("tbody tr").map((row) => row.children.map(({ textContent }) => textContent));
  assert.deepEqual(rows, [["text", "–", "–", "masked", "1 B", "20"], [
    "continuation",
    "FIN",
    "–",
    "masked",
    "1 B",
    "22",
  ]]);
});

test("its link leads to its first packet", async () => {
  const { panel, store } = await shown();
  panel.querySelector(".link").click();
  const { view, id, packet } = store.state.route;
  assert.deepEqual({ view, id, packet }, { view: "connections", id: 3, packet: 20 });
});

test("recipients and causes are told apart", async () => {
  const pushed = { push: 9, message: 7, after_ns: 1_000_000, to: 4, from: 3 };
  const recipients = (await shown({ pushes: [pushed] })).panel.querySelector(".message-part.inferred");
  assert.equal(recipients.querySelector("h3").textContent, "Recipients");
  assert.deepEqual(texts(recipients, "li"), ["pushed to #4 as message 9 after 1 ms"]);
  const cause = (await shown({ pushes: [{ ...pushed, push: 7, message: 5 }] })).panel.querySelector(
    ".message-part.inferred",
  );
  assert.equal(cause.querySelector("h3").textContent, "Cause");
  assert.deepEqual(texts(cause, "li"), ["1 ms after message 5 on this connection"]);
});

test("its packets, and the messages before and after it, are links", async () => {
  const { panel } = await shown({ previous: 6 });
  const places = (selector) => panel.querySelectorAll(selector).map((link) => link.getAttribute("href"));
  assert.deepEqual(places(".panel-head a.icon-button"), ["#/websocket?m=6", "#/websocket?m=8"]);
  assert.deepEqual(places(".message-facts a"), ["#/connections/3?packet=20", "#/connections/3?packet=22"]);
  assert.deepEqual(places(".frames a"), ["#/connections/3?packet=20", "#/connections/3?packet=22"]);
  const ends = await shown({ next: null });
  assert.equal(ends.panel.querySelector(".panel-head a.icon-button"), null);
});
