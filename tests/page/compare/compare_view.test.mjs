import assert from "node:assert/strict";
import { after, test } from "node:test";
import { texts } from "../support/dom.mjs";
import { serve, until } from "../support/server.mjs";
import { mount } from "../../../web/static/compare/compare_view.js";
import { createStore } from "../../../web/static/state/store.js";

const cell = (text, values, more = {}) => ({ text, detail: `${text} more`, values, proof: [], proofs: 0, ...more });

const comparison = {
  rev: 1,
  has_run: false,
  duration_ns: 1000,
  kinds: [
    { name: "closed", title: "HTTP, closed each time", rule: "a", lives: [] },
    { name: "websocket", title: "WebSocket", rule: "b", lives: [] },
  ],
  facts: [
    {
      name: "overhead",
      question: "How much overhead?",
      how: "All bytes by useful ones.",
      cells: {
        closed: cell("40 bytes", { wire_bytes_per_useful_byte: 40 }, {
          proof: [{ packet: 31, connection: 4, what: "SYN" }],
          proofs: 3,
        }),
        websocket: cell("10 bytes", { wire_bytes_per_useful_byte: 10 }),
      },
    },
    {
      name: "round_trips",
      question: "How many round trips?",
      how: "Counted.",
      cells: { closed: cell("2", { round_trips: 2 }), websocket: cell("0.5", { round_trips: 0.5 }) },
    },
  ],
  truths: [{ claim: "HTTP is slow", truth: "3 requests.", proof: [{ packet: 36, connection: 5 }] }],
  missing: [],
  left_out: { tls: 2 },
};

const root = document.createElement("div");
const store = createStore();
serve({ "/api/compare": comparison });
const leave = mount(root, store);
store.set({ feed: "live", lengths: { packets: 9 } });
await until(() => root.querySelector(".compare-table"));
after(leave);

test("each value is in the row of its question and the column of its kind", () => {
  const table = root.querySelector(".compare-table");
  const kinds = table.querySelectorAll("thead th").slice(1).map((head) => [
    head.className,
    head.firstChild.textContent,
  ]);
  assert.deepEqual(kinds, [["of-http", "HTTP, closed each time"], ["of-ws", "WebSocket"]]);
  const rows = table.querySelectorAll("tbody tr").map((row) => [
    row.querySelector("th").textContent,
    ...texts(row, "b"),
  ]);
  assert.deepEqual(rows, [["How much overhead?", "40 bytes", "10 bytes"], ["How many round trips?", "2", "0.5"]]);
});

test("bars are relative to the largest value, arrows one for each way", () => {
  const shares = root.querySelectorAll(".compare-meter").map(({ style }) => Number(style.getPropertyValue("--share")));
  assert.deepEqual(shares, [1, 0.25]);
  assert.deepEqual(root.querySelectorAll(".compare-trips").map(({ children }) => children.length), [4, 1]);
});

test("a value opens its own proof, which leads to its packet", async () => {
  root.querySelector(".compare-cell").ariaExpanded = "false";
  root.querySelector(".compare-cell").click();
  assert.equal(store.state.route.id, 11, "row 1, column 1");
  await until(() => root.querySelector(".compare-proof"));
  const proof = root.querySelector(".compare-proof");
  assert.equal(proof.querySelector("ul").getAttribute("aria-label"), "HTTP, closed each time: packets that prove it");
  assert.deepEqual(texts(proof, "li"), ["packet 31 in connection #4: SYN"]);
  assert.deepEqual(texts(proof, ".compare-more"), ["and 2 more"]);
  proof.querySelector("a").click();
  const { view, id, packet } = store.state.route;
  assert.deepEqual({ view, id, packet }, { view: "connections", id: 4, packet: 31 });
});

test("a claim is beside what was measured, with its proof", () => {
  assert.deepEqual(texts(root, ".compare-claims dt, .compare-claims dd"), [
    "“HTTP is slow”",
    "3 requests. See packet 36.",
  ]);
  assert.deepEqual(texts(root, ".compare-absent"), ["Other connections, not compared: 2 TLS."]);
});
