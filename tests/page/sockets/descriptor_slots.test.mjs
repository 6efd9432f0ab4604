import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../support/dom.mjs";
import { looseEnd, slotItem } from "../../../web/static/sockets/descriptor_slots.js";
import { lane } from "../../../web/static/sockets/history_lanes.js";

const descriptor = {
  id: 9,
  fd: 5,
  connection: 3,
  direction: "client",
  role: "client",
  local: "127.0.0.1:51514",
  remote: "127.0.0.1:8765",
  name: null,
};

const view = (changes = {}) => ({ connection: null, steps: new Map(), ...changes });
const picture = (end) => ({ at: 0, ends: new Map([["3 client", { wireText: "ESTABLISHED", ...end }]]) });

test("a slot has its number, its peer's port and its state, and chooses its own connection", () => {
  const chosen = [];
  const item = slotItem({ fd: 5, descriptor }, picture(), view(), (id) => chosen.push(id));
  const button = item.firstChild;
  assert.equal(button.className, "fd-slot lit client");
  assert.equal(button.dataset.end, "3 client");
  assert.deepEqual(texts(item, ".fd-number"), ["5"]);
  assert.deepEqual(texts(item, ".fd-slot-text"), ["to :8765ESTABLISHED"]);
  assert.deepEqual(texts(item, ".fd-slot-connection"), ["#3"]);
  button.click();
  assert.deepEqual(chosen, [3]);
});

test("a server's descriptor says from where, one in the registry whose it is, a listener its own port", () => {
  const title = (changes) => {
    const item = slotItem({ fd: 5, descriptor: { ...descriptor, ...changes } }, picture(), view(), () => {});
    return item.querySelector("b").textContent;
  };
  assert.equal(title({ role: "server", direction: "server" }), "from :8765");
  assert.equal(title({ name: "Bob" }), "Bob’s connection");
  assert.equal(title({ role: "listener", connection: null, remote: null, local: "127.0.0.1:80" }), "listen :80");
});

test("where packets and kernel disagree both states are there, and marked", () => {
  const end = { differs: true, kernel: { listed: true, state: "CLOSE-WAIT" } };
  const item = slotItem({ fd: 5, descriptor }, picture(end), view(), () => {});
  assert.ok(item.firstChild.classList.contains("differs"));
  assert.equal(item.querySelector("small").textContent, "ESTABLISHED ≠ CLOSE-WAIT");
});

test("the steps of a path are numbered, the selected connection is marked", () => {
  const item = slotItem(
    { fd: 5, descriptor },
    picture(),
    view({ connection: 3, steps: new Map([[9, "2"]]) }),
    () => {},
  );
  assert.equal(item.firstChild.className, "fd-slot lit client chosen on-path");
  assert.deepEqual(texts(item, ".fd-step"), ["2"]);
});

test("a free number says so and is no button", () => {
  const item = slotItem({ fd: 4, descriptor: null }, picture(), view(), () => {});
  assert.equal(item.firstChild.className, "fd-slot free");
  assert.equal(item.firstChild.tagName, "DIV");
});

test("an end without a process says which end it is, and why nobody holds it", () => {
  const texted = (end) => looseEnd({ connection: 3, side: "server", ...end }, { at: 0 }, view(), () => {}).textContent;
  assert.equal(texted({ wire: "TIME-WAIT", wireText: "TIME-WAIT" }), "–#3 server endTIME-WAIT, no owning process");
  assert.equal(
    texted({ wire: "ESTABLISHED", wireText: "ESTABLISHED", wasHeld: false }),
    "–#3 server endESTABLISHED, not accepted yet",
  );
  assert.equal(texted({ wire: "FIN-WAIT-2", wireText: "FIN-WAIT-2" }), "–#3 server endFIN-WAIT-2, held by no process");
});

test("a lane has a bar from opening to closing, in the colour of its role", () => {
  const lives = [
    { ...descriptor, pid: 1, opened_at_ns: 0, closed_at_ns: 250 },
    { ...descriptor, pid: 1, role: "server", connection: 4, opened_at_ns: 500, closed_at_ns: null },
  ];
  const bars = (chosen) =>
    lane({ process: "cafe", fd: 5, lives }, { from: 0, to: 1000 }, chosen).querySelectorAll("path").map((path) => [
      path.className,
      path.getAttribute("d"),
    ]);
  assert.deepEqual(bars(null), [
    ["fd-bar client", "M0.0 0h250.0v1h-250.0z"],
    ["fd-bar server", "M500.0 0h500.0v1h-500.0z"],
  ]);
  assert.deepEqual(bars(4).map(([kind]) => kind), ["fd-bar client", "fd-bar chosen"]);
});

test("on an axis that begins later, bars begin where they were, cut at its start", () => {
  const lives = [
    { ...descriptor, pid: 1, opened_at_ns: 0, closed_at_ns: 750 },
    { ...descriptor, pid: 1, opened_at_ns: 1000, closed_at_ns: 1250 },
  ];
  const [bar] = lane({ process: "cafe", fd: 5, lives }, { from: 500, to: 1500 }, null).querySelectorAll("path");
  assert.equal(bar.getAttribute("d"), "M0.0 0h250.0v1h-250.0zM500.0 0h250.0v1h-250.0z");
});

test("how old the kernel's state is counts back from the time shown", () => {
  const end = { connection: 3, side: "client", wire: "TIME-WAIT", wireText: "TIME-WAIT", kernel: { at_ns: 2_000_000 } };
  const { title } = looseEnd(end, { at: 5_000_000 }, view(), () => {});
  assert.equal(title, "Kernel state from 3 ms before");
});
