import assert from "node:assert/strict";
import { test } from "node:test";
import { COLOURS, RecordingContext } from "../support/canvas.mjs";
import { EDGE, paintLanes } from "../../../web/static/timeline/paint_lanes.js";
import { TICK } from "../../../web/static/text/facts.js";

const LANE = 24; // the lowest: marks of their least size, no labels
const MIDDLE = 12; // y of the first lane's middle

const none = {
  ticks: { lane: [], column: [], bits: [], client: null, server: null },
  blocks: { lane: [], begin: [], answer: [], end: [], failed: [] },
  arrows: { lane: [], column: [], direction: [], control: [] },
};

const life = {
  id: 0,
  protocol: "http",
  at_ns: 100,
  duration_ns: 800,
  established: true,
  handshake_ns: 50,
  closing_at_ns: 700,
  is_open: false,
  outcome: "closed",
  history: "ShAaFf",
  client_state: "TIME-WAIT",
  server_state: "CLOSED",
};

/** The display list of lanes 1000 ns and 1000 pixels long, without the margin of the canvas. */
function painted({ lanes = [{ ...life, at_ns: 5_000, duration_ns: 1 }], scene = {}, ...marks }) {
  const context = new RecordingContext();
  const answer = {
    first: 0,
    span: { from: 0, to: 1000 },
    extent: { from: 0, to: 1000 },
    lanes,
    ...none,
    ...marks,
  };
  paintLanes(context, {
    answer,
    asked: 1000,
    span: answer.span,
    width: 1000,
    height: 240,
    lane: LANE,
    top: 0,
    grid: [],
    font: "",
    colours: COLOURS,
    ...scene,
  });
  const shift = ([x, ...rest]) => [x - EDGE, ...rest];
  for (const one of context.list) {
    if (one.rect) one.rect = shift(one.rect);
    for (const kind of ["path", "line"]) if (one[kind]) one[kind] = one[kind].map(shift);
  }
  return context;
}

const ticks = (bits, sizes = {}) => ({
  ticks: {
    lane: bits.map(() => 0),
    column: bits.map((_, i) => 100 * (i + 1)),
    bits,
    client: null,
    server: null,
    ...sizes,
  },
});

test("the client's packets are above the middle, the server's below, longer with payload", () => {
  const context = painted(
    ticks([TICK.client, TICK.server, TICK.client | TICK.payload, TICK.server | TICK.payload]),
  );
  assert.deepEqual(context.rects("client"), [[100, MIDDLE - 7, 1, 7], [300, MIDDLE - 11, 1, 11]]);
  assert.deepEqual(context.rects("server"), [[200, MIDDLE, 1, 7], [400, MIDDLE, 1, 11]]);
});

test("packets of both ends in one column are drawn on both sides", () => {
  const context = painted(ticks([TICK.client | TICK.server]));
  assert.deepEqual(context.rects("client"), [[100, MIDDLE - 7, 1, 7]]);
  assert.deepEqual(context.rects("server"), [[100, MIDDLE, 1, 7]]);
});

test("trouble and reset are crosses with a halo on the lane's middle, above all other marks", () => {
  const context = painted(ticks([TICK.client, TICK.client | TICK.trouble, TICK.server | TICK.reset]));
  const lines = context.list.filter(({ line }) => line);
  assert.deepEqual(lines.map(({ colour, wide }) => [colour, wide]), [
    ["ground", 5],
    ["trouble", 2],
    ["ground", 5],
    ["trouble", 2],
  ]);
  assert.deepEqual(lines.slice(1, 2).map(({ line }) => line), [
    [[196.5, MIDDLE - 4], [204.5, MIDDLE + 4], [196.5, MIDDLE + 4], [204.5, MIDDLE - 4]],
  ]);
  assert.ok(context.list.findIndex(({ line }) => line) > context.list.findLastIndex(({ rect }) => rect));
});

test("a message is an arrow in its direction: up from the client, down to it", () => {
  const context = painted({ arrows: { lane: [0, 0], column: [200, 400], direction: [0, 1], control: [0, 0] } });
  assert.deepEqual(context.rects("ws"), [[199.5, MIDDLE - 10, 2, 10], [399.5, MIDDLE, 2, 10]]);
  assert.deepEqual(context.heads("ws"), [[200.5, MIDDLE - 12, "up"], [400.5, MIDDLE + 12, "down"]]);
});

test("control frames and messages too close to the one before have no head", () => {
  const arrows = { lane: [0, 0, 0], column: [200, 203, 400], direction: [1, 1, 1], control: [0, 0, 1] };
  const context = painted({ arrows });
  assert.equal(context.rects("ws").length, 3);
  assert.deepEqual(context.heads("ws").map(([x]) => x), [200.5]);
});

