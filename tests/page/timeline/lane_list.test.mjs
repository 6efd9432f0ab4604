import assert from "node:assert/strict";
import { test } from "node:test";
import { texts } from "../support/dom.mjs";
import { LaneList } from "../../../web/static/timeline/lane_list.js";

const lane = {
  id: 3,
  client: "127.0.0.1:51514",
  server: "127.0.0.1:8000",
  asks: "GET /",
  protocol: "http",
  exchanges: 1,
  status: 200,
  statuses: [[200, 1]],
  cut: 0,
  wait_ns: 3_000_000,
  is_open: false,
  packets: [6, 4],
  bytes: [78, 812],
  missed_bytes: [0, 0],
  at_ns: 0,
  duration_ns: 5_000_000,
  outcome: "closed",
  history: "ShADadFf",
  client_state: "TIME-WAIT",
  server_state: "CLOSED",
  trouble: 0,
};

function drawn(lanes, { chosen = null } = {}) {
  const list = new LaneList({ open() {}, key() {}, scrolled() {} });
  list.total = lanes.length;
  list.element.clientHeight = 300;
  list.lane = 150;
  const groups = [{ server: "127.0.0.1:8000", first: 0, lanes: lanes.length }];
  list.draw({ first: 0, lanes, groups, extent: { from: 0, to: 1e9 } }, { chosen, pointed: null });
  return list.element.querySelectorAll("[role=option]").filter((row) => !row.hidden);
}

test("a lane has its title at the left, its outcome at the right, and each end on its own side", () => {
  const [row] = drawn([lane]);
  assert.deepEqual(texts(row, ".lane-title"), ["#3 GET /"]);
  assert.deepEqual(texts(row, ".lane-outcome"), ["200wait 3 ms"]);
  assert.deepEqual(texts(row, ".lane-side.client"), ["127.0.0.1:5151478 B in 6 packets"]);
  assert.deepEqual(texts(row, ".lane-side.server"), ["127.0.0.1:8000812 B in 4 packets"]);
  const names = row.querySelector(".lane-name").children.map(({ className }) => className);
  assert.deepEqual([names[0], names.at(-1)], ["lane-side client", "lane-side server"], "above and below");
  assert.ok(!row.classList.contains("is-trouble"));
});

test("a lane in trouble is marked, and only that", () => {
  const failed = { ...lane, id: 4, status: 500, statuses: [[500, 1]] };
  assert.deepEqual(drawn([lane, failed]).map((row) => row.classList.contains("is-trouble")), [false, true]);
});

test("lanes follow each other, know their places, and the selected one is marked", () => {
  const rows = drawn([lane, { ...lane, id: 4 }], { chosen: 4 });
  assert.deepEqual(rows.map(({ style }) => style.transform), ["translateY(0px)", "translateY(150px)"]);
  assert.deepEqual(rows.map((row) => row.getAttribute("aria-posinset")), ["1", "2"]);
  assert.deepEqual(rows.map((row) => row.getAttribute("aria-selected")), ["false", "true"]);
});