test("an exchange is pale while it waits and full while the response arrives; a failed one is trouble", () => {
  const blocks = { lane: [0, 0], begin: [100, 300], answer: [180, 350], end: [199, 359], failed: [0, 1] };
  const context = painted({ blocks });
  assert.deepEqual(context.rects("http"), [[100, MIDDLE - 5, 100, 10, 0.55], [180, MIDDLE - 5, 20, 10]]);
  assert.deepEqual(context.rects("trouble"), [[300, MIDDLE - 5, 60, 10, 0.55], [350, MIDDLE - 5, 10, 10]]);
});

test("a life is dashed while it opens, a band while it is open, half a band while it closes", () => {
  const rects = painted({ lanes: [life] }).rects("http");
  const dashes = rects.filter(([, , , height]) => height === 1.5);
  assert.deepEqual([dashes[0][0], dashes.at(-1)[0] + dashes.at(-1)[2]], [100, 148]);
  assert.deepEqual(rects.slice(dashes.length), [
    [150, MIDDLE - 4, 550, 8, 0.3],
    [700, MIDDLE, 200, 4, 0.3],
    [150, MIDDLE - 0.5, 550, 1],
    [899, MIDDLE - 4, 1, 8],
  ]);
});

test("an open connection ends in an arrow to the right, and is clipped at the drawing's edges", () => {
  const open = { ...life, at_ns: -500, handshake_ns: 10, closing_at_ns: null, is_open: true, protocol: "websocket" };
  const context = painted({ lanes: [open] });
  assert.deepEqual(context.rects("ws")[0], [-EDGE, MIDDLE - 4, 1000 + EDGE, 8, 0.3]);
  assert.deepEqual(context.heads("ws"), [[1000, MIDDLE, "right"]]);
});

test("a connection that never opened stays dashed to its end", () => {
  const refused = {
    ...life,
    outcome: "refused",
    established: false,
    handshake_ns: null,
    closing_at_ns: null,
    history: "Sr",
  };
  const rects = painted({ lanes: [{ ...refused, protocol: "unknown" }] }).rects("ink-2");
  assert.ok(rects.slice(0, -1).every(([, , , height]) => height === 1.5));
  assert.deepEqual([rects[0][0], rects.at(-1)], [100, [899, MIDDLE - 4, 1, 8]]);
});

test("lanes follow each other downwards from the first one fetched, and scroll", () => {
  const lanes = [{ ...life, at_ns: 5_000 }, life];
  const mark = { ticks: { lane: [1], column: [100], bits: [TICK.server], client: null, server: null } };
  assert.deepEqual(painted({ lanes, ...mark }).rects("server"), [[100, LANE + MIDDLE, 1, 7]]);
  assert.deepEqual(painted({ lanes, ...mark, scene: { top: 10 } }).rects("server"), [[100, LANE + MIDDLE - 10, 1, 7]]);
});

test("marks keep their times when another range is shown than the one they were computed for", () => {
  const context = painted({ ...ticks([TICK.client]), scene: { span: { from: 50, to: 150 } } });
  assert.deepEqual(context.rects("client"), [[500, MIDDLE - 7, 1, 7]]);
});

test("the lines of the axis are under everything", () => {
  const context = painted({ ...ticks([TICK.client]), scene: { grid: [250] } });
  assert.deepEqual(context.list[0].rect, [250, 0, 1, 240]);
  assert.equal(context.list[0].colour, "line");
});

test("labels of tall lanes: requests above, messages and problems at their sender's side, in their colours", () => {
  const context = painted({
    blocks: { lane: [0], begin: [100], answer: [150], end: [200], failed: [0], text: ["GET /"] },
    arrows: {
      lane: [0, 0],
      column: [400, 600],
      direction: [0, 1],
      control: [0, 0],
      text: ["“up”", "“down”"],
    },
    ticks: { lane: [0], column: [800], bits: [TICK.server | TICK.trouble], client: [0], server: [0] },
    troubles: { text: ["zero_window"], tick: [0], side: [1] },
    scene: { lane: 100 },
  });
  const labels = context.list.filter(({ text }) => text).map(({ text, colour, x, y }) => [
    text,
    colour,
    y < 50 ? "above" : "below",
    x - EDGE >= 0 && x - EDGE <= 1000,
  ]);
  assert.deepEqual(
    labels.sort(),
    [
      ["GET /", "http", "above", true],
      ["zero window", "trouble", "below", true],
      ["“down”", "ws", "below", true],
      ["“up”", "ws", "above", true],
    ].sort(),
  );
});
